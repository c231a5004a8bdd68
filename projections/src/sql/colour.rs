//! Which of two sets of tables? One is live, the other is built beside it while the live one answers.

/// The name of a set of tables. In statements and in the files under `migrations/` a double underscore stands for it:
/// `task_board__tasks` is `task_board_blue_tasks`, and the view `task_board_tasks` shows the live one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    Blue,
    Green,
}

impl Colour {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Green => "green",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Blue, Self::Green].into_iter().find(|it| it.name() == name)
    }

    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Blue => Self::Green,
            Self::Green => Self::Blue,
        }
    }

    /// The text with this colour's names.
    pub(crate) fn paint(self, text: &str) -> String {
        text.replace("__", &format!("_{}_", self.name()))
    }
}

/// The name of the view that shows the live one of two tables.
pub(crate) fn view(table: &str) -> String {
    table.replace("__", "_")
}
