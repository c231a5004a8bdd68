//! Which questions are asked of the log?

use std::fmt;

/// A projection by the question that it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    ReadyQueue,
    AgentDirectory,
    TaskBoard,
    CreditBalances,
    Blacklist,
    Anchors,
    People,
    LogSearch,
    TaskSearch,
    Conversations,
}

impl Question {
    /// Every question.
    pub const ALL: [Self; 10] = [
        Self::ReadyQueue,
        Self::AgentDirectory,
        Self::TaskBoard,
        Self::CreditBalances,
        Self::Blacklist,
        Self::Anchors,
        Self::People,
        Self::LogSearch,
        Self::TaskSearch,
        Self::Conversations,
    ];

    /// Whether work can not begin before it is answered. A search may come later than all else, and says how far it is.
    pub const fn is_waited_for(self) -> bool {
        !matches!(self, Self::LogSearch | Self::TaskSearch)
    }

    /// Whether the answers are kept on the disk and can be built anew; the others are read from the log at each start.
    pub const fn is_kept(self) -> bool {
        match self {
            Self::ReadyQueue | Self::AgentDirectory => false,
            Self::TaskBoard
            | Self::CreditBalances
            | Self::Blacklist
            | Self::Anchors
            | Self::People
            | Self::LogSearch
            | Self::TaskSearch
            | Self::Conversations => true,
        }
    }

    /// The name, as operators and the tables know it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadyQueue => "ready_queue",
            Self::AgentDirectory => "agent_directory",
            Self::TaskBoard => "task_board",
            Self::CreditBalances => "credit_balances",
            Self::Blacklist => "blacklist",
            Self::Anchors => "anchors",
            Self::People => "people",
            Self::LogSearch => "log_search",
            Self::TaskSearch => "task_search",
            Self::Conversations => "conversations",
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
