-- What must not be in a log that is kept for ever.
CREATE TABLE subject_keys (
    subject TEXT PRIMARY KEY,
    key     BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE secrets (
    namespace TEXT NOT NULL,
    name      TEXT NOT NULL,
    secret    BLOB NOT NULL,
    PRIMARY KEY (namespace, name)
) STRICT, WITHOUT ROWID;
