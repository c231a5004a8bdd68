//! What can a command be about?

use super::cache::Cache;
use edgecoder_domain::{Aggregate, agent::Agent, anchor::Anchor, person::Person, task::Task, wallet::Wallet};
use edgecoder_events::{AccountId, AgentId, CheckpointDigest, Event, StreamName, TaskId};
use std::collections::HashMap;

/// One thing with a history of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    Task(TaskId),
    Agent(AgentId),
    Wallet(AccountId),
    Anchor(CheckpointDigest),
    Person(AccountId),
}

/// The state of one subject.
#[derive(Debug, Clone)]
pub(super) enum State {
    Task(Task),
    Agent(Box<Agent>),
    Wallet(Wallet),
    Anchor(Anchor),
    Person(Person),
}

impl Subject {
    /// The stream of its events.
    pub fn stream(&self) -> StreamName {
        match self {
            Self::Task(id) => StreamName::task(id),
            Self::Agent(id) => StreamName::agent(id),
            Self::Wallet(id) => StreamName::credits(id),
            Self::Anchor(checkpoint) => StreamName::anchor(checkpoint),
            Self::Person(id) => StreamName::person(id),
        }
    }

    pub(super) fn empty(&self) -> State {
        match self {
            Self::Task(_) => State::Task(Task::default()),
            Self::Agent(_) => State::Agent(Box::default()),
            Self::Wallet(_) => State::Wallet(Wallet::default()),
            Self::Anchor(_) => State::Anchor(Anchor::default()),
            Self::Person(_) => State::Person(Person::default()),
        }
    }
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match self {
            Self::Task(task) => task.evolve(event),
            Self::Agent(agent) => agent.evolve(event),
            Self::Wallet(wallet) => wallet.evolve(event),
            Self::Anchor(anchor) => anchor.evolve(event),
            Self::Person(person) => person.evolve(event),
        }
    }

    /// Whether nothing or little more will happen to it, so that it need not be remembered.
    pub(super) fn is_over(&self) -> bool {
        match self {
            Self::Task(task) => task.ending().is_some(),
            Self::Agent(_) | Self::Wallet(_) | Self::Anchor(_) | Self::Person(_) => false,
        }
    }
}

/// What a decision sees: the newest state of every subject of its request.
pub struct View<'a>(States<'a>);

enum States<'a> {
    Remembered(&'a Cache),
    Read(&'a HashMap<StreamName, State>),
}

impl<'a> View<'a> {
    pub(super) fn remembered(cache: &'a Cache) -> Self {
        Self(States::Remembered(cache))
    }

    /// States that were read for one look.
    pub(super) fn of(read: &'a HashMap<StreamName, State>) -> Self {
        Self(States::Read(read))
    }

    fn state(&self, stream: &StreamName) -> Option<&State> {
        match self.0 {
            States::Remembered(cache) => cache.state(stream),
            States::Read(read) => read.get(stream),
        }
    }

    /// A task of the request.
    ///
    /// # Panics
    /// Where the request did not name it: a programmer's mistake.
    pub fn task(&self, id: &TaskId) -> &Task {
        match self.state(&StreamName::task(id)) {
            Some(State::Task(task)) => task,
            Some(State::Agent(_) | State::Wallet(_) | State::Anchor(_) | State::Person(_)) | None => {
                panic!("the request does not name task {id}")
            }
        }
    }

    /// An agent of the request.
    ///
    /// # Panics
    /// Where the request did not name it: a programmer's mistake.
    pub fn agent(&self, id: &AgentId) -> &Agent {
        match self.state(&StreamName::agent(id)) {
            Some(State::Agent(agent)) => agent,
            Some(State::Task(_) | State::Wallet(_) | State::Anchor(_) | State::Person(_)) | None => {
                panic!("the request does not name agent {id}")
            }
        }
    }

    /// A wallet of the request.
    ///
    /// # Panics
    /// Where the request did not name it: a programmer's mistake.
    pub fn wallet(&self, id: &AccountId) -> &Wallet {
        match self.state(&StreamName::credits(id)) {
            Some(State::Wallet(wallet)) => wallet,
            Some(State::Task(_) | State::Agent(_) | State::Anchor(_) | State::Person(_)) | None => {
                panic!("the request does not name wallet {id}")
            }
        }
    }

    /// An anchor of the request.
    ///
    /// # Panics
    /// Where the request did not name it: a programmer's mistake.
    pub fn anchor(&self, checkpoint: &CheckpointDigest) -> &Anchor {
        match self.state(&StreamName::anchor(checkpoint)) {
            Some(State::Anchor(anchor)) => anchor,
            Some(State::Task(_) | State::Agent(_) | State::Wallet(_) | State::Person(_)) | None => {
                panic!("the request does not name anchor {checkpoint}")
            }
        }
    }

    /// A person of the request.
    ///
    /// # Panics
    /// Where the request did not name them: a programmer's mistake.
    pub fn person(&self, id: &AccountId) -> &Person {
        match self.state(&StreamName::person(id)) {
            Some(State::Person(person)) => person,
            Some(State::Task(_) | State::Agent(_) | State::Wallet(_) | State::Anchor(_)) | None => {
                panic!("the request does not name person {id}")
            }
        }
    }
}
