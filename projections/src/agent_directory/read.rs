//! Questions that the directory answers.

use super::{AgentDirectory, NodeEntry};
use crate::page::{Page, PageRequest};
use edgecoder_domain::agent::Standing;
use edgecoder_events::{AccountId, AgentId, PublicKey, UnixMillis, node::NodeKind};
use std::{ops::Bound, sync::Arc};

/// Which machines a list shows; what is `None` is not asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeFilter {
    pub kind: Option<NodeKind>,
    pub owner: Option<AccountId>,
    pub standing: Option<Standing>,
}

impl NodeFilter {
    fn takes(&self, entry: &NodeEntry) -> bool {
        entry.enrolment().is_some_and(|it| {
            self.kind.is_none_or(|kind| kind == it.kind)
                && self.standing.is_none_or(|standing| standing == it.standing)
                && self.owner.as_ref().is_none_or(|owner| *owner == it.owner)
        })
    }
}

impl AgentDirectory {
    /// What is known of a machine, where it was enrolled.
    pub fn get(&self, node: &AgentId) -> Option<Arc<NodeEntry>> {
        self.nodes.get(node).cloned()
    }

    /// The key that signs the agent's requests, where it registered.
    pub fn signing_key(&self, agent: &AgentId) -> Option<PublicKey> {
        Some(self.nodes.get(agent)?.registration()?.signing_key)
    }

    /// The machines that the filter takes, by name.
    pub fn list(&self, filter: &NodeFilter, page: &PageRequest<AgentId>) -> Page<Arc<NodeEntry>, AgentId> {
        let from = page.after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let entries = self.nodes.range::<AgentId, _>((from, Bound::Unbounded));
        let taken: Vec<_> = entries.filter(|(_, entry)| filter.takes(entry)).take(page.limit() + 1).collect();
        let page = Page::cut(taken, page.limit(), |(node, _)| (*node).clone());
        Page { items: page.items.into_iter().map(|(_, entry)| Arc::clone(entry)).collect(), next: page.next }
    }

    /// The agents that may take work at `now`.
    pub fn workers(&self, now: UnixMillis) -> impl Iterator<Item = (&AgentId, &Arc<NodeEntry>)> {
        let online = self.online.iter().filter_map(|agent| self.nodes.get_key_value(agent));
        online.filter(move |(_, entry)| entry.may_work(now))
    }

    /// Whether one of the machines that were let in, there at the moment or not, answers with a model at `now`.
    pub fn has_model(&self, now: UnixMillis) -> bool {
        let let_in = self.nodes.values().filter(|it| it.is_approved() && !it.is_blacklisted(now));
        let_in.filter_map(|it| it.registration()).any(|it| !it.capabilities.models.is_empty())
    }

    /// How many machines are shut out at `now`.
    pub fn blacklisted(&self, now: UnixMillis) -> usize {
        self.nodes.values().filter(|entry| entry.is_blacklisted(now)).count()
    }

    /// How many machines were ever enrolled.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nobody enrolled a machine yet.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}
