-- What a list of people who were searched for asks of each hit, without reading the record.
CREATE INDEX person_found ON person (tenant_id, id, sort_key, state, region_code, merged_into_id);
