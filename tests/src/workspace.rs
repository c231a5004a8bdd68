//! What is in this workspace? Its packages as cargo resolves them, and its files as git knows them.

use serde::Deserialize;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

/// Everything that the rules look at.
#[derive(Debug, Default)]
pub struct Workspace {
    pub packages: Vec<Package>,
    pub files: Vec<SourceFile>,
}

/// One package of the resolve: ours, or one that ours bring.
#[derive(Debug, Default, Clone)]
pub struct Package {
    pub name: String,
    pub version: String,
    pub licence: Option<String>,
    /// As cargo names it; none for a folder.
    pub source: Option<String>,
    /// The folder below the root, for our own packages.
    pub member: Option<String>,
    pub uses: Vec<Use>,
    /// Dependencies that the manifest says are used without being named (`package.metadata.cargo-machete.ignored`).
    pub used_unnamed: Vec<String>,
}

/// One direct dependency.
#[derive(Debug, Default, Clone)]
pub struct Use {
    pub package: String,
    pub version: String,
    /// What the code calls it.
    pub ident: String,
    /// Only tests, examples and benches see it.
    pub dev_only: bool,
}

/// One text file of the repository, its path written with `/` from the root.
#[derive(Debug, Clone)]
pub struct SourceFile {
    pub path: String,
    pub text: String,
}

impl SourceFile {
    /// Whether it is Rust.
    pub fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "rs")
    }
}

impl Workspace {
    /// Asks cargo and git.
    ///
    /// # Errors
    /// What either of them said: no rule can be checked then.
    pub fn read() -> Result<Self, String> {
        let root = root();
        let mut cargo = Command::new(env!("CARGO"));
        let metadata = output(cargo.current_dir(&root).args(["metadata", "--format-version", "1", "--locked"]))?;
        let metadata = serde_json::from_slice(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
        Ok(Self { packages: packages(metadata, &root), files: files(&root)? })
    }

    /// Our own packages, each with its folder.
    pub fn members(&self) -> impl Iterator<Item = (&Package, &str)> {
        self.packages.iter().filter_map(|package| Some((package, package.member.as_deref()?)))
    }

    /// The Rust files.
    pub fn rust_files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(|file| file.is_rust())
    }
}

/// The root of the repository, above the folder in which cargo runs the tests. Asked anew each time: a target folder may be
/// shared by several clones, and what one of them built must not look at the other.
///
/// # Panics
/// Outside the repository.
pub fn root() -> PathBuf {
    let here = std::env::current_dir().expect("cargo runs tests in the folder of their package");
    here.ancestors().find(|folder| folder.join("Cargo.lock").is_file()).expect("Cargo.lock lies in the root").into()
}

fn output(command: &mut Command) -> Result<Vec<u8>, String> {
    let answer = command.output().map_err(|error| format!("could not start {command:?}: {error}"))?;
    let complaint = String::from_utf8_lossy(&answer.stderr);
    if answer.status.success() { Ok(answer.stdout) } else { Err(format!("{command:?} failed: {complaint}")) }
}

/// Tracked files and new ones that are not ignored, so that a rule is heard before the commit.
fn files(root: &Path) -> Result<Vec<SourceFile>, String> {
    let listing = output(Command::new("git").current_dir(root).args(["ls-files", "-z", "-co", "--exclude-standard"]))?;
    let listing = String::from_utf8_lossy(&listing);
    let paths = listing.split('\0').filter(|path| !path.is_empty());
    let read =
        |path: &str| Some(SourceFile { path: path.into(), text: std::fs::read_to_string(root.join(path)).ok()? });
    Ok(paths.filter_map(read).collect())
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<RawPackage>,
    resolve: Resolve,
    workspace_members: Vec<String>,
}

#[derive(Deserialize)]
struct RawPackage {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
    manifest_path: PathBuf,
    metadata: Value,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<NodeUse>,
}

#[derive(Deserialize)]
struct NodeUse {
    name: String,
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

fn packages(metadata: Metadata, root: &Path) -> Vec<Package> {
    let names: BTreeMap<_, _> = metadata
        .packages
        .iter()
        .map(|package| (package.id.clone(), (package.name.clone(), package.version.clone())))
        .collect();
    let mut uses: BTreeMap<_, _> = metadata.resolve.nodes.into_iter().map(|node| (node.id, node.deps)).collect();
    let package = |raw: RawPackage| Package {
        member: metadata.workspace_members.contains(&raw.id).then(|| folder(&raw.manifest_path, root)),
        uses: uses.remove(&raw.id).unwrap_or_default().into_iter().map(|raw| direct_use(raw, &names)).collect(),
        used_unnamed: used_unnamed(&raw.metadata),
        name: raw.name,
        version: raw.version,
        licence: raw.license,
        source: raw.source,
    };
    metadata.packages.into_iter().map(package).collect()
}

fn direct_use(raw: NodeUse, names: &BTreeMap<String, (String, String)>) -> Use {
    let (package, version) = names[&raw.pkg].clone();
    let dev_only = raw.dep_kinds.iter().all(|kind| kind.kind.as_deref() == Some("dev"));
    Use { package, version, ident: raw.name, dev_only }
}

fn folder(manifest: &Path, root: &Path) -> String {
    let folder = manifest.parent().expect("a manifest lies in a folder");
    let folder = folder.strip_prefix(root).expect("members lie below the root");
    folder.to_string_lossy().replace('\\', "/")
}

fn used_unnamed(metadata: &Value) -> Vec<String> {
    let ignored = metadata["cargo-machete"]["ignored"].as_array();
    ignored.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_of_code_and_of_tests_is_not_dev_only() {
        let names = BTreeMap::from([("id".to_owned(), ("rand".to_owned(), "0.8.5".to_owned()))]);
        let kinds = |kinds: &[Option<&str>]| NodeUse {
            name: "rand".into(),
            pkg: "id".into(),
            dep_kinds: kinds.iter().map(|kind| Kind { kind: kind.map(str::to_owned) }).collect(),
        };
        assert!(direct_use(kinds(&[Some("dev")]), &names).dev_only);
        assert!(!direct_use(kinds(&[None, Some("dev")]), &names).dev_only);
    }

    #[test]
    fn this_crate_is_among_the_members_that_cargo_names() {
        let workspace = Workspace::read().unwrap();
        assert!(
            workspace.members().any(|(package, folder)| package.name == env!("CARGO_PKG_NAME") && folder == "tests")
        );
        assert!(workspace.rust_files().any(|file| file.path == "tests/src/workspace.rs"));
    }
}
