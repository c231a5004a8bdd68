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
    on_terminal: bool,
    is_drawn: bool,
}

impl<'a> Progress<'a> {
    /// Begins the line where a person watches a terminal.
    pub fn begin(console: &'a Console) -> Self {
        let on_terminal = matches!(console.output(), Output::Human { is_terminal: true, .. });
        if !on_terminal {
            return Self { console, bar: ProgressBar::hidden(), is_drawn: false, on_terminal };
        }
        // Hidden until there is something to count: no subtask of none looks like all of them.
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        bar.set_style(ProgressStyle::with_template(TEMPLATE).expect("the template is a constant that a test reads"));
        Self { console, bar, is_drawn: false, on_terminal }
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
    pub fn show(&mut self, standing: &Standing) {
        if standing.subtasks == 0 {
            return;
        }
        self.bar.set_length(u64::try_from(standing.subtasks).unwrap_or(u64::MAX));
        self.bar.set_position(u64::try_from(standing.passed).unwrap_or(u64::MAX));
        self.bar.set_message(credits::shown(standing.spent));
        if self.on_terminal && !self.is_drawn {
            self.is_drawn = true;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.enable_steady_tick(TICK);
        }
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
    fn nothing_is_drawn_before_there_is_something_to_count() {
        let terminal = Output::Human { color: false, width: 80, is_terminal: true };
        let console = Console::to(terminal, std::io::sink(), std::io::sink());
        let mut progress = Progress::begin(&console);
        progress.show(&Standing::default());
        assert!(progress.bar.is_hidden() && !progress.is_drawn);
        let mut standing = Standing::default();
        (standing.subtasks, standing.passed) = (2, 1);
        progress.show(&standing);
        assert!(progress.is_drawn);
        assert_eq!((progress.bar.length(), progress.bar.position()), (Some(2), 1));
    }

    #[test]
    fn the_template_of_the_line_holds() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}
