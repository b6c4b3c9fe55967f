-- Who forgot to check out has no hours until the leader says when they left: what waits stands on the work-list by its session.
CREATE INDEX attendance_forgotten ON attendance (tenant_id, session_id) WHERE forgotten;
