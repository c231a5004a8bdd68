//! Which number stands for a name? Waiting subtasks carry four bytes instead of a text.

use std::{collections::HashMap, hash::Hash, sync::Arc};

/// A number that stands for a name in one [`Names`].
pub(super) type Number = u32;

/// Names in the order in which they were first met.
#[derive(Debug)]
pub(super) struct Names<T> {
    numbers: HashMap<Arc<T>, Number>,
    names: Vec<Arc<T>>,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), names: Vec::new() }
    }
}

impl<T: Clone + Eq + Hash> Names<T> {
    /// The number of `name`, a new one where it was never met.
    pub(super) fn number(&mut self, name: &T) -> Number {
        if let Some(number) = self.known(name) {
            return number;
        }
        let number = Number::try_from(self.names.len()).expect("memory ends before four thousand million names");
        let shared = Arc::new(name.clone());
        self.names.push(Arc::clone(&shared));
        self.numbers.insert(shared, number);
        number
    }

    /// The number of `name`, where it was met.
    pub(super) fn known(&self, name: &T) -> Option<Number> {
        self.numbers.get(name).copied()
    }

    /// The name that got this number.
    pub(super) fn name(&self, number: Number) -> &T {
        &self.names[number as usize]
    }
}
