//! How does one Python program run inside WebAssembly?
//!
//! CPython has the workspace and its own standard library, read-only, and nothing else: no network, no host file, no
//! environment. Its standard output and error are this process's own pipes, which the parent counts.

use super::interpret::crashed;
use crate::{
    Run,
    message::{Ending, Order},
    prepared::{PreparedPython, RUNNER_MODULE},
};
use eryx::{Error, PythonExecutor, VolumeMount};
use serde_json::json;
use std::path::Path;

/// Where the program sees its workspace.
const GUEST_WORKSPACE: &str = "/work";
/// The variable that the interpreter hands back as JSON.
const RESULT: &str = "result";

/// A loaded interpreter.
pub struct Python {
    executor: PythonExecutor,
}

impl Python {
    pub fn load(prepared: &PreparedPython) -> Result<Self, Error> {
        prepared.verify()?;
        #[expect(unsafe_code, reason = "loading compiled code is the one thing that WebAssembly cannot make safe")]
        // SAFETY: `verify` has just checked that the folder and the file are ours alone (mode 0700, our own user) and
        // that the bytes are those that our own `prepare` compiled.
        let loaded = unsafe { PythonExecutor::from_precompiled_file(prepared.compiled()) };
        Ok(Self { executor: loaded?.with_python_stdlib(prepared.stdlib()) })
    }

    pub fn run(&self, order: &Order, workspace: &Path) -> Ending {
        // No I/O driver: sleeping and files need none, and it would want a socket that the lockdown refuses.
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_time().build() {
            Ok(runtime) => runtime,
            Err(error) => return crashed(&error.to_string()),
        };
        let execution = self
            .executor
            .execute(entry_code(order))
            .with_volumes(vec![VolumeMount::new(workspace, GUEST_WORKSPACE)])
            .with_memory_limit(order.limits.memory_bytes);
        match runtime.block_on(execution.run()) {
            Ok(output) => ending_of(output.result.as_deref()),
            Err(Error::PythonException(traceback)) => crashed(&traceback),
            Err(error) => crashed_in_wasm(&error.to_string()),
        }
    }
}

/// The few lines that hand the job to our runner, which is imported already.
fn entry_code(order: &Order) -> String {
    let (kind, paths) = match &order.run {
        Run::Script { path } => ("script", std::slice::from_ref(path)),
        Run::Tests { paths } => ("tests", paths.as_slice()),
    };
    let stdin: String = order.stdin.iter().copied().map(char::from).collect();
    let job = json!({
        "kind": kind, "paths": paths, "args": order.args, "stdin": stdin, "workspace": GUEST_WORKSPACE,
    });
    // A JSON string is a Python string: the quoting cannot be left from inside.
    let literal = serde_json::Value::String(job.to_string());
    format!("import {RUNNER_MODULE}\n{RESULT} = {RUNNER_MODULE}.run({literal})\n")
}

fn ending_of(result: Option<&str>) -> Ending {
    match result.map(serde_json::from_str) {
        Some(Ok(ending)) => ending,
        Some(Err(error)) => crashed(&error.to_string()),
        None => crashed("the runner left no result"),
    }
}

/// A trap: `os._exit` is one, running out of stack or memory others.
fn crashed_in_wasm(error: &str) -> Ending {
    crashed(first_line(error))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, message::EndedBy};

    #[test]
    fn a_file_name_cannot_leave_its_quotes() {
        let path = "a\"); import os #\\\n".to_owned();
        let order = Order { run: Run::Script { path }, args: vec![], stdin: vec![0, 255], limits: Limits::default() };
        let code = entry_code(&order);
        assert_eq!(code.lines().count(), 2);
        assert!(code.contains(r#"a\\\"); import os"#));
    }

    #[test]
    fn a_result_that_is_no_ending_is_a_crash() {
        assert_eq!(ending_of(Some("{\"exit_code\": \"zero\"}")).how, EndedBy::RuntimeCrash);
    }
}
