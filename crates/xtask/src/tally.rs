//! How many tests passed, failed, were left out? Counted from what the test runners print.

use std::{fmt, ops::AddAssign};

/// A count of tests; its text is the total line that CI reads.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Tally {
    /// How many tests were found at all.
    pub fn found(self) -> u64 {
        self.passed + self.failed + self.skipped
    }

    /// Reads `test result: ok. 3 passed; 0 failed; 1 ignored; …`; any other line counts nothing.
    pub fn of_cargo_line(line: &str) -> Self {
        let mut tally = Self::default();
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|verdict| verdict.split_once(". ")) else {
            return tally;
        };
        for part in counts.split("; ") {
            let Some((count, what)) = part.split_once(' ') else { continue };
            let Ok(count) = count.parse() else { continue };
            match what {
                "passed" => tally.passed = count,
                "failed" => tally.failed = count,
                "ignored" => tally.skipped = count,
                _ => {}
            }
        }
        tally
    }

    /// Reads `… ok`, `… FAIL`, `… ERROR` and `… skipped 'why'`, which Python's unittest prints per test with `-v`.
    pub fn of_unittest_line(line: &str) -> Self {
        let count = |found: bool| u64::from(found);
        let Some((_, verdict)) = line.rsplit_once(" ... ") else { return Self::default() };
        Self {
            passed: count(verdict == "ok"),
            failed: count(verdict == "FAIL" || verdict == "ERROR"),
            skipped: count(verdict.starts_with("skipped")),
        }
    }

    /// Reads `  3 passed (9.1s)`, `  1 failed`, `  2 skipped`, `  4 did not run`, which Playwright closes with.
    pub fn of_playwright_line(line: &str) -> Self {
        let Some((count, what)) = line.trim().split_once(' ') else { return Self::default() };
        let Ok(count) = count.parse() else { return Self::default() };
        match what.split(" (").next() {
            Some("passed") => Self { passed: count, ..Self::default() },
            Some("failed" | "flaky" | "did not run" | "interrupted") => Self { failed: count, ..Self::default() },
            Some("skipped") => Self { skipped: count, ..Self::default() },
            Some(_) | None => Self::default(),
        }
    }

    /// One thing that failed.
    pub fn one_failed() -> Self {
        Self { failed: 1, ..Self::default() }
    }

    /// One thing that was left out.
    pub fn one_skipped() -> Self {
        Self { skipped: 1, ..Self::default() }
    }

    /// Where everything has to run (in CI), what was left out has failed.
    #[must_use]
    pub fn without_excuses(self) -> Self {
        Self { failed: self.failed + self.skipped, skipped: 0, ..self }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_of_cargo_is_counted() {
        let line = "test result: FAILED. 16 passed; 2 failed; 3 ignored; 4 measured; 5 filtered out; finished in 0.17s";
        assert_eq!(Tally::of_cargo_line(line), Tally { passed: 16, failed: 2, skipped: 3 });
    }

    #[test]
    fn a_line_that_only_speaks_of_results_counts_nothing() {
        for line in ["test a ... ok", "the test result: ok. 1 passed", "test result: none", ""] {
            assert_eq!(Tally::of_cargo_line(line), Tally::default(), "{line}");
        }
    }

    #[test]
    fn verdicts_of_unittest_are_counted() {
        let mut tally = Tally::default();
        for line in ["a (b.C.a) ... ok", "b ... FAIL", "c ... ERROR", "d ... skipped 'no ots'", "Ran 4 tests in 0.1s"] {
            tally += Tally::of_unittest_line(line);
        }
        assert_eq!(tally, Tally { passed: 1, failed: 2, skipped: 1 });
    }

    #[test]
    fn verdicts_of_playwright_are_counted() {
        let mut tally = Tally::default();
        for line in
            ["  ✓  1 a.spec.ts:3:1 › a (1.2s)", "  1 failed", "  2 skipped", "  3 did not run", "  7 passed (9.1s)"]
        {
            tally += Tally::of_playwright_line(line);
        }
        assert_eq!(tally, Tally { passed: 7, failed: 4, skipped: 2 });
    }

    #[test]
    fn the_total_line_is_what_ci_reads() {
        let tally = Tally { passed: 12, failed: 0, skipped: 1 };
        assert_eq!(tally.to_string(), "12 passed, 0 failed, 1 skipped");
        assert_eq!(tally.without_excuses().to_string(), "12 passed, 1 failed, 0 skipped");
    }
}
