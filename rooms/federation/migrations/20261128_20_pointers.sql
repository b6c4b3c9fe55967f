-- These rows are asked for by person before somebody is taken off the record.
CREATE INDEX join_request_person ON join_request (tenant_id, person_id);
CREATE INDEX access_slip_person ON access_slip (tenant_id, person_id);
