//! How much may one run use?

use serde::{Deserialize, Serialize};

const MIB: u64 = 1024 * 1024;

/// The most that one run may use. What a caller asks for is clamped to [`Limits::MAXIMUM`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Wall clock, in milliseconds.
    pub wall_ms: u64,
    /// Memory of the program, in bytes; the runtime's own comes on top.
    pub memory_bytes: u64,
    /// Standard output and standard error together, in bytes.
    pub output_bytes: u64,
    /// All files of the workspace together, in bytes, with those that the program deleted and still holds.
    pub workspace_bytes: u64,
}

impl Limits {
    /// No run gets more, whatever it asks for.
    pub const MAXIMUM: Self =
        Self { wall_ms: 30 * 60 * 1000, memory_bytes: 2048 * MIB, output_bytes: 16 * MIB, workspace_bytes: 256 * MIB };
    /// Less than this and the interpreters themselves do not start.
    pub const MINIMUM: Self =
        Self { wall_ms: 50, memory_bytes: 64 * MIB, output_bytes: 1024, workspace_bytes: 64 * 1024 };

    /// The limits within the smallest and the largest that make sense.
    #[must_use]
    pub fn clamped(self) -> Self {
        let (low, high) = (Self::MINIMUM, Self::MAXIMUM);
        Self {
            wall_ms: self.wall_ms.clamp(low.wall_ms, high.wall_ms),
            memory_bytes: self.memory_bytes.clamp(low.memory_bytes, high.memory_bytes),
            output_bytes: self.output_bytes.clamp(low.output_bytes, high.output_bytes),
            workspace_bytes: self.workspace_bytes.clamp(low.workspace_bytes, high.workspace_bytes),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { wall_ms: 10_000, memory_bytes: 256 * MIB, output_bytes: MIB, workspace_bytes: 32 * MIB }
    }
}

#[cfg(test)]
mod tests {
    use super::Limits;

    #[test]
    fn no_run_gets_more_than_the_maximum_or_less_than_the_minimum() {
        let greedy = Limits { wall_ms: u64::MAX, memory_bytes: u64::MAX, output_bytes: 0, workspace_bytes: 0 };
        let clamped = greedy.clamped();
        assert_eq!(clamped.wall_ms, Limits::MAXIMUM.wall_ms);
        assert_eq!(clamped.memory_bytes, Limits::MAXIMUM.memory_bytes);
        assert_eq!(clamped.output_bytes, Limits::MINIMUM.output_bytes);
        assert_eq!(clamped.workspace_bytes, Limits::MINIMUM.workspace_bytes);
    }
}
