//! How far is a long verification? A bar on a terminal, nothing elsewhere.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, stderr};

/// Ledgers below this size are verified before a bar could be read.
const WORTH_A_BAR: u64 = 200_000;
const STYLE: &str = "{bar:40} {human_pos}/{human_len} entries, {per_sec}, {eta} left";

/// The bar, where there is one.
#[derive(Debug)]
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    pub fn new() -> Self {
        let style = ProgressStyle::with_template(STYLE).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(stderr().is_terminal().then(|| ProgressBar::no_length().with_style(style)))
    }

    pub fn is_at(&self, done: u64, of: u64) {
        if let Some(bar) = self.0.as_ref().filter(|_| of >= WORTH_A_BAR) {
            bar.set_length(of);
            bar.set_position(done);
        }
    }

    pub fn clear(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
