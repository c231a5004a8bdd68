//! The people in a table.

use super::changes::{PersonEntry, Touched, person_of};
use crate::{
    ProjectionError, Question,
    runner::SqlProjection,
    sql::{Cell, Colour, Database, Row, Table, Tx},
};
use edgecoder_events::{BlobRef, Digest, Position, Recorded};
use std::collections::BTreeSet;

const PEOPLE: Table = Table {
    name: "people__people",
    columns: &[
        "account",
        "position",
        "signed_up_at",
        "email_mark",
        "profile",
        "password_set_at",
        "erased_at",
        "descriptor",
        "backup_acknowledged_at",
    ],
    key: &["account"],
};

/// The columns of a person, as [`read_person`] takes them.
pub(super) fn columns() -> String {
    PEOPLE.columns.join(", ")
}

/// The people as rows.
pub(crate) struct PeopleTables;

impl SqlProjection for PeopleTables {
    const QUESTION: Question = Question::People;
    const CODE_VERSION: i64 = 3;
    const TABLES: &'static [&'static str] = &[PEOPLE.name];
    type Rows = Touched;

    fn schema(database: &Database) -> &'static str {
        database.pick(
            include_str!("../../../migrations/sqlite/projections/0006_people.sql"),
            include_str!("../../../migrations/postgres/projections/0006_people.sql"),
        )
    }

    async fn load(tx: &mut Tx, colour: Colour, events: &[&Recorded]) -> Result<Touched, ProjectionError> {
        let accounts: BTreeSet<_> = events.iter().filter_map(|it| person_of(&it.event)).collect();
        let mut touched = Touched::default();
        if accounts.is_empty() {
            return Ok(touched);
        }
        let keys: Vec<_> = accounts.into_iter().map(|it| Cell::text(it.as_str())).collect();
        let sql = colour.paint(&format!("SELECT {} FROM people__people WHERE account IN", columns()));
        for row in Table::read_where_in(tx, &sql, &keys).await? {
            let person = read_person(row)?;
            touched.people.insert(person.account.clone(), person);
        }
        Ok(touched)
    }

    fn apply(rows: &mut Touched, recorded: &Recorded) -> Result<(), ProjectionError> {
        rows.apply(recorded);
        Ok(())
    }

    async fn save(tx: &mut Tx, colour: Colour, rows: Touched) -> Result<(), ProjectionError> {
        PEOPLE.write(tx, colour, rows.people.values().map(cells).collect()).await
    }
}

fn cells(person: &PersonEntry) -> Vec<Cell> {
    vec![
        Cell::text(person.account.as_str()),
        Cell::count(person.position.0),
        Cell::count(person.signed_up_at.0),
        Cell::bytes(person.email_mark.0),
        Cell::bytes(person.profile.0),
        Cell::count(person.password_set_at.0),
        Cell::instant(person.erased_at),
        Cell::blob(person.descriptor),
        Cell::instant(person.backup_acknowledged_at),
    ]
}

pub(super) fn read_person(row: Row) -> Result<PersonEntry, ProjectionError> {
    let mut row = row.of(PEOPLE.name);
    Ok(PersonEntry {
        account: row.id()?,
        position: Position(row.count()?),
        signed_up_at: row.instant()?,
        email_mark: Digest(row.fixed()?),
        profile: BlobRef(row.fixed()?),
        password_set_at: row.instant()?,
        erased_at: row.maybe_instant()?,
        descriptor: row.maybe_fixed()?.map(BlobRef),
        backup_acknowledged_at: row.maybe_instant()?,
    })
}
