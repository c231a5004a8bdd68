//! `GET` and `POST /tasks/new`: I want something done.

use crate::{
    Portal,
    callers::Person,
    forms::{Fields, Form},
    http::failures::sentence,
    page::{self, Shell},
    text::ENGLISH,
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_events::{ModelName, TaskId, task::Language};
use edgecoder_service_kit::{chance, http::Problem};
use edgecoder_wire::tasks::{SourceFile, SubmitTask};
use rand::Rng;
use std::collections::BTreeMap;

/// As many models are offered.
const MAX_MODELS: usize = 100;
const MAX_MODULE_CHARS: usize = 60;
const DEFAULT_MODULE: &str = "main";

#[derive(Template)]
#[template(path = "new_task.html")]
struct Page<'a> {
    shell: &'a Shell,
    error: Option<String>,
    typed: Typed<'a>,
    models: Vec<String>,
}

/// What stands in the form: nothing that somebody typed is lost where something is wrong with it.
#[derive(Default)]
struct Typed<'a> {
    task_id: String,
    prompt: &'a str,
    language: &'a str,
    model: &'a str,
    module: &'a str,
    code: &'a str,
    tests: &'a str,
}

/// Shows the form. It carries the name of the task: sent twice, it is one task.
#[utoipa::path(
    get,
    path = "/tasks/new",
    operation_id = "new_task_page",
    tag = "tasks",
    responses(
        (status = 200, body = String, content_type = "text/html", description = "a form"),
        (status = 303, description = "log in first"),
    ),
)]
pub async fn form(State(portal): State<Portal>, person: Person) -> Response {
    let shell = Shell::of_person(&person);
    let typed = Typed { task_id: new_task_id(&portal), module: DEFAULT_MODULE, ..Typed::default() };
    let page = Page { shell: &shell, error: None, typed, models: models(&portal) };
    page::show(portal.cookies, StatusCode::OK, &shell, &page)
}

/// Submits a task, by the path that `POST /submit` of the coordinator takes.
#[utoipa::path(
    post,
    path = "/tasks/new",
    operation_id = "submit_form",
    tag = "tasks",
    responses(
        (status = 303, description = "to the task; or log in first"),
        (status = 422, body = String, content_type = "text/html", description = "the form, with what is wrong"),
    ),
)]
pub async fn submit(
    State(portal): State<Portal>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    let submitted = match task(&fields) {
        Ok(task) => portal.submissions.submit(person.account(), &task).await,
        Err(problem) => Err(problem),
    };
    match submitted {
        Ok(accepted) => Ok(page::go(&format!("/tasks/{}", accepted.task_id), [])),
        Err(problem) if problem.status().is_client_error() => {
            let shell = Shell::of_person(&person);
            let page = Page {
                shell: &shell,
                error: Some(sentence(problem.detail())),
                typed: typed(&fields),
                models: models(&portal),
            };
            Ok(page::show(portal.cookies, StatusCode::UNPROCESSABLE_ENTITY, &shell, &page))
        }
        Err(problem) => Err(problem),
    }
}

fn typed(fields: &Fields) -> Typed<'_> {
    Typed {
        task_id: fields.text("task_id").to_owned(),
        prompt: fields.text("prompt"),
        language: fields.text("language"),
        model: fields.text("model"),
        module: fields.text("module"),
        code: fields.text("code"),
        tests: fields.text("tests"),
    }
}

/// A name for a task that a form is for.
pub fn new_task_id(portal: &Portal) -> String {
    let mut random = [0; 10];
    chance::system().fill_bytes(&mut random);
    TaskId::time_ordered(portal.now(), random).to_string()
}

/// What a form means. Whatever else is wrong with it, the rules of submissions say.
fn task(fields: &Fields) -> Result<SubmitTask, Problem> {
    let task_id = fields.text("task_id").parse().map_err(|_| Problem::bad_field("task_id", "open the form anew"))?;
    let language = language(fields);
    let module = match fields.text("module").trim() {
        "" => DEFAULT_MODULE,
        module => module,
    };
    if !is_module(module) {
        return Err(Problem::bad_field("module", ENGLISH.task_module_wrong));
    }
    let requested_model = model(fields)?;
    let ending = match language {
        Language::Python => "py",
        Language::Javascript => "js",
    };
    let file = |path: String, content| SourceFile { path, content };
    let code = fields.lines("code").map(|content| file(format!("{module}.{ending}"), content));
    let tests = fields.lines("tests").map(|content| file(format!("test_{module}.{ending}"), content));
    Ok(SubmitTask {
        task_id: Some(task_id),
        prompt: fields.lines("prompt"),
        language: Some(language),
        tests: tests.iter().map(|file| file.path.clone()).collect(),
        files: code.into_iter().chain(tests).collect(),
        requested_model,
        ..SubmitTask::default()
    })
}

/// The language that a form wants.
pub fn language(fields: &Fields) -> Language {
    if fields.text("language") == "javascript" { Language::Javascript } else { Language::Python }
}

/// The model that a form wants; none where any will do.
pub fn model(fields: &Fields) -> Result<Option<ModelName>, Problem> {
    match fields.text("model") {
        "" => Ok(None),
        name => Ok(Some(name.parse().map_err(|_| Problem::bad_field("model", "there is no such model"))?)),
    }
}

fn is_module(name: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    name.len() <= MAX_MODULE_CHARS && name.chars().all(is_letter) && !name.starts_with(|it: char| it.is_ascii_digit())
}

/// The models that machines answer with at this moment, each with the number of these machines.
pub fn available_models(portal: &Portal) -> BTreeMap<String, usize> {
    portal.projections.agent_directory(|agents| {
        let mut offered = BTreeMap::new();
        let workers = agents.workers(portal.now()).filter_map(|(_, entry)| entry.registration());
        for model in workers.flat_map(|it| &it.capabilities.models) {
            let machines: &mut usize = offered.entry(model.to_string()).or_default();
            *machines = machines.saturating_add(1);
        }
        offered.into_iter().take(MAX_MODELS).collect()
    })
}

fn models(portal: &Portal) -> Vec<String> {
    available_models(portal).into_keys().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Fields {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(pairs);
        Fields::parse(body.finish().as_bytes())
    }

    #[test]
    fn code_and_tests_are_files_that_know_each_other_by_the_modules_name() {
        let fields = form(&[("task_id", "t"), ("module", "primes"), ("code", "x = 1"), ("tests", "import primes")]);
        let task = task(&fields).unwrap();
        let paths: Vec<_> = task.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!((paths, task.tests), (vec!["primes.py", "test_primes.py"], vec!["test_primes.py".to_owned()]));
        let script = form(&[("task_id", "t"), ("language", "javascript"), ("code", "x")]);
        assert_eq!(super::task(&script).unwrap().files[0].path, "main.js");
    }

    #[test]
    fn a_module_that_is_a_path_is_refused() {
        for module in ["../x", "a/b", "1a", "a.b", &"a".repeat(MAX_MODULE_CHARS + 1)] {
            assert!(task(&form(&[("task_id", "t"), ("module", module)])).is_err(), "{module}");
        }
        assert!(task(&form(&[("module", "main")])).is_err(), "a form without a task's name is none of ours");
    }
}
