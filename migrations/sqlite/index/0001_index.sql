-- Everything here is derived from the log and may be deleted: it is rebuilt at the next start.
CREATE TABLE stream_positions (
    stream   TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (stream, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency_keys (
    key   BLOB    PRIMARY KEY,
    first INTEGER NOT NULL,
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE blob_rows (
    hash BLOB    PRIMARY KEY,
    id   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far the log and the contents are indexed, and the hash that tells a replaced log.
CREATE TABLE indexed (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    size     INTEGER NOT NULL,
    hash     BLOB    NOT NULL,
    blob_id  INTEGER NOT NULL
) STRICT;
INSERT INTO indexed VALUES (1, 0, zeroblob(32), 0);

-- The tree's frontier at one size, so that a start reads only the entries after it.
CREATE TABLE snapshot (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    size        INTEGER NOT NULL,
    hash        BLOB    NOT NULL,
    recorded_at INTEGER NOT NULL,
    epoch       INTEGER NOT NULL,
    frontier    BLOB    NOT NULL
) STRICT;
