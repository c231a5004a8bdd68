-- Who is shut out, why, and what was the whole history of it? A double underscore stands for the colour of the set of tables.
CREATE TABLE blacklist__entries (
    position INTEGER PRIMARY KEY,
    agent TEXT NOT NULL,
    step TEXT NOT NULL,
    reason_code TEXT,
    reason TEXT NOT NULL,
    evidence_sha256 TEXT,
    reported_at INTEGER,
    expires_at INTEGER,
    reporter TEXT,
    reporter_key BLOB,
    reporter_signature BLOB,
    actor TEXT NOT NULL,
    event_id BLOB NOT NULL,
    recorded_at INTEGER NOT NULL
);
CREATE INDEX blacklist__by_agent ON blacklist__entries (agent);

-- The newest entry of each agent.
CREATE TABLE blacklist__newest (
    agent TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL
) WITHOUT ROWID;
