//! Was this said lately? What stays as it is for long is said once, and again after a while.

use edgecoder_events::SteadyMillis;

/// How long nothing is said of it again.
const SILENCE_MS: u64 = 60_000;

/// Remembers when something was said.
#[derive(Debug, Default)]
pub struct Reminder {
    said: Option<SteadyMillis>,
}

impl Reminder {
    /// Whether it is to be said now; then it counts as said.
    pub fn is_due(&mut self, now: SteadyMillis) -> bool {
        let is_due = self.said.is_none_or(|said| now.ms_since(said) >= SILENCE_MS);
        if is_due {
            self.said = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_at_once_and_then_each_minute() {
        let mut reminder = Reminder::default();
        let said = (0..200_u64).filter(|second| reminder.is_due(SteadyMillis(second * 1_000))).collect::<Vec<_>>();
        assert_eq!(said, [0, 60, 120, 180]);
    }
}
