//! Who signed the checkpoint of an archive, and which witnesses saw it?

use super::{ArchiveReport, CheckWish, Class, Members, checkpoint_of};
use crate::archive::{format::Member, parsed};
use edgecoder_ledger::{
    Checkpoint,
    checkpoint::CheckpointError,
    note::{Note, NoteError, VerifierKey},
    policy::{JudgeError, Policy},
};
use std::slice;

/// Checks who signed; gives what was signed, where it can be read.
pub(super) fn check(members: &Members, wish: &CheckWish, report: &mut ArchiveReport) -> Option<Checkpoint> {
    let (note, checkpoint) = checkpoint_of(members, report)?;
    report.origin.clone_from(&checkpoint.origin);
    report.size = checkpoint.size;
    if wish.origin.as_ref().is_some_and(|origin| *origin != checkpoint.origin) {
        report.find(Class::WrongLedger, Member::Checkpoint, format!("it is of {}", checkpoint.origin));
    }
    let own_keys = keys_in(members, report);
    let trusted = if wish.keys.is_empty() { own_keys.as_deref().unwrap_or_default() } else { &wish.keys };
    check_keys(&note, &checkpoint, trusted, report);
    let has_signed = |key: &VerifierKey| note.verify(slice::from_ref(key)).is_ok();
    let are_others = |keys: &Vec<VerifierKey>| keys.is_empty() || !keys.iter().all(&has_signed);
    if !report.has(Class::BadSignature) && own_keys.as_ref().is_some_and(are_others) {
        report.find(Class::OtherKeys, Member::Keys, "these are not the keys that signed, each of them");
    }
    if let Some(policy) = policy_of(members, wish, report) {
        check_witnesses(&note, &policy, report);
    }
    Some(checkpoint)
}

/// The keys of the archive; none, and a finding, where there are none to read.
fn keys_in(members: &Members, report: &mut ArchiveReport) -> Option<Vec<VerifierKey>> {
    let Some(bytes) = members.get(&Member::Keys) else {
        report.miss(Member::Keys);
        return None;
    };
    let text = String::from_utf8_lossy(bytes);
    let keys: Result<Vec<VerifierKey>, _> = text.lines().map(str::parse).collect();
    keys.map_err(|error| report.find(Class::OtherKeys, Member::Keys, error.to_string())).ok()
}

fn check_keys(note: &Note, checkpoint: &Checkpoint, trusted: &[VerifierKey], report: &mut ArchiveReport) {
    match note.verify(trusted) {
        Ok(signers) => {
            report.keys = signers.iter().map(ToString::to_string).collect();
            if signers.iter().any(|key| key.name() != checkpoint.origin) {
                report.find(Class::WrongLedger, Member::Checkpoint, "the key that signed it is another log's");
            }
        }
        Err(error @ NoteError::BadSignature { .. }) => {
            report.find(Class::BadSignature, Member::Checkpoint, error.to_string());
        }
        Err(error) => report.find(Class::UnknownKey, Member::Checkpoint, error.to_string()),
    }
}

/// The auditor's policy, else that of the archive.
fn policy_of(members: &Members, wish: &CheckWish, report: &mut ArchiveReport) -> Option<Policy> {
    if wish.policy.is_some() {
        return wish.policy.clone();
    }
    let Some(bytes) = members.get(&Member::Policy) else {
        report.miss(Member::Policy);
        return None;
    };
    parsed(bytes).map_err(|error| report.find(Class::BadPolicy, Member::Policy, error)).ok()
}

fn check_witnesses(note: &Note, policy: &Policy, report: &mut ArchiveReport) {
    match policy.judge(note) {
        Ok(verdict) => {
            // Whoever made the archive wrote its policy, and may call keys of his own by the names of others.
            report.witnesses = verdict.cosigned.iter().map(|it| it.witness.name.clone()).collect();
            if !verdict.has_quorum {
                report.find(Class::NoQuorum, Member::Checkpoint, "fewer witnesses cosigned than the policy demands");
            }
            if report.witnesses.is_empty() {
                report.absent.push("no witness that the policy names cosigned the checkpoint".to_owned());
            }
        }
        Err(JudgeError::Checkpoint(CheckpointError::Note(error @ NoteError::BadSignature { .. }))) => {
            report.find(Class::BadSignature, Member::Checkpoint, error.to_string());
        }
        Err(error) => report.find(Class::BadPolicy, Member::Policy, error.to_string()),
    }
}
