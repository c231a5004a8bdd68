//! Everything that was ever enrolled, and enrolling more.

pub mod enroll;
pub mod list;

use crate::{ControlPlane, views};
use edgecoder_events::AgentId;
use edgecoder_projections::{PageRequest, agent_directory::NodeFilter};
use edgecoder_wire::agents::AgentPage;

/// One page of the machines that `filter` takes, by name.
pub(super) fn page(control_plane: &ControlPlane, filter: &NodeFilter, wanted: &PageRequest<AgentId>) -> AgentPage {
    let now = control_plane.commands.clock().now();
    let page = control_plane.projections.agent_directory(|agents| agents.list(filter, wanted));
    let view = |entry: &edgecoder_projections::agent_directory::NodeEntry| {
        entry.enrolment().map(|enrolment| views::agent(entry, enrolment, now))
    };
    AgentPage { agents: page.items.iter().filter_map(|entry| view(entry)).collect(), next: page.next.map(String::from) }
}
