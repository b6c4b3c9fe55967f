-- Whether a member is on the register, without the whole of their record.
CREATE INDEX person_standing ON person (tenant_id, id, state, registered_on, region_code);
