-- The sessions behind the figure of people served, the newest first.
CREATE INDEX session_served_day ON session_served (tenant_id, day, session_id) WHERE served > 0;
