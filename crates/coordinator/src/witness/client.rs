//! How do the witnesses of our policy come to see our checkpoints? One loop for each asks, whenever one is published.

use super::{
    cosignatures::{Cosignatures, Cosigned},
    evidence::Evidence,
    request::{self, Answer, AskError},
};
use crate::Coordinator;
use edgecoder_ledger::{
    Policy,
    note::Note,
    policy::PolicyWitness,
    witness::{AddCheckpoint, log_id},
};
use edgecoder_store::{Published, Tiles};
use edgecoder_wire::audit::AuditWitness;
use reqwest::Client;
use std::{sync::Arc, time::Duration};
use tokio::{task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;

/// How often a witness is asked about one checkpoint before the next one is waited for.
const MAX_TRIES: u32 = 10;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(2);
/// How often a size is corrected within one try: once, and once more where another answer came in between.
const MAX_SIZES: usize = 3;
/// Evidence that a witness saw another history of our own log.
const OWN_LOG: &str = "own-";

/// The witnesses of our log, and what they answered.
pub(crate) struct Witnesses {
    cosignatures: Option<Cosignatures>,
    evidence: Arc<Evidence>,
}

/// Why a checkpoint is not cosigned.
#[derive(Debug, thiserror::Error)]
enum Uncosigned {
    #[error(transparent)]
    Ask(#[from] AskError),
    #[error("the proof could not be made: {0}")]
    Proof(#[from] edgecoder_store::TileProofError),
    #[error("the newest checkpoint can not be read")]
    Note,
    #[error("the witness has seen another history of this log")]
    Contradicted,
    #[error("the witness keeps naming other sizes")]
    Sizes,
}

impl Witnesses {
    pub(super) fn new(policy: Option<Policy>, evidence: Arc<Evidence>) -> Self {
        Self { cosignatures: policy.map(Cosignatures::new), evidence }
    }

    /// What is wrong with our own log in the eyes of witnesses, from earlier runs too.
    pub(crate) fn problems(&self) -> Vec<String> {
        let told = |name: &String| {
            format!("a witness has seen another history of this log: see evidence/{name} in the data directory")
        };
        self.evidence.of(OWN_LOG).iter().map(told).collect()
    }

    /// Who cosigns our log, by the policy.
    pub(crate) fn named(&self) -> Vec<AuditWitness> {
        let witnesses = self.cosignatures.iter().flat_map(|it| it.policy().witnesses());
        let named = |it: &PolicyWitness| AuditWitness { name: it.name.clone(), verifier_key: it.key.to_string() };
        witnesses.map(named).collect()
    }

    /// The note of a published checkpoint, with the cosignatures that are there.
    pub(crate) fn note(&self, published: &Published) -> String {
        match &self.cosignatures {
            Some(cosignatures) => cosignatures.note(published).to_string(),
            None => published.note.to_string(),
        }
    }

    /// Waits for a checkpoint of at least `size` entries with all cosignatures that the policy demands; nothing at
    /// once where there is no policy.
    pub(crate) async fn complete_with(&self, size: u64) -> Option<Cosigned> {
        self.cosignatures.as_ref()?.complete_with(size).await
    }
}

/// Asks every witness that has an address, until `stop`; without any it only waits, for what is a service's own part never
/// ends before the service.
pub(crate) async fn run(coordinator: Coordinator, stop: CancellationToken) {
    let mut asking = ask_all(&coordinator);
    stop.cancelled().await;
    asking.shutdown().await;
}

fn ask_all(coordinator: &Coordinator) -> JoinSet<()> {
    let mut asking = JoinSet::new();
    let Some(cosignatures) = &coordinator.witnesses.cosignatures else { return asking };
    for witness in cosignatures.policy().witnesses() {
        let Some(url) = witness.url.clone() else { continue };
        let client = match request::client(&url) {
            Ok(client) => client,
            Err(error) => {
                tracing::error!(%error, "no witness can be asked: no secure connections can be made on this machine");
                return asking;
            }
        };
        let (coordinator, witness) = (coordinator.clone(), witness.clone());
        asking.spawn(async move { Asking { coordinator, witness, url, client, size: 0 }.go_on().await });
    }
    asking
}

/// The conversation with one witness.
struct Asking {
    coordinator: Coordinator,
    witness: PolicyWitness,
    url: String,
    client: Client,
    /// What it cosigned last, as far as we know.
    size: u64,
}

impl Asking {
    async fn go_on(mut self) {
        let tiles = self.coordinator.store.tiles();
        let mut done = 0;
        while let Some(published) = tiles.published_with(done + 1).await {
            done = self.bring(&tiles, published).await;
        }
    }

    /// Brings the newest checkpoint to the witness, or gives up on it; the size up to which nothing is left to do.
    async fn bring(&mut self, tiles: &Tiles, mut published: Arc<Published>) -> u64 {
        let mut pause = FIRST_PAUSE;
        for tries in 1..=MAX_TRIES {
            match self.ask(tiles, &published).await {
                Ok(()) => break,
                Err(error) if tries == 1 => {
                    tracing::warn!(witness = %self.witness.name, %error, "a checkpoint is not cosigned yet");
                }
                Err(error) => tracing::debug!(witness = %self.witness.name, %error, tries, "still not cosigned"),
            }
            sleep(pause).await;
            pause = LONGEST_PAUSE.min(pause * 2);
            published = tiles.published().unwrap_or(published);
        }
        published.checkpoint.size
    }

    async fn ask(&mut self, tiles: &Tiles, published: &Arc<Published>) -> Result<(), Uncosigned> {
        let note = Note::parse(published.note.as_bytes()).map_err(|_| Uncosigned::Note)?;
        let size = published.checkpoint.size;
        for _ in 0..MAX_SIZES {
            let old = self.size.min(size);
            let proof = match old {
                0 => Vec::new(),
                old => tiles.consistency_proof(published, old, size).await?,
            };
            let request = AddCheckpoint::new(old, proof, note.clone()).map_err(|_| Uncosigned::Note)?;
            match request::add_checkpoint(&self.client, &self.witness, &self.url, &request).await? {
                Answer::Cosigned(signature) => {
                    self.size = size;
                    self.keep(published, signature);
                    return Ok(());
                }
                Answer::OtherSize(theirs) if theirs <= size => self.size = theirs,
                Answer::OtherSize(theirs) => {
                    self.size = theirs;
                    return self.larger_than_ours(tiles, &request).await;
                }
                Answer::Contradicted(answer) => return Err(self.contradicted(&request, &answer).await),
            }
        }
        Err(Uncosigned::Sizes)
    }

    fn keep(&self, published: &Arc<Published>, signature: edgecoder_ledger::note::NoteSignature) {
        if let Some(cosignatures) = &self.coordinator.witnesses.cosignatures {
            cosignatures.add(published, &self.witness.name, signature);
        }
    }

    /// The witness cosigned more entries than we have: unless ours have grown meanwhile, our log was rolled back.
    async fn larger_than_ours(&self, tiles: &Tiles, request: &AddCheckpoint) -> Result<(), Uncosigned> {
        let ours = tiles.published().map_or(0, |it| it.checkpoint.size);
        if ours >= self.size {
            return Err(Uncosigned::Sizes);
        }
        let answer = format!("it cosigned size {}, and this log has {ours} entries", self.size);
        Err(self.contradicted(request, &answer).await)
    }

    /// Keeps what was asked and answered, with the checkpoint that the witness stands for where it shows it: signed by
    /// our own key, it proves the other history.
    async fn contradicted(&self, request: &AddCheckpoint, answer: &str) -> Uncosigned {
        let origin = &request.checkpoint().origin;
        let theirs = request::newest(&self.client, &self.url, origin).await;
        let theirs = theirs.unwrap_or_else(|error| format!("not shown: {error}\n"));
        tracing::error!(witness = %self.witness.name, size = request.checkpoint().size, answer,
            "FORK: a witness has seen another history of this log");
        let id = log_id(self.witness.key.name());
        let content = format!(
            "The witness {} ({}) does not cosign: {answer}\n\nWhat it was asked:\n\n{request}\nWhat it stands for:\n\n{theirs}",
            self.witness.name, self.witness.key
        );
        let about = format!("{OWN_LOG}{}", &id[..16]);
        self.coordinator.witnesses.evidence.keep(&about, request.checkpoint().size, &content);
        Uncosigned::Contradicted
    }
}
