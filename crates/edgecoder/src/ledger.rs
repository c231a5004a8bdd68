//! The ledger of this machine, looked after while no service runs.

use crate::{
    answer,
    cli::{Global, LedgerCommand},
    data_dir::DataDir,
    run::{
        log_keys,
        node::{Node, Purpose},
    },
};
use anyhow::{Context, Result, bail, ensure};
use edgecoder_auditor::{CHECKPOINT_FILE, Exported, Home, LedgerArgs, Reader, SCHEMA};
use edgecoder_events::Actor;
use edgecoder_projections::Question;
use edgecoder_service_kit::settings::Settings;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::{path::Path, process::ExitCode};

/// Does what was asked.
pub async fn run(settings: &Settings, global: &Global, command: LedgerCommand) -> Result<ExitCode> {
    let path = DataDir::locate(settings)?;
    // Looking after a ledger never makes one: a mistyped directory would be found in order.
    ensure!(
        matches!(command, LedgerCommand::Restore { .. }) || path.join("origin").exists(),
        "there is no ledger in {}: name its directory with --data-dir",
        path.display()
    );
    let data = DataDir::make(path)?;
    match command {
        LedgerCommand::Stats => stats(settings, &data, global.json).await?,
        LedgerCommand::RebuildProjections => rebuild(settings, &data, global.json).await?,
        LedgerCommand::Backup { to } => backup(settings, &data, global.json, &to).await?,
        LedgerCommand::ExportTiles { dir } => export_tiles(settings, &data, global.json, &dir).await?,
        LedgerCommand::Restore { from } => restore(&data, global.json, &from)?,
        LedgerCommand::RotateKey => rotate_key(settings, &data, global.json).await?,
        LedgerCommand::AcceptRestore { reason } => accept_restore(settings, &data, global.json, &reason).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn open(settings: &Settings, data: &DataDir) -> Result<Node> {
    let opened = Node::open(settings, data, Purpose::LookAfter).await;
    opened.context("the ledger can be looked after only while no service uses it")
}

async fn stats(settings: &Settings, data: &DataDir, json: bool) -> Result<()> {
    let node = open(settings, data).await?;
    let head = node.store.head();
    let (hash, checkpoint) = (hex::encode(head.hash), node.store.checkpoint());
    let key = node.store.log_verifier_key().to_string();
    if json {
        answer::line(json!({
            "origin": node.origin,
            "size": head.size,
            "head": hash,
            "verifierKey": key,
            "checkpoint": checkpoint.as_deref(),
        }))?;
    } else {
        answer::line(format_args!("origin     {}", node.origin))?;
        answer::line(format_args!("entries    {}", head.size))?;
        answer::line(format_args!("head       {hash}"))?;
        answer::line(format_args!("log key    {key}"))?;
        answer::line(format_args!("checkpoint\n{}", checkpoint.as_deref().unwrap_or("none yet")))?;
    }
    node.close().await
}

async fn rebuild(settings: &Settings, data: &DataDir, json: bool) -> Result<()> {
    let node = open(settings, data).await?;
    let mut built = Vec::new();
    let style = ProgressStyle::with_template("{msg:<16} {wide_bar} {pos}/{len} {eta}").context("the bar's form")?;
    for question in Question::ALL.into_iter().filter(|it| it.is_kept()) {
        let bar = if json { ProgressBar::hidden() } else { ProgressBar::new(node.store.head().size) };
        let bar = bar.with_style(style.clone()).with_message(question.name());
        node.projections.rebuild(question, |progress| bar.set_position(progress.done.0)).await?;
        bar.finish();
        if !json {
            answer::line(format_args!("{question} was built anew"))?;
        }
        built.push(question.name());
    }
    if json {
        let entries = node.store.head().size;
        answer::line(json!({ "done": "rebuild-projections", "projections": built, "entries": entries }))?;
    }
    node.close().await
}

async fn accept_restore(settings: &Settings, data: &DataDir, json: bool, reason: &str) -> Result<()> {
    let node = open(settings, data).await?;
    let receipt = node.store.accept_restore(reason, Actor::operator("admin")).await?;
    let position = receipt.first.0;
    answer::either(
        json,
        &json!({ "done": "accept-restore", "position": position }),
        format_args!("recorded as entry {position}: the ledger goes on in a new epoch"),
    )?;
    node.close().await
}

/// The new key is on the disk before the log names it, and the old one stays: whatever stops this, the next start finds
/// the key that the log names.
async fn rotate_key(settings: &Settings, data: &DataDir, json: bool) -> Result<()> {
    let node = open(settings, data).await?;
    let key = log_keys::next(data, &node.origin)?;
    let receipt = node.store.rotate_log_key(key, Actor::operator("admin")).await?;
    let present = node.store.log_verifier_key();
    log_keys::settle(data, &node.origin, &present)?;
    node.store.checkpoint_now().await.context("signing the first checkpoint of the new key")?;
    let position = receipt.first.0;
    answer::either(
        json,
        &json!({ "done": "rotate-key", "position": position, "verifierKey": present.to_string() }),
        format_args!(
            "recorded as entry {position}: from there on checkpoints are signed by\n{present}\n\
             auditors who trust the key before need nothing: it signed the change; the old key is kept for restored logs"
        ),
    )?;
    node.close().await
}

async fn backup(settings: &Settings, data: &DataDir, json: bool, to: &Path) -> Result<()> {
    if settings.text("DATABASE_URL").is_some() {
        bail!("this ledger is in PostgreSQL: back it up with pg_dump, and copy {} beside it", data.path().display());
    }
    ensure!(!is_inside(to, data.path()), "a backup can not lie in the directory that it copies: choose another place");
    check_place(to)?;
    edgecoder_store::backup(data.path(), to).await.with_context(|| {
        format!("could not copy the ledger to {}: see that it can be written to and has room", to.display())
    })?;
    answer::either(
        json,
        &json!({ "done": "backup", "from": shown(data.path()), "to": shown(to) }),
        format_args!("copied to {}; it holds the keys too: keep it as safe as the original", to.display()),
    )
}

/// Reads as an auditor does, so that the service may run. The checkpoint is read first: the ledger is never behind it.
async fn export_tiles(settings: &Settings, data: &DataDir, json: bool, to: &Path) -> Result<()> {
    let home = Home { data_dir: data.path().to_owned(), database_url: settings.text("DATABASE_URL") };
    let place = LedgerArgs { schema: SCHEMA.to_owned(), ..LedgerArgs::default() }.place(Some(&home))?;
    let note = data.read(CHECKPOINT_FILE)?.context("the log has signed no checkpoint yet: run the service first")?;
    let mut reader = Reader::open(&place).await.context("opening the ledger")?;
    let exported = edgecoder_auditor::export_tiles(&mut reader, &format!("{note}\n"), to).await;
    let Exported { checkpoint, entries_read, files_written } =
        exported.with_context(|| format!("exporting the log into {}", to.display()))?;
    let size = checkpoint.size;
    let to = to.display();
    answer::either(
        json,
        &json!({ "size": size, "entriesRead": entries_read, "filesWritten": files_written }),
        format_args!(
            "{to} shows {size} entries; {entries_read} were read, {files_written} files written\n\
             hand it out with any web server; to check it: edgecoder audit verify --url {to}"
        ),
    )
}

/// A place, as documents name it.
fn shown(place: &Path) -> String {
    place.display().to_string()
}

/// Whether a folder that is to be made would lie in another: copying that one into it would never end.
fn is_inside(new: &Path, folder: &Path) -> bool {
    let parent = new.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let ancestors = [parent.canonicalize(), folder.canonicalize()];
    matches!(ancestors, [Ok(parent), Ok(folder)] if parent.starts_with(&folder))
}

/// Refuses a place where no new directory can be made.
fn check_place(to: &Path) -> Result<()> {
    ensure!(
        !to.exists(),
        "{} is there already: name a directory that is not, a backup is never mixed with anything",
        to.display()
    );
    let parent = to.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    ensure!(parent.is_dir(), "there is no directory {}: make it first, or name another place", parent.display());
    Ok(())
}

/// Copies a backup into a data directory that holds no ledger yet.
fn restore(data: &DataDir, json: bool, from: &Path) -> Result<()> {
    ensure!(from.exists(), "there is no {}: name the directory of a backup", from.display());
    ensure!(from.join("ledger.db").exists(), "{} is not a backup: there is no ledger.db in it", from.display());
    if data.join("ledger.db").exists() {
        bail!("{} holds a ledger already: restore into an empty directory (--data-dir)", data.path().display());
    }
    copy_folder(from, data.path())?;
    answer::either(
        json,
        &json!({ "done": "restore", "from": shown(from), "to": shown(data.path()) }),
        "restored; if entries were made after the backup, the next start refuses to append until\n\
         you record that you know: edgecoder ledger accept-restore --reason \"…\"",
    )
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to).with_context(|| format!("making {}", to.display()))?;
    for entry in std::fs::read_dir(from).with_context(|| format!("reading {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target).with_context(|| format!("copying {}", entry.path().display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restore_names_a_missing_backup_before_it_complains_of_anything_else() {
        let home = tempfile::tempdir().unwrap();
        let data = DataDir::make(home.path().join("data")).unwrap();
        std::fs::write(data.join("ledger.db"), "a ledger").unwrap();
        let refused = |from: &str| restore(&data, false, &home.path().join(from)).unwrap_err().to_string();
        assert!(refused("nowhere").starts_with("there is no ") && refused("nowhere").contains("nowhere"));
        assert!(refused("data").contains("holds a ledger already"));
        std::fs::create_dir(home.path().join("empty")).unwrap();
        assert!(refused("empty").contains("is not a backup"));
    }

    #[test]
    fn a_backup_names_the_place_that_it_can_not_be_made_in() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check_place(&folder.path().join("new")).is_ok());
        let there = check_place(folder.path()).unwrap_err().to_string();
        assert!(there.contains("is there already") && there.contains(&folder.path().display().to_string()), "{there}");
        let nowhere = check_place(&folder.path().join("no/new")).unwrap_err().to_string();
        assert!(nowhere.starts_with("there is no directory") && nowhere.contains("make it first"), "{nowhere}");
    }
}
