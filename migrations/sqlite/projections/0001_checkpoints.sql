-- How far each projection has read the log, and with which code. One row per set of tables, one of them live.
CREATE TABLE IF NOT EXISTS checkpoints (
    question TEXT NOT NULL,
    colour TEXT NOT NULL,
    live INTEGER NOT NULL,
    code_version INTEGER NOT NULL,
    next_position INTEGER NOT NULL,
    last_event BLOB,
    PRIMARY KEY (question, colour)
) WITHOUT ROWID;
