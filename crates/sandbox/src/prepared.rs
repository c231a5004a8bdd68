//! Where is the Python that was prepared for this machine, and is it what we wrote?
//!
//! Compiled code is loaded without a check by the runtime, so we check: the folder and the file are ours alone, and the
//! file's digest is the one written beside it. The folder's name is a digest of everything that went into it; an
//! upgrade looks for another name and prepares anew.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};

/// The release of `eryx` in the workspace's manifest.
const ERYX_RELEASE: &str = "0.5.0";
/// The variable through which `eryx` takes settings of its compiler, and ours: code that is fast where it asks for code
/// that is small. It is part of the prepared version's name.
pub const COMPILER_SETTINGS: (&str, &str) = ("ERYX_CRANELIFT_FLAGS", "opt_level=speed");
/// Begins the name of every prepared version's folder.
pub const VERSION_PREFIX: &str = "python-";
/// The module that runs the stranger's file, imported while preparing.
pub const RUNNER_SOURCE: &str = include_str!("python/edgecoder_runner.py");
/// What the runner is called inside Python.
pub const RUNNER_MODULE: &str = "edgecoder_runner";

/// Modules that are imported once, while preparing, and cost nothing afterwards.
pub const IMPORTS: &[&str] = &[
    "abc",
    "argparse",
    "array",
    "ast",
    "asyncio",
    "base64",
    "bisect",
    "calendar",
    "collections",
    "collections.abc",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "heapq",
    "importlib.util",
    "inspect",
    "io",
    "itertools",
    "json",
    "logging",
    "math",
    "operator",
    "pathlib",
    "pickle",
    "pprint",
    "queue",
    "random",
    "re",
    "runpy",
    "shutil",
    "statistics",
    "string",
    "struct",
    "tempfile",
    "textwrap",
    "threading",
    "time",
    "traceback",
    "types",
    "typing",
    "unicodedata",
    "unittest",
    "unittest.mock",
    "uuid",
    "warnings",
    "zlib",
];

/// The prepared Python of one runtime folder.
#[derive(Debug, Clone)]
pub struct PreparedPython {
    dir: PathBuf,
}

impl PreparedPython {
    /// The place for this version of everything; it need not exist yet.
    pub fn in_runtime_dir(runtime_dir: &Path) -> Self {
        Self { dir: runtime_dir.join(format!("{VERSION_PREFIX}{}", version_key())) }
    }

    /// The prepared Python at `dir`.
    pub fn at(dir: PathBuf) -> Self {
        Self { dir }
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub fn compiled(&self) -> PathBuf {
        self.dir.join("python.cwasm")
    }

    pub fn stdlib(&self) -> PathBuf {
        self.dir.join("eryx-embedded").join("python-stdlib")
    }

    fn digest_file(&self) -> PathBuf {
        self.dir.join("python.blake3")
    }

    /// Whether someone finished preparing; the bytes are checked when they are loaded.
    pub fn exists(&self) -> bool {
        self.digest_file().is_file()
    }

    /// Writes the compiled interpreter and, last, its digest.
    pub fn write(&self, compiled: &[u8]) -> io::Result<()> {
        fs::write(self.compiled(), compiled)?;
        fs::write(self.digest_file(), blake3::hash(compiled).to_hex().as_str())
    }

    /// Checks that nobody but us can have written what is about to be loaded.
    pub fn verify(&self) -> io::Result<()> {
        check_ours_alone(&self.dir)?;
        check_owner(&fs::symlink_metadata(self.compiled())?)?;
        let written = fs::read_to_string(self.digest_file())?;
        let found = blake3::Hasher::new().update_reader(fs::File::open(self.compiled())?)?.finalize();
        if found.to_hex().as_str() == written.trim() {
            Ok(())
        } else {
            Err(refused("its digest is not the one we wrote"))
        }
    }
}

/// Makes a folder for us alone, or checks that it is.
pub fn make_ours_alone(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    check_ours_alone(dir)
}

fn check_ours_alone(dir: &Path) -> io::Result<()> {
    let metadata = fs::symlink_metadata(dir)?;
    check_owner(&metadata)?;
    if !metadata.is_dir() {
        return Err(refused("it is not a folder"));
    }
    if metadata.mode() & 0o077 != 0 { Err(refused("others may enter it: its mode must be 0700")) } else { Ok(()) }
}

fn check_owner(metadata: &fs::Metadata) -> io::Result<()> {
    let ours = rustix::process::geteuid().as_raw();
    if metadata.uid() == ours { Ok(()) } else { Err(refused("it belongs to another user")) }
}

fn refused(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}

fn version_key() -> String {
    let mut hasher = blake3::Hasher::new();
    let engine = eryx::PythonExecutor::ENGINE_CONFIG_VERSION.to_string();
    for part in
        [ERYX_RELEASE, &engine, std::env::consts::ARCH, std::env::consts::OS, COMPILER_SETTINGS.1, RUNNER_SOURCE]
    {
        hasher.update(part.as_bytes()).update(&[0]);
    }
    hasher.update(IMPORTS.join("\n").as_bytes());
    hasher.finalize().to_hex()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn written() -> (tempfile::TempDir, PreparedPython) {
        let dir = crate::workspace::private_folder("python-", &std::env::temp_dir()).unwrap();
        let prepared = PreparedPython::at(dir.path().to_owned());
        prepared.write(b"compiled").unwrap();
        (dir, prepared)
    }

    #[test]
    fn what_we_wrote_is_accepted() {
        let (_dir, prepared) = written();
        prepared.verify().unwrap();
    }

    #[test]
    fn a_changed_byte_is_refused() {
        let (_dir, prepared) = written();
        fs::write(prepared.compiled(), b"compiler").unwrap();
        assert!(prepared.verify().is_err());
    }

    #[test]
    fn a_folder_that_others_may_enter_is_refused() {
        let (dir, prepared) = written();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        assert!(prepared.verify().is_err());
    }

    #[test]
    fn the_release_in_the_key_is_the_one_in_the_manifest() {
        let manifest = include_str!("../../../Cargo.toml");
        assert!(manifest.contains(&format!("eryx = {{ version = \"={ERYX_RELEASE}\"")));
    }
}
