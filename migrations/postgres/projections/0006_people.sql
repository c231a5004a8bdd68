-- Who signed up, and who is behind a mail address? A double underscore stands for the colour of the set of tables.
CREATE TABLE people__people (
    account TEXT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL,
    signed_up_at BIGINT NOT NULL,
    email_mark BYTEA NOT NULL,
    profile BYTEA NOT NULL,
    password_set_at BIGINT NOT NULL,
    erased_at BIGINT,
    descriptor BYTEA,
    backup_acknowledged_at BIGINT
);
CREATE INDEX people__by_email ON people__people (email_mark);
CREATE INDEX people__by_position ON people__people (position);
