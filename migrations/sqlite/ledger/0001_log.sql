-- The log. Nothing but the primary key is indexed: every further index costs the one who waits for an acknowledgement.
CREATE TABLE events (
    position    INTEGER PRIMARY KEY,
    stream      TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    recorded_at INTEGER NOT NULL,
    entry       BLOB    NOT NULL,
    hash        BLOB    NOT NULL
) STRICT;

-- Contents of up to 256 KiB, made durable together with the events that name them; larger ones are files.
CREATE TABLE blobs (
    id      INTEGER PRIMARY KEY,
    hash    BLOB NOT NULL,
    content BLOB NOT NULL
) STRICT;
