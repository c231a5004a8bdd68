//! How does a count stand in a database, whose numbers have a sign?

/// A count as a database keeps it.
pub(crate) fn number(value: u64) -> i64 {
    i64::try_from(value).expect("a log has fewer than 2^63 entries, and no clock shows 2^63 ms")
}

/// A database's number as a count; negative ones never get in.
pub(crate) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}
