//! Does the reference implementation read what we write, and we what it writes?
//!
//! `EDGECODER_TEST_OTS` names the folder with the programs of a Python environment that has `opentimestamps-client`.
#![expect(clippy::unwrap_used, reason = "this file is a test, its helpers too")]

use edgecoder_anchoring::ots::{Attestation, DetachedTimestamp, Op, Timestamp};
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Reads proofs, one line of hex each; answers `refused`, or the proof as it would write it and what it attests.
const REFERENCE: &str = r#"
import sys, warnings
warnings.simplefilter("ignore")
from opentimestamps.core.serialize import BytesDeserializationContext, BytesSerializationContext
from opentimestamps.core.timestamp import DetachedTimestampFile
for line in sys.stdin:
    try:
        proof = DetachedTimestampFile.deserialize(BytesDeserializationContext(bytes.fromhex(line)))
        out = BytesSerializationContext()
        proof.serialize(out)
        said = sorted(message.hex() for message, _ in proof.timestamp.all_attestations())
        print(out.getbytes().hex(), *said)
    except Exception as error:
        print("refused")
"#;

#[expect(clippy::disallowed_methods, reason = "the reference implementation lives outside the repository")]
fn programs() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var(name).ok();
    let Some(folder) = variable("EDGECODER_TEST_OTS") else {
        assert_ne!(variable("CI").as_deref(), Some("true"), "set EDGECODER_TEST_OTS");
        println!("skipped: EDGECODER_TEST_OTS names no opentimestamps-client");
        return None;
    };
    Some(folder.into())
}

fn ask_the_reference(programs: &Path, proofs: &[Vec<u8>]) -> Vec<String> {
    let mut python = Command::new(programs.join("python"));
    let mut python = python.args(["-c", REFERENCE]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = python.stdin.take().unwrap();
    let lines: String = proofs.iter().map(|proof| hex::encode(proof) + "\n").collect();
    let writing = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = python.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// The line that the reference would answer.
fn our_answer(proof: &[u8]) -> String {
    let Ok(proof) = DetachedTimestamp::parse(proof) else { return "refused".to_owned() };
    let mut said: Vec<_> = proof.attested().iter().map(|attested| hex::encode(&attested.message)).collect();
    said.sort();
    said.insert(0, hex::encode(proof.to_bytes()));
    said.join(" ")
}

/// A proof with every operation that we take, and every kind of attestation in it.
fn whole() -> DetachedTimestamp {
    let ops = [Op::Sha1, Op::Ripemd160, Op::Sha256, Op::Reverse, Op::Hexlify];
    let mut tree = Timestamp::of(Attestation::Unknown { tag: [3; 8], payload: b"kept".to_vec() });
    tree.merge(Timestamp::of(Attestation::Bitcoin { height: 300 }));
    tree.merge(Timestamp::of(Attestation::Bitcoin { height: 2 }));
    tree.merge(Timestamp::of(Attestation::Pending("https://b.example".parse().unwrap())));
    tree.merge(Timestamp::of(Attestation::Pending("https://a.example".parse().unwrap())));
    let below = tree.clone();
    for op in ops {
        tree.merge(Timestamp::along([Op::Append(vec![9, 8]), op.clone(), Op::Prepend(vec![1])], below.clone()));
        tree.merge(Timestamp::along([op], below.clone()));
    }
    DetachedTimestamp::of_sha256([5; 32], tree).unwrap()
}

#[test]
fn opentimestamps_writes_the_bytes_that_we_write() {
    let Some(programs) = programs() else { return };
    let proof = whole().to_bytes();
    let answers = ask_the_reference(&programs, std::slice::from_ref(&proof));
    assert_eq!(answers, [our_answer(&proof)]);
    assert!(answers[0].starts_with(&hex::encode(&proof)));
}

/// We refuse some bytes that the reference takes (numbers longer than they need be, hashes of files but SHA-256).
#[test]
fn opentimestamps_agrees_with_whatever_we_accept_of_damaged_proofs() {
    let Some(programs) = programs() else { return };
    let path = [Op::Append(vec![4; 16]), Op::Sha256, Op::Prepend(vec![1, 2]), Op::Sha256];
    let mut small = Timestamp::along(path, Timestamp::of(Attestation::Bitcoin { height: 800_000 }));
    small.merge(Timestamp::of(Attestation::Pending("https://a.example".parse().unwrap())));
    let small = DetachedTimestamp::of_sha256([6; 32], small).unwrap().to_bytes();
    let flipped = (0..small.len() * 8).map(|bit| {
        let mut damaged = small.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        damaged
    });
    let cut = (0..small.len()).map(|length| small[..length].to_vec());
    let proofs: Vec<_> = flipped.chain(cut).collect();
    let answers = ask_the_reference(&programs, &proofs);
    assert_eq!(answers.len(), proofs.len());
    let (mut accepted, mut stricter) = (0, 0);
    for (proof, theirs) in proofs.iter().zip(answers) {
        let ours = our_answer(proof);
        if ours == "refused" {
            stricter += usize::from(theirs != "refused");
        } else {
            accepted += 1;
            assert_eq!(ours, theirs, "{}", hex::encode(proof));
        }
    }
    println!("{accepted} damaged proofs read alike, {stricter} refused by us alone");
    assert!(accepted > 300, "flipped digests and arguments are still proofs");
}
