//! Of what does one recorded event speak?

use super::{ABOUT, ACCOUNT, AGENT, KIND, TASK, TIME};
use edgecoder_events::Recorded;
use edgecoder_search_index::Document;

/// What the index keeps of an entry.
pub(super) fn document(recorded: &Recorded) -> Document {
    let (named, kind) = (recorded.event.named(), recorded.event.kind());
    let mut about = format!("{kind} {} {}", recorded.stream, recorded.actor.as_str());
    let mut document = Document::new(recorded.position.0).number(TIME, recorded.recorded_at.0).text(KIND, kind);
    if let Some((family, _)) = kind.split_once('.') {
        document = document.text(KIND, family);
    }
    let task = named.task.map(|it| (TASK, it.as_str()));
    let agent = named.agent.map(|it| (AGENT, it.as_str()));
    let accounts = named.accounts().map(|it| (ACCOUNT, it));
    for (field, name) in task.into_iter().chain(agent).chain(accounts) {
        document = document.text(field, name);
        about.push(' ');
        about.push_str(name);
    }
    document.text(ABOUT, about)
}
