//! Questions about conversations. Each names whose they are: nobody is answered about anybody else.

use super::{
    ConversationEntry, MessageEntry,
    table::{COLUMNS, name, read_conversation, read_message},
};
use crate::{
    Page, PageRequest, ProjectionError,
    sql::{Cell, Database},
};
use edgecoder_events::{AccountId, ConversationId, Position};

/// Reads what accounts asked for, conversation by conversation.
#[derive(Debug, Clone)]
pub struct Conversations {
    database: Database,
}

impl Conversations {
    pub(crate) fn new(database: Database) -> Self {
        Self { database }
    }

    /// The conversations of an account; the one with the newest message comes first.
    pub async fn list(
        &self,
        account: &AccountId,
        page: &PageRequest<Position>,
    ) -> Result<Page<ConversationEntry, Position>, ProjectionError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM conversations_conversations WHERE account = $1 AND newest < $2 \
             ORDER BY newest DESC LIMIT $3"
        );
        let rows = self.database.read(&sql, cells(account.as_str(), page)).await?;
        let entries = rows.into_iter().map(read_conversation).collect::<Result<_, _>>()?;
        Ok(Page::cut(entries, page.limit(), |it: &ConversationEntry| it.newest))
    }

    /// A conversation of an account.
    pub async fn conversation(
        &self,
        account: &AccountId,
        conversation: &ConversationId,
    ) -> Result<Option<ConversationEntry>, ProjectionError> {
        let sql = format!("SELECT {COLUMNS} FROM conversations_conversations WHERE name = $1");
        let key = (account.clone(), conversation.clone());
        let rows = self.database.read(&sql, vec![Cell::text(name(&key))]).await?;
        rows.into_iter().next().map(read_conversation).transpose()
    }

    /// The messages of a conversation of an account, the newest first.
    pub async fn messages(
        &self,
        account: &AccountId,
        conversation: &ConversationId,
        page: &PageRequest<Position>,
    ) -> Result<Page<MessageEntry, Position>, ProjectionError> {
        let sql = "SELECT position, task FROM conversations_messages WHERE name = $1 AND position < $2 \
                   ORDER BY position DESC LIMIT $3";
        let key = (account.clone(), conversation.clone());
        let rows = self.database.read(sql, cells(&name(&key), page)).await?;
        let entries = rows.into_iter().map(read_message).collect::<Result<_, _>>()?;
        Ok(Page::cut(entries, page.limit(), |it: &MessageEntry| it.position))
    }
}

/// Whose, from where on, and how many: one more than asked for says whether there are more.
fn cells(whose: &str, page: &PageRequest<Position>) -> Vec<Cell> {
    let before = page.after.map_or(Cell::int(i64::MAX), |it| Cell::count(it.0));
    vec![Cell::text(whose), before, Cell::count(page.limit() as u64 + 1)]
}
