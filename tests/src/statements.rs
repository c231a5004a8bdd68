//! Does a database write its statements into our log?
//!
//! sqlx warns of a slow statement with all of its text, and by default each connection does: tables that are made on a slow
//! disk fill the screen of whoever starts for the first time.

use crate::{code::product_code_of, workspace::Workspace};

/// How the options of a connection, or a connection with the usual ones, come about; the last as in
/// `let options: PgConnectOptions = url.parse()?`.
const MADE: [&str; 6] = [
    "ConnectOptions::new(",
    "ConnectOptions>()",
    "ConnectOptions::from_str(",
    "Pool::connect(",
    "Connection::connect(",
    "ConnectOptions = ",
];

/// Folders of which nothing is in the product.
const FOR_TESTS: [&str; 2] = ["tests/", "crates/testkit/"];
const SILENCED: &str = ".disable_statement_logging()";

/// Files of the product that connect to a database more often than they silence a connection.
pub fn in_the_log(workspace: &Workspace) -> Vec<String> {
    let is_product = |path: &str| path.contains("/src/") && !FOR_TESTS.iter().any(|folder| path.starts_with(folder));
    let product = workspace.rust_files().filter(|file| is_product(&file.path));
    let told = product.filter(|file| {
        let code = product_code_of(&file.text);
        let made: usize = MADE.iter().map(|how| code.matches(*how).count()).sum();
        made > code.matches(SILENCED).count()
    });
    told.map(|file| file.path.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::SourceFile;

    fn told_by(text: &str) -> usize {
        let files = vec![SourceFile { path: "crates/store/src/a.rs".into(), text: text.into() }];
        in_the_log(&Workspace { files, ..Workspace::default() }).len()
    }

    #[test]
    fn each_way_to_a_connection_that_tells_its_statements_is_found() {
        for made in [
            "let a = SqliteConnectOptions::new().filename(b);",
            "let a = b.parse::<PgConnectOptions>()?.options([]);",
            "let a = PgConnectOptions::from_str(b)?;",
            "let a: PgConnectOptions = b.parse()?;",
            "PgPool::connect(a).await?;",
            "SqliteConnection::connect(a).await?;",
        ] {
            assert_eq!(told_by(made), 1, "{made}");
            assert_eq!(told_by(&format!("{made}\nlet a = a.disable_statement_logging();")), 0, "{made}");
            assert_eq!(told_by(&format!("{made}\n{made}\nlet a = a.disable_statement_logging();")), 1, "{made} twice");
        }
    }

    #[test]
    fn what_is_only_handed_on_is_not_counted() {
        assert_eq!(told_by("fn a(options: PgConnectOptions) { PgConnection::connect_with(&options) }"), 0);
    }
}
