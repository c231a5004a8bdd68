//! Everything that was ever enrolled, and enrolling more.

pub mod enroll;
pub mod list;

use crate::ControlPlane;
use edgecoder_events::AgentId;
use edgecoder_projections::{PageRequest, agent_directory::NodeFilter};
use edgecoder_service_kit::views;
use edgecoder_wire::agents::AgentPage;

/// One page of the machines that `filter` takes, by name.
pub(super) fn page(control_plane: &ControlPlane, filter: &NodeFilter, wanted: &PageRequest<AgentId>) -> AgentPage {
    let now = control_plane.commands.clock().now();
    let page = control_plane.projections.agent_directory(|agents| agents.list(filter, wanted));
    let agents = page.items.iter().filter_map(|entry| views::agent(entry, now)).collect();
    AgentPage { agents, next: page.next.map(String::from) }
}
