//! Did the reporter of a misbehaving machine really say this?

use crate::{
    NodeKeys,
    signature::{BadSignature, verify_text},
};
use edgecoder_events::blacklist::{AgentBlacklisted, BlacklistReason};

/// The text that a reporter signs: every field of the event but the signature, one line each.
///
/// A backslash, a line feed and a carriage return in a field are written `\\`, `\n` and `\r`, so that no field can pose
/// as the next one.
pub fn text(report: &AgentBlacklisted) -> String {
    let expires_at = report.expires_at.map_or_else(|| "never".to_owned(), |at| at.0.to_string());
    let lines = [
        "edgecoder blacklist report v1".to_owned(),
        format!("agent {}", report.agent),
        format!("reason_code {}", code(report.reason_code)),
        format!("reason {}", one_line(&report.reason)),
        format!("evidence_sha256 {}", one_line(&report.evidence_sha256)),
        format!("reported_at {}", report.reported_at.0),
        format!("expires_at {expires_at}"),
        format!("reporter {}", one_line(&report.reporter)),
        format!("reporter_key {}", report.reporter_key),
    ];
    lines.join("\n") + "\n"
}

/// Puts the reporter's key and signature on a report, in place of whatever stood there.
#[must_use]
pub fn sign(mut report: AgentBlacklisted, reporter: &NodeKeys) -> AgentBlacklisted {
    report.reporter_key = reporter.signing_key();
    report.reporter_signature = reporter.sign(text(&report).as_bytes());
    report
}

/// Checks a report against the key that it names. Whether that key is the reporter's is the caller's question.
///
/// # Errors
/// [`BadSignature`] where any field is not as it was signed.
pub fn verify(report: &AgentBlacklisted) -> Result<(), BadSignature> {
    verify_text(&report.reporter_key, text(report).as_bytes(), &report.reporter_signature)
}

fn one_line(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r")
}

const fn code(reason: BlacklistReason) -> &'static str {
    match reason {
        BlacklistReason::AbuseSpam => "abuse_spam",
        BlacklistReason::AbuseMalware => "abuse_malware",
        BlacklistReason::PolicyViolation => "policy_violation",
        BlacklistReason::CredentialAbuse => "credential_abuse",
        BlacklistReason::DosBehavior => "dos_behavior",
        BlacklistReason::ForgedResults => "forged_results",
        BlacklistReason::ManualReview => "manual_review",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_events::{AgentId, PublicKey, Signature, UnixMillis};
    use proptest::prelude::*;

    fn unsigned() -> AgentBlacklisted {
        AgentBlacklisted {
            agent: AgentId::new("mallory").unwrap(),
            reason_code: BlacklistReason::ForgedResults,
            reason: "same output\nfor every task \\ever".to_owned(),
            evidence_sha256: "ab".repeat(32),
            reported_at: UnixMillis(1_700_000_000_000),
            expires_at: None,
            reporter: "worker-1".to_owned(),
            reporter_key: PublicKey([0; 32]),
            reporter_signature: Signature([0; 64]),
        }
    }

    fn signed() -> AgentBlacklisted {
        sign(unsigned(), &NodeKeys::from_seeds(&[1; 32], [2; 32]))
    }

    #[test]
    fn the_text_is_this_for_ever() {
        let expected = format!(
            "edgecoder blacklist report v1\nagent mallory\nreason_code forged_results\n\
             reason same output\\nfor every task \\\\ever\nevidence_sha256 {}\nreported_at 1700000000000\n\
             expires_at never\nreporter worker-1\nreporter_key {}\n",
            "ab".repeat(32),
            "00".repeat(32)
        );
        assert_eq!(text(&unsigned()), expected);
    }

    #[test]
    fn a_signed_report_holds_and_every_field_counts() {
        assert_eq!(verify(&signed()), Ok(()));
        let changes: [fn(&mut AgentBlacklisted); 9] = [
            |r| r.agent = AgentId::new("honest").unwrap(),
            |r| r.reason_code = BlacklistReason::AbuseSpam,
            |r| r.reason.push('.'),
            |r| r.evidence_sha256 = "cd".repeat(32),
            |r| r.reported_at = UnixMillis(1_700_000_000_001),
            |r| r.expires_at = Some(UnixMillis(1_800_000_000_000)),
            |r| r.reporter = "worker-2".to_owned(),
            |r| r.reporter_key = NodeKeys::from_seeds(&[3; 32], [4; 32]).signing_key(),
            |r| r.reporter_signature.0[5] ^= 1,
        ];
        for (field, change) in changes.into_iter().enumerate() {
            let mut report = signed();
            change(&mut report);
            assert_eq!(verify(&report), Err(BadSignature), "field {field} does not count");
        }
    }

    #[test]
    fn every_code_is_the_one_of_the_event() {
        use BlacklistReason::{
            AbuseMalware, AbuseSpam, CredentialAbuse, DosBehavior, ForgedResults, ManualReview, PolicyViolation,
        };
        for reason in
            [AbuseSpam, AbuseMalware, PolicyViolation, CredentialAbuse, DosBehavior, ForgedResults, ManualReview]
        {
            assert_eq!(serde_json::to_value(reason).unwrap(), code(reason));
        }
    }

    proptest! {
        #[test]
        fn no_two_reports_share_a_text(a in "[\\\\nr\n\r ]{0,6}", b in "[\\\\nr\n\r ]{0,6}") {
            let text_with = |reason: &str| text(&AgentBlacklisted { reason: reason.to_owned(), ..unsigned() });
            prop_assert_eq!(a == b, text_with(&a) == text_with(&b));
            prop_assert_eq!(text_with(&a).lines().count(), 9);
        }
    }
}
