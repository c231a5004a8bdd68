//! Where does this machine keep what must survive? One private directory: ledger, keys, tokens, contents, caches.

use anyhow::{Context, Result, bail};
use directories::ProjectDirs;
use edgecoder_durable_file::{HeldFile, Hold, hold, replace_private, sync_folder};
use edgecoder_service_kit::settings::Settings;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The data directory, made private and known to be writable.
#[derive(Debug, Clone)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// The directory that the settings name, else the platform's own; not made yet.
    pub fn locate(settings: &Settings) -> Result<PathBuf> {
        if let Some(path) = settings.text("EDGECODER_DATA_DIR") {
            return Ok(PathBuf::from(path));
        }
        let platform = ProjectDirs::from("io", "edgecoder", "edgecoder");
        platform
            .map(|dirs| dirs.data_dir().to_owned())
            .context("this user has no home directory: say where to keep the data with --data-dir")
    }

    /// Makes the directory with access for its owner alone.
    pub fn make(path: PathBuf) -> Result<Self> {
        fs::create_dir_all(&path).with_context(|| {
            format!("could not make the data directory {}: choose another with --data-dir", path.display())
        })?;
        make_private(&path)?;
        let probe = tempfile::NamedTempFile::new_in(&path);
        probe.with_context(|| format!("the data directory {} can not be written to", path.display()))?;
        Ok(Self(path))
    }

    /// A path in the directory.
    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Takes what `who` keeps here for this process, until the answer is dropped or the process is gone: two of them would
    /// write over each other.
    pub fn hold(&self, name: &str, who: &str) -> Result<HeldFile> {
        let path = self.join(name);
        match hold(&path).with_context(|| format!("could not take {}", path.display()))? {
            Hold::Mine(file) => Ok(file),
            Hold::Anothers { pid } => bail!(
                "{who} is already running with the data directory {} (pid {pid}): use that one, stop it first, or give \
                 this one a directory and ports of its own (--data-dir, *_PORT)",
                self.0.display()
            ),
        }
    }

    /// A small secret that is made once and kept: read where it is there, else made by `create`.
    pub fn secret(&self, name: &str, create: impl FnOnce() -> String) -> Result<KeptSecret> {
        if let Some(text) = self.read(name)? {
            return Ok(KeptSecret { text, is_new: false });
        }
        let text = create();
        self.write_private(name, &text)?;
        Ok(KeptSecret { text, is_new: true })
    }

    /// The text of a file, without the line's end; `None` where there is no file.
    pub fn read(&self, name: &str) -> Result<Option<String>> {
        let path = self.join(name);
        match fs::read_to_string(&path) {
            Ok(text) if text.trim().is_empty() => bail!("{} is empty: restore it from a backup", path.display()),
            Ok(text) => Ok(Some(text.trim_end().to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("could not read {}", path.display())),
        }
    }

    /// Writes a file for its owner alone, whole or not at all.
    pub fn write_private(&self, name: &str, text: &str) -> Result<()> {
        let path = self.join(name);
        replace_private(&path, format!("{text}\n").as_bytes())
            .with_context(|| format!("could not write {}", path.display()))
    }

    /// Gives a file another name, for ever when this returns; a file that had it is replaced.
    pub fn rename(&self, from: &str, to: &str) -> Result<()> {
        let (old, new) = (self.join(from), self.join(to));
        fs::rename(&old, &new)
            .and_then(|()| sync_folder(&self.0))
            .with_context(|| format!("could not rename {} to {}", old.display(), new.display()))
    }

    /// Takes a file away; one that is not there is no error.
    pub fn remove(&self, name: &str) -> Result<()> {
        let path = self.join(name);
        match fs::remove_file(&path) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error).with_context(|| format!("could not remove {}", path.display())),
        }
    }
}

/// Says that the directory is closed to this user, where a look at a file in it ended so: the file is not to blame.
pub fn expect_way_in(dir: &Path, looked: io::Result<bool>) -> Result<()> {
    match looked {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(error).with_context(|| {
            format!(
                "the data directory {} is closed to this user: open it, or choose another with --data-dir",
                dir.display()
            )
        }),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// A secret of the data directory.
pub struct KeptSecret {
    pub text: String,
    /// Whether it was made just now.
    pub is_new: bool,
}

#[cfg(unix)]
fn make_private(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
        .with_context(|| format!("could not make {} private", path.display()))
}

#[cfg(not(unix))]
fn make_private(_: &Path) -> Result<()> {
    // The platform's own data directory is private to its user already.
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_directory_is_named_and_not_the_file_in_it() {
        let dir = Path::new("/srv/edge");
        let refused = expect_way_in(dir, Err(io::ErrorKind::PermissionDenied.into())).unwrap_err().to_string();
        assert!(refused.starts_with("the data directory /srv/edge is closed to this user"), "{refused}");
        for looked in [Ok(true), Ok(false), Err(io::ErrorKind::NotFound.into())] {
            assert!(expect_way_in(dir, looked).is_ok());
        }
    }

    #[test]
    fn the_second_to_want_a_directory_hears_which_process_has_it_and_others_may_share_it() {
        let home = tempfile::tempdir().unwrap();
        let data = DataDir::make(home.path().join("data")).unwrap();
        let _first = data.hold("worker.lock", "a worker").unwrap();
        let refused = data.hold("worker.lock", "a worker").err().unwrap().to_string();
        assert!(refused.starts_with("a worker is already running with the data directory "), "{refused}");
        assert!(refused.contains(&format!("(pid {})", std::process::id())), "{refused}");
        assert!(data.hold("coordinator.lock", "a coordinator").is_ok());
    }
}
