//! Do the files of a snapshot arrive, and only those?

use super::program;
use crate::{coordinator::Coordinator, file_server::FileServer, house::House};
use edgecoder_events::task::Verdict;
use edgecoder_wire::{
    tasks::{Report, Snapshot},
    work::Work,
};
use edgecoder_worker::WorkerSettings;
use sha2::{Digest, Sha256};
use std::{path::Path, process::Command, sync::Arc};

const MAIN: &str = "import greeting\nprint(greeting.TEXT)\n";

/// Runs `main.py` of the submission over a snapshot.
async fn run_over(house: &House, snapshot: Snapshot) -> Report {
    run_where(house, snapshot, true).await
}

/// The same, where addresses of this machine are fetched or are not.
async fn run_where(house: &House, snapshot: Snapshot, local_snapshots: bool) -> Report {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    let work = Work { snapshot: Some(snapshot), entry: Some("main.py".into()), ..program(&[("main.py", MAIN)]) };
    coordinator.office.offer("task", work);
    let settings = House::settings(home.path(), &[&coordinator]);
    let worker = house.start(WorkerSettings { local_snapshots, ..settings });
    let report = coordinator.office.result().await.report.unwrap();
    worker.stop().await;
    assert_eq!(std::fs::read_dir(home.path().join("snapshots")).unwrap().count(), 0, "scratch is cleared");
    report
}

fn archive() -> Vec<u8> {
    let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let text = b"TEXT = 'from the archive'\n";
    let mut header = tar::Header::new_gnu();
    header.set_size(u64::try_from(text.len()).unwrap());
    header.set_mode(0o644);
    builder.append_data(&mut header, "repo-main/greeting.py", &text[..]).unwrap();
    builder.into_inner().unwrap().finish().unwrap()
}

async fn run_archive(house: &House, path: &str, pinned: &[u8]) -> Report {
    let home = tempfile::tempdir().unwrap();
    let server = FileServer::start(archive(), home.path()).await;
    let sha256 = Some(hex::encode(Sha256::digest(pinned)));
    run_over(house, Snapshot { url: server.url(path), sha256, commit: None }).await
}

pub async fn an_archive_is_run_when_its_pin_fits(house: Arc<House>) {
    let report = run_archive(&house, "archive.tar.gz", &archive()).await;
    assert_eq!((report.verdict, report.stdout.as_str()), (Verdict::Passed, "from the archive\n"), "{}", report.stderr);
}

pub async fn an_archive_with_another_pin_is_refused(house: Arc<House>) {
    let report = run_archive(&house, "archive.tar.gz", b"another").await;
    assert_eq!((report.verdict, report.reason.as_str()), (Verdict::Failed, "refused"));
    assert!(report.stderr.contains("sha256"), "{}", report.stderr);
}

pub async fn an_archive_is_followed_through_a_redirect(house: Arc<House>) {
    let report = run_archive(&house, "moved.tar.gz", &archive()).await;
    assert_eq!((report.verdict, report.stdout.as_str()), (Verdict::Passed, "from the archive\n"), "{}", report.stderr);
}

pub async fn a_redirect_into_a_private_network_is_refused(house: Arc<House>) {
    for path in ["inward.tar.gz", "metadata.tar.gz", "file.tar.gz"] {
        let report = run_archive(&house, path, &archive()).await;
        assert_eq!((report.verdict, report.reason.as_str()), (Verdict::Failed, "refused"), "{path}");
    }
}

pub async fn addresses_of_this_machine_are_refused_outside_of_development(house: Arc<House>) {
    let home = tempfile::tempdir().unwrap();
    let server = FileServer::start(archive(), home.path()).await;
    let sha256 = Some(hex::encode(Sha256::digest(archive())));
    let commit = Some(repository(&in_folder(home.path())));
    for (path, sha256, commit) in [("archive.tar.gz", sha256, None), ("git/repo/.git", None, commit)] {
        let report = run_where(&house, Snapshot { url: server.url(path), sha256, commit }, false).await;
        assert!(report.reason == "refused" && report.stderr.contains("private network"), "{path}: {}", report.stderr);
    }
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let person = ["-c", "user.name=ann", "-c", "user.email=ann@example.org", "-c", "init.defaultBranch=main"];
    let output = Command::new("git").current_dir(folder).args(person).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A repository with two commits; returns the id of the first, which is not at the tip of any branch.
fn repository(folder: &Path) -> String {
    git(folder, &["init", "--quiet"]);
    std::fs::write(folder.join("greeting.py"), "TEXT = 'from the commit'\n").unwrap();
    std::fs::write(folder.join(".gitattributes"), "greeting.py export-ignore filter=evil\n").unwrap();
    git(folder, &["add", "."]);
    git(folder, &["commit", "--quiet", "-m", "first"]);
    let first = git(folder, &["rev-parse", "HEAD"]);
    std::fs::write(folder.join("greeting.py"), "TEXT = 'from the tip'\n").unwrap();
    git(folder, &["commit", "--quiet", "-am", "second"]);
    first
}

async fn run_commit(house: &House, home: &Path, commit: String) -> Report {
    let server = FileServer::start(Vec::new(), home).await;
    run_over(house, Snapshot { url: server.url("git/repo/.git"), sha256: None, commit: Some(commit) }).await
}

fn in_folder(home: &Path) -> std::path::PathBuf {
    let folder = home.join("repo");
    std::fs::create_dir(&folder).unwrap();
    folder
}

pub async fn a_commit_is_fetched_from_a_repository_and_nothing_of_it_is_executed(house: Arc<House>) {
    let home = tempfile::tempdir().unwrap();
    let commit = repository(&in_folder(home.path()));
    let report = run_commit(&house, home.path(), commit).await;
    assert_eq!((report.verdict, report.stdout.as_str()), (Verdict::Passed, "from the commit\n"), "{}", report.stderr);
}

pub async fn a_commit_that_is_not_there_is_refused(house: Arc<House>) {
    let home = tempfile::tempdir().unwrap();
    repository(&in_folder(home.path()));
    let report = run_commit(&house, home.path(), "ab".repeat(20)).await;
    assert_eq!((report.verdict, report.reason.as_str()), (Verdict::Failed, "refused"));
    let short = run_commit(&house, home.path(), "main".to_owned()).await;
    assert!(short.stderr.contains("full id"), "{}", short.stderr);
}

pub async fn a_link_in_a_commit_is_refused(house: Arc<House>) {
    let home = tempfile::tempdir().unwrap();
    let folder = in_folder(home.path());
    git(&folder, &["init", "--quiet"]);
    std::os::unix::fs::symlink("/etc/passwd", folder.join("greeting.py")).unwrap();
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "--quiet", "-m", "link"]);
    let commit = git(&folder, &["rev-parse", "HEAD"]);
    let report = run_commit(&house, home.path(), commit).await;
    assert!(report.reason == "refused" && report.stderr.contains("is a link"), "{}", report.stderr);
}
