//! Python is prepared once for all journeys: ten preparations side by side take longer than everything else they do.

use crate::product::Product;
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// How the folders of a prepared Python begin; each version of everything has its own.
const PREPARED: &str = "python-";
const RUN_ONE: [&str; 7] =
    ["task", "submit", "--code", "examples/primes.py", "--tests", "examples/test_primes.py", "--watch"];

/// Gives a machine what another one had prepared.
pub fn lend(executable: &Path, to: &Path) {
    static KEPT: OnceLock<PathBuf> = OnceLock::new();
    copy_prepared(KEPT.get_or_init(|| prepare(executable)), to).unwrap();
}

/// Prepares by running a program; where an earlier run of the journeys kept what fits, that is quick.
fn prepare(executable: &Path) -> PathBuf {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("prepared");
    let mut product = Product::bare(executable.to_owned());
    copy_prepared(&kept, &product.path("sandbox")).unwrap();
    product.start();
    product.told(&RUN_ONE);
    product.stop();
    copy_prepared(&product.path("sandbox"), &kept).unwrap();
    kept
}

fn copy_prepared(from: &Path, to: &Path) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(from) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_name().to_string_lossy().starts_with(PREPARED) && !target.exists() {
            make_private(to)?;
            copy_folder(&entry.path(), &target)?;
        }
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    fs::set_permissions(to, fs::metadata(from)?.permissions())?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}
