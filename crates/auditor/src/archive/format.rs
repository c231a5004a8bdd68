//! Which files may stand in an archive, and in which order? Its writer, its reader and its checks all go by this list.

use std::fmt;

/// The folders, as reports name them.
pub(super) const ENTRIES: &str = "entries/";
pub(super) const ANCHORS: &str = "anchors/";

/// The first and the newest that cover all entries: more would prove no more.
pub(super) const MAX_ANCHORS: usize = 2;

/// One file of an archive. Their order is that of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Member {
    /// For people; its digest alone speaks for it, and nobody signs that.
    Readme,
    /// Its signatures prove it.
    Checkpoint,
    /// Those that signed the checkpoint.
    Keys,
    Policy,
    /// A file of the entry at a position.
    Entry(u64, OfEntry),
    /// A file of the anchor of a size.
    Anchor(u64, OfAnchor),
    /// The digests of all others; the last one.
    Sums,
}

/// What there is of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OfEntry {
    /// Its proof ties it to the checkpoint.
    Stored,
    /// It leads from the entry to the root that was signed.
    Proof,
    /// They are made from the entry again, and must be the same.
    Words,
}

/// What there is of an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OfAnchor {
    /// What was dated; the consistency proof ties it to the archive's own.
    Checkpoint,
    /// It leads from what was dated into a block.
    Ots,
    /// The same, of an own transaction.
    Evidence,
    /// Proof and evidence name the first; each of the others names the one before it.
    Headers,
    /// It leads from the root that was dated to the one that was signed.
    Consistency,
}

/// A name, or its pattern with the number in angle brackets, and the member of a number.
type Row = (&'static str, fn(u64) -> Member);

/// Every member that an archive may have, in order.
const FORMAT: [Row; 13] = [
    ("README.md", |_| Member::Readme),
    ("checkpoint", |_| Member::Checkpoint),
    ("keys", |_| Member::Keys),
    ("policy", |_| Member::Policy),
    ("entries/<position>", |at| Member::Entry(at, OfEntry::Stored)),
    ("proofs/<position>", |at| Member::Entry(at, OfEntry::Proof)),
    ("words/<position>.json", |at| Member::Entry(at, OfEntry::Words)),
    ("anchors/<size>/checkpoint", |size| Member::Anchor(size, OfAnchor::Checkpoint)),
    ("anchors/<size>/checkpoint.ots", |size| Member::Anchor(size, OfAnchor::Ots)),
    ("anchors/<size>/evidence.json", |size| Member::Anchor(size, OfAnchor::Evidence)),
    ("anchors/<size>/headers", |size| Member::Anchor(size, OfAnchor::Headers)),
    ("anchors/<size>/consistency", |size| Member::Anchor(size, OfAnchor::Consistency)),
    ("SHA256SUMS", |_| Member::Sums),
];

/// A position or a size as names have it: as many digits as keep them in order.
pub(super) fn number(position: u64) -> String {
    format!("{position:012}")
}

impl Member {
    /// The member of this very name, byte for byte; nothing where the format has none.
    pub fn named(name: &str) -> Option<Self> {
        let found = FORMAT.iter().find_map(|(pattern, of)| Some(of(number_in(pattern, name)?)));
        found.filter(|member| member.to_string() == name)
    }

    /// The member without which this one says nothing.
    pub const fn belongs_to(self) -> Option<Self> {
        match self {
            Self::Entry(position, OfEntry::Proof | OfEntry::Words) => Some(Self::Entry(position, OfEntry::Stored)),
            Self::Readme
            | Self::Checkpoint
            | Self::Keys
            | Self::Policy
            | Self::Entry(_, OfEntry::Stored)
            // Checked, folder by folder, with what was dated: an anchor without it is MISSING something.
            | Self::Anchor(..)
            | Self::Sums => None,
        }
    }

    /// Whether it is for reading alone, and nothing proves what it says.
    pub fn is_for_people(self) -> bool {
        self == Self::Readme
    }

    /// The size of the anchor that it is of.
    pub const fn anchor(self) -> Option<u64> {
        if let Self::Anchor(size, _) = self { Some(size) } else { None }
    }

    const fn number(self) -> u64 {
        match self {
            Self::Entry(number, _) | Self::Anchor(number, _) => number,
            Self::Readme | Self::Checkpoint | Self::Keys | Self::Policy | Self::Sums => 0,
        }
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = self.number();
        let row = FORMAT.iter().find(|(_, of)| of(own) == *self);
        let (pattern, _) = row.expect("a test finds every member in the list");
        match around_number(pattern) {
            Some((before, after)) => write!(f, "{before}{}{after}", number(own)),
            None => f.write_str(pattern),
        }
    }
}

/// What stands before and after the number of a pattern, if it has one.
fn around_number(pattern: &str) -> Option<(&str, &str)> {
    let (before, rest) = pattern.split_once('<')?;
    let (_, after) = rest.split_once('>')?;
    Some((before, after))
}

/// The number in a name of this pattern; 0 where the pattern is the name.
fn number_in(pattern: &str, name: &str) -> Option<u64> {
    match around_number(pattern) {
        Some((before, after)) => name.strip_prefix(before)?.strip_suffix(after)?.parse().ok(),
        None => (pattern == name).then_some(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_is_found_by_its_name_and_stands_where_the_list_has_it() {
        let members: Vec<Member> = FORMAT.iter().map(|(_, of)| of(7)).collect();
        assert!(members.is_sorted() && members.iter().all(|it| Member::named(&it.to_string()) == Some(*it)));
        assert_eq!(members[6].to_string(), "words/000000000007.json");
        let next_entry = Member::Entry(8, OfEntry::Stored);
        assert!(members[6] < next_entry && next_entry < members[7]);
    }

    #[test]
    fn a_name_that_differs_in_one_byte_is_no_name_of_the_format() {
        for name in [
            "",
            "./checkpoint",
            "checkpoint/",
            "Checkpoint",
            "STATEMENT.txt",
            "entries/",
            "entries/7",
            "entries/+00000000007",
            "entries/0000000000007",
            "entries/<position>",
            "entries/000000000007.json",
            "./words/000000000007.json",
            "words//000000000007.json",
            "words/000000000007",
            "anchors/000000000017",
            "anchors/../keys",
            "anchors/000000000017/note",
            "anchors/000000000017/checkpoint/",
            "SHA256SUMS\n",
        ] {
            assert_eq!(Member::named(name), None, "{name:?}");
        }
    }

    #[test]
    fn the_published_table_names_these_members_in_this_order_and_no_others() {
        let document = include_str!("../../../../docs/LEDGER.md");
        let (_, table) = document.split_once("| member | what it holds | what proves it |\n|---|---|---|\n").unwrap();
        let rows = table.lines().take_while(|line| line.starts_with('|'));
        let firsts = rows.map(|row| row.trim_start_matches("| ").split_once(" |").unwrap().0);
        let names: Vec<&str> = firsts.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
        assert_eq!(names, FORMAT.map(|(pattern, _)| pattern));
    }
}
