//! Does a file name the address of a package registry? Those come from the machine's own configuration.

use crate::workspace::Workspace;

/// Written in two parts, so that this file does not name them itself.
const ADDRESSES: [&str; 9] = [
    concat!("crates", ".io"),
    concat!("npmjs", ".org"),
    concat!("npmjs", ".com"),
    concat!("yarnpkg", ".com"),
    concat!("pypi", ".org"),
    concat!("python", "hosted.org"),
    concat!("proxy.", "golang.org"),
    concat!("sum.", "golang.org"),
    concat!("deb.", "debian.org"),
];

/// Cargo writes its index into the lock file; nobody else may.
const WRITTEN_BY_CARGO: &str = "Cargo.lock";

/// Lines that name an address.
pub fn addresses(workspace: &Workspace) -> Vec<String> {
    let mut offences = Vec::new();
    for file in workspace.files.iter().filter(|file| file.path != WRITTEN_BY_CARGO) {
        for (index, line) in file.text.lines().enumerate() {
            let named = ADDRESSES.iter().find(|address| line.contains(*address));
            offences.extend(named.map(|address| format!("{}:{}: names {address}", file.path, index + 1)));
        }
    }
    offences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::SourceFile;

    #[test]
    fn an_address_is_found_in_any_file_but_the_lock() {
        let file = |path: &str| SourceFile { path: path.into(), text: format!("a\nhttps://{}/x", ADDRESSES[0]) };
        let found =
            addresses(&Workspace { files: vec![file("docs/a.md"), file("Cargo.lock")], ..Workspace::default() });
        assert_eq!(found, [format!("docs/a.md:2: names {}", ADDRESSES[0])]);
    }
}
