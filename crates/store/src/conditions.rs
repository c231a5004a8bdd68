//! At which version is each stream, and is it the one that the caller expects?

use crate::{AppendError, Condition, recent_map::RecentMap};
use edgecoder_events::{StreamName, Version};
use std::collections::{HashMap, HashSet};

/// The versions of the streams that one batch touches, as they are and as the batch moves them.
#[derive(Default)]
pub(crate) struct StreamVersions(HashMap<StreamName, Version>);

impl StreamVersions {
    /// What is remembered of these streams, and which ones the database must be asked for.
    pub(crate) fn remembered<'a>(
        streams: impl Iterator<Item = &'a StreamName>,
        recent: &mut RecentMap<StreamName, Version>,
    ) -> (Self, Vec<StreamName>) {
        let mut known = HashMap::new();
        let mut unknown = HashSet::new();
        for stream in streams {
            if known.contains_key(stream) || unknown.contains(stream) {
                continue;
            }
            match recent.get(stream) {
                Some(version) => drop(known.insert(stream.clone(), version)),
                None => drop(unknown.insert(stream.clone())),
            }
        }
        (Self(known), unknown.into_iter().collect())
    }

    /// Takes what the database answered.
    pub(crate) fn learn(&mut self, streams: Vec<StreamName>, versions: Vec<Version>) {
        self.0.extend(streams.into_iter().zip(versions));
    }

    pub(crate) fn of(&self, stream: &StreamName) -> Version {
        self.0.get(stream).copied().unwrap_or(Version::EMPTY)
    }

    pub(crate) fn set(&mut self, stream: &StreamName, version: Version) {
        match self.0.get_mut(stream) {
            Some(known) => *known = version,
            None => drop(self.0.insert(stream.clone(), version)),
        }
    }

    /// Says which condition does not hold.
    pub(crate) fn check(&self, conditions: &[Condition]) -> Result<(), AppendError> {
        for Condition { stream, version: expected } in conditions {
            let actual = self.of(stream);
            if actual != *expected {
                return Err(AppendError::ConditionFailed { stream: stream.clone(), expected: *expected, actual });
            }
        }
        Ok(())
    }

    /// Everything that is known now.
    pub(crate) fn into_all(self) -> impl Iterator<Item = (StreamName, Version)> {
        self.0.into_iter()
    }
}
