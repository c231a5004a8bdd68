-- Derived from the log: full tiles of the Merkle tree, 256 hashes each, for those who prove.
CREATE TABLE tiles (
    level  SMALLINT NOT NULL,
    number BIGINT   NOT NULL,
    hashes BYTEA    NOT NULL CHECK (length(hashes) = 8192),
    PRIMARY KEY (level, number)
);
