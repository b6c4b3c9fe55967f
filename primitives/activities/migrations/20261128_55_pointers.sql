-- Who asked to take a place over is asked for when somebody is taken off the record, or made one with another.
CREATE INDEX signup_handover_to ON signup (tenant_id, handover_to) WHERE handover_to IS NOT NULL;
