//! How far is a watched task? One quiet line at the foot of a terminal; nothing anywhere else.

use super::news::Standing;
use crate::{
    console::{Console, Output},
    credits,
    error::CliError,
    text::Text,
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// Calm: the line is drawn anew twice a second.
const TICK: Duration = Duration::from_millis(500);
const TEMPLATE: &str = "{spinner} {bar:20} {pos}/{len} passed, {msg}, {elapsed}";

/// The line, and the way past it for everything else.
pub struct Progress<'a> {
    console: &'a Console,
    bar: ProgressBar,
}

impl<'a> Progress<'a> {
    /// Begins the line where a person watches a terminal.
    pub fn begin(console: &'a Console) -> Self {
        let on_terminal = matches!(console.output(), Output::Human { is_terminal: true, .. });
        if !on_terminal {
            return Self { console, bar: ProgressBar::hidden() };
        }
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        bar.set_style(ProgressStyle::with_template(TEMPLATE).expect("the template is a constant that a test reads"));
        bar.enable_steady_tick(TICK);
        Self { console, bar }
    }

    /// Says something above the line.
    pub fn say(&self, text: &Text) -> Result<(), CliError> {
        Ok(self.bar.suspend(|| self.console.say(text))?)
    }

    /// Remarks something above the line.
    pub fn remark(&self, text: &Text) -> Result<(), CliError> {
        Ok(self.bar.suspend(|| self.console.remark(text))?)
    }

    /// Shows where the task stands.
    pub fn show(&self, standing: &Standing) {
        self.bar.set_length(u64::try_from(standing.subtasks).unwrap_or(u64::MAX));
        self.bar.set_position(u64::try_from(standing.passed).unwrap_or(u64::MAX));
        self.bar.set_message(credits::shown(standing.spent));
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_of_the_line_holds() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}
