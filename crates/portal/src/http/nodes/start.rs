//! With which command does a machine that was just enrolled begin? The only page that shows a worker's token.

use crate::{
    Portal,
    callers::Person,
    page::{self, Shell},
    text::ENGLISH,
};
use askama::Template;
use axum::{http::StatusCode, response::Response};
use edgecoder_events::AgentId;
use edgecoder_identity::Token;

/// A machine that was just enrolled; of a worker, with a token that is not known to anybody yet.
pub struct Begun<'a> {
    pub node: &'a AgentId,
    /// None for a coordinator: it registers nowhere.
    pub token: Option<&'a Token>,
    /// Whether it was enrolled before, and its token replaces another one.
    pub is_another: bool,
}

#[derive(Template)]
#[template(path = "node_token.html")]
struct Page<'a> {
    shell: &'a Shell,
    node: &'a AgentId,
    token: Option<&'a str>,
    is_another: bool,
    commands: Vec<StartCommand>,
}

/// What is typed on one platform.
struct StartCommand {
    /// Of the element that holds the text.
    id: &'static str,
    platform: &'static str,
    text: String,
}

impl Begun<'_> {
    /// The page, once.
    pub fn shown(&self, portal: &Portal, person: &Person) -> Response {
        let mut shell = Shell::of_person(person);
        // Other colours lead to a page that can be asked for.
        shell.place = format!("/nodes/{}", self.node);
        let page = Page {
            shell: &shell,
            node: self.node,
            token: self.token.map(Token::expose),
            is_another: self.is_another,
            commands: match self.token {
                Some(token) => of_worker(self.node, token.expose(), &portal.audit_url),
                None => of_witness(self.node, &portal.commands.store().log_verifier_key().to_string()),
            },
        };
        page::show(portal.cookies, StatusCode::OK, &shell, &page)
    }
}

/// Names of machines, tokens and addresses have no sign that a shell or a file system takes for another. The folder is
/// the machine's own: another EdgeCoder on the same computer has the usual one.
fn of_worker(node: &AgentId, token: &str, coordinator: &str) -> Vec<StartCommand> {
    let run = format!("edgecoder --data-dir edgecoder-{node} run --mode worker");
    let settings = [("AGENT_ID", node.as_str()), ("AGENT_REGISTRATION_TOKEN", token), ("COORDINATOR_URL", coordinator)];
    let in_shell = settings.map(|(name, value)| format!("{name}='{value}'")).join(" ");
    let in_powershell = settings.map(|(name, value)| format!("$env:{name}='{value}'")).join("; ");
    on_each_platform(format!("{in_shell} {run}"), format!("{in_powershell}; {run}"))
}

/// A coordinator that cosigns the checkpoints of the log with this key (docs/operators/running.md, "Witnesses"). The policy
/// file has no carriage return: PowerShell's own way of writing lines would give it some.
fn of_witness(node: &AgentId, log_key: &str) -> Vec<StartCommand> {
    let (file, run) =
        (format!("{node}.policy"), format!("edgecoder --data-dir edgecoder-{node} run --mode coordinator"));
    let in_shell = format!("printf 'log %s\\nquorum none\\n' '{log_key}' > {file} && WITNESS_LOGS={file} {run}");
    let written = format!("[IO.File]::WriteAllText(\"$PWD/{file}\", \"log {log_key}`nquorum none`n\")");
    on_each_platform(in_shell, format!("{written}; $env:WITNESS_LOGS='{file}'; {run}"))
}

fn on_each_platform(in_shell: String, in_powershell: String) -> Vec<StartCommand> {
    vec![
        StartCommand { id: "start-macos", platform: ENGLISH.platform_macos, text: in_shell.clone() },
        StartCommand { id: "start-linux", platform: ENGLISH.platform_linux, text: in_shell },
        StartCommand { id: "start-windows", platform: ENGLISH.platform_windows, text: in_powershell },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_platform_is_told_the_same_settings_in_its_own_way() {
        let told = of_worker(&AgentId::new("shed").unwrap(), "ec_node_x", "https://swarm.example");
        let [macos, linux, windows] = told.as_slice() else { panic!("three platforms") };
        assert_eq!(
            linux.text,
            "AGENT_ID='shed' AGENT_REGISTRATION_TOKEN='ec_node_x' COORDINATOR_URL='https://swarm.example' \
             edgecoder --data-dir edgecoder-shed run --mode worker"
        );
        assert_eq!(macos.text, linux.text);
        assert!(windows.text.starts_with("$env:AGENT_ID='shed'; "), "{}", windows.text);
        assert!(windows.text.ends_with("; edgecoder --data-dir edgecoder-shed run --mode worker"), "{}", windows.text);
    }

    #[test]
    fn a_coordinator_is_told_whose_log_it_witnesses_in_a_policy_file_that_it_can_read() {
        let key = "swarm.example/log+1a2b3c4d+AYE=";
        let told = of_witness(&AgentId::new("hub").unwrap(), key);
        let [_, linux, windows] = told.as_slice() else { panic!("three platforms") };
        assert_eq!(
            linux.text,
            format!(
                "printf 'log %s\\nquorum none\\n' '{key}' > hub.policy && \
                 WITNESS_LOGS=hub.policy edgecoder --data-dir edgecoder-hub run --mode coordinator"
            )
        );
        assert!(windows.text.contains(&format!("\"log {key}`nquorum none`n\"")), "{}", windows.text);
    }
}
