//! Who is told what became of an append? First whoever keeps states that it was decided on, then whoever waits for it.

use crate::{Receipt, submission::Reply};
use tokio::sync::oneshot;

type Hear = Box<dyn FnOnce(Option<&Receipt>) + Send + Sync>;

/// The way back to the caller of an append.
pub(crate) struct Answer {
    hears: Hears,
    waits: oneshot::Sender<Reply>,
}

/// Is told once, also where the append is dropped without an answer.
struct Hears(Option<Hear>);

impl Answer {
    /// To one who waits, and nobody else.
    pub(crate) fn to(waits: oneshot::Sender<Reply>) -> Self {
        Self { hears: Hears(None), waits }
    }

    /// The same, to `hear` first.
    pub(crate) fn heard_by(mut self, hear: impl FnOnce(Option<&Receipt>) + Send + Sync + 'static) -> Self {
        self.hears = Hears(Some(Box::new(hear)));
        self
    }

    /// Who no longer waits needs no answer.
    pub(crate) fn send(self, reply: Reply) {
        let Self { mut hears, waits } = self;
        hears.tell(match &reply {
            Reply::Recorded(receipt) => Some(receipt),
            Reply::Repeated(_) | Reply::Refused(_) => None,
        });
        let _ = waits.send(reply);
    }
}

impl Hears {
    fn tell(&mut self, receipt: Option<&Receipt>) {
        if let Some(hear) = self.0.take() {
            hear(receipt);
        }
    }
}

impl Drop for Hears {
    fn drop(&mut self) {
        self.tell(None);
    }
}
