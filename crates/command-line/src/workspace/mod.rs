//! Which files of this machine go into the workspace of a task, and under which names?
//!
//! Names are relative to the nearest folder that holds everything given, so that a program and its test find each
//! other: `examples/primes.py` and `examples/test_primes.py` become `primes.py` and `test_primes.py`.

use crate::safe::one_line;
use edgecoder_events::task::Language;
use edgecoder_wire::tasks::{MAX_FILE_BYTES, MAX_FILES, SourceFile};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Component, Path, PathBuf},
};

/// Folders that tools make and nobody writes.
const MADE_BY_TOOLS: [&str; 2] = ["__pycache__", "node_modules"];
/// As many names are shown where one of them was meant.
const MAX_NAMES_SHOWN: usize = 20;
/// Folders nested deeper than this are a loop or a mistake.
const MAX_DEPTH: usize = 32;

/// Why the files can not be sent.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    #[error("there is no file {}", shown(.0))]
    Missing(PathBuf),
    #[error("could not read {}: {source}", shown(path))]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} is not text: only text files in UTF-8 can be sent", shown(.0))]
    NotText(PathBuf),
    #[error("{} is a link or a device: name the file that is meant", shown(.0))]
    NotAFile(PathBuf),
    #[error("the name of {} is not UTF-8", shown(.0))]
    BadName(PathBuf),
    #[error("the files have more than {MAX_FILE_BYTES} bytes together, with {}", shown(.0))]
    TooLarge(PathBuf),
    #[error("these are more than {MAX_FILES} files")]
    TooMany,
    #[error("{} is nested deeper than {MAX_DEPTH} folders", shown(.0))]
    TooDeep(PathBuf),
    #[error("{} holds no file named like a test (test_*.py, *_test.py, test_*.js, *.test.js)", shown(.0))]
    NoTests(PathBuf),
    #[error("the files lie on different drives: put them into one folder")]
    NoCommonFolder,
    #[error("{entry} is none of the files that are sent: {}", listed(sent))]
    NoSuchEntry { entry: String, sent: Vec<String> },
    #[error("{} is run, and it is empty: write its source code first", one_line(.0))]
    EmptySource(String),
}

/// What is sent.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Workspace {
    pub files: Vec<SourceFile>,
    /// Names of the files that are tests.
    pub tests: Vec<String>,
    root: PathBuf,
}

impl Workspace {
    /// Reads `code` and `tests`, files or whole folders.
    pub fn read(code: &[PathBuf], tests: &[PathBuf]) -> Result<Self, WorkspaceError> {
        let mut found = Found::default();
        for path in code {
            found.add(path, false)?;
        }
        for path in tests {
            found.add(path, true)?;
        }
        found.into_workspace()
    }

    /// The name in the workspace of a file that was given as a path of this machine, or by that name already.
    pub fn name_of(&self, entry: &str) -> Result<String, WorkspaceError> {
        let local = place_of(Path::new(entry)).ok().and_then(|place| name_below(&self.root, &place).ok());
        let is_sent = |name: &String| self.files.iter().any(|file| file.path == *name);
        let mut names = local.into_iter().chain([entry.to_owned()]);
        names.find(is_sent).ok_or_else(|| WorkspaceError::NoSuchEntry {
            entry: one_line(entry),
            sent: self.files.iter().map(|file| file.path.clone()).collect(),
        })
    }

    /// Refuses a file without code among those that are run: `entry`, the tests, or else the only file.
    pub fn check_sources(&self, entry: Option<&str>) -> Result<(), WorkspaceError> {
        let is_only = self.files.len() == 1 && entry.is_none() && self.tests.is_empty();
        let is_run = |path: &String| is_only || entry == Some(path.as_str()) || self.tests.contains(path);
        match self.files.iter().find(|file| is_run(&file.path) && file.content.trim().is_empty()) {
            Some(file) => Err(WorkspaceError::EmptySource(file.path.clone())),
            None => Ok(()),
        }
    }

    /// The language that all program files are written in, where there is exactly one.
    pub fn language(&self) -> Option<Language> {
        let mut languages = self.files.iter().filter_map(|file| Language::of_file(&file.path));
        let first = languages.next()?;
        languages.all(|language| language == first).then_some(first)
    }

    /// Whether programs of several languages are sent.
    pub fn is_mixed(&self) -> bool {
        self.language().is_none() && self.files.iter().any(|file| Language::of_file(&file.path).is_some())
    }
}

#[derive(Default)]
struct Found {
    /// By place on this machine: its content, and whether it is a test.
    files: BTreeMap<PathBuf, (String, bool)>,
    /// The folders that were given, or that hold the files that were given.
    roots: Vec<PathBuf>,
    bytes: usize,
}

impl Found {
    fn add(&mut self, path: &Path, is_test: bool) -> Result<(), WorkspaceError> {
        let place = place_of(path)?;
        if !place.is_dir() {
            self.roots.extend(place.parent().map(Path::to_owned));
            return self.add_file(place, is_test);
        }
        self.roots.push(place.clone());
        let tests_before = self.count_tests();
        self.add_folder(&place, is_test, 0)?;
        if is_test && self.count_tests() == tests_before {
            return Err(WorkspaceError::NoTests(path.to_owned()));
        }
        Ok(())
    }

    fn count_tests(&self) -> usize {
        self.files.values().filter(|(_, is_test)| *is_test).count()
    }

    fn add_folder(&mut self, folder: &Path, of_tests: bool, depth: usize) -> Result<(), WorkspaceError> {
        if depth > MAX_DEPTH {
            return Err(WorkspaceError::TooDeep(folder.to_owned()));
        }
        let unreadable = |source| WorkspaceError::Unreadable { path: folder.to_owned(), source };
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let path = entry.path();
            let name = entry.file_name();
            let name = name.to_str().ok_or_else(|| WorkspaceError::BadName(path.clone()))?;
            if name.starts_with('.') || MADE_BY_TOOLS.contains(&name) {
                continue;
            }
            let kind = entry.file_type().map_err(unreadable)?;
            if kind.is_dir() {
                self.add_folder(&path, of_tests, depth + 1)?;
            } else if kind.is_file() {
                self.add_file(path.clone(), of_tests && is_named_like_a_test(name))?;
            } else {
                return Err(WorkspaceError::NotAFile(path));
            }
        }
        Ok(())
    }

    fn add_file(&mut self, place: PathBuf, is_test: bool) -> Result<(), WorkspaceError> {
        if let Some((_, known_as_test)) = self.files.get_mut(&place) {
            *known_as_test |= is_test;
            return Ok(());
        }
        if self.files.len() == MAX_FILES {
            return Err(WorkspaceError::TooMany);
        }
        let content = read_text(&place, MAX_FILE_BYTES - self.bytes)?;
        self.bytes += content.len();
        self.files.insert(place, (content, is_test));
        Ok(())
    }

    fn into_workspace(self) -> Result<Workspace, WorkspaceError> {
        let Some(root) = common_folder(&self.roots)? else { return Ok(Workspace::default()) };
        let mut workspace = Workspace { root, ..Workspace::default() };
        for (place, (content, is_test)) in self.files {
            let path = name_below(&workspace.root, &place)?;
            if is_test {
                workspace.tests.push(path.clone());
            }
            workspace.files.push(SourceFile { path, content });
        }
        Ok(workspace)
    }
}

/// Where a file lies, links in its folder resolved but not its own name, which the program may depend on.
fn place_of(path: &Path) -> Result<PathBuf, WorkspaceError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => WorkspaceError::Missing(path.to_owned()),
        _ => WorkspaceError::Unreadable { path: path.to_owned(), source },
    };
    let resolved = fs::canonicalize(path).map_err(failed)?;
    match (path.file_name(), path.parent()) {
        (Some(name), Some(folder)) => {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            Ok(fs::canonicalize(folder).map_err(failed)?.join(name))
        }
        _ => Ok(resolved),
    }
}

/// Reads a text file of at most `room` bytes.
pub fn read_text(path: &Path, room: usize) -> Result<String, WorkspaceError> {
    use std::io::Read;
    let unreadable = |source| WorkspaceError::Unreadable { path: path.to_owned(), source };
    let file = fs::File::open(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => WorkspaceError::Missing(path.to_owned()),
        _ => unreadable(source),
    })?;
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err(WorkspaceError::NotAFile(path.to_owned()));
    }
    let limit = u64::try_from(room).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > room {
        return Err(WorkspaceError::TooLarge(path.to_owned()));
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text),
        Ok(_) | Err(_) => Err(WorkspaceError::NotText(path.to_owned())),
    }
}

fn common_folder(roots: &[PathBuf]) -> Result<Option<PathBuf>, WorkspaceError> {
    let Some((first, others)) = roots.split_first() else { return Ok(None) };
    let mut common = first.as_path();
    for other in others {
        while !other.starts_with(common) {
            common = common.parent().ok_or(WorkspaceError::NoCommonFolder)?;
        }
    }
    Ok(Some(common.to_owned()))
}

/// The path below `root`, with `/` on every system.
fn name_below(root: &Path, place: &Path) -> Result<String, WorkspaceError> {
    let below = place.strip_prefix(root).map_err(|_| WorkspaceError::NoCommonFolder)?;
    let names = below.components().map(|component| match component {
        Component::Normal(name) => name.to_str().ok_or_else(|| WorkspaceError::BadName(place.to_owned())),
        _ => Err(WorkspaceError::BadName(place.to_owned())),
    });
    Ok(names.collect::<Result<Vec<_>, _>>()?.join("/"))
}

fn is_named_like_a_test(name: &str) -> bool {
    let Some(stem) = Language::of_file(name).and_then(|_| Path::new(name).file_stem()?.to_str()) else { return false };
    ["test_", "test-"].iter().any(|start| stem.starts_with(start))
        || ["_test", ".test"].iter().any(|end| stem.ends_with(end))
}

fn listed(names: &[String]) -> String {
    let shown = names.iter().take(MAX_NAMES_SHOWN).map(|name| one_line(name)).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MAX_NAMES_SHOWN) {
        0 if names.is_empty() => "there are none".to_owned(),
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn shown(path: &Path) -> String {
    one_line(&path.display().to_string())
}

#[cfg(test)]
mod tests;
