//! How far does a file of headers reach, and is there enough work in it to be believed?

use crate::utc::utc;
use edgecoder_anchoring::{
    Work,
    evidence::Trust,
    headers::{HeaderArchive, KnownBlock},
};
use serde_json::{Value, json};
use std::fmt;

/// What there is in a file of headers, each of which keeps the rules of its network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    pub tip: KnownBlock,
    /// When the newest block says that it was made, in seconds since 1970.
    pub tip_time: u32,
    /// In all of its headers.
    pub work: Work,
    /// What is asked for.
    pub minimum_work: Work,
    pub trust: Trust,
}

impl Reach {
    /// What an archive has, held against the work that is asked for.
    pub fn of(archive: &HeaderArchive, minimum_work: Work) -> Self {
        Self {
            tip: archive.tip(),
            tip_time: archive.tip_time(),
            work: archive.work(),
            minimum_work,
            trust: archive.trust(minimum_work),
        }
    }

    /// Whether the file can confirm anything.
    pub fn is_enough(&self) -> bool {
        self.trust != Trust::SuppliedHeader
    }

    /// For programs. Work is written as nodes write `chainwork`.
    pub fn document(&self) -> Value {
        json!({
            "trust": self.trust.to_string(),
            "tipHeight": self.tip.height,
            "tipHash": self.tip.hash.to_string(),
            "tipTime": self.tip_time,
            "chainWork": format!("{:x}", self.work),
            "minimumChainWork": format!("{:x}", self.minimum_work),
        })
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = utc(u64::from(self.tip_time).saturating_mul(1000));
        write!(f, "every header is checked, up to {} {} of {time}", self.tip.height, self.tip.hash)?;
        write!(f, ", work {}", short(self.work))?;
        if self.is_enough() {
            return Ok(());
        }
        write!(f, ": TOO LITTLE WORK, at least {} is asked for, so they confirm nothing", short(self.minimum_work))
    }
}

/// Without the zeros that it begins with.
fn short(work: Work) -> String {
    let digits = format!("{work:x}");
    format!("0x{}", digits.trim_start_matches('0'))
}
