//! Is there a dependency that no line uses?

use crate::{
    code::{code_of, crates_named},
    workspace::{Use, Workspace},
};
use std::collections::HashSet;

/// Dependencies that no Rust file of the crate names as a crate; one for the product must be said outside `tests/` and `benches/`.
pub fn dependencies(workspace: &Workspace) -> Vec<String> {
    let mut offences = Vec::new();
    for (package, folder) in workspace.members() {
        let said = Said::in_folder(workspace, folder);
        let unused =
            package.uses.iter().filter(|used| !said.uses(used) && !package.used_unnamed.contains(&used.package));
        offences.extend(unused.map(|used| format!("{folder}/Cargo.toml: no line of the crate names {}", used.ident)));
    }
    offences
}

/// The crates that the files of one crate name.
#[derive(Default)]
struct Said {
    anywhere: HashSet<String>,
    in_product: HashSet<String>,
}

impl Said {
    fn in_folder(workspace: &Workspace, folder: &str) -> Self {
        let mut said = Self::default();
        for file in workspace.rust_files() {
            let Some(path) = file.path.strip_prefix(folder).and_then(|path| path.strip_prefix('/')) else { continue };
            let code = code_of(&file.text);
            let named: HashSet<_> = crates_named(&code).map(str::to_owned).collect();
            if path.starts_with("src/") || path == "build.rs" {
                said.in_product.extend(named.iter().cloned());
            }
            said.anywhere.extend(named);
        }
        said
    }

    fn uses(&self, used: &Use) -> bool {
        if used.dev_only { self.anywhere.contains(&used.ident) } else { self.in_product.contains(&used.ident) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{Package, SourceFile};

    #[test]
    fn a_dependency_that_only_a_comment_names_is_found() {
        let used =
            |ident: &str, dev_only| Use { ident: ident.into(), package: ident.into(), dev_only, ..Use::default() };
        let package = Package {
            member: Some("crates/a".into()),
            uses: vec![
                used("serde", false),
                used("hex", false),
                used("toml", false),
                used("insta", true),
                used("rmp", false),
            ],
            used_unnamed: vec!["rmp".into()],
            ..Package::default()
        };
        let file = |path: &str, text: &str| SourceFile { path: path.into(), text: text.into() };
        let files = vec![
            file("crates/a/src/lib.rs", "// hex::encode\nlet hex = 1;\nuse serde::Serialize;"),
            file("crates/a/tests/b.rs", "use toml; use insta;"),
            file("crates/ab/src/lib.rs", "use hex;"),
        ];
        let found = dependencies(&Workspace { packages: vec![package], files });
        assert_eq!(
            found,
            ["hex", "toml"].map(|name| format!("crates/a/Cargo.toml: no line of the crate names {name}"))
        );
    }
}
