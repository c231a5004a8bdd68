-- Which checkpoints were dated by Bitcoin? A double underscore stands for the colour of the set of tables.
CREATE TABLE anchors__requests (
    position INTEGER PRIMARY KEY,
    checkpoint BLOB NOT NULL,
    size INTEGER NOT NULL,
    way TEXT NOT NULL,
    note BLOB NOT NULL,
    requested_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX anchors__by_checkpoint ON anchors__requests (checkpoint);

-- How far each of them has come, as its newest event says.
CREATE TABLE anchors__states (
    checkpoint BLOB NOT NULL PRIMARY KEY,
    stage TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    transaction_id BLOB,
    height INTEGER,
    block BLOB,
    proof BLOB,
    evidence BLOB
) WITHOUT ROWID;
