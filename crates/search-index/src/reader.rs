//! Which documents match?

use crate::{COUNTED_VALUES, IndexError, Query, counts::PerValue, layout::Fields};
use tantivy::{IndexReader, Order, collector::TopDocs};

/// The most documents that one search finds.
pub const MAX_HITS: usize = 1_000;

/// Searches an index. Cheap to clone; goes along with what is committed.
#[derive(Clone)]
pub struct Reader {
    reader: IndexReader,
    fields: Fields,
}

impl Reader {
    pub(crate) fn new(reader: IndexReader, fields: Fields) -> Self {
        Self { reader, fields }
    }

    pub(crate) fn reload(&self) -> Result<(), IndexError> {
        Ok(self.reader.reload()?)
    }

    /// The numbers of the documents that match, the largest first: at least one is looked for, and [`MAX_HITS`] at most.
    /// Takes time that grows with what matches.
    pub fn newest(&self, query: &Query, limit: usize) -> Result<Vec<u64>, IndexError> {
        let collector = TopDocs::with_limit(limit.clamp(1, MAX_HITS));
        let collector = collector.order_by_u64_field(Fields::key_name(), Order::Desc);
        let hits = self.reader.searcher().search(&*query.in_fields(&self.fields), &collector)?;
        Ok(hits.into_iter().filter_map(|(key, _)| key).collect())
    }

    /// How many documents match that have 0 in a field of numbers, 1, and so on: the last is [`COUNTED_VALUES`] - 1.
    /// Takes time that grows with what matches.
    pub fn counts(&self, query: &Query, field: &'static str) -> Result<[u64; COUNTED_VALUES], IndexError> {
        Ok(self.reader.searcher().search(&*query.in_fields(&self.fields), &PerValue(field))?)
    }
}
