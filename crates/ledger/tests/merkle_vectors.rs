//! Does the tree agree with the vectors of transparency-dev/merkle?
//!
//! The directory `testdata` of that project is named by `EDGECODER_MERKLE_VECTORS`; nothing of it is copied here.
#![expect(clippy::unwrap_used, reason = "this file is a test, its helpers too")]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use edgecoder_ledger::tree::{Hash, verify_consistency, verify_inclusion};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
};

#[expect(clippy::disallowed_methods, reason = "the vectors live outside the repository")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The vectors' directory; nothing to do without one, but continuous integration has one.
fn vectors(kind: &str) -> Option<Vec<PathBuf>> {
    let Some(root) = variable("EDGECODER_MERKLE_VECTORS") else {
        assert_ne!(variable("CI").as_deref(), Some("true"), "set EDGECODER_MERKLE_VECTORS");
        println!("skipped: EDGECODER_MERKLE_VECTORS does not name the vectors");
        return None;
    };
    let mut files = Vec::new();
    collect(&Path::new(&root).join(kind), &mut files);
    assert!(files.len() >= 90, "only {} vectors in {root}/{kind}", files.len());
    println!("{} {kind} vectors", files.len());
    Some(files)
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
}

struct Vector(Value);

impl Vector {
    fn number(&self, name: &str) -> u64 {
        self.0[name].as_u64().unwrap()
    }

    fn bytes(value: &Value) -> Vec<u8> {
        STANDARD.decode(value.as_str().unwrap_or_default()).unwrap()
    }

    fn hash(value: &Value) -> Option<Hash> {
        Self::bytes(value).try_into().ok()
    }

    /// Some vectors compare "roots" of other lengths; what stands for them here differs where they differ.
    fn root(&self, name: &str) -> Hash {
        Self::hash(&self.0[name]).unwrap_or_else(|| Sha256::digest(Self::bytes(&self.0[name])).into())
    }

    /// `None` where a hash is not 32 bytes long and so can never reach the function.
    fn proof(&self) -> Option<Vec<Hash>> {
        self.0["proof"].as_array().map_or(Some(Vec::new()), |proof| proof.iter().map(Self::hash).collect())
    }
}

fn check(kind: &str, holds: impl Fn(&Vector) -> Option<bool>) {
    for path in vectors(kind).unwrap_or_default() {
        let vector = Vector(serde_json::from_slice(&fs::read(&path).unwrap()).unwrap());
        let expected = !vector.0["wantErr"].as_bool().unwrap();
        assert_eq!(holds(&vector).unwrap_or(false), expected, "{}: {}", path.display(), vector.0["desc"]);
    }
}

#[test]
fn inclusion_vectors_hold() {
    check("inclusion", |vector| {
        let leaf = Vector::hash(&vector.0["leafHash"])?;
        let (index, size) = (vector.number("leafIdx"), vector.number("treeSize"));
        Some(verify_inclusion(index, size, &leaf, &vector.proof()?, &vector.root("root")).is_ok())
    });
}

#[test]
fn consistency_vectors_hold() {
    check("consistency", |vector| {
        let old = (vector.number("size1"), &vector.root("root1"));
        let new = (vector.number("size2"), &vector.root("root2"));
        Some(verify_consistency(old, new, &vector.proof()?).is_ok())
    });
}
