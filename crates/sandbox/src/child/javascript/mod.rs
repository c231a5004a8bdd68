//! How does one JavaScript program run in QuickJS?
//!
//! The engine has the language and no host functions of its own. Ours (`src/javascript/*.js` on top of `host.rs`) give
//! what tests of Node programs use: modules of the workspace, `assert`, `node:test`, timers, the workspace's files.

mod files;
mod host;

use super::interpret::crashed;
use crate::{
    Run, TestReport,
    message::{EndedBy, Ending, Order},
};
use files::Files;
use host::Exit;
use rquickjs::{
    CatchResultExt, CaughtError, Context, Ctx, Error, Function, Module, Object, Promise, Result, Runtime, Value,
    context::EvalOptions,
    loader::{ImportAttributes, Loader, Resolver},
    module::Declared,
    promise::PromiseState,
};
use std::{mem, path::Path, rc::Rc, thread, time::Duration};

/// Deep recursion ends with an exception well before the thread's own stack does.
const STACK_BYTES: usize = 16 * 1024 * 1024;
const USABLE_STACK_BYTES: usize = 8 * 1024 * 1024;
/// As long as Node waits where it is told no time that makes sense.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);
/// Node's exit code for a program that waits for what can never happen.
const UNSETTLED: i32 = 13;
/// What our files share, under a name that no program uses by accident.
const SHARED: &str = "__edgecoder";
/// Our files, in the order in which they build on each other.
const OURS: &[(&str, &str)] = &[
    ("edgecoder:runtime", include_str!("../../javascript/runtime.js")),
    ("edgecoder:builtins", include_str!("../../javascript/builtins.js")),
    ("edgecoder:assert", include_str!("../../javascript/assert.js")),
    ("edgecoder:test", include_str!("../../javascript/test.js")),
    ("edgecoder:modules", include_str!("../../javascript/modules.js")),
    ("edgecoder:main", include_str!("../../javascript/main.js")),
];

pub fn run(order: &Order, workspace: &Path) -> Ending {
    thread::scope(|scope| {
        let engine = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, || interpret(order, workspace));
        match engine.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(Ok(ending))) => ending,
            Ok(Ok(Err(error))) => crashed(&error.to_string()),
            Ok(Err(_panic)) => crashed("a bug of ours"),
            Err(error) => crashed(&error.to_string()),
        }
    })
}

fn interpret(order: &Order, workspace: &Path) -> Result<Ending> {
    let runtime = Runtime::new()?;
    runtime.set_memory_limit(usize::try_from(order.limits.memory_bytes).unwrap_or(usize::MAX));
    runtime.set_max_stack_size(USABLE_STACK_BYTES);
    runtime.set_loader(Names, Sources);
    let exit = Exit::default();
    let ended = Rc::clone(&exit);
    runtime.set_interrupt_handler(Some(Box::new(move || ended.get().is_some())));
    runtime.set_host_promise_rejection_tracker(Some(Box::new(|ctx, promise, reason, handled| {
        if let Ok(tell) = shared(&ctx).and_then(|shared| shared.get::<_, Function>("onRejection")) {
            // It only keeps a list; should even that fail for lack of memory, the program has an error of its own.
            let _kept: Result<()> = tell.call((promise, reason, handled));
        }
    })));
    let context = Context::full(&runtime)?;
    let ending = context.with(|ctx| run_in(&ctx, order, workspace, &exit));
    // The process ends next. Taking the engine apart would only ask it to account for what the program left.
    mem::forget((context, runtime));
    ending
}

fn run_in(ctx: &Ctx<'_>, order: &Order, workspace: &Path, exit: &Exit) -> Result<Ending> {
    let shared = furnish(ctx, order, workspace, exit)?;
    let as_tests = matches!(order.run, Run::Tests { .. });
    let outcome = drive(ctx, &shared, order.run.paths(), as_tests, exit);
    if let Some(code) = exit.get() {
        // `process.exit` leaves by an exception that no program can keep; it is not one.
        drop(outcome.catch(ctx));
        return ending(&shared, code, EndedBy::Itself, as_tests);
    }
    match outcome.catch(ctx) {
        Ok(code) => ending(&shared, code, EndedBy::Itself, as_tests),
        Err(error) => uncaught(&shared, error, as_tests),
    }
}

fn furnish<'js>(ctx: &Ctx<'js>, order: &Order, workspace: &Path, exit: &Exit) -> Result<Object<'js>> {
    let host = host::host(ctx, order, &Files::new(workspace), exit)?;
    let shared = Object::new(ctx.clone())?;
    ctx.globals().prop(SHARED, rquickjs::object::Property::from(shared.clone()))?;
    for (name, source) in OURS {
        let mut options = EvalOptions::default();
        options.filename = Some((*name).to_owned());
        let file: Function = ctx.eval_with_options(*source, options)?;
        file.call::<_, ()>((host.clone(), shared.clone()))?;
    }
    Ok(shared)
}

/// Runs until nothing is left to do; the exit code where the program did not end by an error.
fn drive<'js>(ctx: &Ctx<'js>, shared: &Object<'js>, paths: &[String], as_tests: bool, exit: &Exit) -> Result<i32> {
    let call = |name: &str| shared.get::<_, Function>(name);
    let main: Promise = call("main")?.call((paths.to_vec(), as_tests))?;
    let (until_next, run_due, take_rejection) = (call("untilNextTimer")?, call("runDueTimer")?, call("takeRejection")?);
    loop {
        while exit.get().is_none() && ctx.execute_pending_job() {}
        if exit.get().is_some() {
            return Ok(0);
        }
        if main.state() == PromiseState::Rejected {
            main.result::<Value>().transpose()?;
        }
        if let Some(rejection) = take_rejection.call::<_, Option<Object>>(())? {
            return Err(ctx.throw(rejection.get("reason")?));
        }
        let wait_ms: f64 = until_next.call(())?;
        if wait_ms < 0.0 {
            break;
        }
        // A program can change what our files calculate with; what is no time then is the shortest.
        thread::sleep(Duration::try_from_secs_f64(wait_ms / 1000.0).unwrap_or(SHORTEST_WAIT));
        run_due.call::<_, ()>(())?;
    }
    if main.state() == PromiseState::Pending {
        eprintln!("Warning: the program waits for a promise that nothing will settle");
        return Ok(UNSETTLED);
    }
    let code: i32 = call("exitCode")?.call(())?;
    call("runExitListeners")?.call::<_, ()>((code,))?;
    call("exitCode")?.call(())
}

fn uncaught<'js>(shared: &Object<'js>, error: CaughtError<'js>, as_tests: bool) -> Result<Ending> {
    let value = match error {
        CaughtError::Exception(exception) => exception.into_value(),
        CaughtError::Value(value) => value,
        CaughtError::Error(error) => {
            eprintln!("{error}");
            return ending(shared, 1, how_of(&error), as_tests);
        }
    };
    let text: String = shared.get::<_, Function>("describe")?.call((value.clone(),))?;
    eprintln!("{text}");
    if as_tests {
        shared.get::<_, Function>("failFile")?.call::<_, ()>(("uncaught error", value.clone()))?;
    }
    let out_of_memory: bool = shared.get::<_, Function>("isOutOfMemory")?.call((value,))?;
    ending(shared, 1, if out_of_memory { EndedBy::OutOfMemory } else { EndedBy::Itself }, as_tests)
}

fn how_of(error: &Error) -> EndedBy {
    if matches!(error, Error::Allocation) { EndedBy::OutOfMemory } else { EndedBy::Itself }
}

fn ending(shared: &Object<'_>, exit_code: i32, how: EndedBy, as_tests: bool) -> Result<Ending> {
    let ask = |name: &str| shared.get::<_, Function>(name)?.call::<_, bool>(());
    let how = if ask("testsOutOfMemory")? { EndedBy::OutOfMemory } else { how };
    let exit_code = if exit_code == 0 && ask("testsFailed")? { 1 } else { exit_code };
    let tests = as_tests.then(|| test_report(shared)).transpose()?;
    Ok(Ending { exit_code, how, tests })
}

fn test_report(shared: &Object<'_>) -> Result<TestReport> {
    let report: String = shared.get::<_, Function>("report")?.call(())?;
    serde_json::from_str(&report).map_err(|error| Error::new_from_js_message("report", "TestReport", error.to_string()))
}

fn shared<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    ctx.globals().get(SHARED)
}

/// Says which file a name in an `import` means.
struct Names;

impl Resolver for Names {
    fn resolve<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        base: &str,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        shared(ctx)?.get::<_, Function>("resolveModule")?.call((name, base))
    }
}

/// Gives the source of a module.
struct Sources;

impl Loader for Sources {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        let source: String = shared(ctx)?.get::<_, Function>("moduleSource")?.call((name,))?;
        Module::declare(ctx.clone(), name, source)
    }
}
