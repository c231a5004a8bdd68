//! What does one recorded event change about conversations?

use edgecoder_events::{
    AccountId, ConversationId, Event, Position, Recorded, TaskId, UnixMillis, key::SubjectKeyDestroyed,
    task::TaskSubmitted,
};
use std::collections::{BTreeMap, BTreeSet};

/// A conversation as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationEntry {
    pub account: AccountId,
    pub conversation: ConversationId,
    /// The task that its first message became; what it is called stands there.
    pub first: TaskId,
    pub began_at: UnixMillis,
    /// Of its newest message; lists are in this order.
    pub newest: Position,
    pub newest_at: UnixMillis,
    pub messages: u64,
}

/// One message of a conversation: a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageEntry {
    /// Of the submission.
    pub position: Position,
    pub task: TaskId,
}

/// Whose a conversation is, and how they call it.
pub(super) type Key = (AccountId, ConversationId);

/// The conversations that some events touch.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    pub conversations: BTreeMap<Key, ConversationEntry>,
    pub messages: Vec<(Key, MessageEntry)>,
    /// Accounts whose key was destroyed, and with it everything that was said.
    pub forgotten: BTreeSet<String>,
}

impl Touched {
    pub(super) fn apply(&mut self, recorded: &Recorded) {
        if let Event::SubjectKeyDestroyed(it) = &recorded.event {
            self.forget(it);
        }
        if let Event::TaskSubmitted(it) = &recorded.event
            && let Some(conversation) = &it.conversation
        {
            self.say(recorded, it, conversation);
        }
    }

    fn forget(&mut self, destroyed: &SubjectKeyDestroyed) {
        self.conversations.retain(|(account, _), _| account.as_str() != destroyed.subject);
        self.messages.retain(|((account, _), _)| account.as_str() != destroyed.subject);
        self.forgotten.insert(destroyed.subject.clone());
    }

    fn say(&mut self, recorded: &Recorded, submitted: &TaskSubmitted, conversation: &ConversationId) {
        let key = (submitted.account.clone(), conversation.clone());
        let entry = self.conversations.entry(key.clone()).or_insert_with(|| ConversationEntry {
            account: submitted.account.clone(),
            conversation: conversation.clone(),
            first: submitted.task.clone(),
            began_at: recorded.recorded_at,
            newest: recorded.position,
            newest_at: recorded.recorded_at,
            messages: 0,
        });
        entry.newest = recorded.position;
        entry.newest_at = recorded.recorded_at;
        entry.messages = entry.messages.saturating_add(1);
        self.messages.push((key, MessageEntry { position: recorded.position, task: submitted.task.clone() }));
    }
}

/// The conversation that an event speaks in.
pub(super) fn spoken_in(event: &Event) -> Option<Key> {
    let Event::TaskSubmitted(it) = event else { return None };
    Some((it.account.clone(), it.conversation.clone()?))
}
