-- The views of figures become saved views like those of any other list, and the table of their own goes.
INSERT INTO saved_view (tenant_id, id, list, account_id, name, query, shared_kind, shared_scope, made_name, made_at)
SELECT v.tenant_id, v.id, 'figures', v.account_id, v.name, v.query, NULL, NULL, a.name, v.made_at
FROM statistics_view v JOIN account a ON a.tenant_id = v.tenant_id AND a.id = v.account_id;
DROP TABLE statistics_view;
