//! What must a projection in tables say of itself?

use crate::{
    ProjectionError, Question,
    sql::{Colour, Database, Tx},
};
use edgecoder_events::Recorded;
use std::future::Future;

/// A projection whose answers are rows: the rows that events touch are read, changed by pure code, and written back.
pub(crate) trait SqlProjection: Send + Sync + 'static {
    const QUESTION: Question;
    /// Counted up whenever other rows come of the same log; the projection is then built again.
    const CODE_VERSION: i64;
    /// Its tables, each with a view of the live one.
    const TABLES: &'static [&'static str];
    /// The rows that some events touch.
    type Rows: Send;

    /// The statements that make its tables.
    fn schema(database: &Database) -> &'static str;

    /// Reads the rows that the events will change.
    fn load(
        tx: &mut Tx,
        colour: Colour,
        events: &[&Recorded],
    ) -> impl Future<Output = Result<Self::Rows, ProjectionError>> + Send;

    /// Changes them; pure.
    fn apply(rows: &mut Self::Rows, recorded: &Recorded) -> Result<(), ProjectionError>;

    /// Writes them back.
    fn save(tx: &mut Tx, colour: Colour, rows: Self::Rows) -> impl Future<Output = Result<(), ProjectionError>> + Send;
}
