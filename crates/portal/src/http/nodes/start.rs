//! With which command does a machine that was just enrolled begin? The only page that shows its token.

use super::kind;
use crate::{
    Portal,
    callers::Person,
    page::{self, Shell},
    text::ENGLISH,
};
use askama::Template;
use axum::{http::StatusCode, response::Response};
use edgecoder_events::{AgentId, node::NodeKind};
use edgecoder_identity::Token;

/// A machine with a token that is not known to anybody yet.
pub struct Begun<'a> {
    pub node: &'a AgentId,
    pub kind: NodeKind,
    pub token: &'a Token,
    /// Whether the machine had another one before.
    pub is_another: bool,
}

#[derive(Template)]
#[template(path = "node_token.html")]
struct Page<'a> {
    shell: &'a Shell,
    node: &'a AgentId,
    kind: &'static str,
    token: &'a str,
    is_another: bool,
    /// None for a coordinator: it registers nowhere.
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
            kind: kind(self.kind),
            token: self.token.expose(),
            is_another: self.is_another,
            commands: match self.kind {
                NodeKind::Agent => commands(self.node, self.token.expose(), &portal.audit_url),
                NodeKind::Coordinator => vec![],
            },
        };
        page::show(portal.cookies, StatusCode::OK, &shell, &page)
    }
}

/// Names of machines, tokens and addresses have no sign that a shell or a file system takes for another. The folder is
/// the machine's own: another EdgeCoder on the same computer has the usual one.
fn commands(node: &AgentId, token: &str, coordinator: &str) -> Vec<StartCommand> {
    let run = format!("edgecoder --data-dir edgecoder-{node} run --mode worker");
    let settings = [("AGENT_ID", node.as_str()), ("AGENT_REGISTRATION_TOKEN", token), ("COORDINATOR_URL", coordinator)];
    let in_shell = settings.map(|(name, value)| format!("{name}='{value}'")).join(" ");
    let in_powershell = settings.map(|(name, value)| format!("$env:{name}='{value}'")).join("; ");
    vec![
        StartCommand { id: "start-macos", platform: ENGLISH.platform_macos, text: format!("{in_shell} {run}") },
        StartCommand { id: "start-linux", platform: ENGLISH.platform_linux, text: format!("{in_shell} {run}") },
        StartCommand {
            id: "start-windows",
            platform: ENGLISH.platform_windows,
            text: format!("{in_powershell}; {run}"),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_platform_is_told_the_same_settings_in_its_own_way() {
        let told = commands(&AgentId::new("shed").unwrap(), "ec_node_x", "https://swarm.example");
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
}
