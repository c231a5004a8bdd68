//! An archive is checked whole: what was done to any of its files is said by the file's name.

use crate::{
    anchored::Anchored,
    archiving::files,
    ledger::{LOG_SEED, Ledger, NEXT_LOG_SEED, log_key, note},
    program::{audit, document},
};
use edgecoder_anchoring::evidence::Commitment;
use edgecoder_ledger::{cosignature::WitnessKey, note::Note};
use serde_json::Value;
use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};
use tempfile::TempDir;

const ANCHOR: &str = "anchors/000000000017";

pub type Members = BTreeMap<String, Vec<u8>>;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn key() -> String {
    log_key(LOG_SEED).verifier_key().to_string()
}

/// The archive of task `t1` of a ledger.
fn exported(ledger: &Ledger, words: &[&str]) -> (TempDir, Members, Value) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("evidence.tar");
    let asked = ["export", "--task", "t1", "--json", "--out", text(&file)];
    let (code, said) = document(&ledger.audit(&[&asked, words].concat()));
    assert_eq!(code, 0, "{said:#}");
    let members = files(&file);
    (folder, members, said)
}

pub async fn dated() -> (Anchored, Members) {
    let anchored = Anchored::in_own_transaction().await;
    anchored.sign();
    let headers = anchored.headers(anchored.root, 5);
    let words = ["--network", "regtest", "--headers", text(&headers), "--key", &key()];
    let (_folder, members, _) = exported(&anchored.ledger, &words);
    (anchored, members)
}

/// The header of a file whose name is written as it is given.
fn header(name: &str, bytes: &[u8]) -> tar::Header {
    let mut header = tar::Header::new_ustar();
    header.set_size(bytes.len() as u64);
    header.as_ustar_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_cksum();
    header
}

fn packed(members: &[(&str, &[u8])]) -> TempDir {
    packed_as(&members.iter().map(|(name, bytes)| (header(name, bytes), *bytes)).collect::<Vec<_>>())
}

fn packed_as(members: &[(tar::Header, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut tar = tar::Builder::new(fs::File::create(folder.path().join("evidence.tar")).unwrap());
    for (header, bytes) in members {
        tar.append(header, *bytes).unwrap();
    }
    tar.finish().unwrap();
    folder
}

/// Where docs/LEDGER.md has a member; one that it does not have stands before the digests.
fn place(name: &str) -> (usize, &str, &str) {
    let order = |names: &[&str], name: &str| names.iter().position(|it| *it == name);
    match (order(&["README.md", "checkpoint", "keys", "policy"], name), name.split_once('/')) {
        (Some(place), _) => (place, "", ""),
        (None, Some((folder @ ("entries" | "proofs" | "words"), file))) => (4, file.trim_end_matches(".json"), folder),
        (None, Some(("anchors", file))) => {
            let (size, file) = file.split_once('/').unwrap();
            let files = ["checkpoint", "checkpoint.ots", "evidence.json", "headers", "consistency"];
            (5, size, ["0", "1", "2", "3", "4"][order(&files, file).unwrap()])
        }
        (None, _) if name == "SHA256SUMS" => (7, "", ""),
        (None, _) => (6, name, ""),
    }
}

/// The members in the order of the format.
fn all(members: &Members) -> Vec<(&str, &[u8])> {
    let mut all: Vec<_> = members.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    all.sort_by_key(|&(name, _)| place(name));
    all
}

fn checked(folder: &TempDir, words: &[&str]) -> (i32, Value) {
    let file = folder.path().join("evidence.tar");
    let network = if words.contains(&"--network") { &[][..] } else { &["--network", "regtest"] };
    document(&audit(&[&["verify", "--json", text(&file)], words, network].concat()))
}

/// What a forger does who knows the format: the digests fit again.
fn summed(mut members: Members) -> Members {
    members.remove("SHA256SUMS");
    let mut sums = String::new();
    for (name, bytes) in all(&members) {
        writeln!(sums, "{}  {name}", Commitment::to_file(bytes)).unwrap();
    }
    members.insert("SHA256SUMS".to_owned(), sums.into_bytes());
    members
}

fn classes(document: &Value) -> Vec<(&str, &str)> {
    let findings = document["findings"].as_array().unwrap().iter();
    findings.map(|it| (it["class"].as_str().unwrap(), it["member"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn an_archive_of_dated_entries_is_checked_without_the_log() {
    for anchored in [Anchored::honest().await, Anchored::in_own_transaction().await] {
        anchored.sign();
        let headers = anchored.headers(anchored.root, 5);
        let chain = ["--network", "regtest", "--headers", text(&headers)];
        let (folder, members, said) = exported(&anchored.ledger, &[&chain[..], &["--key", &key()]].concat());
        assert_eq!(said["anchors"], serde_json::json!([17]), "{said:#}");
        assert_eq!(said["absent"], serde_json::json!(["no witness cosigned the checkpoint"]), "{said:#}");
        assert_eq!(members[&format!("{ANCHOR}/headers")].len(), 6 * 80);
        let (code, report) = checked(&folder, &[&chain[..], &["--key", &key()]].concat());
        assert_eq!((code, &report["verdict"], &report["entries"]), (0, &"OK".into(), &9.into()), "{report:#}");
        assert_eq!(report["anchors"][0]["confirmed"], true, "{report:#}");
        let (code, report) = checked(&folder, &["--key", &key()]);
        assert_eq!((code, &report["anchors"][0]["confirmed"]), (3, &false.into()), "{report:#}");
        assert_eq!(report["verdict"], "VALID BUT UNPROVEN", "nothing dates them: {report:#}");
        assert_eq!(classes(&report), [("NOT CONFIRMED", "anchors/")], "{report:#}");
        let told = report["anchors"][0]["said"].as_str().unwrap();
        assert!(told.contains("TENTATIVE 6/6") && told.contains("trust: supplied header only"), "{told}");
    }
}

/// What an archive brings itself is counted as it is, by the proof and by the evidence, and confirms nothing.
#[tokio::test]
async fn headers_that_an_archive_brings_are_counted_and_confirm_nothing() {
    let (_, honest) = dated().await;
    let (headers, proof) = (format!("{ANCHOR}/headers"), format!("{ANCHOR}/checkpoint.ots"));
    for count in 1..=6 {
        for has_proof in [true, false] {
            let mut fewer = honest.clone();
            fewer.get_mut(&headers).unwrap().truncate(count * 80);
            if !has_proof {
                fewer.remove(&proof);
            }
            let (code, report) = checked(&packed(&all(&summed(fewer))), &["--key", &key()]);
            assert_eq!((code, classes(&report)), (3, vec![("NOT CONFIRMED", "anchors/")]), "{report:#}");
            let told = report["anchors"][0]["said"].as_str().unwrap();
            assert!(told.starts_with(&format!("TENTATIVE {count}/6 confirmations, block 1 ")), "{told}");
            assert!(told.ends_with("trust: supplied header only"), "{told}");
        }
    }
}

#[tokio::test]
async fn an_archive_is_the_same_from_the_ledger_and_from_a_copy_of_it() {
    let anchored = Anchored::in_own_transaction().await;
    anchored.sign();
    let (copy, out) = (anchored.copy().await, tempfile::tempdir().unwrap());
    let file = out.path().join("served.tar");
    let asked = ["export", "--task", "t1", "--url", text(copy.path()), "--out", text(&file)];
    assert_eq!(audit(&asked).status.code(), Some(0));
    let (stored, _, _) = exported(&anchored.ledger, &[]);
    assert_eq!(fs::read(file).unwrap(), fs::read(stored.path().join("evidence.tar")).unwrap());
}

#[tokio::test]
async fn what_an_archive_does_not_have_is_said_by_its_name() {
    let ledger = Ledger::honest().await;
    let (folder, members, said) = exported(&ledger, &[]);
    let absent = "no anchor covers these entries yet";
    assert_eq!(said["absent"][0], absent, "{said:#}");
    let readme = String::from_utf8(members["README.md"].clone()).unwrap();
    assert!(readme.contains(&format!("## What is not here\n\n- {absent}\n")), "{readme}");
    let (code, report) = checked(&folder, &[]);
    assert_eq!((code, &report["trust"]["keyGiven"]), (0, &false.into()), "{report:#}");
    assert!(report["absent"].as_array().unwrap().contains(&absent.into()), "{report:#}");

    let anchored = Anchored::honest().await;
    anchored.sign();
    let (folder, _, said) = exported(&anchored.ledger, &[]);
    assert!(said["absent"][0].as_str().unwrap().starts_with("headers of the anchor of size 17: "), "{said:#}");
    let (code, report) = checked(&folder, &[]);
    let no_headers = "no block headers in anchors/000000000017/";
    assert!(code == 3 && report["absent"].as_array().unwrap().contains(&no_headers.into()), "{report:#}");
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 1;
    bytes
}

#[tokio::test]
async fn a_file_that_was_changed_is_named_even_where_its_digest_was_changed_too() {
    let (_, honest) = dated().await;
    let key = key();
    let other_key = log_key(NEXT_LOG_SEED).verifier_key().to_string();
    let name = |file: &str| format!("{ANCHOR}/{file}");
    let replaced = |file: &str, from: &str, to: &str| {
        let text = String::from_utf8(honest[file].clone()).unwrap();
        assert!(text.contains(from), "{text}");
        text.replacen(from, to, 1).into_bytes()
    };
    for (member, bytes, code, class) in [
        ("entries/000000000007".to_owned(), flipped(&honest["entries/000000000007"], 40), 1, "MUTATED"),
        ("proofs/000000000007".to_owned(), b"00".to_vec(), 1, "DAMAGED"),
        ("words/000000000007.json".to_owned(), replaced("words/000000000007.json", "ann", "eve"), 1, "MISTOLD"),
        ("checkpoint".to_owned(), replaced("checkpoint", "\n21\n", "\n20\n"), 1, "BAD SIGNATURE"),
        ("keys".to_owned(), format!("{other_key}\n").into_bytes(), 1, "OTHER KEYS"),
        ("keys".to_owned(), format!("{key}\n{other_key}\n").into_bytes(), 1, "OTHER KEYS"),
        ("keys".to_owned(), vec![], 1, "OTHER KEYS"),
        ("policy".to_owned(), b"nonsense".to_vec(), 2, "BAD POLICY"),
        (name("checkpoint"), replaced(&name("checkpoint"), "\n17\n", "\n16\n"), 1, "ANCHOR MISMATCH"),
        (name("checkpoint.ots"), b"else".to_vec(), 1, "ANCHOR MISMATCH"),
        (name("evidence.json"), replaced(&name("evidence.json"), "\"height\":1", "\"height\":2"), 1, "ANCHOR MISMATCH"),
        (name("evidence.json"), replaced(&name("evidence.json"), "5151ff", "5152ff"), 1, "ANCHOR INVALID"),
        (name("headers"), flipped(&honest[&name("headers")], 80), 1, "BAD HEADERS"),
        (name("consistency"), "00".repeat(32).into_bytes(), 1, "INCONSISTENT"),
    ] {
        let mut changed = honest.clone();
        changed.insert(member.clone(), bytes);
        let (got, report) = checked(&packed(&all(&changed)), &["--key", &key]);
        let damaged = classes(&report).contains(&("DAMAGED", member.as_str()));
        assert!(got == 1 && damaged, "{member}: {report:#}");
        let (got, report) = checked(&packed(&all(&summed(changed))), &["--key", &key]);
        let found = classes(&report).contains(&(class, member.as_str()));
        assert!(got == code && found, "{member}: {report:#}");
    }
    let mut changed = honest.clone();
    changed.get_mut("README.md").unwrap().push(b'!');
    let (code, report) = checked(&packed(&all(&changed)), &["--key", &key]);
    assert_eq!((code, classes(&report)), (1, vec![("DAMAGED", "README.md")]), "{report:#}");
    // Nothing proves what is for reading alone, and that is said.
    let folder = packed(&all(&summed(changed)));
    let (code, report) = checked(&folder, &["--key", &key]);
    assert_eq!((code, classes(&report)), (3, vec![("NOT CONFIRMED", "anchors/")]), "{report:#}");
    assert_eq!(report["notEvidence"], serde_json::json!(["README.md", "policy"]), "{report:#}");
    let file = folder.path().join("evidence.tar");
    let told = String::from_utf8(audit(&["verify", text(&file), "--network", "regtest"]).stdout).unwrap();
    assert!(
        told.contains("\nnot evidence README.md: nobody signs it, and whoever made the archive wrote it\n"),
        "{told}"
    );
}

#[tokio::test]
async fn a_file_that_is_missing_or_does_not_belong_there_is_named() {
    let (_, honest) = dated().await;
    for member in honest.keys() {
        let mut less = honest.clone();
        less.remove(member);
        let (code, report) = checked(&packed(&all(&less)), &["--key", &key()]);
        let found = classes(&report).contains(&("MISSING", member.as_str()));
        // What is left of an entry that is gone is about nothing.
        let worse = member.starts_with("entries/");
        assert!(found && code == if worse { 1 } else { 2 }, "{member}: {report:#}");
    }
    let mut more = honest.clone();
    more.insert("entries/000000000099".to_owned(), honest["entries/000000000007"].clone());
    let (code, report) = checked(&packed(&all(&more)), &["--key", &key()]);
    assert!(code == 1 && classes(&report).contains(&("ADDED", "entries/000000000099")), "{report:#}");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("evidence.tar"), vec![7; 1024]).unwrap();
    assert_eq!(checked(&folder, &[]).0, 2);
}

/// What `sha256sum -c` passes and `tar xf` unpacks is all that a reader sees: nothing may be in it but what is proven.
#[tokio::test]
async fn what_is_no_member_of_the_format_is_refused_though_its_digest_fits() {
    let (_, honest) = dated().await;
    let words = "words/000000000007.json";
    assert_eq!(
        checked(&packed(&all(&summed(honest.clone()))), &["--key", &key()]).0,
        3,
        "packed again, it is the same: nothing is wrong, and nobody confirms its anchor"
    );
    for name in [
        "STATEMENT.txt",
        "words/000000000999.json",
        "proofs/000000000999",
        "./words/000000000007.json",
        "./checkpoint",
        "./keys",
        "checkpoint/",
        "/keys",
    ] {
        let mut more = honest.clone();
        more.insert(name.to_owned(), b"invented".to_vec());
        let (code, report) = checked(&packed(&all(&summed(more))), &["--key", &key()]);
        assert!(code == 1 && classes(&report).contains(&("ADDED", name)), "{name}: {report:#}");
    }
    let forged = b"{}".as_slice();
    let mut inner = honest.clone();
    inner.insert(words.to_owned(), forged.to_vec());
    let (inner, mut more) = (summed(inner), honest.clone());
    more.insert(format!("./{words}"), forged.to_vec());
    more.insert("./SHA256SUMS".to_owned(), inner["SHA256SUMS"].clone());
    let (code, report) = checked(&packed(&all(&summed(more))), &["--key", &key()]);
    let added = [("ADDED", "./SHA256SUMS"), ("ADDED", "./words/000000000007.json")];
    assert!(code == 1 && added.iter().all(|it| classes(&report).contains(it)), "{report:#}");
}

#[tokio::test]
async fn a_member_that_stands_twice_elsewhere_or_behind_the_end_is_refused() {
    let (_, honest) = dated().await;
    let twice = [all(&honest), vec![("keys", &b"else"[..])]].concat();
    let (code, report) = checked(&packed(&twice), &[]);
    assert!(code == 1 && classes(&report).contains(&("ADDED", "keys")), "{report:#}");
    let mut moved = all(&honest);
    moved.swap(1, 2);
    let (code, report) = checked(&packed(&moved), &[]);
    assert!(code == 1 && classes(&report).contains(&("ADDED", "checkpoint")), "{report:#}");
    let folder = packed(&all(&honest));
    let file = folder.path().join("evidence.tar");
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, [bytes.clone(), bytes].concat()).unwrap();
    let (code, report) = checked(&folder, &[]);
    assert_eq!((code, classes(&report)), (1, vec![("ADDED", "SHA256SUMS")]), "{report:#}");
    let mut other = honest.clone();
    let sums = String::from_utf8(honest["SHA256SUMS"].clone()).unwrap();
    let backwards = sums.lines().rev().flat_map(|line| [line, "\n"]).collect::<String>();
    other.insert("SHA256SUMS".to_owned(), backwards.into_bytes());
    let (code, report) = checked(&packed(&all(&other)), &[]);
    assert_eq!((code, classes(&report)), (1, vec![("DAMAGED", "SHA256SUMS")]), "{report:#}");
}

/// The third anchor could be anything: it would not be judged, and whoever unpacks the file has it.
#[tokio::test]
async fn more_anchors_than_the_format_has_are_refused_by_their_names() {
    let (_, honest) = dated().await;
    let of_anchor = |members: &Members, size: u64| {
        let files = honest.iter().filter_map(|(name, bytes)| Some((name.strip_prefix(ANCHOR)?, bytes)));
        let mut more = members.clone();
        more.extend(files.map(|(file, bytes)| (format!("anchors/{size:012}{file}"), bytes.clone())));
        more
    };
    let two = of_anchor(&honest, 18);
    let (_, report) = checked(&packed(&all(&summed(two.clone()))), &["--key", &key()]);
    assert!(
        !classes(&report).iter().any(|(class, _)| *class == "ADDED"),
        "two are no more than there may be: {report:#}"
    );
    let (code, report) = checked(&packed(&all(&summed(of_anchor(&two, 19)))), &["--key", &key()]);
    let third: Vec<_> = classes(&report).into_iter().filter(|(_, member)| member.contains("000000000019")).collect();
    assert!(code == 1 && third.len() == 5 && third.iter().all(|(class, _)| *class == "ADDED"), "{report:#}");
    let finding = report["findings"].as_array().unwrap().iter().find(|it| it["class"] == "ADDED").unwrap();
    assert_eq!(finding["detail"], "an archive has at most 2 anchors", "{report:#}");
}

#[tokio::test]
async fn links_folders_and_headers_that_tools_read_differently_are_no_members() {
    let (_, honest) = dated().await;
    let plain = || all(&honest).into_iter().map(|(name, bytes)| (header(name, bytes), bytes)).collect::<Vec<_>>();
    let name = all(&honest)[3].0;
    let kinds = [
        tar::EntryType::Symlink,
        tar::EntryType::Link,
        tar::EntryType::Directory,
        tar::EntryType::XHeader,
        tar::EntryType::XGlobalHeader,
        tar::EntryType::GNULongName,
        tar::EntryType::Continuous,
    ];
    for kind in kinds {
        let mut members = plain();
        let mut other = header("policy", b"");
        other.set_entry_type(kind);
        other.set_cksum();
        members.insert(3, (other, b"".as_slice()));
        let (code, report) = checked(&packed_as(&members), &[]);
        assert!(code == 1 && classes(&report).contains(&("ADDED", name)), "{kind:?}: {report:#}");
    }
    // Old headers have no prefix, and some tools read one in them nevertheless.
    let mut members = plain();
    members[3].0.as_ustar_mut().unwrap().prefix[0] = b'x';
    members[3].0.as_old_mut().pad[..8].fill(0);
    members[3].0.set_cksum();
    let (code, report) = checked(&packed_as(&members), &[]);
    assert!(code == 1 && classes(&report).contains(&("ADDED", name)), "{report:#}");
}

#[tokio::test]
async fn whoever_knows_the_chain_has_the_last_word_on_an_anchor_of_an_archive() {
    let (anchored, honest) = dated().await;
    let folder = packed(&all(&honest));
    let by = |headers: &Path| checked(&folder, &["--network", "regtest", "--headers", text(headers)]);
    let (code, report) = by(&anchored.headers([9; 32], 5));
    assert!(code == 1 && report["findings"][0]["detail"].as_str().unwrap().contains("merkle root"), "{report:#}");
    assert!(classes(&report).iter().any(|(class, _)| *class == "ANCHOR ORPHANED"), "{report:#}");
    let (code, report) = by(&anchored.headers(anchored.root, 4));
    assert_eq!((code, classes(&report)), (3, vec![("NOT CONFIRMED", "anchors/")]), "{report:#}");
}

/// A short list that names one long file again and again would keep its reader busy for hours.
#[tokio::test]
async fn digests_that_name_a_file_twice_or_more_files_than_there_can_be_are_refused_at_once() {
    let (_, honest) = dated().await;
    let sums = String::from_utf8(honest["SHA256SUMS"].clone()).unwrap();
    let line = |name: &str| sums.lines().find(|line| line.ends_with(name)).unwrap().to_owned() + "\n";
    let itself = format!("{}  SHA256SUMS\n", "0".repeat(64));
    for (more, said) in [
        (line("README.md"), "it names README.md a second time"),
        (itself, "it names SHA256SUMS a second time, or itself"),
        (line("README.md").repeat(40_000), "it has more than 30064 lines"),
    ] {
        let mut changed = honest.clone();
        changed.insert("SHA256SUMS".to_owned(), format!("{sums}{more}").into_bytes());
        let (code, report) = checked(&packed(&all(&changed)), &["--key", &key()]);
        assert_eq!((code, classes(&report)), (1, vec![("DAMAGED", "SHA256SUMS")]), "{report:#}");
        assert!(report["findings"][0]["detail"].as_str().unwrap().contains(said), "{report:#}");
    }
}

/// A block that costs nothing is no block of the main network: whoever invents one is told apart from one who waits.
#[tokio::test]
async fn an_anchor_whose_headers_are_too_easy_for_their_network_is_invented() {
    let (_, honest) = dated().await;
    let folder = packed(&all(&honest));
    for network in ["bitcoin", "testnet", "signet"] {
        let (code, report) = checked(&folder, &["--key", &key(), "--network", network]);
        let headers = format!("{ANCHOR}/headers");
        assert!(code == 1 && classes(&report).contains(&("BAD HEADERS", headers.as_str())), "{network}: {report:#}");
        let evidence = format!("{ANCHOR}/evidence.json");
        let found = classes(&report).contains(&("ANCHOR INVALID", evidence.as_str()));
        assert!(found && report["verdict"] == "TAMPERED", "{network}: {report:#}");
    }
    let file = folder.path().join("evidence.tar");
    assert_eq!(audit(&["verify", text(&file)]).status.code(), Some(1), "bitcoin is meant where nothing is said");
}

#[tokio::test]
async fn another_key_another_log_and_too_few_witnesses_are_told_apart() {
    let ledger = Ledger::honest().await;
    let witness = WitnessKey::from_seed("anna.example/witness", &[7; 32]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy");
    let lines = format!("log {}\nwitness anna {}\nquorum anna\n", key(), witness.cosigner_key());
    fs::write(&policy, lines).unwrap();
    let with_policy = ["--policy", text(&policy)];
    let (plain, ..) = exported(&ledger, &with_policy);
    let (code, report) = checked(&plain, &[]);
    assert_eq!((code, classes(&report)), (3, vec![("NO QUORUM", "checkpoint")]), "{report:#}");

    let rows = crate::anchored::honest_rows();
    let mut cosigned = Note::parse(note(&rows, LOG_SEED).as_bytes()).unwrap();
    cosigned.add(witness.cosign(cosigned.text(), 1_700_000_000)).unwrap();
    ledger.put_checkpoint(&cosigned.to_string());
    let (seen, members, said) = exported(&ledger, &with_policy);
    assert_eq!(said["absent"], serde_json::json!(["no anchor covers these entries yet"]), "{said:#}");
    let (code, report) = checked(&seen, &["--key", &key()]);
    assert_eq!((code, &report["witnesses"]), (0, &serde_json::json!(["anna"])), "{report:#}");
    // Anybody can write a policy that calls a key of his own so: the answer says whose word it is.
    assert_eq!(
        (&report["trust"]["policyGiven"], &report["notEvidence"][1]),
        (&false.into(), &"policy".into()),
        "{report:#}"
    );
    let (code, report) = checked(&seen, &["--key", &key(), "--policy", text(&policy)]);
    assert_eq!((code, &report["witnesses"]), (0, &serde_json::json!(["anna"])), "{report:#}");
    assert_eq!(
        (&report["trust"]["policyGiven"], &report["notEvidence"]),
        (&true.into(), &serde_json::json!(["README.md"]))
    );
    let forged = String::from_utf8(members["checkpoint"].clone()).unwrap();
    let (before, last) = forged.trim_end().rsplit_once(' ').unwrap();
    let middle = last.len() / 2;
    let swapped = if &last[middle..=middle] == "A" { "B" } else { "A" };
    let forged = format!("{before} {}{swapped}{}\n", &last[..middle], &last[middle + 1..]);
    let mut changed = members;
    changed.insert("checkpoint".to_owned(), forged.into_bytes());
    let (code, report) = checked(&packed(&all(&summed(changed))), &[]);
    assert_eq!((code, classes(&report)), (1, vec![("BAD SIGNATURE", "checkpoint")]), "{report:#}");

    let other_key = log_key(NEXT_LOG_SEED).verifier_key().to_string();
    let (code, report) = checked(&seen, &["--key", &other_key]);
    assert_eq!((code, classes(&report)[0]), (2, ("UNKNOWN KEY", "checkpoint")), "{report:#}");
    let (code, report) = checked(&seen, &["--origin", "another.example/log"]);
    assert_eq!((code, classes(&report)[0]), (1, ("WRONG LEDGER", "checkpoint")), "{report:#}");
    assert_eq!(audit(&["verify", "--data-dir", "x", "--policy", text(&policy)]).status.code(), Some(4));
    assert_eq!(audit(&["verify", "x.tar", "--url", "x"]).status.code(), Some(4));
}
