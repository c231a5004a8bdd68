//! Where does an answer go: to a person, or to a program?

use crate::text::Text;
use serde::Serialize;
use std::{
    io::{self, Write},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// For whom the answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    Human {
        color: bool,
        width: usize,
        is_terminal: bool,
    },
    /// One JSON document on stdout, or one a line where news come one by one; nothing else there.
    Json,
}

type Sink = Mutex<Box<dyn Write + Send>>;

/// Standard output for answers and standard error for remarks, or what a test puts in their place.
pub struct Console {
    output: Output,
    answers: Sink,
    remarks: Sink,
}

impl Console {
    /// Writes to the standard streams of this process.
    pub fn standard(output: Output) -> Self {
        Self::to(output, io::stdout(), io::stderr())
    }

    /// Writes answers and remarks to these.
    pub fn to(output: Output, answers: impl Write + Send + 'static, remarks: impl Write + Send + 'static) -> Self {
        Self { output, answers: Mutex::new(Box::new(answers)), remarks: Mutex::new(Box::new(remarks)) }
    }

    /// For whom the answer is written.
    pub fn output(&self) -> Output {
        self.output
    }

    /// Whether a program reads the answer.
    pub fn is_json(&self) -> bool {
        self.output == Output::Json
    }

    /// Gives the answer: `value` to a program, `told` to a person.
    pub fn answer<T: Serialize>(&self, value: &T, told: impl FnOnce(&T) -> Text) -> io::Result<()> {
        match self.output {
            Output::Json => self.json(value),
            Output::Human { .. } => self.say(&told(value)),
        }
    }

    /// Writes a part of an answer for people to standard output.
    pub fn say(&self, text: &Text) -> io::Result<()> {
        write(&self.answers, text.render(self.color()).as_bytes())
    }

    /// Writes one JSON document and a line end to standard output.
    pub fn json(&self, value: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        write(&self.answers, &line)
    }

    /// Writes something beside the answer to standard error.
    pub fn remark(&self, text: &Text) -> io::Result<()> {
        write(&self.remarks, text.render(self.color()).as_bytes())
    }

    /// The columns of a terminal; none where lines may be as long as they like.
    pub fn width(&self) -> Option<usize> {
        match self.output {
            Output::Human { width, is_terminal: true, .. } => Some(width),
            Output::Human { .. } | Output::Json => None,
        }
    }

    fn color(&self) -> bool {
        matches!(self.output, Output::Human { color: true, .. })
    }
}

fn write(sink: &Sink, bytes: &[u8]) -> io::Result<()> {
    let mut sink: MutexGuard<'_, _> = sink.lock().unwrap_or_else(PoisonError::into_inner);
    sink.write_all(bytes)?;
    sink.flush()
}
