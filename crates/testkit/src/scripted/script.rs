//! Which answer does the script have for a prompt?

use serde::Deserialize;

/// What a scripted model server has and says. As a file: `scripts/prime_journey.json` shows the form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The models that are installed.
    pub models: Vec<String>,
    /// The models that can be pulled.
    #[serde(default)]
    pub library: Vec<String>,
    /// The first rule that applies gives the answer; without one the server fails with status 500.
    pub rules: Vec<Rule>,
}

/// When the last message of the user contains `when`, for the `nth` time, the answer is this.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Empty is contained in every message.
    pub when: String,
    /// Counted from 1 for each rule; without it the rule applies every time.
    pub nth: Option<u32>,
    pub answer: Answer,
    /// How long the server thinks first, in milliseconds.
    #[serde(default)]
    pub delay_ms: u64,
    #[serde(skip)]
    seen: u32,
}

/// What the server does.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Says this, in several pieces, and ends properly.
    Reply(String),
    /// Says this and stops because `max_tokens` is reached.
    CutShort(String),
    /// Answers with this HTTP status and an error of the protocol's form.
    Status(u16),
    /// Sends the caller to this address.
    Redirect(String),
    /// Says this, then breaks the connection.
    HangUpAfter(String),
    /// Says this, then says nothing more and keeps the connection.
    StallAfter(String),
    /// Says this, then reports an error in the protocol's own way.
    FailAfter { text: String, error: String },
    /// Says this again and again without end.
    Endless(String),
    /// Sends these bytes as the whole body, whatever the protocol says.
    Raw(String),
}

impl Rule {
    /// A rule that applies every time.
    pub fn new(when: impl Into<String>, answer: Answer) -> Self {
        Self { when: when.into(), nth: None, answer, delay_ms: 0, seen: 0 }
    }

    /// The same rule, for the `nth` time only.
    #[must_use]
    pub fn only(mut self, nth: u32) -> Self {
        self.nth = Some(nth);
        self
    }

    fn applies(&mut self, prompt: &str) -> bool {
        if !prompt.contains(&self.when) {
            return false;
        }
        self.seen = self.seen.saturating_add(1);
        self.nth.is_none_or(|nth| nth == self.seen)
    }
}

impl Script {
    /// A server with one model that answers by these rules.
    pub fn new(model: &str, rules: impl IntoIterator<Item = Rule>) -> Self {
        Self { models: vec![model.to_owned()], library: Vec::new(), rules: rules.into_iter().collect() }
    }

    /// A server with one model that does one thing, whatever it is asked.
    pub fn always(model: &str, answer: Answer) -> Self {
        Self::new(model, [Rule::new("", answer)])
    }

    /// Reads a script from its JSON form.
    ///
    /// # Errors
    /// Says which field is missing or unknown.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The journey of "write is_prime and test it": one step, code with a bug that its own test finds, a right repair.
    ///
    /// # Panics
    /// Never: a test reads the same file.
    pub fn prime_journey() -> Self {
        Self::from_json(include_str!("../../scripts/prime_journey.json")).expect("the file is part of this crate")
    }

    /// Finds the answer to a prompt and its delay. Every rule that matches counts the prompt, used or not.
    pub(super) fn answer_to(&mut self, prompt: &str) -> Option<(Answer, u64)> {
        let mut found = None;
        for rule in &mut self.rules {
            if rule.applies(prompt) && found.is_none() {
                found = Some((rule.answer.clone(), rule.delay_ms));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(script: &mut Script, prompt: &str) -> Option<String> {
        match script.answer_to(prompt)?.0 {
            Answer::Reply(text) => Some(text),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_first_rule_that_applies_answers_and_every_match_is_counted() {
        let reply = |text: &str| Answer::Reply(text.to_owned());
        let rules = [
            Rule::new("a", reply("first")).only(1),
            Rule::new("a", reply("second")).only(2),
            Rule::new("ab", reply("later")),
        ];
        let mut script = Script::new("m", rules);
        assert_eq!(said(&mut script, "a").as_deref(), Some("first"));
        assert_eq!(said(&mut script, "ab").as_deref(), Some("second"));
        assert_eq!(said(&mut script, "ab").as_deref(), Some("later"));
        assert_eq!(said(&mut script, "a"), None);
    }

    #[test]
    fn every_answer_has_a_json_form() {
        let json = r#"{"models":["m"],"library":["n"],"rules":[
            {"when":"a","answer":{"reply":"x"}}, {"when":"a","nth":2,"delay_ms":5,"answer":{"status":503}},
            {"when":"","answer":{"fail_after":{"text":"x","error":"y"}}}, {"when":"","answer":{"hang_up_after":"x"}},
            {"when":"","answer":{"stall_after":"x"}}, {"when":"","answer":{"endless":"x"}},
            {"when":"","answer":{"raw":"x"}}, {"when":"","answer":{"cut_short":"x"}},
            {"when":"","answer":{"redirect":"http://127.0.0.1:1/"}}]}"#;
        assert_eq!(Script::from_json(json).unwrap().rules.len(), 9);
        assert!(Script::from_json(r#"{"models":[],"rules":[],"rule":1}"#).is_err());
    }

    #[test]
    fn the_journey_script_can_be_read() {
        assert_eq!(Script::prime_journey().models, ["qwen2.5-coder:7b"]);
    }
}
