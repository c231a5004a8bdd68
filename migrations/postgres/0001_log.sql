-- The log and everything beside it. PostgreSQL writes rows and not pages, so the index is kept in the same transaction.
CREATE TABLE events (
    position    BIGINT PRIMARY KEY,
    stream      TEXT   NOT NULL,
    version     BIGINT NOT NULL,
    kind        TEXT   NOT NULL,
    recorded_at BIGINT NOT NULL,
    entry       BYTEA  NOT NULL,
    hash        BYTEA  NOT NULL
);

-- The guard of the log: every batch moves this row from the head that it was built on, or writes nothing.
CREATE TABLE head (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    epoch BIGINT  NOT NULL,
    size  BIGINT  NOT NULL,
    hash  BYTEA   NOT NULL
);
INSERT INTO head (one, epoch, size, hash) VALUES (1, 0, 0, decode(repeat('00', 32), 'hex'));

CREATE TABLE stream_positions (
    stream   TEXT COLLATE "C" NOT NULL,
    version  BIGINT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (stream, version)
);

CREATE TABLE idempotency_keys (
    key   BYTEA  PRIMARY KEY,
    first BIGINT NOT NULL,
    count BIGINT NOT NULL
);

CREATE TABLE blobs (
    hash    BYTEA PRIMARY KEY,
    content BYTEA NOT NULL
);

-- What must not be in a log that is kept for ever.
CREATE TABLE subject_keys (
    subject TEXT  PRIMARY KEY,
    key     BYTEA NOT NULL
);

CREATE TABLE secrets (
    namespace TEXT  NOT NULL,
    name      TEXT  NOT NULL,
    secret    BYTEA NOT NULL,
    PRIMARY KEY (namespace, name)
);

-- The tree's frontier at one size, so that a start reads only the entries after it.
CREATE TABLE snapshot (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    size        BIGINT NOT NULL,
    hash        BYTEA  NOT NULL,
    recorded_at BIGINT NOT NULL,
    epoch       BIGINT NOT NULL,
    frontier    BYTEA  NOT NULL
);
