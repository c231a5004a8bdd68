//! Which answers were wanted lately? A map that forgets what was not touched for long.

use std::{borrow::Borrow, collections::HashMap, hash::Hash};

/// Remembers at least the last `generation` keys that were put or touched, and at most twice as many.
pub(crate) struct RecentMap<K, V> {
    generation: usize,
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K: Hash + Eq + Clone, V: Clone> RecentMap<K, V> {
    pub(crate) fn new(generation: usize) -> Self {
        Self { generation, young: HashMap::new(), old: HashMap::new() }
    }

    /// The value; touching it keeps it.
    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        if let Some(value) = self.young.get(key) {
            return Some(value.clone());
        }
        let (key, value) = self.old.remove_entry(key)?;
        self.put(key, value.clone());
        Some(value)
    }

    pub(crate) fn put(&mut self, key: K, value: V) {
        if self.young.len() >= self.generation && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }

    pub(crate) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_generation_is_remembered_and_the_one_before_the_last_is_forgotten() {
        let mut map = RecentMap::new(2);
        (0..5).for_each(|key| map.put(key, key));
        assert_eq!(map.get(&0), None);
        assert_eq!(map.get(&4), Some(4));
        assert_eq!(map.get(&3), Some(3));
    }

    #[test]
    fn touching_keeps() {
        let mut map = RecentMap::new(2);
        for key in 1..10 {
            map.put(0, 0);
            map.put(key, key);
            assert_eq!(map.get(&0), Some(0));
        }
    }
}
