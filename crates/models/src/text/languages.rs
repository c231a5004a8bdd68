//! How are the languages called: in prose, on a fence, in a file's name?

use edgecoder_events::task::Language;

/// The names around one language.
#[derive(Debug)]
pub struct LanguageNames {
    /// In a sentence: `Python`.
    pub prose: &'static str,
    /// On a fence and in a plan: `python`.
    pub tag: &'static str,
    /// Other words for it on fences.
    other_tags: &'static [&'static str],
    /// The file that a program is in when nobody names another.
    pub solution_file: &'static str,
    /// The file that its tests are in.
    pub test_file: &'static str,
    /// What begins a comment.
    pub(super) comment: &'static str,
    /// Words that only tests have.
    pub(super) test_words: &'static [&'static str],
}

static PYTHON: LanguageNames = LanguageNames {
    prose: "Python",
    tag: "python",
    other_tags: &["py", "python3"],
    solution_file: "solution.py",
    test_file: "test_solution.py",
    comment: "#",
    test_words: &["import unittest", "from unittest", "def test_", "from solution import", "import solution"],
};

static JAVASCRIPT: LanguageNames = LanguageNames {
    prose: "JavaScript",
    tag: "javascript",
    other_tags: &["js", "mjs", "node"],
    solution_file: "solution.js",
    test_file: "test_solution.js",
    comment: "//",
    test_words: &["./solution", "function test", "describe("],
};

impl LanguageNames {
    /// The names of one language.
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::Python => &PYTHON,
            Language::Javascript => &JAVASCRIPT,
        }
    }

    /// Finds a language by a word for it.
    pub fn find(word: &str) -> Option<Language> {
        [Language::Python, Language::Javascript].into_iter().find(|language| Self::of(*language).is_tag(word))
    }

    pub(super) fn is_tag(&self, word: &str) -> bool {
        std::iter::once(&self.tag).chain(self.other_tags).any(|tag| tag.eq_ignore_ascii_case(word))
    }
}
