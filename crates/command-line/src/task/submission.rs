//! What is sent of what was typed? Everything that can be wrong on this machine is found before anything is sent.

use super::submit::Submit;
use crate::{
    error::CliError,
    workspace::{Workspace, WorkspaceError, read_text},
};
use edgecoder_events::task::Language;
use edgecoder_wire::tasks::{MAX_FILE_BYTES, MAX_PROMPT_BYTES, Snapshot, SubmitTask};
use std::{
    io::{self, Read},
    path::{Path, PathBuf},
};

const MS_PER_SECOND: u64 = 1_000;
const THIS_STDIN: &str = "-";

/// Reads the files and makes the body of `POST /submit`.
pub fn of(typed: Submit) -> Result<SubmitTask, CliError> {
    let workspace = Workspace::read(&typed.code, &typed.tests)?;
    let snapshot = snapshot(&typed)?;
    check_content(&typed, &workspace)?;
    let named = typed.entry.clone();
    let entry = named.map(|entry| entry_name(entry, &workspace, snapshot.is_some())).transpose()?;
    if typed.prompt.is_none() {
        workspace.check_sources(entry.as_deref())?;
    }
    Ok(SubmitTask {
        language: language(&typed, entry.as_deref(), &workspace)?,
        entry,
        stdin: typed.stdin.as_deref().map(stdin).transpose()?,
        task_id: typed.id,
        prompt: typed.prompt,
        files: workspace.files,
        tests: workspace.tests,
        args: typed.args,
        snapshot,
        project_id: typed.project,
        resource_class: typed.resource,
        priority: typed.priority,
        requested_model: typed.model,
        timeout_ms: typed.timeout.map(|seconds| seconds.saturating_mul(MS_PER_SECOND)),
        max_cost_micro_credits: typed.max_credits,
        ..SubmitTask::default()
    })
}

fn check_content(typed: &Submit, workspace: &Workspace) -> Result<(), CliError> {
    if let Some(prompt) = &typed.prompt {
        if prompt.trim().is_empty() {
            return Err(CliError::usage("the prompt is empty: say what is wanted"));
        }
        if prompt.len() > MAX_PROMPT_BYTES {
            let problem = format!("the prompt has {} bytes, at most {MAX_PROMPT_BYTES} are taken", prompt.len());
            return Err(CliError::usage(problem));
        }
        return Ok(());
    }
    if workspace.files.is_empty() && typed.snapshot_url.is_none() {
        return Err(CliError::usage("there is nothing to do: say what is wanted, or bring a program with --code"));
    }
    let needs_entry = typed.entry.is_none() && workspace.tests.is_empty() && workspace.files.len() > 1;
    if needs_entry && typed.snapshot_url.is_none() {
        return Err(CliError::usage("which of these files is to be run? say it with --entry, or bring --tests"));
    }
    Ok(())
}

/// What the files are run as: the entry decides where there is one.
fn language(typed: &Submit, entry: Option<&str>, workspace: &Workspace) -> Result<Option<Language>, CliError> {
    if typed.language.is_some() {
        return Ok(typed.language);
    }
    if typed.prompt.is_none() {
        check_that_somebody_runs(entry, workspace)?;
    }
    if let Some(language) = entry.and_then(Language::of_file) {
        return Ok(Some(language));
    }
    if workspace.is_mixed() {
        return Err(CliError::usage(
            "the files are of several languages: say which one runs with --language or --entry",
        ));
    }
    Ok(workspace.language())
}

/// Refuses a program that would be taken for one of another language: what is run is told by its name.
fn check_that_somebody_runs(entry: Option<&str>, workspace: &Workspace) -> Result<(), CliError> {
    let only_file = workspace.files.first().filter(|_| workspace.files.len() == 1 && entry.is_none());
    let tests = workspace.tests.iter().map(String::as_str);
    let run = entry.into_iter().chain(tests).chain(only_file.map(|file| file.path.as_str()));
    match run.into_iter().find(|name| Language::of_file(name).is_none()) {
        Some(name) => Err(CliError::usage(format!(
            "no machine runs {name}: there are Python (.py) and JavaScript (.js, .mjs, .cjs); where it is one of them under \
             another name, say which with --language"
        ))),
        None => Ok(()),
    }
}

fn entry_name(entry: String, workspace: &Workspace, has_snapshot: bool) -> Result<String, CliError> {
    match workspace.name_of(&entry) {
        // It may be a file of the snapshot, which we do not see.
        Err(WorkspaceError::NoSuchEntry { .. }) if has_snapshot => Ok(entry),
        named => Ok(named?),
    }
}

fn stdin(path: &Path) -> Result<String, CliError> {
    if path != Path::new(THIS_STDIN) {
        return Ok(read_text(path, MAX_FILE_BYTES)?);
    }
    let this = || PathBuf::from("standard input");
    let limit = u64::try_from(MAX_FILE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(limit).read_to_end(&mut bytes);
    read.map_err(|source| CliError::Unreadable { path: this(), source })?;
    if bytes.len() > MAX_FILE_BYTES {
        return Err(WorkspaceError::TooLarge(this()).into());
    }
    String::from_utf8(bytes).map_err(|_| WorkspaceError::NotText(this()).into())
}

fn snapshot(typed: &Submit) -> Result<Option<Snapshot>, CliError> {
    let Some(url) = typed.snapshot_url.clone() else { return Ok(None) };
    if typed.sha256.is_none() && typed.commit.is_none() {
        return Err(CliError::usage("a snapshot needs --sha256 of its archive or --commit of its repository"));
    }
    Ok(Some(Snapshot { url, sha256: typed.sha256.clone(), commit: typed.commit.clone() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(typed: Submit) -> String {
        let error = of(typed).unwrap_err();
        assert_eq!(error.exit_code(), crate::ExitCode::Usage);
        error.to_string()
    }

    #[test]
    fn nothing_to_do_is_said_before_anything_is_sent() {
        assert!(refusal(Submit::default()).starts_with("there is nothing to do"));
        assert!(refusal(Submit { prompt: Some(" ".into()), ..Submit::default() }).starts_with("the prompt is empty"));
        let long = "x".repeat(MAX_PROMPT_BYTES + 1);
        assert!(refusal(Submit { prompt: Some(long), ..Submit::default() }).contains("65537 bytes"));
    }

    #[test]
    fn a_snapshot_is_pinned_and_may_hold_the_entry() {
        let typed = |sha256: Option<&str>| Submit {
            snapshot_url: Some("https://example.org/a.tar.gz".into()),
            sha256: sha256.map(str::to_owned),
            entry: Some("main.py".into()),
            ..Submit::default()
        };
        assert!(refusal(typed(None)).starts_with("a snapshot needs"));
        assert_eq!(of(typed(Some("ab"))).unwrap().entry.as_deref(), Some("main.py"));
    }

    #[test]
    fn a_program_that_no_machine_runs_is_refused_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.rb", "a.ts"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
            let typed = |language| Submit { language, code: vec![folder.path().join(name)], ..Submit::default() };
            let refusal = refusal(typed(None));
            assert!(refusal.starts_with(&format!("no machine runs {name}: there are Python (.py) and")), "{refusal}");
            assert_eq!(of(typed(Some(Language::Python))).unwrap().language, Some(Language::Python));
        }
    }

    #[test]
    fn a_file_that_is_run_and_is_empty_is_named_and_others_may_be_empty() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, content: &str| {
            std::fs::write(folder.path().join(name), content).unwrap();
            folder.path().join(name)
        };
        let (empty, full) = (write("empty.py", " \n"), write("full.py", "print(1)"));
        let typed = |code: &[&PathBuf], entry: Option<&str>| Submit {
            code: code.iter().copied().cloned().collect(),
            entry: entry.map(str::to_owned),
            ..Submit::default()
        };
        let told = "empty.py is run, and it is empty: write its source code first";
        assert_eq!(refusal(typed(&[&empty], None)), told);
        assert_eq!(refusal(typed(&[&empty, &full], Some("empty.py"))), told);
        assert_eq!(refusal(Submit { tests: vec![empty.clone()], ..typed(&[&full], None) }), told);
        assert!(of(typed(&[&empty, &full], Some("full.py"))).is_ok());
    }

    #[test]
    fn several_files_need_an_entry_or_tests_and_one_language() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            std::fs::write(folder.path().join(name), "x").unwrap();
            folder.path().join(name)
        };
        let (a, b, c) = (write("a.py"), write("test_b.py"), write("c.js"));
        let typed = |code: &[&PathBuf], tests: &[&PathBuf]| Submit {
            code: code.iter().copied().cloned().collect(),
            tests: tests.iter().copied().cloned().collect(),
            ..Submit::default()
        };
        assert!(refusal(typed(&[&a, &b], &[])).starts_with("which of these files"));
        assert!(refusal(typed(&[&a, &c], &[&b])).contains("several languages"));
        let with_entry = |entry: &str| Submit { entry: Some(entry.to_owned()), ..typed(&[&a, &c], &[]) };
        for (entry, language) in [("c.js", Language::Javascript), ("a.py", Language::Python)] {
            assert_eq!(of(with_entry(entry)).unwrap().language, Some(language), "the entry decides");
        }
        assert_eq!(refusal(with_entry("b.py")), "b.py is none of the files that are sent: a.py, c.js");
        let sent = of(typed(&[&a], &[&b])).unwrap();
        assert_eq!((sent.language, sent.tests), (Some(Language::Python), vec!["test_b.py".to_owned()]));
    }
}
