//! What is looked for? Conditions that all must hold.

use crate::layout::Fields;
use std::ops::{Bound, Range, RangeInclusive};
use tantivy::{
    Term,
    query::{AllQuery, BooleanQuery, EmptyQuery, Query as EngineQuery, RangeQuery, TermQuery},
    schema::{Field, IndexRecordOption},
    tokenizer::{TextAnalyzer, TokenStream as _, TokenizerManager},
};

/// The most words of one text that are looked for; more of them say nothing new.
const MAX_WORDS: usize = 16;

/// Which documents are wanted. Without conditions: all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Condition {
    Term(&'static str, String),
    Words(&'static str, String),
    Between(&'static str, RangeInclusive<u64>),
    Keys(Range<u64>),
}

impl Query {
    /// The field of terms has this value.
    #[must_use]
    pub fn term(self, field: &'static str, value: impl Into<String>) -> Self {
        self.with(Condition::Term(field, value.into()))
    }

    /// The field of words has every word of the text.
    #[must_use]
    pub fn words(self, field: &'static str, text: impl Into<String>) -> Self {
        self.with(Condition::Words(field, text.into()))
    }

    /// The number is in the range.
    #[must_use]
    pub fn between(self, field: &'static str, range: RangeInclusive<u64>) -> Self {
        self.with(Condition::Between(field, range))
    }

    /// The document's own number is in the range.
    #[must_use]
    pub fn keys(self, range: Range<u64>) -> Self {
        self.with(Condition::Keys(range))
    }

    fn with(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// The conditions in the engine's words.
    pub(crate) fn in_fields(&self, fields: &Fields) -> Box<dyn EngineQuery> {
        let conditions: Vec<_> = self.conditions.iter().flat_map(|it| it.in_fields(fields)).collect();
        if conditions.is_empty() { Box::new(AllQuery) } else { Box::new(BooleanQuery::intersection(conditions)) }
    }
}

impl Condition {
    fn in_fields(&self, fields: &Fields) -> Vec<Box<dyn EngineQuery>> {
        match self {
            Self::Term(name, value) => vec![has(fields.named(name), value)],
            Self::Words(name, text) => {
                let words = words_of(text, MAX_WORDS);
                // A text without a word is in no document, and not in all of them.
                if words.is_empty() {
                    return vec![Box::new(EmptyQuery)];
                }
                words.iter().map(|word| has(fields.named(name), word)).collect()
            }
            Self::Between(name, range) => {
                let field = fields.named(name);
                let end = |value| Bound::Included(Term::from_field_u64(field, value));
                vec![Box::new(RangeQuery::new(end(*range.start()), end(*range.end())))]
            }
            Self::Keys(range) => {
                let (first, end) = (range.start, range.end);
                let end = Bound::Excluded(Term::from_field_u64(fields.key, end));
                vec![Box::new(RangeQuery::new(Bound::Included(Term::from_field_u64(fields.key, first)), end))]
            }
        }
    }
}

fn has(field: Field, text: &str) -> Box<dyn EngineQuery> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::Basic))
}

/// The first words of a text, as the engine cuts a field of words: in small letters, without those that are very long.
///
/// # Panics
/// Never: the engine always has its default tokenizer.
pub fn words_of(text: &str, most: usize) -> Vec<String> {
    let mut analyzer: TextAnalyzer =
        TokenizerManager::default().get("default").expect("the engine always has its default tokenizer");
    let (mut tokens, mut words) = (analyzer.token_stream(text), Vec::new());
    while words.len() < most && tokens.advance() {
        words.push(tokens.token().text.clone());
    }
    words
}
