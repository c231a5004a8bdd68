//! What holds whatever strangers send? One rule per fuzz target; the tests of the crate hold them too, on a stable compiler.

use edgecoder_ledger::{
    Checkpoint, Entry, Policy, Receipt,
    cosignature::CosignerKey,
    note::{Note, NoteSignature, VerifierKey},
    tree::{Hash, TilePath, verify_consistency, verify_inclusion},
    witness::AddCheckpoint,
};

/// No text makes the checkpoint reader panic, or has two forms.
pub fn checkpoint(text: &str) {
    if let Ok(checkpoint) = text.parse::<Checkpoint>() {
        assert_eq!(checkpoint.to_string(), text);
    }
}

/// No text makes the readers of witness keys and signature lines panic, or has two forms.
pub fn cosignature(text: &str) {
    if let Ok(key) = text.parse::<CosignerKey>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(signature) = text.parse::<NoteSignature>() {
        assert_eq!(signature.to_string(), text);
    }
}

/// No bytes make the entry reader panic, or have two forms.
pub fn entry(bytes: &[u8]) {
    if let Ok(entry) = Entry::decode(bytes) {
        let mut again = Vec::new();
        entry.encode(&mut again).expect("what was read can be written");
        assert_eq!(again, bytes);
    }
}

/// No bytes make the note reader panic, or have two forms.
pub fn note(bytes: &[u8]) {
    if let Ok(note) = Note::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes);
    }
    if let Some(key) = std::str::from_utf8(bytes).ok().and_then(|text| text.parse::<VerifierKey>().ok()) {
        assert_eq!(key.to_string().as_bytes(), bytes);
    }
}

/// No bytes make the policy reader panic, and no policy without logs believes anything.
pub fn policy(policy: &[u8], note: &[u8]) {
    if let (Ok(policy), Ok(note)) = (Policy::parse(policy), Note::parse(note)) {
        assert!(policy.judge(&note).is_err() || !policy.logs().is_empty());
    }
}

/// No proof makes the tree's verifiers panic.
pub fn proof(one: u64, other: u64, leaf: &Hash, root: &Hash, proof: &[Hash]) {
    let _ = verify_inclusion(one, other, leaf, proof, root);
    let _ = verify_consistency((one, leaf), (other, root), proof);
}

/// No bytes make the receipt reader panic, or have two forms, or are believed where no log is trusted.
pub fn receipt(bytes: &[u8]) {
    if let Ok(receipt) = Receipt::parse(bytes) {
        assert_eq!(receipt.to_string().as_bytes(), bytes);
        let policy: Policy = "quorum none\n".parse().expect("it has a quorum");
        assert!(receipt.verify(b"", &policy).is_err(), "no log is trusted");
    }
}

/// No text makes the reader of tiles' paths panic, or has two forms.
pub fn tile_path(text: &str) {
    if let Ok(path) = TilePath::parse(text) {
        assert_eq!(path.to_string().strip_prefix("tile/"), Some(text));
    }
}

/// No body makes the reader of requests to cosign panic, or has two forms, or is cosigned where no log is known.
pub fn witness(bytes: &[u8]) {
    if let Ok(request) = AddCheckpoint::parse(bytes) {
        assert_eq!(request.to_string().as_bytes(), bytes);
        assert!(request.check(&[], None).is_err(), "no log is known");
    }
}
