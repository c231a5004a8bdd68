//! What is known of a document? Fields by name, each of one kind.

use tantivy::{
    TantivyDocument,
    schema::{FAST, Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions},
};

/// The field that every document has: its number.
const KEY: &str = "key";

/// How a field is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// The whole value, letter by letter. A document may have several.
    Term,
    /// Its words, in whatever case.
    Words,
    /// A number, by ranges.
    Number,
}

/// The fields of an index.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Counted up whenever other documents come of the same facts; the index is then made anew.
    pub version: u32,
    pub fields: &'static [(&'static str, FieldKind)],
}

/// A layout as the engine knows it.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    pub(crate) schema: Schema,
    pub(crate) key: Field,
}

impl Fields {
    pub(crate) fn of(layout: &Layout) -> Self {
        let mut schema = Schema::builder();
        let key = schema.add_u64_field(KEY, FAST);
        for (name, kind) in layout.fields {
            match kind {
                FieldKind::Term => schema.add_text_field(name, indexed("raw")),
                FieldKind::Words => schema.add_text_field(name, indexed("default")),
                FieldKind::Number => schema.add_u64_field(name, NumericOptions::default().set_fast()),
            };
        }
        Self { schema: schema.build(), key }
    }

    pub(crate) const fn key_name() -> &'static str {
        KEY
    }

    /// # Panics
    /// Where the layout has no such field: names are constants of one module, and its first test finds out.
    pub(crate) fn named(&self, name: &str) -> Field {
        self.schema.get_field(name).expect("the layout has every field that its own module names")
    }
}

/// Which documents have a word is kept; how often and where it stands in them is not asked.
fn indexed(tokenizer: &str) -> TextOptions {
    let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer).set_fieldnorms(false);
    TextOptions::default().set_indexing_options(indexing.set_index_option(IndexRecordOption::Basic))
}

/// What is known of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    key: u64,
    texts: Vec<(&'static str, String)>,
    numbers: Vec<(&'static str, u64)>,
}

impl Document {
    /// A document by its number. What is newer has a larger one.
    pub fn new(key: u64) -> Self {
        Self { key, texts: Vec::new(), numbers: Vec::new() }
    }

    /// Gives it a value of a field of terms or words.
    #[must_use]
    pub fn text(mut self, field: &'static str, value: impl Into<String>) -> Self {
        self.texts.push((field, value.into()));
        self
    }

    /// Gives it a number.
    #[must_use]
    pub fn number(mut self, field: &'static str, value: u64) -> Self {
        self.numbers.push((field, value));
        self
    }

    pub(crate) fn in_fields(self, fields: &Fields) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_u64(fields.key, self.key);
        for (name, value) in self.texts {
            document.add_text(fields.named(name), value);
        }
        for (name, value) in self.numbers {
            document.add_u64(fields.named(name), value);
        }
        document
    }
}
