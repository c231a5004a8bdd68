//! Which word stands in a column for which value?

use edgecoder_events::{
    blacklist::BlacklistReason,
    task::{FailReason, Language, ResourceClass, ReturnReason, ReviewDecision, Verdict, WorkKind},
};

/// A value that stands in a column as a word.
pub(crate) trait Word: Copy + 'static {
    const ALL: &'static [Self];
    fn word(self) -> &'static str;

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.word() == word)
    }
}

macro_rules! words {
    ($type:ty: $($variant:ident = $word:literal),+ $(,)?) => {
        impl $crate::sql::Word for $type {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}
pub(crate) use words;

words!(WorkKind: Program = "program", Prompt = "prompt");
words!(Language: Python = "python", Javascript = "javascript");
words!(ResourceClass: Cpu = "cpu", Gpu = "gpu");
words!(Verdict: Passed = "passed", Failed = "failed");
words!(ReviewDecision: Accepted = "accepted", Rejected = "rejected", Edited = "edited");
words!(FailReason:
    ProgramFailed = "program_failed",
    AttemptsExhausted = "attempts_exhausted",
    BudgetExhausted = "budget_exhausted",
    PlanningFailed = "planning_failed",
    NoModel = "no_model",
);
words!(ReturnReason:
    LeaseExpired = "lease_expired",
    AgentDrained = "agent_drained",
    AgentBlacklisted = "agent_blacklisted",
    AgentUnable = "agent_unable",
    ModelUnavailable = "model_unavailable",
    SnapshotUnavailable = "snapshot_unavailable",
    SandboxUnavailable = "sandbox_unavailable",
);
words!(BlacklistReason:
    AbuseSpam = "abuse_spam",
    AbuseMalware = "abuse_malware",
    PolicyViolation = "policy_violation",
    CredentialAbuse = "credential_abuse",
    DosBehavior = "dos_behavior",
    ForgedResults = "forged_results",
    ManualReview = "manual_review",
);
