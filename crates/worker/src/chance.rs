//! Where do the tasks of one worker take their randomness from? One generator, handed in and shared.

use rand::rngs::StdRng;
use std::sync::{Mutex, PoisonError};

/// The worker's generator.
#[derive(Debug)]
pub struct Chance(Mutex<StdRng>);

impl Chance {
    pub fn new(rng: StdRng) -> Self {
        Self(Mutex::new(rng))
    }

    /// Draws something. The generator is held for that long and no longer.
    pub fn draw<T>(&self, with: impl FnOnce(&mut StdRng) -> T) -> T {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
