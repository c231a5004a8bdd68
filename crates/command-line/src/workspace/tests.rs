use super::*;
use tempfile::TempDir;

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn read(folder: &TempDir, code: &[&str], tests: &[&str]) -> Result<Workspace, WorkspaceError> {
    let below = |names: &[&str]| names.iter().map(|name| folder.path().join(name)).collect::<Vec<_>>();
    Workspace::read(&below(code), &below(tests))
}

fn names(workspace: &Workspace) -> Vec<&str> {
    workspace.files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn a_program_and_its_test_lie_side_by_side() {
    let folder = folder(&[("examples/primes.py", b"x"), ("examples/test_primes.py", b"y")]);
    let workspace = read(&folder, &["examples/primes.py"], &["examples/test_primes.py"]).unwrap();
    assert_eq!(names(&workspace), ["primes.py", "test_primes.py"]);
    assert_eq!(workspace.tests, ["test_primes.py"]);
    assert_eq!(workspace.language(), Some(Language::Python));
}

#[test]
fn names_begin_at_the_nearest_folder_that_holds_all() {
    let folder = folder(&[("p/src/a.js", b""), ("p/src/b/c.js", b""), ("p/tests/a.test.js", b"")]);
    let workspace = read(&folder, &["p/src/../src"], &["p/tests/a.test.js"]).unwrap();
    assert_eq!(names(&workspace), ["src/a.js", "src/b/c.js", "tests/a.test.js"]);
    assert_eq!(names(&read(&folder, &["p/src"], &[]).unwrap()), ["a.js", "b/c.js"]);
}

#[test]
fn of_a_folder_of_tests_only_tests_are_run_and_all_is_sent() {
    let folder = folder(&[("t/test_a.py", b""), ("t/cases.json", b"{}"), ("t/sub/b_test.py", b""), ("t/a.py", b"")]);
    let workspace = read(&folder, &[], &["t"]).unwrap();
    assert_eq!(names(&workspace), ["a.py", "cases.json", "sub/b_test.py", "test_a.py"]);
    assert_eq!(workspace.tests, ["sub/b_test.py", "test_a.py"]);
    assert!(read(&folder, &[], &["t/sub/../../t"]).is_ok());
}

#[test]
fn a_folder_of_tests_without_a_test_is_refused() {
    let folder = folder(&[("t/a.py", b"")]);
    assert!(matches!(read(&folder, &[], &["t"]), Err(WorkspaceError::NoTests(_))));
}

#[test]
fn hidden_files_and_what_tools_make_stay_at_home() {
    let folder = folder(&[("p/a.py", b""), ("p/.env", b"secret"), ("p/__pycache__/a.pyc", b"\xff"), ("p/.git/x", b"")]);
    assert_eq!(names(&read(&folder, &["p"], &[]).unwrap()), ["a.py"]);
}

#[test]
fn a_file_given_twice_is_sent_once_and_may_be_a_test() {
    let folder = folder(&[("p/a.py", b""), ("p/test_a.py", b"")]);
    let workspace = read(&folder, &["p", "p/a.py"], &["p/test_a.py"]).unwrap();
    assert_eq!(names(&workspace), ["a.py", "test_a.py"]);
    assert_eq!(workspace.tests, ["test_a.py"]);
}

#[test]
fn what_can_not_be_sent_is_named() {
    let folder =
        folder(&[("binary.py", b"\xff\xfe"), ("nul.py", b"a\0b"), ("large.txt", &vec![b'x'; MAX_FILE_BYTES + 1])]);
    let said = |name: &str| read(&folder, &[name], &[]).unwrap_err().to_string();
    assert!(said("missing.py").starts_with("there is no file") && said("missing.py").ends_with("missing.py"));
    assert!(said("binary.py").contains("binary.py is not text"));
    assert!(said("nul.py").contains("nul.py is not text"));
    assert!(said("large.txt").contains("more than 4194304 bytes"));
}

#[test]
fn more_files_than_the_wire_takes_are_refused() {
    let many = (0..=MAX_FILES).map(|n| format!("p/{n}.txt")).collect::<Vec<_>>();
    let folder = folder(&many.iter().map(|name| (name.as_str(), b"x".as_slice())).collect::<Vec<_>>());
    assert!(matches!(read(&folder, &["p"], &[]), Err(WorkspaceError::TooMany)));
}

#[cfg(unix)]
#[test]
fn a_link_in_a_folder_is_refused_and_one_that_is_named_keeps_its_name() {
    let folder = folder(&[("real/secret.py", b"1"), ("p/a.py", b"2")]);
    std::os::unix::fs::symlink("../real/secret.py", folder.path().join("p/link.py")).unwrap();
    assert!(matches!(read(&folder, &["p"], &[]), Err(WorkspaceError::NotAFile(_))));
    assert_eq!(names(&read(&folder, &["p/a.py", "p/link.py"], &[]).unwrap()), ["a.py", "link.py"]);
}

#[test]
fn the_entry_is_a_path_here_or_a_name_there() {
    let folder = folder(&[("p/main.py", b""), ("p/lib/x.py", b"")]);
    let workspace = read(&folder, &["p"], &[]).unwrap();
    let here = folder.path().join("p/lib/x.py");
    assert_eq!(workspace.name_of(here.to_str().unwrap()).unwrap(), "lib/x.py");
    assert_eq!(workspace.name_of("main.py").unwrap(), "main.py");
    assert!(matches!(workspace.name_of("other.py"), Err(WorkspaceError::NoSuchEntry { .. })));
}

#[test]
fn programs_of_two_languages_are_mixed() {
    let folder = folder(&[("p/a.py", b""), ("p/b.js", b""), ("q/c.txt", b"")]);
    let mixed = read(&folder, &["p"], &[]).unwrap();
    assert!(mixed.is_mixed() && mixed.language().is_none());
    let none = read(&folder, &["q"], &[]).unwrap();
    assert!(!none.is_mixed() && none.language().is_none());
}
