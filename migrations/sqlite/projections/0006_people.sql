-- Who signed up, and who is behind a mail address? A double underscore stands for the colour of the set of tables.
CREATE TABLE people__people (
    account TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL,
    signed_up_at INTEGER NOT NULL,
    email_mark BLOB NOT NULL,
    profile BLOB NOT NULL,
    password_set_at INTEGER NOT NULL,
    erased_at INTEGER,
    descriptor BLOB,
    backup_acknowledged_at INTEGER
) WITHOUT ROWID;
CREATE INDEX people__by_email ON people__people (email_mark);
CREATE INDEX people__by_position ON people__people (position);
