-- Whether somebody ever came is asked of everybody whom an import brought, before they are taken off the record again.
CREATE INDEX attendance_person ON attendance (tenant_id, person_id);
