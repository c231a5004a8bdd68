//! How are spans of time shown to people?

use edgecoder_events::UnixMillis;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Writes how long something took: `850 ms`, `1.4 s`, `2 min 5 s`, `3 h 2 min`.
pub fn shown_ms(ms: u64) -> String {
    match ms {
        0..SECOND => format!("{ms} ms"),
        SECOND..MINUTE if ms % SECOND < 100 => format!("{} s", ms / SECOND),
        SECOND..MINUTE => format!("{}.{} s", ms / SECOND, ms % SECOND / 100),
        MINUTE..HOUR => format!("{} min {} s", ms / MINUTE, ms % MINUTE / SECOND),
        HOUR.. => format!("{} h {} min", ms / HOUR, ms % HOUR / MINUTE),
    }
}

/// Writes how long ago something was: `just now`, `5 min ago`, `3 days ago`.
pub fn shown_ago(now: UnixMillis, then: UnixMillis) -> String {
    let ms = now.ms_since(then);
    match ms {
        0..MINUTE => "just now".to_owned(),
        MINUTE..HOUR => format!("{} min ago", ms / MINUTE),
        HOUR..DAY => format!("{} h ago", ms / HOUR),
        DAY.. => format!("{} d ago", ms / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_shown_in_the_unit_that_fits() {
        let shown = [850, 1_450, 30_000, 125_000, 10_920_000].map(shown_ms);
        assert_eq!(shown, ["850 ms", "1.4 s", "30 s", "2 min 5 s", "3 h 2 min"]);
        let ago = |ms| shown_ago(UnixMillis(10 * DAY), UnixMillis(10 * DAY - ms));
        assert_eq!([0, 5 * MINUTE, 7 * HOUR, 3 * DAY].map(ago), ["just now", "5 min ago", "7 h ago", "3 d ago"]);
        assert_eq!(shown_ago(UnixMillis(0), UnixMillis(5)), "just now");
    }
}
