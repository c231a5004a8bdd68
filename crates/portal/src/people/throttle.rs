//! How often may something be tried? So often in so long, counted for each address and each account in memory.

use edgecoder_events::SteadyMillis;
use edgecoder_service_kit::http::Problem;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

const MINUTE_MS: u64 = 60_000;
/// As many are counted at once; those whose time is over are forgotten first.
const MAX_COUNTED: usize = 50_000;

/// What is counted, and how often it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trial {
    /// A password from one address.
    PasswordFrom,
    /// A password for one account.
    PasswordFor,
    /// A sign-in with a passkey or at a provider from one address.
    SignInFrom,
    /// A sign-up or a reset from one address.
    MailFrom,
    /// A mail to one address, or one account that wants another address.
    MailTo,
    /// All that is kept of one account, as a file.
    Export,
}

impl Trial {
    const fn most(self) -> (u32, u64) {
        match self {
            Self::PasswordFrom | Self::SignInFrom => (60, 15 * MINUTE_MS),
            Self::PasswordFor => (10, 15 * MINUTE_MS),
            Self::MailFrom => (30, 15 * MINUTE_MS),
            Self::MailTo | Self::Export => (5, 60 * MINUTE_MS),
        }
    }
}

#[derive(Clone, Copy)]
struct Window {
    begun_at: SteadyMillis,
    count: u32,
}

/// Counts trials.
#[derive(Default)]
pub struct Throttle(Mutex<HashMap<(Trial, String), Window>>);

impl Throttle {
    /// Counts one more.
    ///
    /// # Errors
    /// A 429 that says how long to wait; such a trial is not counted.
    pub fn admit(&self, trial: Trial, who: &str, now: SteadyMillis) -> Result<(), Problem> {
        let (most, window_ms) = trial.most();
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.len() >= MAX_COUNTED {
            counted.retain(|(trial, _), window| now.ms_since(window.begun_at) < trial.most().1);
        }
        if counted.len() >= MAX_COUNTED {
            return Err(too_often(window_ms));
        }
        let fresh = Window { begun_at: now, count: 0 };
        let window = counted.entry((trial, who.to_owned())).or_insert(fresh);
        if now.ms_since(window.begun_at) >= window_ms {
            *window = fresh;
        }
        if window.count >= most {
            return Err(too_often(window_ms.saturating_sub(now.ms_since(window.begun_at))));
        }
        window.count = window.count.saturating_add(1);
        Ok(())
    }

    /// It was right: what was counted before is forgotten.
    pub fn forget(&self, trial: Trial, who: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&(trial, who.to_owned()));
    }
}

fn too_often(rest_ms: u64) -> Problem {
    let rest_s = u32::try_from(rest_ms.div_ceil(1_000)).unwrap_or(u32::MAX);
    let detail = format!("this was tried too often: wait {} minutes", rest_s.div_ceil(60));
    Problem::too_many("too_many_trials", detail).retry_after(rest_s)
}

/// What an address is counted by: whoever has one of IPv6 has the whole network of 64 bits.
pub fn neighbourhood(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: SteadyMillis = SteadyMillis(1_700_000_000_000);

    #[test]
    fn who_tries_too_often_waits_and_others_do_not() {
        let throttle = Throttle::default();
        let (most, window_ms) = Trial::PasswordFor.most();
        for _ in 0..most {
            assert!(throttle.admit(Trial::PasswordFor, "ann", NOON).is_ok());
        }
        assert_eq!(throttle.admit(Trial::PasswordFor, "ann", NOON).unwrap_err().status().as_u16(), 429);
        assert!(throttle.admit(Trial::PasswordFor, "bob", NOON).is_ok());
        assert!(throttle.admit(Trial::MailTo, "ann", NOON).is_ok(), "another trial");
        assert!(throttle.admit(Trial::PasswordFor, "ann", NOON.plus_ms(window_ms)).is_ok());
        throttle.forget(Trial::PasswordFor, "ann");
        assert!(throttle.admit(Trial::PasswordFor, "ann", NOON).is_ok());
    }

    #[test]
    fn a_network_of_ipv6_is_one_neighbour() {
        let of = |text: &str| neighbourhood(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }
}
