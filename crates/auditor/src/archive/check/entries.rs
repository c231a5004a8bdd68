//! Is every entry of an archive one of those that were signed, and do its words say what it says?

use super::{ArchiveReport, Class, Members};
use crate::{
    anchors::EntryPlace,
    archive::{
        format::{ENTRIES, Member, OfEntry},
        members::hashes_in,
        words,
    },
};
use edgecoder_ledger::{
    Checkpoint, Entry,
    tree::{leaf_hash, verify_inclusion},
};

/// Checks each entry; gives the last.
pub(super) fn check(members: &Members, signed: &Checkpoint, report: &mut ArchiveReport) -> Option<EntryPlace> {
    let mut last = None;
    for (member, entry) in members {
        let Member::Entry(position, OfEntry::Stored) = *member else { continue };
        report.entries = report.entries.saturating_add(1);
        check_entry(members, (position, entry), signed, report);
        check_words(members, (position, entry), report);
        let recorded_ms = Entry::decode(entry).map_or(0, |entry| entry.recorded_at_ms);
        last = Some(EntryPlace { position, recorded_ms });
    }
    if report.entries == 0 {
        report.miss(ENTRIES);
    }
    last
}

fn check_entry(members: &Members, (position, entry): (u64, &[u8]), signed: &Checkpoint, report: &mut ArchiveReport) {
    let (name, proof) = (Member::Entry(position, OfEntry::Stored), Member::Entry(position, OfEntry::Proof));
    let Some(lines) = members.get(&proof) else { return report.miss(proof) };
    let Some(path) = hashes_in(lines) else {
        return report.find(Class::Damaged, proof, "its lines are no hashes");
    };
    if verify_inclusion(position, signed.size, &leaf_hash(entry), &path, &signed.root).is_err() {
        return report.find(Class::Mutated, name, "its proof does not lead from it to the root that was signed");
    }
    let fits = Entry::decode(entry).is_ok_and(|it| it.position == position && it.origin == signed.origin);
    if !fits {
        report.find(Class::WrongLedger, name, "it was signed, and is no entry of this place in this log");
    }
}

fn check_words(members: &Members, (position, entry): (u64, &[u8]), report: &mut ArchiveReport) {
    let name = Member::Entry(position, OfEntry::Words);
    match (members.get(&name), words(position, entry)) {
        (Some(told), Some(said)) if *told != said => {
            report.find(Class::Mistold, name, "the entry does not say this");
        }
        (None, Some(_)) => report.miss(name),
        (Some(_) | None, Some(_) | None) => {}
    }
}
