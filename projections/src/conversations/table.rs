//! The conversations in tables.

use super::changes::{ConversationEntry, Key, MessageEntry, Touched, spoken_in};
use crate::{
    ProjectionError, Question,
    runner::SqlProjection,
    sql::{Cell, Colour, Database, Row, Table, Tx},
};
use edgecoder_events::{Position, Recorded};
use std::collections::BTreeSet;

const CONVERSATIONS: Table = Table {
    name: "conversations__conversations",
    columns: &["name", "account", "conversation", "first_task", "began_at", "newest", "newest_at", "messages"],
    key: &["name"],
};
const MESSAGES: Table =
    Table { name: "conversations__messages", columns: &["position", "name", "account", "task"], key: &[] };

/// The columns of a conversation, as [`read_conversation`] takes them.
pub(super) const COLUMNS: &str = "account, conversation, first_task, began_at, newest, newest_at, messages";

/// The conversations as rows.
pub(crate) struct ConversationTables;

impl SqlProjection for ConversationTables {
    const QUESTION: Question = Question::Conversations;
    const CODE_VERSION: i64 = 1;
    const TABLES: &'static [&'static str] = &[CONVERSATIONS.name, MESSAGES.name];
    type Rows = Touched;

    fn schema(database: &Database) -> &'static str {
        database.pick(
            include_str!("../../../migrations/sqlite/projections/0007_conversations.sql"),
            include_str!("../../../migrations/postgres/projections/0007_conversations.sql"),
        )
    }

    async fn load(tx: &mut Tx, colour: Colour, events: &[&Recorded]) -> Result<Touched, ProjectionError> {
        let names: BTreeSet<_> = events.iter().filter_map(|it| spoken_in(&it.event)).collect();
        let mut touched = Touched::default();
        if names.is_empty() {
            return Ok(touched);
        }
        let keys: Vec<_> = names.iter().map(|it| Cell::text(name(it))).collect();
        let sql = colour.paint(&format!("SELECT {COLUMNS} FROM conversations__conversations WHERE name IN"));
        for row in Table::read_where_in(tx, &sql, &keys).await? {
            let entry = read_conversation(row)?;
            touched.conversations.insert((entry.account.clone(), entry.conversation.clone()), entry);
        }
        Ok(touched)
    }

    fn apply(rows: &mut Touched, recorded: &Recorded) -> Result<(), ProjectionError> {
        rows.apply(recorded);
        Ok(())
    }

    async fn save(tx: &mut Tx, colour: Colour, rows: Touched) -> Result<(), ProjectionError> {
        for account in &rows.forgotten {
            for table in [CONVERSATIONS.name, MESSAGES.name] {
                let sql = colour.paint(&format!("DELETE FROM {table} WHERE account = $1"));
                tx.execute(sql, vec![Cell::text(account)]).await?;
            }
        }
        CONVERSATIONS.write(tx, colour, rows.conversations.iter().map(conversation_cells).collect()).await?;
        MESSAGES.write(tx, colour, rows.messages.iter().map(message_cells).collect()).await
    }
}

/// The name of a conversation among those of everybody: an account's name has no `/`.
pub(super) fn name((account, conversation): &Key) -> String {
    format!("{account}/{conversation}")
}

fn conversation_cells((key, entry): (&Key, &ConversationEntry)) -> Vec<Cell> {
    vec![
        Cell::text(name(key)),
        Cell::text(entry.account.as_str()),
        Cell::text(entry.conversation.as_str()),
        Cell::text(entry.first.as_str()),
        Cell::count(entry.began_at.0),
        Cell::count(entry.newest.0),
        Cell::count(entry.newest_at.0),
        Cell::count(entry.messages),
    ]
}

fn message_cells((key, entry): &(Key, MessageEntry)) -> Vec<Cell> {
    let (account, _) = key;
    vec![
        Cell::count(entry.position.0),
        Cell::text(name(key)),
        Cell::text(account.as_str()),
        Cell::text(entry.task.as_str()),
    ]
}

pub(super) fn read_conversation(row: Row) -> Result<ConversationEntry, ProjectionError> {
    let mut row = row.of(CONVERSATIONS.name);
    Ok(ConversationEntry {
        account: row.id()?,
        conversation: row.id()?,
        first: row.id()?,
        began_at: row.instant()?,
        newest: Position(row.count()?),
        newest_at: row.instant()?,
        messages: row.count()?,
    })
}

pub(super) fn read_message(row: Row) -> Result<MessageEntry, ProjectionError> {
    let mut row = row.of(MESSAGES.name);
    Ok(MessageEntry { position: Position(row.count()?), task: row.id()? })
}
