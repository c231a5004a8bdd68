//! Auditors with other people's tools: the log that a running coordinator serves, verified by programs that know nothing
//! of us.

use crate::attacks::{ask::Ask, house::House};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// More tasks than fit one tile: each submission is three entries.
const TASKS: usize = 120;

/// The folder with the programs; nothing, said aloud, where there is none.
#[expect(clippy::disallowed_methods, reason = "who runs the tests says where the programs are")]
pub fn tools() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("EDGECODER_TEST_LOG_TOOLS") else {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "EDGECODER_TEST_LOG_TOOLS must name the programs");
        println!("skipped: EDGECODER_TEST_LOG_TOOLS names no folder of programs");
        return None;
    };
    Some(folder.into())
}

/// A coordinator whose newest checkpoint covers more than one tile.
fn house_with_a_long_log() -> Option<House> {
    let house = House::open()?;
    let ada = house.account("ada", 10_000);
    for number in 0..TASKS {
        house.submit(&ada, &format!("task-{number}")).success();
    }
    let size = house.log_size();
    house.look_until("a checkpoint of everything", || {
        let note = house.ask(&Ask::get("/checkpoint")).body;
        (note.lines().nth(1)?.parse::<u64>().ok()? >= size).then_some(())
    });
    Some(house)
}

fn verifier_key(house: &House) -> String {
    let identity = house.ask(&Ask::get("/identity")).success();
    identity["logVerifierKey"].as_str().unwrap().to_owned()
}

fn fsck(tools: &Path, url: &str, key: &Path) -> Output {
    let mut program = Command::new(tools.join("fsck"));
    program.args(["-storage_url", &format!("{url}/"), "-public_key", key.to_str().unwrap(), "-ui=false"]);
    program.output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn the_log_is_what_other_peoples_programs_say_a_log_is() {
    let Some((tools, house)) = tools().zip(house_with_a_long_log()) else { return };
    let url = format!("http://{}", house.address("coordinator"));
    let (key, folder) = (verifier_key(&house), tempfile::tempdir().unwrap());
    let verified = Command::new(tools.join("verifylog")).args([&url, &key]).output().unwrap();
    assert!(verified.status.success(), "{}", said(&verified));
    assert!(said(&verified).contains("each proven"), "{}", said(&verified));

    let key_file = folder.path().join("log.vkey");
    fs::write(&key_file, &key).unwrap();
    let checked = fsck(&tools, &url, &key_file);
    assert!(checked.status.success(), "{}", said(&checked));

    let stranger = "example.org/other+a6f5ad3c+AQcd7Ox1AbkV8yP9AxOwxjxZMOlBaoOGZ+TcWcNf44RC";
    let refused = Command::new(tools.join("verifylog")).args([&url, stranger]).output().unwrap();
    assert!(!refused.status.success(), "another log's key verifies nothing");
}
