//! Is every HTTP client made in the one room that minds proxies, redirects and limits?
//!
//! clippy.toml bans what has a path of its own. `Client::default()` is a method of a trait, which clippy can not ban for
//! one type alone: it is looked for here by how it is written. What is written `Default::default()`, or under another name
//! of the type, is not seen.

use crate::{code::code_of, sources::lines_where, workspace::Workspace};

/// The crate that makes clients.
const ROOM: &str = "crates/outbound/";

/// How a client comes about without the room.
const MADE: [&str; 3] = ["Client::default(", "ClientBuilder::default(", "ClientBuilder::new("];

/// Lines that make a client elsewhere.
pub fn made_elsewhere(workspace: &Workspace) -> Vec<String> {
    let files = workspace.rust_files().filter(|file| !file.path.starts_with(ROOM));
    lines_where(files, code_of, |line| MADE.iter().any(|call| makes(line, call)))
}

/// Whether the type has this name, and not one that ends like it.
fn makes(line: &str, call: &str) -> bool {
    line.match_indices(call).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::SourceFile;

    fn found_in(path: &str, text: &str) -> usize {
        let files = vec![SourceFile { path: path.into(), text: text.into() }];
        made_elsewhere(&Workspace { files, ..Workspace::default() }).len()
    }

    #[test]
    fn a_client_that_is_made_outside_the_room_is_found() {
        for made in ["let a = Client::default();", "f(reqwest::ClientBuilder::new())", "ClientBuilder::default()"] {
            assert_eq!(found_in("crates/portal/src/a.rs", made), 1, "{made}");
            assert_eq!(found_in("crates/portal/tests/a.rs", made), 1, "{made}");
            assert_eq!(found_in("crates/outbound/src/lib.rs", made), 0, "{made}");
        }
    }

    #[test]
    fn what_is_named_like_a_client_is_none() {
        for other in ["ModelClient::default()", "// Client::default()", "let a = \"ClientBuilder::new(\";"] {
            assert_eq!(found_in("crates/portal/src/a.rs", other), 0, "{other}");
        }
    }
}
