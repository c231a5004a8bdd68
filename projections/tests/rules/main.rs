//! The rules that every projection keeps, proved on random histories that the domain allowed.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod agent_directory;
mod answers;
mod conversations;
mod history;
mod log_search;
mod people;
mod ready_queue;
mod steps;
mod tables;
mod task_search;
mod test_log;
