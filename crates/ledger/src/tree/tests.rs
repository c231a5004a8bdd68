use super::*;
use proptest::prelude::*;

/// The tree as RFC 6962, section 2.1, writes it down.
fn by_definition(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(1 << (leaves.len() - 1).ilog2());
            node_hash(&by_definition(left), &by_definition(right))
        }
    }
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

fn tree(leaves: &[Hash]) -> MemoryTree {
    let mut tree = MemoryTree::default();
    for leaf in leaves {
        tree.append(*leaf);
    }
    tree
}

#[test]
fn the_hashes_of_rfc_6962_are_ours() {
    let hex = |hash: Hash| hex::encode(hash);
    assert_eq!(hex(empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(hex(leaf_hash(b"")), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

#[test]
fn the_frontier_has_the_root_of_the_definition_at_every_size() {
    let leaves = leaves(70);
    let mut frontier = Frontier::new();
    for size in 0..=leaves.len() {
        assert_eq!(frontier.root(), by_definition(&leaves[..size]), "size {size}");
        let restored = Frontier::from_parts(frontier.size(), frontier.hashes().to_vec()).unwrap();
        assert_eq!(restored, frontier);
        if let Some(leaf) = leaves.get(size) {
            frontier.append(*leaf);
        }
    }
}

#[test]
fn a_frontier_of_another_shape_is_refused() {
    let got = FrontierError::Count { size: 6, expected: 2, got: 3 };
    assert_eq!(Frontier::from_parts(6, leaves(3)), Err(got));
    assert_eq!(Frontier::from_parts(u64::MAX, leaves(64)), Err(FrontierError::TooLarge(u64::MAX)));
}

#[test]
fn every_leaf_of_every_small_tree_is_proven_and_no_other() {
    let leaves = leaves(20);
    let tree = tree(&leaves);
    for size in 1..=20_u64 {
        let root = by_definition(&leaves[..usize::try_from(size).unwrap()]);
        for (index, leaf) in (0..size).zip(&leaves) {
            let proof = inclusion_proof(&tree, index, size).unwrap();
            assert_eq!(verify_inclusion(index, size, leaf, &proof, &root), Ok(()));
            let wrong_leaf = leaf_hash(b"another");
            assert_eq!(verify_inclusion(index, size, &wrong_leaf, &proof, &root), Err(ProofError::Root));
            for other in (0..size).filter(|other| *other != index) {
                assert!(verify_inclusion(other, size, leaf, &proof, &root).is_err());
            }
        }
    }
}

#[test]
fn every_small_tree_is_proven_to_begin_every_larger_one() {
    let leaves = leaves(20);
    let tree = tree(&leaves);
    let root = |size: u64| by_definition(&leaves[..usize::try_from(size).unwrap()]);
    for new in 1..=20 {
        for old in 1..=new {
            let proof = consistency_proof(&tree, old, new).unwrap();
            assert_eq!(verify_consistency((old, &root(old)), (new, &root(new)), &proof), Ok(()), "{old} to {new}");
            let another = leaf_hash(b"another");
            assert!(verify_consistency((old, &another), (new, &root(new)), &proof).is_err());
            assert!(verify_consistency((old, &root(old)), (new, &another), &proof).is_err());
        }
    }
}

#[test]
fn what_is_not_in_the_tree_is_not_proven() {
    let tree = tree(&leaves(5));
    assert_eq!(inclusion_proof(&tree, 5, 5), Err(MakeProofError::Outside { what: 5, size: 5 }));
    assert_eq!(consistency_proof(&tree, 0, 5), Err(MakeProofError::Outside { what: 0, size: 5 }));
    assert_eq!(consistency_proof(&tree, 6, 5), Err(MakeProofError::Outside { what: 6, size: 5 }));
    let missing = MakeProofError::Subtree(NotInTree { level: 2, index: 1 });
    assert_eq!(inclusion_proof(&tree, 0, 8), Err(missing));
}

proptest! {
    #[test]
    fn arbitrary_proofs_never_panic(
        sizes in any::<[u64; 2]>(), small in any::<[u8; 2]>(), proof in prop::collection::vec(any::<Hash>(), 0..70),
    ) {
        let root = empty_root();
        for [a, b] in [sizes, small.map(u64::from)] {
            let _ = verify_inclusion(a, b, &root, &proof, &root);
            let _ = verify_consistency((a, &root), (b, &root), &proof);
        }
    }
}
