//! The verifier reads many rows before it judges the first of them. Nobody may see that in its report.

use super::*;
use proptest::{collection::vec, prelude::*};
use std::collections::{HashMap, HashSet};

/// After how many rows a piece ends.
fn border() -> u64 {
    u64::try_from(ROWS_TOGETHER).unwrap()
}

/// Two full pieces and a bit.
fn two_pieces(change: impl Fn(u64, &mut Draft)) -> Vec<Row> {
    chained(2 * border() + 40, change)
}

#[test]
fn a_key_used_again_is_named_where_it_stands_wherever_the_pieces_end() {
    let border = border();
    let pairs = [(0, border - 1), (0, border), (border - 1, border), (border - 1, border + 1), (3, 2 * border + 1)];
    for (first, again) in pairs {
        let rows = two_pieces(|position, draft| {
            if position == first || position == again {
                draft.key = Some(b"twice".to_vec());
            }
        });
        let report = verify(&rows, &expecting(&[signed(&rows)]));
        assert_first(&report, Class::DuplicateKey, Some(again));
        assert_eq!(report.findings_total, 1, "{first} and {again}");
    }
}

#[test]
fn an_append_may_reach_over_the_end_of_a_piece() {
    let border = border();
    let used_again = |also: Option<u64>| {
        let rows = two_pieces(|position, draft| {
            draft.recorded_at_ms = 1000;
            if (border - 2..border + 2).contains(&position) || also == Some(position) {
                draft.key = Some(b"one append".to_vec());
            }
        });
        verify(&rows, &expecting(&[signed(&rows)]))
    };
    assert_eq!(used_again(None).verdict, Verdict::Ok);
    assert_first(&used_again(Some(border + 9)), Class::DuplicateKey, Some(border + 9));
}

/// What a writer did wrong, found the slow and simple way.
fn broken_rules(drafts: &[Draft]) -> Vec<(Class, u64)> {
    let mut found = Vec::new();
    let (mut versions, mut keys) = (HashMap::new(), HashSet::new());
    for (position, draft) in (0..).zip(drafts) {
        let before = usize::try_from(position).unwrap().checked_sub(1).map(|before| &drafts[before]);
        if before.is_some_and(|before| draft.recorded_at_ms < before.recorded_at_ms) {
            found.push((Class::NonMonotonicTime, position));
        }
        if versions.insert(&draft.stream, draft.version).unwrap_or(0) + 1 != draft.version {
            found.push((Class::VersionBreak, position));
        }
        let Some(key) = &draft.key else { continue };
        let is_new = keys.insert(key);
        // All drafts have the same correlation.
        let one_append =
            before.is_some_and(|it| it.key.as_ref() == Some(key) && it.recorded_at_ms == draft.recorded_at_ms);
        if !is_new && !one_append {
            found.push((Class::DuplicateKey, position));
        }
    }
    found
}

/// What a draft has of its own: stream, key, a wrong version, a step back in time. Most have none of it.
type Own = (u8, Option<u16>, bool, bool);

fn own() -> impl Strategy<Value = Own> {
    let key = prop_oneof![9 => (0..2_000_u16).prop_map(Some), 1 => Just(None)];
    (0..40_u8, key, prop::bool::weighted(0.004), prop::bool::weighted(0.004))
}

fn drafts(owns: &[Own]) -> Vec<Draft> {
    let mut versions = [0; 40];
    let mut drafts = Vec::new();
    for (at, (stream, key, wrong_version, back)) in (1000..).zip(owns) {
        let version = &mut versions[usize::from(*stream)];
        *version += 1 + u64::from(*wrong_version);
        drafts.push(Draft {
            stream: format!("task-{stream}"),
            version: *version,
            recorded_at_ms: at / 3 - if *back { 20 } else { 0 },
            key: key.map(|key| key.to_be_bytes().to_vec()),
            ..draft(0)
        });
    }
    drafts
}

/// Something done to stored rows; the numbers choose where.
#[derive(Debug, Clone)]
enum Damage {
    Flip(prop::sample::Index, prop::sample::Index),
    Hash(prop::sample::Index),
    Remove(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Copy(prop::sample::Index, prop::sample::Index),
    Junk(prop::sample::Index),
    Renumber,
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), at()).prop_map(|(row, byte)| Damage::Flip(row, byte)),
        at().prop_map(Damage::Hash),
        at().prop_map(Damage::Remove),
        (at(), at()).prop_map(|(one, other)| Damage::Swap(one, other)),
        (at(), at()).prop_map(|(from, to)| Damage::Copy(from, to)),
        at().prop_map(Damage::Junk),
        Just(Damage::Renumber),
    ]
}

fn inflict(damage: &Damage, rows: &mut Vec<Row>) {
    let count = rows.len();
    match damage {
        Damage::Flip(row, byte) => {
            let entry = &mut rows[row.index(count)].entry;
            let byte = byte.index(entry.len());
            entry[byte] ^= 4;
        }
        Damage::Hash(row) => rows[row.index(count)].hash[7] ^= 1,
        Damage::Remove(row) => drop(rows.remove(row.index(count))),
        Damage::Swap(one, other) => rows.swap(one.index(count), other.index(count)),
        Damage::Copy(from, to) => {
            let copy = rows[from.index(count)].clone();
            rows.insert(to.index(count), copy);
        }
        Damage::Junk(row) => {
            let row = &mut rows[row.index(count)];
            row.entry = b"junk".to_vec();
            row.hash = entry_hash(b"junk").to_vec();
        }
        Damage::Renumber => renumber(rows),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_broken_rule_is_found_as_by_a_simple_verifier(owns in vec(own(), 500..700)) {
        let drafts = drafts(&owns);
        let rows = chained(u64::try_from(drafts.len()).unwrap(), |position, draft| {
            *draft = drafts[usize::try_from(position).unwrap()].clone();
        });
        let expected = broken_rules(&drafts);
        let report = verify(&rows, &expecting(&[]));
        let found: Vec<_> = report.findings.iter().map(|it| (it.class, it.position.unwrap())).collect();
        prop_assert_eq!(report.findings_total, u64::try_from(expected.len()).unwrap());
        prop_assert_eq!(&found[..], &expected[..expected.len().min(MAX_FINDINGS)]);
    }

    #[test]
    fn a_damaged_ledger_gets_one_report_in_whatever_pieces_it_comes(
        owns in vec(own(), 300..600), damages in vec(damage(), 0..4), piece in 2..700_usize, signed_at in 1..300_usize,
    ) {
        let drafts = drafts(&owns);
        let mut rows = chained(u64::try_from(drafts.len()).unwrap(), |position, draft| {
            *draft = drafts[usize::try_from(position).unwrap()].clone();
        });
        let expected = expecting(&[signed(&rows[..signed_at]), signed(&rows)]);
        for damage in &damages {
            inflict(damage, &mut rows);
        }
        let report = verify(&rows, &expected);
        prop_assert_eq!(report, verify_in_pieces(&rows, &expected, piece));
    }
}
