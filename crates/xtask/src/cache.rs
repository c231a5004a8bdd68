//! Where do tools live that tests need? In the user's cache: outside the clone, so that the next clone finds them.

use crate::process::setting;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Our own folder in the user's cache; it may not be there yet.
pub fn folder() -> Result<PathBuf> {
    let named = setting("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = named.or_else(|| Some(Path::new(&setting("HOME")?).join(".cache")));
    Ok(cache.context("neither XDG_CACHE_HOME nor HOME is set")?.join("edgecoder"))
}
