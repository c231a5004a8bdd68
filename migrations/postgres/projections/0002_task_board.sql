-- Where does each task stand? A double underscore stands for the colour of the set of tables.
-- The position of the submission is the key: rows arrive in its order, and lists are read backwards by it.
CREATE TABLE task_board__tasks (
    position BIGINT PRIMARY KEY,
    task TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    project TEXT NOT NULL,
    state TEXT NOT NULL,
    work TEXT NOT NULL,
    language TEXT NOT NULL,
    resource TEXT NOT NULL,
    priority BIGINT NOT NULL,
    requested_model TEXT,
    content BYTEA NOT NULL,
    budget BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    fail_reason TEXT,
    submitted_at BIGINT NOT NULL,
    planned_at BIGINT,
    changed_at BIGINT NOT NULL,
    ended_at BIGINT,
    review TEXT,
    review_content BYTEA,
    reviewed_at BIGINT
);
CREATE INDEX task_board__by_account ON task_board__tasks (account, position);
CREATE INDEX task_board__by_account_and_state ON task_board__tasks (account, state, position);
CREATE INDEX task_board__by_project ON task_board__tasks (project, position);
CREATE INDEX task_board__by_state ON task_board__tasks (state, position);

CREATE TABLE task_board__subtasks (
    position BIGINT NOT NULL,
    subtask BIGINT NOT NULL,
    state TEXT NOT NULL,
    work TEXT NOT NULL,
    language TEXT NOT NULL,
    content BYTEA NOT NULL,
    depends_on TEXT NOT NULL,
    timeout_ms BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    agent TEXT,
    granted_at BIGINT,
    limit_ms BIGINT,
    verdict TEXT,
    report BYTEA,
    paid_ms BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    last_return TEXT,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (position, subtask)
);
