-- How far each projection has read the log, and with which code. One row per set of tables, one of them live.
CREATE TABLE IF NOT EXISTS checkpoints (
    question TEXT NOT NULL,
    colour TEXT NOT NULL,
    live BIGINT NOT NULL,
    code_version BIGINT NOT NULL,
    next_position BIGINT NOT NULL,
    last_event BYTEA,
    PRIMARY KEY (question, colour)
);
