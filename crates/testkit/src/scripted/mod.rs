//! What does a model server do when it does exactly what a test says?
//!
//! [`ScriptedOllama`] and [`ScriptedOpenAi`] speak the real protocols over real HTTP on this machine only, and
//! answer from a [`Script`]. They fail in the ways real servers fail, when the script says so.

mod answer;
mod ollama;
mod openai;
mod running;
mod script;

pub use ollama::ScriptedOllama;
pub use openai::ScriptedOpenAi;
pub use running::RecordedRequest;
pub use script::{Answer, Rule, Script};
