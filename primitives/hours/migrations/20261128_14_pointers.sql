-- Whether somebody stands in a claim is asked of everybody whom an import brought, before they are taken off the record again.
CREATE INDEX hours_claim_line_person ON hours_claim_line (tenant_id, person_id);
