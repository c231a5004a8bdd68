-- Where does each task stand? A double underscore stands for the colour of the set of tables.
-- The position of the submission is the key: rows arrive in its order, and lists are read backwards by it.
CREATE TABLE task_board__tasks (
    position INTEGER PRIMARY KEY,
    task TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    project TEXT NOT NULL,
    state TEXT NOT NULL,
    work TEXT NOT NULL,
    language TEXT NOT NULL,
    resource TEXT NOT NULL,
    priority INTEGER NOT NULL,
    requested_model TEXT,
    content BLOB NOT NULL,
    budget INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    fail_reason TEXT,
    submitted_at INTEGER NOT NULL,
    planned_at INTEGER,
    changed_at INTEGER NOT NULL,
    ended_at INTEGER,
    review TEXT,
    review_content BLOB,
    reviewed_at INTEGER
);
CREATE INDEX task_board__by_account ON task_board__tasks (account);
CREATE INDEX task_board__by_account_and_state ON task_board__tasks (account, state);
CREATE INDEX task_board__by_project ON task_board__tasks (project);
CREATE INDEX task_board__by_state ON task_board__tasks (state);

CREATE TABLE task_board__subtasks (
    position INTEGER NOT NULL,
    subtask INTEGER NOT NULL,
    state TEXT NOT NULL,
    work TEXT NOT NULL,
    language TEXT NOT NULL,
    content BLOB NOT NULL,
    depends_on TEXT NOT NULL,
    timeout_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    agent TEXT,
    granted_at INTEGER,
    limit_ms INTEGER,
    verdict TEXT,
    report BLOB,
    paid_ms INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    last_return TEXT,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (position, subtask)
) WITHOUT ROWID;
