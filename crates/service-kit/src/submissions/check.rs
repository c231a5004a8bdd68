//! Is this a task that can be run, and what may it cost?

use crate::http::Problem;
use axum::http::StatusCode;
use edgecoder_domain::{
    price,
    task::{MAX_ATTEMPTS, MAX_TIMEOUT_MS, MIN_LEASE_MS},
};
use edgecoder_events::{
    MicroCredits,
    task::{Language, ResourceClass, WorkKind},
};
use edgecoder_outbound::is_this_machine;
use edgecoder_wire::tasks::{
    DEFAULT_TIMEOUT_MS, MAX_FILE_BYTES, MAX_FILES, MAX_PROMPT_BYTES, MAX_SUBMISSION_BYTES, Snapshot, SubmitTask,
};
use url::Url;

/// How many subtasks' worth of time the default budget of a prompt pays for.
const DEFAULT_PROMPT_SUBTASKS: u64 = 4;
const MAX_PATH_BYTES: usize = 255;
const MAX_ARGS: usize = 100;
const MAX_STDIN_BYTES: usize = 1024 * 1024;
const MAX_PRIORITY: u8 = 100;
const DEFAULT_PRIORITY: u8 = 50;

/// What a submission is, as far as its fields alone tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub work: WorkKind,
    pub language: Language,
    pub resource: ResourceClass,
    pub priority: u8,
    pub timeout_ms: u64,
    pub budget: MicroCredits,
}

/// Checks every field, and says which one is wrong.
pub fn check(task: &SubmitTask) -> Result<Checked, Problem> {
    check_files(task)?;
    check_inputs(task)?;
    if let Some(snapshot) = &task.snapshot {
        check_snapshot(snapshot)?;
    }
    let work = work_kind(task)?;
    if work == WorkKind::Program {
        check_sources(task)?;
    }
    let resource = check_resource(task.resource_class)?;
    let timeout_ms = task.timeout_ms.unwrap_or(DEFAULT_TIMEOUT_MS);
    if timeout_ms == 0 || timeout_ms > MAX_TIMEOUT_MS {
        return Err(Problem::bad_field("timeoutMs", format!("expected 1 to {MAX_TIMEOUT_MS} milliseconds")));
    }
    let priority = task.priority.unwrap_or(DEFAULT_PRIORITY);
    if priority > MAX_PRIORITY {
        return Err(Problem::bad_field("priority", format!("expected 0 to {MAX_PRIORITY}")));
    }
    let language = task.language.or_else(|| guess_language(task)).unwrap_or(Language::Python);
    let budget = task.max_cost_micro_credits.unwrap_or_else(|| default_budget(work, resource, timeout_ms));
    check_budget(budget, default_budget(work, resource, timeout_ms), resource, timeout_ms)?;
    Ok(Checked { work, language, resource, priority, timeout_ms, budget })
}

/// A task that no machine may take would hold its budget for ever.
fn check_resource(wanted: Option<ResourceClass>) -> Result<ResourceClass, Problem> {
    match wanted {
        None | Some(ResourceClass::Cpu) => Ok(ResourceClass::Cpu),
        Some(ResourceClass::Gpu) => {
            let detail = "expected cpu: machines can not declare a GPU yet, so none would take this task";
            Err(Problem::bad_field("resourceClass", detail))
        }
    }
}

/// What is wrong with a body that could not be read; of one that is too long, what it may hold.
pub fn name_the_bound(problem: Problem) -> Problem {
    if problem.status() != StatusCode::PAYLOAD_TOO_LARGE {
        return problem;
    }
    let detail = format!(
        "expected at most {MAX_FILE_BYTES} bytes in all files, and a body of at most {MAX_SUBMISSION_BYTES} bytes"
    );
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail).of_field("files")
}

fn work_kind(task: &SubmitTask) -> Result<WorkKind, Problem> {
    let has_prompt = task.prompt.as_deref().is_some_and(|prompt| !prompt.trim().is_empty());
    let has_program = !task.files.is_empty() || task.snapshot.is_some();
    match (has_prompt, has_program) {
        (true, _) => Ok(WorkKind::Prompt),
        (false, false) => Err(Problem::bad_field("prompt", "a task needs a prompt, or files of its own to run")),
        (false, true) if task.entry.is_none() && task.tests.is_empty() && task.files.len() != 1 => {
            Err(Problem::bad_field("entry", "name the file to run in entry, or the test files in tests"))
        }
        (false, true) => Ok(WorkKind::Program),
    }
}

fn check_files(task: &SubmitTask) -> Result<(), Problem> {
    if task.files.len() > MAX_FILES {
        return Err(Problem::bad_field("files", format!("expected at most {MAX_FILES} files")));
    }
    if task.tests.len() > MAX_FILES {
        return Err(Problem::bad_field("tests", format!("expected at most {MAX_FILES} files")));
    }
    let bytes: usize = task.files.iter().map(|file| file.content.len()).sum();
    if bytes > MAX_FILE_BYTES {
        return Err(Problem::bad_field("files", format!("expected at most {MAX_FILE_BYTES} bytes in all files")));
    }
    let mut paths: Vec<&str> = Vec::with_capacity(task.files.len());
    for (index, file) in task.files.iter().enumerate() {
        let field = || format!("files[{index}].path");
        check_path(&file.path).map_err(|expected| Problem::bad_field(field(), expected))?;
        if paths.contains(&file.path.as_str()) {
            return Err(Problem::bad_field(field(), "the path stands twice"));
        }
        paths.push(&file.path);
    }
    let from_elsewhere = task.snapshot.is_some() || task.prompt.is_some();
    let named = task.entry.iter().map(|path| ("entry", path)).chain(task.tests.iter().map(|path| ("tests", path)));
    for (field, path) in named {
        check_path(path).map_err(|expected| Problem::bad_field(field, expected))?;
        if !from_elsewhere && !paths.contains(&path.as_str()) {
            return Err(Problem::bad_field(field, format!("{path} is not among files")));
        }
    }
    Ok(())
}

/// An empty file runs, does nothing, and is paid for: nobody means that.
fn check_sources(task: &SubmitTask) -> Result<(), Problem> {
    let is_only = task.files.len() == 1 && task.entry.is_none() && task.tests.is_empty();
    let is_run = |path: &String| is_only || task.entry.as_ref() == Some(path) || task.tests.contains(path);
    let empty = task.files.iter().position(|file| is_run(&file.path) && file.content.trim().is_empty());
    match empty {
        Some(index) => {
            let detail = "this file is run, and it is empty: send its source code";
            Err(Problem::bad_field(format!("files[{index}].content"), detail))
        }
        None => Ok(()),
    }
}

fn check_path(path: &str) -> Result<(), &'static str> {
    let is_plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    if path.is_empty() || path.len() > MAX_PATH_BYTES {
        return Err("expected a path of 1 to 255 bytes");
    }
    if path.contains(['\\', '\0']) || path.chars().any(char::is_control) || !path.split('/').all(is_plain) {
        return Err("expected a relative path with / between its parts, without . and ..");
    }
    Ok(())
}

fn check_inputs(task: &SubmitTask) -> Result<(), Problem> {
    if task.prompt.as_ref().is_some_and(|prompt| prompt.len() > MAX_PROMPT_BYTES) {
        return Err(Problem::bad_field("prompt", format!("expected at most {MAX_PROMPT_BYTES} bytes")));
    }
    if task.context.is_some() && task.prompt.is_none() {
        return Err(Problem::bad_field("context", "a context is for a prompt, and there is none"));
    }
    if task.told().is_some_and(|told| told.len() > MAX_PROMPT_BYTES) {
        let expected = format!("expected at most {MAX_PROMPT_BYTES} bytes together with the prompt");
        return Err(Problem::bad_field("context", expected));
    }
    if task.args.len() > MAX_ARGS || task.args.iter().any(|arg| arg.contains('\0')) {
        return Err(Problem::bad_field("args", format!("expected at most {MAX_ARGS} texts without NUL")));
    }
    if task.stdin.as_ref().is_some_and(|stdin| stdin.len() > MAX_STDIN_BYTES) {
        return Err(Problem::bad_field("stdin", format!("expected at most {MAX_STDIN_BYTES} bytes")));
    }
    Ok(())
}

fn check_snapshot(snapshot: &Snapshot) -> Result<(), Problem> {
    let is_hex =
        |text: &str, len: usize| text.len() == len && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    check_address(&snapshot.url).map_err(|expected| Problem::bad_field("snapshot.url", expected))?;
    match (&snapshot.sha256, &snapshot.commit) {
        (Some(sha256), None) if is_hex(sha256, 64) => Ok(()),
        (Some(_), None) => Err(Problem::bad_field("snapshot.sha256", "expected 64 lower-case hex digits")),
        (None, Some(commit)) if is_hex(commit, 40) || is_hex(commit, 64) => Ok(()),
        (None, Some(_)) => Err(Problem::bad_field("snapshot.commit", "expected a full commit id, 40 or 64 hex digits")),
        (None, None) | (Some(_), Some(_)) => {
            Err(Problem::bad_field("snapshot", "expected either sha256 of an archive, or commit of a git repository"))
        }
    }
}

/// As every machine will read it: which host a text names is for one reader to say.
fn check_address(text: &str) -> Result<(), &'static str> {
    let url: Url = text.parse().map_err(|_| "expected an https address")?;
    let is_https = url.scheme() == "https";
    let is_plain_and_here = url.scheme() == "http" && is_this_machine(&url);
    if !is_https && !is_plain_and_here {
        return Err("expected an https address; http is for this machine only");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("expected an address without user and password, which every machine that fetches it would read");
    }
    Ok(())
}

fn guess_language(task: &SubmitTask) -> Option<Language> {
    let named = task.entry.as_deref().or(task.tests.first().map(String::as_str));
    let path = named.or(task.files.first().map(|file| file.path.as_str()))?;
    Language::of_file(path)
}

/// A budget that no machine could begin with buys nothing but a place in the queue and in the log.
fn check_budget(
    budget: MicroCredits,
    enough: MicroCredits,
    resource: ResourceClass,
    timeout_ms: u64,
) -> Result<(), Problem> {
    let least = price::of_time(timeout_ms.min(MIN_LEASE_MS), price::per_ms(resource, price::MAX_LOAD_PERMILLE));
    if budget < least {
        let expected = format!(
            "expected at least {}, for a second of work; {} pay for all the time that it may take, at any price",
            in_both_units(least),
            in_both_units(enough)
        );
        return Err(Problem::bad_field("maxCostMicroCredits", expected));
    }
    Ok(())
}

/// People type credits, programs send micro-credits.
fn in_both_units(amount: MicroCredits) -> String {
    let credits = amount.to_string();
    let credits = credits.trim_end_matches('0').trim_end_matches('.');
    format!("{} micro-credits ({credits} credits)", amount.micros())
}

fn default_budget(work: WorkKind, resource: ResourceClass, timeout_ms: u64) -> MicroCredits {
    let subtasks = match work {
        WorkKind::Program => 1,
        WorkKind::Prompt => DEFAULT_PROMPT_SUBTASKS * u64::from(MAX_ATTEMPTS),
    };
    price::of_time(timeout_ms.saturating_mul(subtasks), price::per_ms(resource, price::MAX_LOAD_PERMILLE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_wire::tasks::SourceFile;

    fn program(path: &str) -> SubmitTask {
        let files = vec![SourceFile { path: path.into(), content: "print(1)".into() }];
        SubmitTask { files, ..SubmitTask::default() }
    }

    fn wrong_field(task: &SubmitTask) -> Problem {
        check(task).unwrap_err()
    }

    #[test]
    fn a_single_file_is_a_program_of_the_language_that_its_name_says() {
        let checked = check(&program("main.mjs")).unwrap();
        assert_eq!((checked.work, checked.language), (WorkKind::Program, Language::Javascript));
        assert_eq!(checked.budget, MicroCredits::from_credits(48).unwrap(), "30 s at the highest load");
    }

    #[test]
    fn paths_that_leave_the_workspace_are_refused() {
        for path in ["/etc/passwd", "../x", "a/../b", "a//b", "", "a\0b", "c:\\x", "./a", "a\nb"] {
            let status = wrong_field(&program(path)).status();
            assert_eq!(status.as_u16(), 400, "{path:?} was taken");
        }
        assert!(check(&program("ünï/cöde.py")).is_ok());
    }

    #[test]
    fn a_task_without_anything_to_do_is_refused() {
        assert_eq!(wrong_field(&SubmitTask::default()).status().as_u16(), 400);
    }

    #[test]
    fn a_file_that_is_run_must_be_there() {
        let task = SubmitTask { tests: vec!["test_main.py".into()], ..program("main.py") };
        assert_eq!(wrong_field(&task).status().as_u16(), 400);
    }

    #[test]
    fn a_file_that_is_run_has_code_in_it_and_others_may_be_empty() {
        let file = |path: &str, content: &str| SourceFile { path: path.into(), content: content.into() };
        let task = |files: &[(&str, &str)], tests: &[&str]| SubmitTask {
            files: files.iter().map(|(path, content)| file(path, content)).collect(),
            tests: tests.iter().map(|path| (*path).to_owned()).collect(),
            ..SubmitTask::default()
        };
        for (empty, field) in [
            (task(&[("main.py", " \n")], &[]), "files[0].content"),
            (task(&[("main.py", "x = 1"), ("test_main.py", "")], &["test_main.py"]), "files[1].content"),
        ] {
            let refused = format!("{:?}", wrong_field(&empty));
            assert!(refused.contains(field) && refused.contains("send its source code"), "{refused}");
        }
        assert!(check(&task(&[("pkg/__init__.py", ""), ("test_main.py", "print(1)")], &["test_main.py"])).is_ok());
    }

    #[test]
    fn a_budget_that_no_machine_could_begin_with_is_refused() {
        let with_budget = |micros| SubmitTask {
            max_cost_micro_credits: Some(MicroCredits::from_micros(micros)),
            ..program("main.py")
        };
        let least = 1_600_000;
        for micros in [0, 1, least - 1] {
            assert_eq!(wrong_field(&with_budget(micros)).status().as_u16(), 400, "{micros}");
        }
        let told = format!("{:?}", wrong_field(&with_budget(1)));
        assert!(told.contains("(1.6 credits)") && told.contains("48000000 micro-credits (48 credits)"), "{told}");
        assert!(check(&with_budget(least)).is_ok());
    }

    #[test]
    fn a_task_for_a_kind_of_machine_that_there_is_none_of_is_refused() {
        let task = |resource| SubmitTask { resource_class: Some(resource), ..program("main.py") };
        assert_eq!(check(&task(ResourceClass::Cpu)).unwrap().resource, ResourceClass::Cpu);
        let refused = format!("{:?}", wrong_field(&task(ResourceClass::Gpu)));
        assert!(refused.contains("resourceClass") && refused.contains("can not declare a GPU yet"), "{refused}");
    }

    #[test]
    fn a_context_belongs_to_a_prompt_and_counts_with_it() {
        let task = |prompt: Option<&str>, bytes| SubmitTask {
            prompt: prompt.map(str::to_owned),
            context: Some("x".repeat(bytes)),
            ..program("main.py")
        };
        assert!(check(&task(Some("go on"), 1_000)).is_ok());
        for wrong in [task(None, 1), task(Some("go on"), MAX_PROMPT_BYTES)] {
            assert!(format!("{:?}", wrong_field(&wrong)).contains("context"));
        }
    }

    #[test]
    fn the_names_of_tests_are_bounded() {
        let task = SubmitTask { tests: vec!["main.py".into(); MAX_FILES + 1], ..program("main.py") };
        assert_eq!(wrong_field(&task).status().as_u16(), 400);
    }

    #[test]
    fn a_snapshot_is_pinned() {
        let snapshot = |url: &str, sha256: Option<&str>, commit: Option<&str>| SubmitTask {
            snapshot: Some(Snapshot {
                url: url.into(),
                sha256: sha256.map(Into::into),
                commit: commit.map(Into::into),
            }),
            entry: Some("main.py".into()),
            ..SubmitTask::default()
        };
        let digest = "ab".repeat(32);
        assert!(check(&snapshot("https://example.org/x.tar.gz", Some(&digest), None)).is_ok());
        assert!(check(&snapshot("https://example.org/x.tar.gz", None, None)).is_err());
        assert!(check(&snapshot("https://example.org/x.git", None, Some("main"))).is_err());
        assert!(check(&snapshot("http://example.org/x.tar.gz", Some(&digest), None)).is_err());
    }

    #[test]
    fn a_snapshot_is_fetched_by_https_or_from_this_machine_and_without_a_password() {
        let expected = |url: &str| check_address(url).err();
        for taken in [
            "https://example.org/a.git",
            "http://127.0.0.1:1/a.tar.gz",
            "http://localhost:1/a.tar.gz",
            "http://[::1]:1/a.tar.gz",
        ] {
            assert_eq!(expected(taken), None, "{taken}");
        }
        for decorated in ["https://ann@example.org/a", "https://:x@example.org/a", "http://ann:x@127.0.0.1/a"] {
            assert!(expected(decorated).is_some_and(|it| it.contains("user and password")), "{decorated}");
        }
        for elsewhere in
            ["http://127.0.0.1:x@10.0.0.1/a.tar.gz", "http://localhost.example.org/a", "ftp://127.0.0.1/a", "a", ""]
        {
            assert!(expected(elsewhere).is_some_and(|it| it.contains("https")), "{elsewhere}");
        }
        let pinned = Snapshot { url: "http://10.0.0.1/a".into(), sha256: Some("ab".repeat(32)), commit: None };
        let refused = format!("{:?}", check_snapshot(&pinned).unwrap_err());
        assert!(refused.contains("snapshot.url"), "{refused}");
    }
}
