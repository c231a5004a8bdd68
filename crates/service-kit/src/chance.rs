//! Where does chance come from? The only place of the product that asks the operating system for it.

use rand::{SeedableRng, rngs::StdRng};

/// A generator for keys, nonces and names, seeded by the operating system.
///
/// # Panics
/// Where the operating system has no randomness: nothing can be done safely then.
pub fn system() -> StdRng {
    StdRng::try_from_rng(&mut rand::rngs::SysRng).expect("the operating system gives randomness")
}
