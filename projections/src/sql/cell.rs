//! What goes into a statement and what comes out of a row?

use crate::ProjectionError;
use edgecoder_events::{BlobRef, MicroCredits, UnixMillis};
use sqlx::{Arguments, Decode, Encode, Postgres, Row as _, Sqlite, Type, postgres::PgRow, sqlite::SqliteRow};

/// One value; projections hold integers, texts and bytes only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

impl Cell {
    /// A count; what the database can not hold stands as the largest that it can.
    pub(crate) fn count(count: u64) -> Self {
        Self::Int(Some(i64::try_from(count).unwrap_or(i64::MAX)))
    }

    pub(crate) fn int(number: impl Into<i64>) -> Self {
        Self::Int(Some(number.into()))
    }

    pub(crate) fn text(text: impl AsRef<str>) -> Self {
        Self::Text(Some(text.as_ref().to_owned()))
    }

    pub(crate) fn maybe_text(text: Option<impl AsRef<str>>) -> Self {
        Self::Text(text.map(|it| it.as_ref().to_owned()))
    }

    pub(crate) fn bytes(bytes: impl AsRef<[u8]>) -> Self {
        Self::Bytes(Some(bytes.as_ref().to_vec()))
    }

    pub(crate) fn instant(at: Option<UnixMillis>) -> Self {
        at.map_or(Self::Int(None), |at| Self::count(at.0))
    }

    pub(crate) fn amount(amount: MicroCredits) -> Self {
        Self::count(amount.micros())
    }

    pub(crate) fn blob(blob: Option<BlobRef>) -> Self {
        Self::Bytes(blob.map(|it| it.0.to_vec()))
    }
}

/// The cells as one database takes them.
pub(super) fn arguments<A: Arguments>(cells: Vec<Cell>) -> Result<A, sqlx::Error>
where
    Option<i64>: for<'t> Encode<'t, A::Database> + Type<A::Database>,
    Option<String>: for<'t> Encode<'t, A::Database> + Type<A::Database>,
    Option<Vec<u8>>: for<'t> Encode<'t, A::Database> + Type<A::Database>,
{
    let mut arguments = A::default();
    for cell in cells {
        let added = match cell {
            Cell::Int(value) => arguments.add(value),
            Cell::Text(value) => arguments.add(value),
            Cell::Bytes(value) => arguments.add(value),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

/// A row of either database; columns are read in the order of the statement.
pub(crate) struct Row {
    source: Source,
    table: &'static str,
    column: usize,
}

pub(super) enum Source {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub(super) fn new(source: Source) -> Self {
        Self { source, table: "a row", column: 0 }
    }

    /// Says which table the row is of, for messages.
    pub(crate) fn of(mut self, table: &'static str) -> Self {
        self.table = table;
        self
    }

    /// The next column.
    pub(crate) fn take<T>(&mut self) -> Result<T, ProjectionError>
    where
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>,
    {
        let column = self.column;
        self.column += 1;
        match &self.source {
            Source::Sqlite(row) => Ok(row.try_get(column)?),
            Source::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    /// The next column as a count.
    pub(crate) fn count(&mut self) -> Result<u64, ProjectionError> {
        self.number()
    }

    /// The next column as an integer of any size.
    pub(crate) fn number<T: TryFrom<i64>>(&mut self) -> Result<T, ProjectionError> {
        let found: i64 = self.take()?;
        T::try_from(found).map_err(|_| self.damaged(&found))
    }

    /// The next column as an integer of any size, or nothing.
    pub(crate) fn maybe_number<T: TryFrom<i64>>(&mut self) -> Result<Option<T>, ProjectionError> {
        let found: Option<i64> = self.take()?;
        found.map(|it| T::try_from(it).map_err(|_| self.damaged(&it))).transpose()
    }

    /// The next column as an amount of credit.
    pub(crate) fn amount(&mut self) -> Result<MicroCredits, ProjectionError> {
        Ok(MicroCredits::from_micros(self.count()?))
    }

    /// The next column as an instant.
    pub(crate) fn instant(&mut self) -> Result<UnixMillis, ProjectionError> {
        Ok(UnixMillis(self.count()?))
    }

    /// The next column as an instant that may be missing.
    pub(crate) fn maybe_instant(&mut self) -> Result<Option<UnixMillis>, ProjectionError> {
        let found: Option<i64> = self.take()?;
        found.map(|it| u64::try_from(it).map(UnixMillis).map_err(|_| self.damaged(&it))).transpose()
    }

    /// The next column as a checked text.
    pub(crate) fn id<T: TryFrom<String>>(&mut self) -> Result<T, ProjectionError> {
        let found: String = self.take()?;
        T::try_from(found.clone()).map_err(|_| self.damaged(&found))
    }

    /// The next column as a checked text that may be missing.
    pub(crate) fn maybe_id<T: TryFrom<String>>(&mut self) -> Result<Option<T>, ProjectionError> {
        let found: Option<String> = self.take()?;
        found.map(|it| T::try_from(it.clone()).map_err(|_| self.damaged(&it))).transpose()
    }

    /// The next column as one of a list of words.
    pub(crate) fn word<T: super::Word>(&mut self) -> Result<T, ProjectionError> {
        let found: String = self.take()?;
        T::from_word(&found).ok_or_else(|| self.damaged(&found))
    }

    /// The next column as one of a list of words, or nothing.
    pub(crate) fn maybe_word<T: super::Word>(&mut self) -> Result<Option<T>, ProjectionError> {
        let found: Option<String> = self.take()?;
        found.map(|it| T::from_word(&it).ok_or_else(|| self.damaged(&it))).transpose()
    }

    /// The next column as so many bytes.
    pub(crate) fn fixed<const N: usize>(&mut self) -> Result<[u8; N], ProjectionError> {
        let found: Vec<u8> = self.take()?;
        found.try_into().map_err(|found: Vec<u8>| self.damaged(&found.len()))
    }

    /// The next column as so many bytes, or nothing.
    pub(crate) fn maybe_fixed<const N: usize>(&mut self) -> Result<Option<[u8; N]>, ProjectionError> {
        let found: Option<Vec<u8>> = self.take()?;
        found.map(|it| it.try_into().map_err(|found: Vec<u8>| self.damaged(&found.len()))).transpose()
    }

    fn damaged(&self, found: &impl ToString) -> ProjectionError {
        ProjectionError::Damaged { table: self.table, found: found.to_string() }
    }
}
