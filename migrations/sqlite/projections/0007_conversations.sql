-- What did somebody ask for one after the other? A double underscore stands for the colour of the set of tables.
-- A name is that of the account and that of the conversation, with / between them: two people may choose the same.
CREATE TABLE conversations__conversations (
    name TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    conversation TEXT NOT NULL,
    first_task TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    newest INTEGER NOT NULL,
    newest_at INTEGER NOT NULL,
    messages INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX conversations__by_account ON conversations__conversations (account, newest);

CREATE TABLE conversations__messages (
    position INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    account TEXT NOT NULL,
    task TEXT NOT NULL
);
CREATE INDEX conversations__by_name ON conversations__messages (name, position);
CREATE INDEX conversations__messages_by_account ON conversations__messages (account);
