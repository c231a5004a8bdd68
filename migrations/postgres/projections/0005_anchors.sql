-- Which checkpoints were dated by Bitcoin? A double underscore stands for the colour of the set of tables.
CREATE TABLE anchors__requests (
    position BIGINT PRIMARY KEY,
    checkpoint BYTEA NOT NULL,
    size BIGINT NOT NULL,
    way TEXT NOT NULL,
    note BYTEA NOT NULL,
    requested_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX anchors__by_checkpoint ON anchors__requests (checkpoint);

-- How far each of them has come, as its newest event says.
CREATE TABLE anchors__states (
    checkpoint BYTEA NOT NULL PRIMARY KEY,
    stage TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    transaction_id BYTEA,
    height BIGINT,
    block BYTEA,
    proof BYTEA,
    evidence BYTEA
);
