//! How many of the documents that match have each value of a number?

use tantivy::{
    DocId, Score, SegmentOrdinal, SegmentReader,
    collector::{Collector, SegmentCollector},
    columnar::Column,
};

/// The values that are counted begin at 0 and are so many; documents with larger ones are left out.
pub const COUNTED_VALUES: usize = 16;

pub(crate) type Counts = [u64; COUNTED_VALUES];

/// Counts by the field of this name.
pub(crate) struct PerValue(pub(crate) &'static str);

pub(crate) struct PerValueOfSegment {
    /// None where no document of the segment has the field.
    values: Option<Column<u64>>,
    counts: Counts,
}

impl Collector for PerValue {
    type Fruit = Counts;
    type Child = PerValueOfSegment;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<PerValueOfSegment> {
        Ok(PerValueOfSegment { values: segment.fast_fields().column_opt(self.0)?, counts: [0; COUNTED_VALUES] })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<Counts>) -> tantivy::Result<Counts> {
        let mut all = [0_u64; COUNTED_VALUES];
        for counts in segments {
            for (sum, count) in all.iter_mut().zip(counts) {
                *sum = sum.saturating_add(count);
            }
        }
        Ok(all)
    }
}

impl SegmentCollector for PerValueOfSegment {
    type Fruit = Counts;

    fn collect(&mut self, document: DocId, _: Score) {
        let value = self.values.as_ref().and_then(|it| it.first(document)).and_then(|it| usize::try_from(it).ok());
        if let Some(count) = value.and_then(|it| self.counts.get_mut(it)) {
            *count = count.saturating_add(1);
        }
    }

    fn harvest(self) -> Counts {
        self.counts
    }
}
