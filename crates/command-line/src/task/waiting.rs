//! Why does nothing happen to a watched task yet?

use super::{
    ending::NO_MODEL,
    news::{Standing, Tried},
};
use crate::{
    api::Api,
    text::{Style, Text},
    words::counted,
};
use edgecoder_events::task::Language;
use edgecoder_wire::{
    runtime::{LanguageInPreparation, Status},
    work::RETRY_ELSEWHERE_MS,
};
use std::time::Duration;
use tokio::time::sleep;

/// How long a task may wait before the coordinator is asked, and how often it is asked while something is prepared.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// What waits for long is asked about more and more seldom.
const ASK_SELDOM: Duration = Duration::from_secs(30);

/// Tells why a task waits: once, and again when that changes.
pub struct Waiting<'a> {
    api: &'a Api,
    told: Option<String>,
    ask_after: Duration,
}

impl<'a> Waiting<'a> {
    pub fn new(api: &'a Api) -> Self {
        Self { api, told: None, ask_after: ASK_EVERY }
    }

    /// Returns when there is something new to tell. Asks nobody while a machine works on the task.
    pub async fn news(&mut self, standing: &Standing) -> Text {
        let Some(language) = standing.waits_for() else { return std::future::pending().await };
        loop {
            sleep(self.ask_after).await;
            // Where it can not be asked, the event stream says so.
            let status = self.api.get::<Status>(&["status"], &[]).await.ok();
            let reason = status.and_then(|status| reason(&status, language, standing));
            self.ask_after = if reason.is_some() { ASK_EVERY } else { (self.ask_after * 2).min(ASK_SELDOM) };
            if let Some(reason) = reason.filter(|reason| self.told.as_ref() != Some(reason)) {
                self.told = Some(reason.clone());
                return Text::line(Style::Notice, format!("waiting: {reason}"));
            }
        }
    }
}

/// What stands in the way of a task in `language`, where it is more than other tasks.
fn reason(status: &Status, language: Language, standing: &Standing) -> Option<String> {
    match status.preparing.iter().find(|it| it.language == language) {
        Some(it) => Some(prepared(it)),
        None if status.agents == 0 => Some("no machine is online".to_owned()),
        None if standing.lacks_a_model() => Some(NO_MODEL.to_owned()),
        None => standing.tried_last().map(kept_for_others),
    }
}

/// `5 s for another machine; then one of the same owner may try again`.
fn kept_for_others(tried: Tried) -> String {
    let seconds = Duration::from_millis(RETRY_ELSEWHERE_MS).as_secs();
    // Twice as long each time that it comes back from them; whose machines they are is not known here.
    let or_longer = match tried {
        Tried::Failed => "",
        Tried::CameBack(_) => " or longer",
    };
    format!("{seconds} s{or_longer} for another machine; then one of the same owner may try again")
}

/// `Python is being prepared on 1 machine (50 %)`.
pub fn prepared(preparation: &LanguageInPreparation) -> String {
    let LanguageInPreparation { language, machines, percent } = preparation;
    let name = match language {
        Language::Python => "Python",
        Language::Javascript => "JavaScript",
    };
    format!("{name} is being prepared on {} ({percent} %)", counted(*machines, "machine"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_events::task::ReturnReason;

    fn status(agents: u64, preparing: Vec<LanguageInPreparation>) -> Status {
        Status { queued: 1, leased: 0, agents, preparing, ledger_size: 3, ledger_head: String::new() }
    }

    #[test]
    fn what_is_prepared_is_told_to_those_who_wait_for_it() {
        let python = |machines| LanguageInPreparation { language: Language::Python, machines, percent: 8 };
        let told =
            |machines| reason(&status(3, vec![python(machines)]), Language::Python, &Standing::default()).unwrap();
        assert_eq!(told(1), "Python is being prepared on 1 machine (8 %)");
        assert_eq!(told(2), "Python is being prepared on 2 machines (8 %)");
        assert_eq!(reason(&status(1, vec![python(1)]), Language::Javascript, &Standing::default()), None);
    }

    #[test]
    fn what_is_kept_for_other_machines_is_told_until_one_takes_it() {
        let told = |tried| reason(&status(1, vec![]), Language::Python, &Standing::of(tried));
        assert_eq!(
            told(Some(Tried::Failed)).unwrap(),
            "5 s for another machine; then one of the same owner may try again"
        );
        assert!(told(Some(Tried::CameBack(ReturnReason::AgentUnable))).unwrap().starts_with("5 s or longer for"));
        assert_eq!(told(Some(Tried::CameBack(ReturnReason::ModelUnavailable))).unwrap(), NO_MODEL);
        assert_eq!(told(None), None);
    }

    #[test]
    fn nobody_there_is_a_reason_and_others_before_is_none() {
        assert_eq!(reason(&status(0, vec![]), Language::Python, &Standing::default()).unwrap(), "no machine is online");
        assert_eq!(reason(&status(1, vec![]), Language::Python, &Standing::default()), None);
    }
}
