-- Everything here is derived from the log and may be deleted: it is rebuilt at the next start.
-- The id is the tile's level * 2^54 + its number.
CREATE TABLE tiles (
    id     INTEGER PRIMARY KEY,
    hashes BLOB    NOT NULL CHECK (length(hashes) = 8192)
) STRICT;
