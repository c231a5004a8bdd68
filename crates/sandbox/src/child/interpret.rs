//! In which order does an interpreter load, lock itself down, and run?

use super::{Parent, javascript, python};
use crate::{
    frame, lockdown,
    message::{Answer, EndedBy, Ending, Order},
    prepared::PreparedPython,
};
use edgecoder_events::task::Language;
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

/// An interpreter that is loaded and waits for its program.
enum Interpreter {
    Python(Box<python::Python>),
    Javascript,
}

pub fn interpret(
    language: Language,
    prepared_python: Option<PathBuf>,
    workspace: &Path,
    mut parent: Parent,
) -> io::Result<()> {
    let interpreter = match load(language, prepared_python, workspace) {
        Ok(interpreter) => interpreter,
        Err(why) => return parent.tell(&Answer::Unable(why)),
    };
    // From here on every byte that is read is a stranger's.
    let order: Order = serde_json::from_slice(&frame::read(&mut parent.socket)?)?;
    lockdown::limit_resources(&order.limits)?;
    parent.watch()?;
    parent.tell(&Answer::Begun)?;
    let ending = match interpreter {
        Interpreter::Python(python) => python.run(&order, workspace),
        Interpreter::Javascript => javascript::run(&order, workspace),
    };
    io::stdout().flush()?;
    parent.tell(&Answer::Ended(ending))?;
    // The interpreter's memory is the kernel's to clear: quicker than dropping it piece by piece.
    std::process::exit(0);
}

fn load(language: Language, prepared_python: Option<PathBuf>, workspace: &Path) -> Result<Interpreter, String> {
    let (interpreter, readable) = match (language, prepared_python) {
        (Language::Python, Some(dir)) => {
            let prepared = PreparedPython::at(dir);
            let python = python::Python::load(&prepared).map_err(|error| error.to_string())?;
            (Interpreter::Python(Box::new(python)), Some(prepared.stdlib()))
        }
        (Language::Python, None) => return Err("no prepared Python was named".into()),
        (Language::Javascript, _) => (Interpreter::Javascript, None),
    };
    let confinement = lockdown::lock_down(readable.as_deref(), workspace).map_err(|error| error.to_string())?;
    match (language, confinement.missing()) {
        (Language::Javascript, Some(missing)) => Err(format!("this kernel does not offer {missing}")),
        (Language::Javascript, None) | (Language::Python, _) => Ok(interpreter),
    }
}

/// The end of a program whose interpreter broke, with its reason on standard error.
pub fn crashed(why: &str) -> Ending {
    eprintln!("the interpreter ended: {why}");
    Ending { exit_code: crate::RunReport::NO_EXIT_CODE, how: EndedBy::RuntimeCrash, tests: None }
}
