//! How do documents come into the index?

use crate::{Document, IndexError, Layout, Reader, folder, layout::Fields};
use std::{fs::File, path::Path};
use tantivy::{IndexWriter, ReloadPolicy, Term, indexer::IndexWriterOptions};

/// What documents take in memory before they are written: the least that the engine takes.
const WRITER_BYTES: usize = 15_000_000;

/// An index that this process writes. Everything about it waits for the disk.
pub struct Index {
    layout: Layout,
    fields: Fields,
    writer: IndexWriter,
    reader: Reader,
    mark: Option<String>,
    _lock: File,
}

impl Index {
    /// Opens the index of a folder, as it was committed last; an empty one where there was none that can be read.
    ///
    /// # Errors
    /// [`IndexError::InUse`]; or where the folder can not be written.
    pub fn open(folder: &Path, layout: Layout) -> Result<Self, IndexError> {
        let lock = folder::lock(folder)?;
        let fields = Fields::of(&layout);
        let (engine, mark) = folder::open(folder, &layout, &fields)?;
        let options = IndexWriterOptions::builder();
        let options = options.num_worker_threads(1).num_merge_threads(1).memory_budget_per_thread(WRITER_BYTES);
        let writer = engine.writer_with_options(options.build())?;
        let reader = engine.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let reader = Reader::new(reader, fields.clone());
        Ok(Self { layout, fields, writer, reader, mark, _lock: lock })
    }

    /// What was said at the newest commit.
    pub fn mark(&self) -> Option<&str> {
        self.mark.as_deref()
    }

    /// Finds documents while this index is written, and after.
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// Takes a document in; it is found from the next commit on.
    pub fn add(&mut self, document: Document) -> Result<(), IndexError> {
        self.writer.add_document(document.in_fields(&self.fields))?;
        Ok(())
    }

    /// Takes a document in, in the place of every one that has this term; what was there is found until the next commit.
    pub fn put(&mut self, field: &'static str, term: &str, document: Document) -> Result<(), IndexError> {
        self.remove(field, term);
        self.add(document)
    }

    /// Takes out every document that has this term; they are found until the next commit.
    pub fn remove(&mut self, field: &'static str, term: &str) {
        self.writer.delete_term(Term::from_field_text(self.fields.named(field), term));
    }

    /// Begins an empty index. The one that was committed last is found, and is what a restart finds, until the next commit.
    pub fn begin_anew(&mut self) -> Result<(), IndexError> {
        // What is still in the writer's memory would outlive the next line.
        self.writer.rollback()?;
        self.writer.delete_all_documents()?;
        Ok(())
    }

    /// Makes what was added durable and found, together with a mark.
    pub fn commit(&mut self, mark: &str) -> Result<(), IndexError> {
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(&folder::payload(&self.layout, mark));
        commit.commit()?;
        self.mark = Some(mark.to_owned());
        self.reader.reload()
    }

    /// Forgets every document, and the mark.
    pub fn clear(&mut self) -> Result<(), IndexError> {
        self.writer.delete_all_documents()?;
        self.writer.commit()?;
        self.mark = None;
        self.reader.reload()
    }
}
