use super::*;
use edgecoder_events::{AgentId, PublicKey, SubtaskIndex, TaskId, UnixMillis};
use edgecoder_wire::work::Outcome;
use std::{fs, path::Path};

fn parcel(subtask: u16) -> Parcel {
    let result = SubtaskResult {
        agent_id: AgentId::new("ann").unwrap(),
        task_id: TaskId::new("task").unwrap(),
        subtask: SubtaskIndex(subtask),
        attempt: 1,
        outcome: Outcome::Unable,
        lacks: None,
        duration_ms: 5,
        report: None,
        report_digest: None,
        report_signature: None,
    };
    Parcel { recipient: PublicKey([7; 32]), kept_since_ms: UnixMillis(9), result }
}

fn subtasks(outbox: &Outbox) -> Vec<u16> {
    outbox.leases().iter().map(|lease| lease.subtask.0).collect()
}

async fn filled(folder: &Path, count: u16) -> Arc<Outbox> {
    let outbox = Outbox::open(folder.to_owned()).await.unwrap();
    for subtask in 0..count {
        outbox.put(outbox.room().await, &Arc::new(parcel(subtask))).await.unwrap();
    }
    outbox
}

#[tokio::test]
async fn what_was_put_in_is_there_after_a_restart_in_its_order() {
    let home = tempfile::tempdir().unwrap();
    filled(&home.path().join("outbox"), 3).await;
    let outbox = Outbox::open(home.path().join("outbox")).await.unwrap();
    assert_eq!(subtasks(&outbox), [0, 1, 2]);
    assert_eq!(outbox.read(1).await.unwrap(), parcel(1));
    outbox.remove(0).await.unwrap();
    outbox.put(outbox.room().await, &Arc::new(parcel(3))).await.unwrap();
    assert_eq!(subtasks(&outbox), [1, 2, 3], "numbers are not used twice");
}

#[tokio::test]
async fn a_full_outbox_gives_no_room_until_something_is_delivered() {
    let home = tempfile::tempdir().unwrap();
    let outbox = filled(home.path(), u16::try_from(MAX_ROOMS).unwrap()).await;
    assert!(Arc::clone(&outbox.rooms).try_acquire_owned().is_err());
    outbox.remove(0).await.unwrap();
    drop(outbox.room().await);
    // A restart forgets none of them.
    let outbox = Outbox::open(home.path().to_owned()).await.unwrap();
    assert_eq!(outbox.rooms.available_permits(), 1);
}

#[tokio::test]
async fn a_damaged_file_is_set_aside_and_stops_nothing() {
    let home = tempfile::tempdir().unwrap();
    filled(home.path(), 2).await;
    let mut files: Vec<_> = fs::read_dir(home.path()).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    fs::write(&files[0], "{").unwrap();
    let outbox = Outbox::open(home.path().to_owned()).await.unwrap();
    assert_eq!(subtasks(&outbox), [1]);
    assert!(files[0].with_extension("unreadable").exists());
}

#[cfg(unix)]
#[tokio::test]
async fn the_folder_is_its_owners_alone() {
    use std::os::unix::fs::MetadataExt;
    let home = tempfile::tempdir().unwrap();
    filled(&home.path().join("outbox"), 1).await;
    assert_eq!(fs::metadata(home.path().join("outbox")).unwrap().mode() & 0o777, 0o700);
}
