//! What does the hidden subcommand `sandbox-child` do?
//!
//! It reads from its standard input, a socket to the parent, what it is for. An interpreter loads itself, locks itself
//! down, and only then reads the stranger's job. One job, then it ends. A closed socket ends it at once: a child never
//! outlives its parent.

mod confined;
mod interpret;
mod javascript;
mod prepare;
pub use prepare::STAGING;
mod python;

use crate::{
    frame,
    message::{Answer, Assignment},
};
use std::{
    io::{self, Read},
    os::{fd::AsFd, unix::net::UnixStream},
    process::ExitCode,
    time::Duration,
};

pub use confined::CONFINED_FLAG;

/// A spare that gets no job for so long ends itself and gives its memory back.
const IDLE: Duration = Duration::from_mins(1);
/// An ordinary end.
const DONE: u8 = 0;
/// The child could not do what it is for.
const UNABLE: u8 = 70;

/// The body of the hidden subcommand. Call it before anything else in `main`: it must be the only thread.
pub fn child_main() -> ExitCode {
    if let Some(command) = confined::requested() {
        return confined::run(&command);
    }
    match serve() {
        Ok(()) => ExitCode::from(DONE),
        Err(error) => {
            eprintln!("sandbox child: {error}");
            ExitCode::from(UNABLE)
        }
    }
}

fn serve() -> io::Result<()> {
    let mut parent = Parent::on_stdin()?;
    match serde_json::from_slice(&frame::read(&mut parent.socket)?)? {
        Assignment::Prepare { dir } => {
            parent.watch()?;
            prepare::prepare(&dir, &mut parent)
        }
        Assignment::Interpret { language, prepared_python, workspace } => {
            interpret::interpret(language, prepared_python, &workspace, parent)
        }
    }
}

/// The socket to the parent.
struct Parent {
    socket: UnixStream,
}

impl Parent {
    fn on_stdin() -> io::Result<Self> {
        let socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
        socket.set_read_timeout(Some(IDLE))?;
        Ok(Self { socket })
    }

    fn tell(&mut self, answer: &Answer) -> io::Result<()> {
        frame::write(&mut self.socket, &serde_json::to_vec(answer)?)
    }

    /// From now on the parent's end is ours.
    fn watch(&self) -> io::Result<()> {
        let mut socket = self.socket.try_clone()?;
        let wait_for_the_end = move || {
            // The time-out of waiting for a job is still set; here it only means: look again.
            while socket.read(&mut [0]).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock) {}
            std::process::exit(i32::from(UNABLE));
        };
        std::thread::Builder::new().name("parent-watch".into()).spawn(wait_for_the_end).map(drop)
    }
}
