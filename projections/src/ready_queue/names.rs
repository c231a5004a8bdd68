//! Which number stands for a name? Waiting subtasks carry four bytes instead of a text.

use std::{collections::HashMap, hash::Hash, sync::Arc};

/// A number that stands for a name in one [`Names`].
pub(super) type Number = u32;

/// The names that somebody holds. Strangers invent names: one that nobody holds any more is forgotten.
#[derive(Debug)]
pub(super) struct Names<T> {
    numbers: HashMap<Arc<T>, Number>,
    held: Vec<Option<Held<T>>>,
    free: Vec<Number>,
}

#[derive(Debug)]
struct Held<T> {
    name: Arc<T>,
    holders: u64,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), held: Vec::new(), free: Vec::new() }
    }
}

impl<T: Clone + Eq + Hash> Names<T> {
    /// The number of `name` for one more holder.
    pub(super) fn hold(&mut self, name: &T) -> Number {
        if let Some(number) = self.known(name) {
            if let Some(held) = self.held.get_mut(number as usize).and_then(Option::as_mut) {
                held.holders += 1;
            }
            return number;
        }
        let number = self.free.pop().unwrap_or_else(|| {
            self.held.push(None);
            Number::try_from(self.held.len() - 1).expect("memory ends before four thousand million names")
        });
        let name = Arc::new(name.clone());
        self.numbers.insert(Arc::clone(&name), number);
        self.held[number as usize] = Some(Held { name, holders: 1 });
        number
    }

    /// One holder lets go; with the last one the number is free for another name.
    pub(super) fn release(&mut self, number: Number) {
        let Some(slot) = self.held.get_mut(number as usize) else { return };
        let Some(held) = slot else { return };
        held.holders = held.holders.saturating_sub(1);
        if held.holders == 0 {
            self.numbers.remove(&held.name);
            *slot = None;
            self.free.push(number);
        }
    }

    /// The number of `name`, where somebody holds it.
    pub(super) fn known(&self, name: &T) -> Option<Number> {
        self.numbers.get(name).copied()
    }

    /// The name of a number that somebody holds.
    pub(super) fn name(&self, number: Number) -> &T {
        &self.held[number as usize].as_ref().expect("who has a number holds its name").name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_nobody_holds_is_forgotten_and_its_number_is_used_again() {
        let mut names = Names::default();
        let (first, second) = (names.hold(&"first"), names.hold(&"second"));
        assert_eq!(names.hold(&"first"), first);
        names.release(first);
        assert_eq!((names.known(&"first"), *names.name(first)), (Some(first), "first"), "one still holds it");
        names.release(first);
        assert_eq!(names.known(&"first"), None);
        assert_eq!((names.hold(&"third"), *names.name(second)), (first, "second"));
        for number in 0..100 {
            let number = names.hold(&["fourth", "fifth"][number % 2]);
            names.release(number);
        }
        assert_eq!(names.held.len(), 3);
    }
}
