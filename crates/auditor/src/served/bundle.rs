//! Which entries are in a bundle? Each stands after its length in two bytes, big-endian.

/// How many bytes the first `count` entries of a bundle take, with their lengths. `None` where it has fewer, or where
/// what follows them is not a bundle either.
pub(super) fn length_of(bundle: &[u8], count: u64) -> Option<usize> {
    let (mut rest, mut entries, mut length) = (bundle, 0, None);
    while !rest.is_empty() {
        if entries == count {
            length = Some(bundle.len() - rest.len());
        }
        rest = cut(rest)?.1;
        entries += 1;
    }
    if entries == count { Some(bundle.len()) } else { length }
}

/// The entries of a bundle that is known to be one.
pub(crate) fn entries_in(bundle: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bundle;
    std::iter::from_fn(move || {
        let (entry, after) = cut(rest)?;
        rest = after;
        Some(entry)
    })
}

fn cut(bundle: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bundle.split_first_chunk::<2>()?;
    rest.split_at_checked(u16::from_be_bytes(*length).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_cut_after_the_entries_that_a_checkpoint_covers() {
        let bundle = [0, 2, 7, 7, 0, 0, 0, 1, 9];
        assert_eq!(entries_in(&bundle).collect::<Vec<_>>(), [&[7, 7][..], &[], &[9]]);
        assert_eq!([0, 1, 2, 3].map(|count| length_of(&bundle, count)), [Some(0), Some(4), Some(6), Some(9)]);
        assert_eq!(length_of(&[], 0), Some(0));
    }

    #[test]
    fn too_few_entries_and_bytes_that_are_none_are_no_bundle() {
        let bundle = [0, 2, 7, 7, 0, 1, 9];
        assert_eq!(length_of(&bundle, 3), None);
        for end in [1, 3, 5, 6] {
            assert_eq!(length_of(&bundle[..end], 1), None, "{end}");
        }
    }
}
