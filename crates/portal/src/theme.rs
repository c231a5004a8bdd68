//! In which colours does somebody want the pages?

/// A set of colours. Its name is a cookie's value and an attribute of the page, so that nothing flickers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system prefers it, dark or light.
    #[default]
    System,
    Midnight,
    Emerald,
    LightPro,
}

impl Theme {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::System, Self::Midnight, Self::Emerald, Self::LightPro];

    /// The name for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Midnight => "midnight",
            Self::Emerald => "emerald",
            Self::LightPro => "light-pro",
        }
    }

    /// The name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::System => "As the system",
            Self::Midnight => "Midnight",
            Self::Emerald => "Emerald",
            Self::LightPro => "Light Pro",
        }
    }

    /// The theme of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }
}
