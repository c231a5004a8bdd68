//! What does the index take in? Every event, as it comes.

use super::{LAYOUT, changes, read::LogSearch};
use crate::{
    ProjectionError,
    runner::{IndexProjection, Shelf, Turn},
};
use edgecoder_events::Position;
use edgecoder_search_index::{Index, IndexError, Layout, Reader};

impl IndexProjection for LogSearch {
    const LAYOUT: Layout = LAYOUT;

    fn begin(&mut self, reader: Reader) {
        self.set(reader);
    }

    async fn take_in(&mut self, index: &Shelf, turn: Turn) -> Result<(), ProjectionError> {
        index.work(move |index| added(index, &turn)).await
    }

    async fn before_commit(&mut self, _: &Shelf, _: Position) -> Result<(), ProjectionError> {
        Ok(())
    }
}

fn added(index: &mut Index, turn: &Turn) -> Result<(), IndexError> {
    let events = turn.iter().flat_map(|batch| batch.iter());
    events.map(changes::document).try_for_each(|document| index.add(document))
}
