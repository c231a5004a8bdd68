//! Whom does an auditor trust? The logs, the witnesses, and how many of them must have seen a checkpoint.
//!
//! *Source*: c2sp.org/tlog-policy. A policy that is not UTF-8 is refused; the specification recommends UTF-8 and would
//! take any bytes.

mod parse;
mod verdict;

pub use parse::{PolicyError, PolicyFault};
pub use verdict::{Cosigned, JudgeError, Verdict};

use crate::{cosignature::CosignerKey, note::VerifierKey};

/// The most bytes of a policy.
pub const MAX_POLICY_BYTES: usize = 262_144;
/// The most logs, the most witnesses and the most groups of a policy; the specification recommends at least 32.
pub const MAX_POLICY_LINES: usize = 256;

/// A policy file, read and consistent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    /// In the order of the file, so that a group's members come before it.
    groups: Vec<Group>,
    quorum: Quorum,
}

/// A log whose checkpoints are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key; the key's name is the log's origin.
    pub key: VerifierKey,
    /// Where it is.
    pub url: Option<String>,
}

/// A witness whose cosignatures count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWitness {
    /// What the policy calls it.
    pub name: String,
    /// Its key.
    pub key: CosignerKey,
    /// Where it takes checkpoints.
    pub url: Option<String>,
}

/// So many of these must have witnessed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    name: String,
    threshold: usize,
    members: Vec<String>,
}

/// What must have witnessed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Quorum {
    /// Nobody.
    None,
    /// The witness or the group of this name.
    Of(String),
}

impl Policy {
    /// The logs.
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses.
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Whether the witnesses of these names are as many as the quorum demands.
    pub fn is_quorum(&self, cosigned: &[&str]) -> bool {
        let Quorum::Of(wanted) = &self.quorum else { return true };
        let mut witnessed: Vec<&str> = cosigned.to_vec();
        for group in &self.groups {
            let members = group.members.iter().filter(|member| witnessed.contains(&member.as_str()));
            if members.count() >= group.threshold {
                witnessed.push(&group.name);
            }
        }
        witnessed.contains(&wanted.as_str())
    }
}

#[cfg(test)]
mod tests;
