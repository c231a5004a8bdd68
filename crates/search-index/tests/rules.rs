//! What an index promises: it finds what was committed, survives a restart, and never answers from a damaged file.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use edgecoder_search_index::{Document, FieldKind, Index, IndexError, Layout, Query};
use std::{
    fs,
    path::{Path, PathBuf},
};

const LAYOUT: Layout = Layout {
    version: 1,
    fields: &[("owner", FieldKind::Term), ("title", FieldKind::Words), ("time", FieldKind::Number)],
};

fn opened(folder: &Path) -> Index {
    Index::open(folder, LAYOUT).unwrap()
}

/// Ten documents of two owners, a second apart.
fn filled(folder: &Path) -> Index {
    let mut index = opened(folder);
    for key in 0..10 {
        let owner = if key % 2 == 0 { "ann" } else { "ann.b" };
        let document = Document::new(key).text("owner", owner).text("title", format!("Sort list-{key} well"));
        index.add(document.number("time", key * 1_000)).unwrap();
    }
    index.commit("ten").unwrap();
    index
}

fn found(index: &Index, query: &Query) -> Vec<u64> {
    index.reader().newest(query, 100).unwrap()
}

#[test]
fn every_kind_of_field_is_searched_in_its_own_way() {
    let folder = tempfile::tempdir().unwrap();
    let index = filled(folder.path());
    let all = Query::default;
    assert_eq!(found(&index, &all().term("owner", "ann")), [8, 6, 4, 2, 0], "a term is matched whole");
    assert_eq!(found(&index, &all().term("owner", "ANN")), [0; 0], "and letter by letter");
    assert_eq!(found(&index, &all().words("title", "LIST well 7")), [7], "words match in any case, all of them");
    assert_eq!(found(&index, &all().words("title", "list lost")), [0; 0]);
    assert_eq!(found(&index, &all().words("title", " - ")), [0; 0], "no word is in no document");
    assert_eq!(found(&index, &all().between("time", 3_000..=5_000)), [5, 4, 3]);
    assert_eq!(found(&index, &all().term("owner", "ann").between("time", 3_000..=6_000)), [6, 4]);
    assert_eq!(found(&index, &all().keys(3..5)), [4, 3]);
}

#[test]
fn the_largest_numbers_come_first_and_no_more_than_were_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let index = filled(folder.path());
    assert_eq!(index.reader().newest(&Query::default(), 3).unwrap(), [9, 8, 7]);
    assert_eq!(index.reader().newest(&Query::default().keys(0..7), 3).unwrap(), [6, 5, 4]);
    assert_eq!(index.reader().newest(&Query::default(), 0).unwrap(), [9], "at least one is looked for");
}

#[test]
fn what_was_committed_is_there_after_a_restart_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = filled(folder.path());
    index.add(Document::new(10).text("owner", "ann")).unwrap();
    drop(index);
    let index = opened(folder.path());
    assert_eq!(index.mark(), Some("ten"));
    assert_eq!(found(&index, &Query::default()).len(), 10);
}

#[test]
fn a_reader_goes_along_with_what_is_committed() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = filled(folder.path());
    let reader = index.reader();
    index.add(Document::new(10).text("owner", "cleo")).unwrap();
    let cleos = Query::default().term("owner", "cleo");
    assert_eq!(reader.newest(&cleos, 5).unwrap(), [0; 0], "it is not committed");
    index.commit("eleven").unwrap();
    assert_eq!(reader.newest(&cleos, 5).unwrap(), [10]);
    index.clear().unwrap();
    assert_eq!(reader.newest(&Query::default(), 5).unwrap(), [0; 0]);
    assert_eq!(index.mark(), None);
}

#[test]
fn an_index_of_another_version_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    let index = Index::open(folder.path(), Layout { version: 2, ..LAYOUT }).unwrap();
    assert_eq!((index.mark(), found(&index, &Query::default()).len()), (None, 0));
}

/// The files that hold what is found; those with a dot are the engine's own notes.
fn data_files(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| !path.file_name().unwrap().to_string_lossy().starts_with('.')).collect()
}

/// Spoils one file of each kind in turn; nothing of such an index may be found.
fn is_made_anew_after(spoil: impl Fn(&mut Vec<u8>)) {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    let files = folder.path().join("index");
    let kinds: Vec<_> = data_files(&files).iter().map(|path| path.extension().unwrap().to_owned()).collect();
    assert!(kinds.len() > 3, "{kinds:?}");
    for kind in kinds {
        fs::remove_dir_all(&files).unwrap();
        drop(filled(folder.path()));
        // Their names are others each time, their endings are not.
        let path = data_files(&files).into_iter().find(|path| path.extension() == Some(&kind)).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        spoil(&mut bytes);
        fs::write(&path, bytes).unwrap();
        let mut index = opened(folder.path());
        assert_eq!(index.mark(), None, "{} was taken for good", path.display());
        index.add(Document::new(0)).unwrap();
        index.commit("again").unwrap();
        assert_eq!(found(&index, &Query::default()), [0]);
    }
}

#[test]
fn an_index_with_a_changed_byte_is_made_anew_whichever_of_its_files_it_is_in() {
    is_made_anew_after(|bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    });
}

#[test]
fn an_index_with_a_torn_file_is_made_anew() {
    is_made_anew_after(|bytes| bytes.truncate(4));
    is_made_anew_after(Vec::clear);
}

#[test]
fn two_writers_of_one_folder_are_one_too_many() {
    let folder = tempfile::tempdir().unwrap();
    let first = filled(folder.path());
    assert!(matches!(Index::open(folder.path(), LAYOUT), Err(IndexError::InUse(_))));
    assert_eq!(found(&first, &Query::default()).len(), 10, "and the first goes on undisturbed");
}

#[test]
fn a_document_takes_the_place_of_the_one_with_its_term() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = filled(folder.path());
    let ben = |key| Document::new(key).text("owner", "ben").number("time", key);
    index.put("owner", "ben", ben(20)).unwrap();
    index.put("owner", "ben", ben(21)).unwrap();
    let bens = Query::default().term("owner", "ben");
    assert_eq!(found(&index, &bens), [0; 0], "it is not committed");
    index.commit("ben").unwrap();
    assert_eq!(found(&index, &bens), [21], "of two under one commit the newer is left");
    index.put("owner", "ben", ben(22)).unwrap();
    assert_eq!(found(&index, &bens), [21], "what was there is found until the commit");
    index.commit("ben").unwrap();
    assert_eq!(found(&index, &bens), [22]);
    drop(index);
    let index = opened(folder.path());
    assert_eq!((found(&index, &bens), found(&index, &Query::default()).len()), (vec![22], 11));
}

#[test]
fn what_is_removed_is_not_found_after_the_commit_and_nothing_else_goes() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = filled(folder.path());
    index.remove("owner", "ann");
    index.add(Document::new(10).text("owner", "ann")).unwrap();
    index.commit("without ann").unwrap();
    assert_eq!(found(&index, &Query::default()), [10, 9, 7, 5, 3, 1], "and what came later stays");
}

#[test]
fn a_new_index_takes_the_place_of_the_old_one_at_its_commit() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = filled(folder.path());
    index.add(Document::new(11)).unwrap();
    index.begin_anew().unwrap();
    index.add(Document::new(12)).unwrap();
    assert_eq!(found(&index, &Query::default()).len(), 10, "the old one answers");
    index.commit("anew").unwrap();
    assert_eq!(found(&index, &Query::default()), [12]);
    index.begin_anew().unwrap();
    index.add(Document::new(13)).unwrap();
    drop(index);
    let index = opened(folder.path());
    assert_eq!((index.mark(), found(&index, &Query::default())), (Some("anew"), vec![12]), "half of one is none");
}

#[test]
fn matching_documents_are_counted_by_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = opened(folder.path());
    for (key, value) in [0, 2, 2, 15, 16].into_iter().enumerate() {
        let document = Document::new(key.try_into().unwrap()).text("owner", "ann").number("time", value);
        index.add(document).unwrap();
    }
    index.add(Document::new(9).text("owner", "ben").number("time", 2)).unwrap();
    index.commit("counted").unwrap();
    let counts = index.reader().counts(&Query::default().term("owner", "ann"), "time").unwrap();
    assert_eq!((counts[0], counts[1], counts[2], counts[15]), (1, 0, 2, 1));
    assert_eq!(counts.iter().sum::<u64>(), 4, "larger values are left out");
}
