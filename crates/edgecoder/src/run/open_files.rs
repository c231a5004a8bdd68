//! How many connections can this process hold open? As many as the system lets it, not as many as a shell begins with.

/// More than all services' connections, databases and sandboxes together.
#[cfg(unix)]
const WANTED: u64 = 16_384;

/// Raises the limit on open files: silent connections would else take those that the ledger needs.
#[cfg(unix)]
pub fn raise() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(WANTED, |most| most.min(WANTED));
    if current.is_none_or(|current| current >= wanted) {
        return;
    }
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum }) {
        tracing::warn!(%error, "the limit on open files stays low: many connections may use them up");
    }
}

/// Elsewhere connections are not counted among the files.
#[cfg(not(unix))]
pub fn raise() {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    #[test]
    fn a_low_limit_is_raised_as_far_as_the_system_lets() {
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        setrlimit(Resource::Nofile, Rlimit { current: Some(256), maximum }).unwrap();
        raise();
        let raised = getrlimit(Resource::Nofile).current;
        assert_eq!(raised, Some(maximum.map_or(WANTED, |most| most.min(WANTED))));
    }
}
