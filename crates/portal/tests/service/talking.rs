//! People talk: each message becomes a task, that is told what was before; nobody else sees a word.

use crate::{
    browser::{Browser, field, form_token},
    fixture::{Service, Unlike},
};
use edgecoder_events::{
    AccountId, Actor, AgentId, BlobRef, Digest, Event, MicroCredits, NewEvent, StreamName, SubtaskIndex, TaskId,
    UnixMillis, Version,
    task::{
        Language, PlannedSubtask, Planner, SubtaskFinished, SubtaskLeased, TaskCompleted, TaskPlanned, TaskSubmitted,
        Verdict, WorkKind,
    },
};
use edgecoder_service_kit::{
    commands::{Request, Subject},
    contents::Contents,
    http::Refusal,
};
use edgecoder_wire::{
    runtime::LanguageInPreparation,
    tasks::{Report, SourceFile, SubmitTask},
};
use reqwest::Method;

const ANN: &str = "ann@example.org";
const BAD: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";

/// Sends a message with the form of a page: the conversation, and the task that the message became.
async fn say(browser: &mut Browser, on: &str, action: &str, message: &str) -> (String, String) {
    let page = browser.get(on).await.text;
    let (task, chat) = (field(&page, "task_id"), field(&page, "conversation_id"));
    let fields = [("task_id", task.as_str()), ("conversation_id", chat.as_str()), ("message", message)];
    let answer = browser.post(action, &form_token(&page), &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let (path, _) = answer.location.split_once('?').unwrap();
    (path.to_owned(), task)
}

/// The task of a first message comes last on its page: each turn has a form of its own.
async fn go_on(browser: &mut Browser, chat: &str, message: &str) -> String {
    let page = browser.get(chat).await.text;
    let (_, form) = page.split_once(&format!("action=\"{chat}/messages\"")).unwrap();
    let task = field(form, "task_id");
    let fields = [("task_id", task.as_str()), ("message", message)];
    let answer = browser.post(&format!("{chat}/messages"), &form_token(&page), &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    task
}

async fn submitted(service: &Service, task: &str) -> TaskSubmitted {
    let stream = StreamName::task(&TaskId::new(task).unwrap());
    let first = service.store.read_stream(&stream, Version::EMPTY, 1).await.unwrap().remove(0);
    let Event::TaskSubmitted(submitted) = first.event else { panic!("{task} does not begin with its submission") };
    submitted
}

async fn content(service: &Service, task: &str) -> SubmitTask {
    let it = submitted(service, task).await;
    Contents::new(service.store.clone()).open(&it.account, it.content).await.unwrap()
}

fn report(code: &str) -> Report {
    Report {
        salt: "salt".to_owned(),
        verdict: Verdict::Passed,
        exit_code: 0,
        reason: "finished".to_owned(),
        stdout: BAD.to_owned(),
        stderr: String::new(),
        duration_ms: 1,
        tests: None,
        files: vec![SourceFile { path: "main.py".to_owned(), content: code.to_owned() }],
        diff: Some(format!("+{code}")),
        iterations: 1,
        model: None,
    }
}

/// What a coordinator records before a machine takes a task.
fn planned(task: &TaskId) -> TaskPlanned {
    let subtask = PlannedSubtask {
        index: SubtaskIndex(0),
        work: WorkKind::Prompt,
        language: Language::Python,
        content: BlobRef([1; 32]),
        depends_on: vec![],
        timeout_ms: 1_000,
    };
    TaskPlanned { task: task.clone(), planner: Planner::Fallback, subtasks: vec![subtask] }
}

/// What a coordinator records when a machine has done a task.
async fn done(service: &Service, task: &str, report: &Report) {
    let it = submitted(service, task).await;
    let sealed = Contents::new(service.store.clone()).seal(&it.account, report).await.unwrap();
    let (subtask, agent, cost) = (SubtaskIndex(0), AgentId::new("worker-1").unwrap(), MicroCredits::from_micros(0));
    let events: Vec<Event> = vec![
        planned(&it.task).into(),
        SubtaskLeased {
            task: it.task.clone(),
            subtask,
            attempt: 1,
            agent: agent.clone(),
            payee: AccountId::new("bob").unwrap(),
            granted_at: UnixMillis(1),
            limit_ms: 1_000,
            price_per_ms: cost,
        }
        .into(),
        SubtaskFinished {
            task: it.task.clone(),
            subtask,
            attempt: 1,
            agent,
            verdict: Verdict::Passed,
            report: sealed.address(),
            report_digest: Digest([2; 32]),
            reported_ms: 1,
            paid_ms: 1,
            cost,
        }
        .into(),
        TaskCompleted { task: it.task.clone(), cost }.into(),
    ];
    let (request, stream) =
        (Request::new(Actor::system("test"), [Subject::Task(it.task.clone())]), StreamName::task(&it.task));
    let decide =
        |_: &edgecoder_service_kit::commands::View<'_>| Ok::<_, Refusal>(NewEvent::all_in(&stream, events.clone()));
    service.commands.run(request.with_blob(sealed), decide).await.unwrap();
}

#[tokio::test]
async fn a_message_is_a_task_and_the_next_one_is_told_what_came_of_it() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let (chat, first) = say(&mut ann, "/chat", "/chat", "write `is_prime`").await;
    assert!(ann.get("/chat").await.text.contains("write `is_prime`"), "a conversation is called by its first message");
    done(&service, &first, &report("def is_prime(n): return True")).await;
    let page = ann.get(&chat).await.text;
    for told in
        ["<code>is_prime</code>", "Finished", "<span class=\"keyword\">def</span>", "main.py", "data-events=\"\""]
    {
        assert!(page.contains(told), "{told}: {page}");
    }
    let second = go_on(&mut ann, &chat, "faster").await;
    let told = content(&service, &second).await;
    let context = told.context.unwrap();
    assert!(context.contains("write `is_prime`") && context.contains("def is_prime(n)"), "{context}");
    assert_eq!((told.prompt.as_deref(), content(&service, &first).await.context), (Some("faster"), None));
    let id = chat.rsplit('/').next().unwrap();
    assert_eq!(submitted(&service, &second).await.conversation.unwrap().as_str(), id, "the log knows it");
    let page = ann.get(&chat).await.text;
    assert!(page.find(&format!("turn-{first}")) < page.find(&format!("turn-{second}")), "the oldest first");
}

#[tokio::test]
async fn who_waits_for_an_answer_is_told_what_machines_prepare() {
    let unlike = Unlike::default();
    let python = LanguageInPreparation { language: Language::Python, machines: 2, percent: 8 };
    unlike.in_preparation.lock().unwrap().push(python);
    let mut service = Service::but(unlike).await;
    let mut ann = service.person(ANN, "Ann").await;
    let (chat, task) = say(&mut ann, "/chat", "/chat", "write is_prime").await;
    assert!(!ann.get(&chat).await.text.contains("being prepared"), "it waits for its plan, not for a machine");
    let id = TaskId::new(task).unwrap();
    let (request, stream) = (Request::new(Actor::system("test"), [Subject::Task(id.clone())]), StreamName::task(&id));
    let events: Vec<Event> = vec![planned(&id).into()];
    let decide =
        |_: &edgecoder_service_kit::commands::View<'_>| Ok::<_, Refusal>(NewEvent::all_in(&stream, events.clone()));
    service.commands.run(request, decide).await.unwrap();
    let page = ann.get(&chat).await.text;
    assert!(page.contains("Waiting for a machine") && page.contains("prepared on 2 machines (8 %)."), "{page}");
}

#[tokio::test]
async fn a_form_that_is_sent_twice_is_one_message() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let (chat, _) = say(&mut ann, "/chat", "/chat", "one").await;
    let page = ann.get(&chat).await.text;
    let (_, form) = page.split_once("/messages\"").unwrap();
    let (task, token) = (field(form, "task_id"), form_token(&page));
    let fields = [("task_id", task.as_str()), ("message", "two")];
    let action = format!("{chat}/messages");
    let first = ann.post(&action, &token, &fields).await;
    let size = service.store.head().size;
    let again = ann.post(&action, &token, &fields).await;
    assert_eq!((first.location, service.store.head().size), (again.location, size));
}

#[tokio::test]
async fn a_message_is_stopped_and_tried_once_more_by_a_task_that_names_it() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let (chat, first) = say(&mut ann, "/chat", "/chat", "one").await;
    let stopped = ann.send(&chat, &format!("/tasks/{first}/cancel"), &[("then", &chat)]).await;
    assert_eq!(stopped.location, chat);
    let page = ann.get(&chat).await.text;
    assert!(page.contains("Stopped") && page.contains("Try once more"), "{page}");
    let (_, form) = page.split_once("/retry\"").unwrap();
    let next = field(form, "task_id");
    let fields = [("task_id", next.as_str()), ("earlier", first.as_str())];
    assert_eq!(ann.post(&format!("{chat}/retry"), &form_token(&page), &fields).await.status, 303);
    let (before, again) = (content(&service, &first).await, content(&service, &next).await);
    assert_eq!((again.retry_of.unwrap().as_str(), again.prompt), (first.as_str(), before.prompt));
    let strange = [("task_id", "x"), ("earlier", "nothing")];
    assert_eq!(ann.send(&chat, &format!("{chat}/retry"), &strange).await.status, 404);
}

#[tokio::test]
async fn a_page_hears_of_every_task_of_its_conversation_and_of_no_other() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let (chat, first) = say(&mut ann, "/chat", "/chat", "one").await;
    let page = ann.get(&chat).await.text;
    let (_, rest) = page.split_once("data-events=\"").unwrap();
    let mut news = ann.request(Method::GET, rest.split('"').next().unwrap()).send().await.unwrap();
    assert_eq!(news.headers()["content-type"], "text/event-stream");
    say(&mut ann, "/chat", "/chat", "elsewhere").await;
    let second = go_on(&mut ann, &chat, "two").await;
    for task in [&second, &first] {
        ann.send(&chat, &format!("/tasks/{task}/cancel"), &[]).await;
    }
    let mut heard = String::new();
    while heard.matches("event: end").count() < 2 {
        heard.push_str(std::str::from_utf8(&news.chunk().await.unwrap().unwrap()).unwrap());
    }
    assert_eq!(heard.matches("event: step").count(), 1, "the second message began, and nothing else: {heard}");
}

#[tokio::test]
async fn what_people_and_models_write_never_becomes_markup() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let words =
        format!("{BAD}\n- {BAD}\n```python\n'{BAD}\n```\n[x](javascript:alert(1)) https://example.org/\"onclick=x");
    let (chat, task) = say(&mut ann, "/chat", "/chat", &words).await;
    done(&service, &task, &report(BAD)).await;
    for path in ["/chat", chat.as_str()] {
        let page = ann.get(path).await.text;
        for mark in ["<script>alert", "<img src=x", "href=\"javascript:", "\"onclick"] {
            assert!(!page.contains(mark), "{path} has {mark}: {page}");
        }
    }
    let page = ann.get(&chat).await.text;
    assert!(page.contains("href=\"https://example.org/\" rel=\"noopener"), "{page}");
}

#[tokio::test]
async fn anothers_conversation_is_not_there_and_one_of_the_same_name_is_another() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let mut bob = service.person("bob@example.org", "Bob").await;
    let (chat, task) = say(&mut ann, "/chat", "/chat", "a secret wish").await;
    let token = form_token(&bob.get("/chat").await.text);
    let events = format!("{chat}/events");
    for path in [chat.as_str(), events.as_str()] {
        assert_eq!(bob.get(path).await.status, 404, "{path}");
    }
    for action in ["messages", "retry"] {
        let fields = [("task_id", "bobs"), ("message", "and?"), ("earlier", task.as_str())];
        let answer = bob.post(&format!("{chat}/{action}"), &token, &fields).await;
        assert!(answer.status == 404 && !answer.text.contains("secret"), "{action}: {}", answer.text);
    }
    let id = chat.rsplit('/').next().unwrap();
    let fields = [("task_id", "bobs"), ("conversation_id", id), ("message", "mine")];
    assert_eq!(bob.post("/chat", &token, &fields).await.status, 303);
    assert!(!bob.get(&chat).await.text.contains("secret") && !ann.get(&chat).await.text.contains("mine"));
    assert_eq!(content(&service, "bobs").await.context, None, "and no model is told of hers");
}

#[tokio::test]
async fn what_is_wrong_with_a_message_is_said_and_nothing_typed_is_lost() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let (chat, _) = say(&mut ann, "/chat", "/chat", "one").await;
    for (on, action) in [("/chat", "/chat".to_owned()), (chat.as_str(), format!("{chat}/messages"))] {
        let fields = [
            ("task_id", "t"),
            ("conversation_id", "c"),
            ("message", "kept words"),
            ("project", "a b"),
            ("language", "javascript"),
        ];
        let answer = ann.send(on, &action, &fields).await;
        assert_eq!(answer.status, 422);
        for kept in ["kept words", "value=\"a b\"", "value=\"javascript\" selected", "letters, digits and"] {
            assert!(answer.text.contains(kept), "{action}: {kept}: {}", answer.text);
        }
        let empty = ann.send(on, &action, &[("task_id", "t"), ("conversation_id", "c")]).await;
        assert!(empty.status == 422 && empty.text.contains("Write what you want first"), "{}", empty.text);
    }
}
