//! Do the rules that are fuzzed hold in every run, too? They are the same functions, built by the stable compiler.

#[path = "../fuzz/rules.rs"]
mod rules;

use edgecoder_ledger::tree::Hash;
use proptest::prelude::*;

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..300)
}

proptest! {
    #[test]
    fn no_bytes_break_a_reader(bytes in any_bytes(), others in any_bytes()) {
        rules::entry(&bytes);
        rules::note(&bytes);
        rules::receipt(&bytes);
        rules::witness(&bytes);
        rules::policy(&bytes, &others);
    }

    #[test]
    fn no_text_breaks_a_reader(
        head in "(old [0-9]{1,2}\n\n)?", checkpoint in "[a-z]{1,3}\n[0-9]{1,2}\n[A-Q]{43}=\n",
        tile in "([0-9]|entries)/(x[0-9]{3}/){0,2}[0-9]{3}([.]p/[0-9]{1,3})?", signature in "— [a-z]{1,3} [A-D]{8}", key in "[a-z]{1,3}[+][0-9a-f]{8}[+]A[A-Q]{43}",
    ) {
        let note = format!("{checkpoint}\n{signature}\n");
        rules::checkpoint(&checkpoint);
        rules::tile_path(&tile);
        rules::cosignature(&signature);
        rules::cosignature(&key);
        rules::note(key.as_bytes());
        rules::note(note.as_bytes());
        rules::witness(format!("{head}{note}").as_bytes());
        rules::policy(format!("log {key}\nquorum none\n").as_bytes(), note.as_bytes());
    }

    #[test]
    fn no_proof_breaks_the_tree(
        one: u64, other: u64, leaf: Hash, root: Hash, proof in prop::collection::vec(any::<Hash>(), 0..70),
    ) {
        rules::proof(one, other, &leaf, &root, &proof);
        rules::proof(one % 100, other % 100, &leaf, &root, &proof);
    }
}
