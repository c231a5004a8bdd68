//! The lines of Python in an archive's README say of it what they are meant to, with nothing of ours.

use crate::checking::{Members, dated};
use std::{
    fs,
    io::ErrorKind,
    path::Path,
    process::{Command, Output},
};

/// What Python says; nothing, said aloud, where there is none.
#[expect(clippy::disallowed_methods, reason = "who runs the tests says whether Python must be there")]
fn python(folder: &Path, lines: &str) -> Option<Output> {
    match Command::new("python3").arg("-c").arg(lines).current_dir(folder).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "python3 must be there");
            println!("skipped: there is no python3");
            None
        }
        output => Some(output.unwrap()),
    }
}

fn unpacked(members: &Members) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in members {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    folder
}

/// What each block of Python in the README prints.
fn said(members: &Members) -> Option<Vec<String>> {
    let (folder, readme) = (unpacked(members), String::from_utf8(members["README.md"].clone()).unwrap());
    let blocks = readme.split("```python\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    let outputs = blocks.map(|lines| python(folder.path(), &lines)).collect::<Option<Vec<Output>>>()?;
    let text = |output: Output| {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    Some(outputs.into_iter().map(text).collect())
}

#[tokio::test]
async fn each_check_in_the_readme_holds_for_an_honest_archive_and_fails_for_a_changed_one() {
    let (anchored, honest) = dated().await;
    let Some(told) = said(&honest) else { return };
    let [entries, headers, history] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(entries.matches("is in the tree").count(), 9, "{entries}");
    assert_eq!(headers.lines().count(), 6, "{headers}");
    let root: String = hex::encode(anchored.root.iter().rev().copied().collect::<Vec<_>>());
    assert!(headers.lines().next().unwrap().contains(&format!(" root {root} ")), "{headers}");
    assert_eq!(history, "same history\n");

    let mut changed = honest;
    changed.get_mut("entries/000000000007").unwrap()[40] ^= 1;
    let consistency = "anchors/000000000017/consistency".to_owned();
    let other = String::from_utf8(changed[&consistency].clone()).unwrap().replacen(['0', '1', '2'], "f", 1);
    changed.insert(consistency, other.into_bytes());
    let told = said(&changed).unwrap();
    assert!(told[0].contains("000000000007 IS NOT"), "{told:?}");
    assert_eq!(told[2], "ANOTHER HISTORY\n");
}
