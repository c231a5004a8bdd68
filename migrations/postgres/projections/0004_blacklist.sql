-- Who is shut out, why, and what was the whole history of it? A double underscore stands for the colour of the set of tables.
CREATE TABLE blacklist__entries (
    position BIGINT PRIMARY KEY,
    agent TEXT NOT NULL,
    step TEXT NOT NULL,
    reason_code TEXT,
    reason TEXT NOT NULL,
    evidence_sha256 TEXT,
    reported_at BIGINT,
    expires_at BIGINT,
    reporter TEXT,
    reporter_key BYTEA,
    reporter_signature BYTEA,
    actor TEXT NOT NULL,
    event_id BYTEA NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX blacklist__by_agent ON blacklist__entries (agent, position);

-- The newest entry of each agent.
CREATE TABLE blacklist__newest (
    agent TEXT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
);
