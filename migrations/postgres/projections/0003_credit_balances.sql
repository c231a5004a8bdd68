-- What does each account hold, and by which movements? A double underscore stands for the colour of the set of tables.
-- `owner` is empty for the two ledger accounts that belong to nobody: issuance and clearing.
CREATE TABLE credit_balances__balances (
    owner TEXT NOT NULL,
    part TEXT NOT NULL,
    balance BIGINT NOT NULL,
    PRIMARY KEY (owner, part)
);

CREATE TABLE credit_balances__movements (
    owner TEXT NOT NULL,
    position BIGINT NOT NULL,
    part TEXT NOT NULL,
    delta BIGINT NOT NULL,
    balance_after BIGINT NOT NULL,
    reason TEXT NOT NULL,
    task TEXT,
    counterparty TEXT,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (owner, position, part)
);

-- What each account's machines earned on each day, counted from 1970-01-01 in UTC.
CREATE TABLE credit_balances__earnings (
    owner TEXT NOT NULL,
    day BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (owner, day)
);
