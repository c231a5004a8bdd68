//! Is every entry of an archive one of those that were signed, and do its words say what it says?

use super::{ArchiveReport, Class, Members};
use crate::{
    anchors::EntryPlace,
    archive::{
        members::{ENTRIES, PROOFS, WORDS, hashes_in, number},
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
    for (name, entry) in below(members, ENTRIES) {
        report.entries = report.entries.saturating_add(1);
        let Some(position) = name.parse().ok().filter(|it| number(*it) == name) else {
            report.find(Class::Added, &format!("{ENTRIES}{name}"), "its name is no position");
            continue;
        };
        check_entry(members, (position, entry), signed, report);
        check_words(members, (position, entry), report);
        let recorded_ms = Entry::decode(entry).map_or(0, |entry| entry.recorded_at_ms);
        last = Some(EntryPlace { position, recorded_ms });
    }
    if report.entries == 0 {
        report.miss(ENTRIES);
    }
    for (name, _) in below(members, PROOFS) {
        if !members.contains_key(&format!("{ENTRIES}{name}")) {
            report.miss(&format!("{ENTRIES}{name}"));
        }
    }
    last
}

/// The members below a folder, without its name.
pub(super) fn below<'m>(members: &'m Members, folder: &'m str) -> impl Iterator<Item = (&'m str, &'m Vec<u8>)> {
    members.iter().filter_map(move |(name, bytes)| Some((name.strip_prefix(folder)?, bytes)))
}

fn check_entry(members: &Members, (position, entry): (u64, &[u8]), signed: &Checkpoint, report: &mut ArchiveReport) {
    let (name, proof) = (format!("{ENTRIES}{}", number(position)), format!("{PROOFS}{}", number(position)));
    let Some(lines) = members.get(&proof) else { return report.miss(&proof) };
    let Some(path) = hashes_in(lines) else {
        return report.find(Class::Damaged, &proof, "its lines are no hashes");
    };
    if verify_inclusion(position, signed.size, &leaf_hash(entry), &path, &signed.root).is_err() {
        return report.find(Class::Mutated, &name, "its proof does not lead from it to the root that was signed");
    }
    let fits = Entry::decode(entry).is_ok_and(|it| it.position == position && it.origin == signed.origin);
    if !fits {
        report.find(Class::WrongLedger, &name, "it was signed, and is no entry of this place in this log");
    }
}

fn check_words(members: &Members, (position, entry): (u64, &[u8]), report: &mut ArchiveReport) {
    let name = format!("{WORDS}{}.json", number(position));
    match (members.get(&name), words(position, entry)) {
        (Some(told), Some(said)) if *told != said => {
            report.find(Class::Mistold, &name, "the entry does not say this");
        }
        (None, Some(_)) => report.miss(&name),
        (Some(_) | None, Some(_) | None) => {}
    }
}
