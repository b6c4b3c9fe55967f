-- Whether a body ever had members is asked of all that an import made, before they are taken off the record again.
CREATE INDEX membership_organisation ON membership (tenant_id, organisation_id);
