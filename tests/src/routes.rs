//! Is every route documented? One that is added beside the document is seen by no snapshot and by none of the attacks.

use crate::{
    code::product_code_of,
    floors::TEST_ONLY,
    workspace::{Package, Workspace},
};

/// What routes are made of. Who builds on it for its product serves, and is looked at.
const SERVED_BY: &str = "axum";

/// How something is served without a document.
const UNDOCUMENTED: [&str; 6] = [
    ".route(",
    ".route_service(",
    ".nest_service(",
    ".fallback(",
    ".fallback_service(",
    ".method_not_allowed_fallback(",
];

/// A route that no document has, and why.
struct Exception {
    file: &'static str,
    call: &'static str,
    reason: &'static str,
}

const EXCEPTIONS: [Exception; 7] = [
    Exception {
        file: "crates/coordinator/src/http/mod.rs",
        call: ".route(\"/tile/{*path}\"",
        reason: "documents know no path of several parts",
    },
    Exception {
        file: "crates/edgecoder/src/run/control_plane_gate.rs",
        call: ".route(\"/{*path}\"",
        reason: "hands on to the control plane, which documents its own",
    },
    Exception {
        file: "crates/edgecoder/src/run/portal_gate.rs",
        call: ".route(\"/\"",
        reason: "hands on to the portal, which documents its own",
    },
    Exception {
        file: "crates/edgecoder/src/run/portal_gate.rs",
        call: ".route(\"/{*path}\"",
        reason: "hands on to the portal, which documents its own",
    },
    Exception { file: "crates/service-kit/src/http/openapi.rs", call: ".route(PATH", reason: "is the document" },
    Exception {
        file: "crates/service-kit/src/http/server.rs",
        call: ".fallback(|| async { Problem::not_found(",
        reason: "says that there is no route",
    },
    Exception {
        file: "crates/service-kit/src/http/server.rs",
        call: ".method_not_allowed_fallback(|| async {",
        reason: "says that the route has no such method",
    },
];

/// Calls that add a route without a document, beyond those that have a reason.
pub fn undocumented(workspace: &Workspace) -> Vec<String> {
    let unexplained = |(file, line, text): &(String, usize, String)| {
        let is_known = |known: &Exception| known.file == file && text.starts_with(known.call);
        (!EXCEPTIONS.iter().any(is_known)).then(|| format!("{file}:{line}: {text}"))
    };
    plain(workspace).iter().filter_map(unexplained).collect()
}

/// Exceptions that nothing needs any more.
pub fn stale_exceptions(workspace: &Workspace) -> Vec<String> {
    let plain = plain(workspace);
    let is_there =
        |known: &&Exception| plain.iter().any(|(file, _, text)| known.file == file && text.starts_with(known.call));
    let stale = EXCEPTIONS.iter().filter(|known| !is_there(known));
    stale.map(|known| format!("{}: {} ({}) is not there", known.file, known.call, known.reason)).collect()
}

/// File, line and text of each such call, from the call on.
fn plain(workspace: &Workspace) -> Vec<(String, usize, String)> {
    let folders = served(workspace);
    let is_served =
        |path: &str| folders.iter().any(|folder| path.starts_with(folder.as_str())) && !path.ends_with("/tests.rs");
    let mut found = Vec::new();
    for file in workspace.rust_files().filter(|file| is_served(&file.path)) {
        let code = product_code_of(&file.text);
        for (index, (code, text)) in code.lines().zip(file.text.lines()).enumerate() {
            found.extend(calls(code, text).into_iter().map(|call| (file.path.clone(), index + 1, call)));
        }
    }
    found
}

/// Where routes of the product are made.
fn served(workspace: &Workspace) -> Vec<String> {
    let serves = |package: &Package| package.uses.iter().any(|it| it.package == SERVED_BY && !it.dev_only);
    let serving = workspace.members().filter(|(package, folder)| serves(package) && !folder.ends_with(TEST_ONLY));
    serving.map(|(_, folder)| format!("{folder}/src/")).collect()
}

/// Each call of a line, in order. In `code` every character stands where it stands in `text`.
fn calls(code: &str, text: &str) -> Vec<String> {
    let mut starts: Vec<usize> =
        UNDOCUMENTED.iter().flat_map(|call| code.match_indices(call)).map(|(start, _)| start).collect();
    starts.sort_unstable();
    starts.into_iter().map(|start| text.chars().skip(code[..start].chars().count()).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{SourceFile, Use};

    fn workspace(path: &str, text: &str) -> Workspace {
        let package = |folder: &str, dev_only| Package {
            member: Some(folder.into()),
            uses: vec![Use { package: SERVED_BY.into(), dev_only, ..Use::default() }],
            ..Package::default()
        };
        let packages = vec![
            package("crates/coordinator", false),
            package("crates/edgecoder", false),
            package("crates/service-kit", false),
            package("crates/testkit", false),
            package("crates/openid", true),
        ];
        Workspace { packages, files: vec![SourceFile { path: path.into(), text: text.into() }] }
    }

    #[test]
    fn a_route_without_a_document_is_found_and_one_with_a_reason_is_not() {
        let text =
            "Router::new()\n.routes(routes!(a))\n.route(\"/tile/{*path}\", get(tile))\n.route(\"/back\", get(door))";
        let found = undocumented(&workspace("crates/coordinator/src/http/mod.rs", text));
        assert_eq!(found, ["crates/coordinator/src/http/mod.rs:4: .route(\"/back\", get(door))"]);
        assert_eq!(undocumented(&workspace("crates/service-kit/src/http.rs", text)).len(), 2);
    }

    #[test]
    fn who_serves_in_its_tests_alone_is_not_looked_at() {
        let text = ".route(\"/back\", get(door))";
        for path in ["crates/openid/src/a.rs", "crates/testkit/src/a.rs", "crates/coordinator/tests/a.rs"] {
            assert_eq!(undocumented(&workspace(path, text)), Vec::<String>::new(), "{path}");
        }
    }

    #[test]
    fn a_second_route_of_a_line_is_found_behind_one_with_a_reason() {
        let text = "let é = \"ü.route(\"; router.route(\"/\", any(a)).fallback(b).route(\"/back\", any(c)) // .route(";
        let path = "crates/edgecoder/src/run/portal_gate.rs";
        let found = undocumented(&workspace(path, text));
        let rest = ".route(\"/back\", any(c)) // .route(";
        assert_eq!(found, [format!("{path}:1: .fallback(b){rest}"), format!("{path}:1: {rest}")]);
    }

    #[test]
    fn what_answers_where_no_route_is_counts_as_one() {
        let text = "router.nest_service(\"/files\", files)\n.fallback(hand_on)\n.fallback_service(files)\n.route_service(\"/x\", x)\n.method_not_allowed_fallback(guess)\n.nest(\"/control-plane\", documented)";
        assert_eq!(undocumented(&workspace("crates/edgecoder/src/run/parts.rs", text)).len(), 5);
        let kit = ".fallback(|| async { Problem::not_found(";
        assert_eq!(undocumented(&workspace("crates/service-kit/src/http/server.rs", kit)), Vec::<String>::new());
        assert_eq!(undocumented(&workspace("crates/service-kit/src/http/files.rs", kit)).len(), 1);
    }

    #[test]
    fn an_exception_that_nothing_needs_is_found() {
        assert_eq!(stale_exceptions(&Workspace::default()).len(), EXCEPTIONS.len());
    }
}
