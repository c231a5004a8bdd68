//! Who else saw this checkpoint, and when? The cosignatures of witnesses.
//!
//! *Source*: c2sp.org/tlog-cosignature, the Ed25519 form. A witness cosigns a checkpoint only after it has seen that it
//! continues the one that it cosigned before; so two of its cosignatures never stand under two histories of one log.

use crate::{
    note::{COSIGNATURE, NameError, NamedKey, Note, NoteError, NoteSignature, VerifierKeyError},
    signature::PublicKey,
};
use ed25519_dalek::{Signer as _, SigningKey};
use std::{fmt, str::FromStr};

const TIME_BYTES: usize = 8;

/// A witness's public key: `<name>+<8 hex digits>+<base64>`, of type 0x04.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignerKey(NamedKey<COSIGNATURE>);

impl CosignerKey {
    /// Names a public key.
    ///
    /// # Errors
    /// The name cannot name a key.
    pub fn new(name: &str, key: PublicKey) -> Result<Self, NameError> {
        NamedKey::new(name, key).map(Self)
    }

    /// The witness's name.
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The key itself.
    pub const fn public_key(&self) -> &PublicKey {
        self.0.public_key()
    }

    /// When the witness cosigned the note, in seconds since 1970: the latest time where it did so more than once, and
    /// nothing where it did not.
    ///
    /// # Errors
    /// A signature of this key does not hold.
    pub fn cosigned_at(&self, note: &Note) -> Result<Option<u64>, NoteError> {
        let mut latest = None;
        for signature in note.signatures() {
            latest = latest.max(self.time_of(signature, note.text())?);
        }
        Ok(latest)
    }

    /// The time of one signature under a checkpoint's text, if it claims to be of this key.
    ///
    /// # Errors
    /// It does not hold.
    pub fn time_of(&self, signature: &NoteSignature, text: &str) -> Result<Option<u64>, NoteError> {
        let Some(bytes) = signature.claimed_by(&self.0) else { return Ok(None) };
        let bad = || NoteError::BadSignature { name: self.name().to_owned() };
        let (time, signature) = bytes.split_first_chunk::<TIME_BYTES>().ok_or_else(bad)?;
        let seconds = u64::from_be_bytes(*time);
        let signature = signature.try_into().map_err(|_| bad())?;
        if i64::try_from(seconds).is_err() {
            return Err(bad());
        }
        self.public_key().verify(message(seconds, text).as_bytes(), signature).map_err(|_| bad())?;
        Ok(Some(seconds))
    }
}

impl FromStr for CosignerKey {
    type Err = VerifierKeyError;

    fn from_str(text: &str) -> Result<Self, VerifierKeyError> {
        text.parse().map(Self)
    }
}

impl fmt::Display for CosignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The key with which a witness cosigns. Its secret is wiped from memory when it is dropped and is never printed.
pub struct WitnessKey {
    public: CosignerKey,
    secret: SigningKey,
}

impl WitnessKey {
    /// Makes the key from the witness's name and 32 secret bytes, which sign nothing else.
    ///
    /// # Errors
    /// The name cannot name a key.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NameError> {
        let secret = SigningKey::from_bytes(seed);
        Ok(Self { public: CosignerKey::new(name, PublicKey::from(secret.verifying_key()))?, secret })
    }

    /// What those need who trust the witness.
    pub const fn cosigner_key(&self) -> &CosignerKey {
        &self.public
    }

    /// States that at `seconds` since 1970 this checkpoint was the largest that the witness had seen of its log.
    pub fn cosign(&self, checkpoint: &str, seconds: u64) -> NoteSignature {
        let signature = self.secret.sign(message(seconds, checkpoint).as_bytes());
        NoteSignature::by(&self.public.0, [&seconds.to_be_bytes()[..], &signature.to_bytes()].concat())
    }
}

impl fmt::Debug for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WitnessKey({})", self.public)
    }
}

/// What is signed.
fn message(seconds: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Made with another implementation of Ed25519 from the secret bytes 32, 33 … 63.
    const KEY: &str = "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";
    const TEXT: &str = "example.org/ledger\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
    const LINE: &str = "— witness.example/w1 IDJKvgAAAABkGFDLtBZVtZnCLsThXO/I8aT+hXDXBX757nOFH0RPnn1LpBUJV8dOSPI7Z/l5e7bEagD0NR4iJuFvmaiNE+L2abN4BA==";
    const TIME: u64 = 1_679_315_147;

    fn key() -> WitnessKey {
        let seed: Vec<u8> = (32..64).collect();
        WitnessKey::from_seed("witness.example/w1", seed[..].try_into().unwrap()).unwrap()
    }

    fn note(text: &str, line: &str) -> Note {
        Note::parse(format!("{text}\n{line}\n").as_bytes()).unwrap()
    }

    #[test]
    fn another_implementation_writes_the_same_key_and_the_same_cosignature() {
        assert_eq!(key().cosigner_key().to_string(), KEY);
        assert_eq!(key().cosign(TEXT, TIME).to_string(), LINE);
        assert_eq!(KEY.parse::<CosignerKey>().unwrap().cosigned_at(&note(TEXT, LINE)), Ok(Some(TIME)));
    }

    #[test]
    fn a_witness_key_is_told_from_a_log_key() {
        // That of a public witness, as transparency-dev's tests have it.
        let remora = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
        assert_eq!(remora.parse::<CosignerKey>().unwrap().to_string(), remora);
        let log = "example.org/ledger+5f5b716d+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
        assert_eq!(log.parse::<CosignerKey>(), Err(VerifierKeyError::OtherType { wanted: 4 }));
        assert_eq!(remora.parse::<crate::note::VerifierKey>(), Err(VerifierKeyError::OtherType { wanted: 1 }));
    }

    #[test]
    fn a_cosignature_under_another_text_or_time_condemns_the_note() {
        let bad = Err(NoteError::BadSignature { name: "witness.example/w1".to_owned() });
        assert_eq!(key().cosigner_key().cosigned_at(&note(&TEXT.replace("\n0\n", "\n1\n"), LINE)), bad);
        assert_eq!(key().cosigner_key().cosigned_at(&note(TEXT, &LINE.replace("ABkGFDL", "ABkGFDM"))), bad);
        let cut = note(TEXT, "— witness.example/w1 IDJKvgAAAABkGFDL");
        assert_eq!(key().cosigner_key().cosigned_at(&cut), bad);
    }

    #[test]
    fn a_time_that_the_specification_has_no_room_for_is_refused() {
        let late = key().cosign(TEXT, 1 << 63).to_string();
        assert!(key().cosigner_key().cosigned_at(&note(TEXT, &late)).is_err());
        let last = key().cosign(TEXT, (1 << 63) - 1).to_string();
        assert!(key().cosigner_key().cosigned_at(&note(TEXT, &last)).is_ok());
    }

    #[test]
    fn who_did_not_cosign_is_told_from_who_did_and_the_latest_time_counts() {
        let mut note = note(TEXT, LINE);
        let other = WitnessKey::from_seed("witness.example/w2", &[7; 32]).unwrap();
        assert_eq!(other.cosigner_key().cosigned_at(&note), Ok(None));
        note.add(key().cosign(TEXT, TIME + 5)).unwrap();
        note.add(key().cosign(TEXT, TIME + 3)).unwrap();
        assert_eq!(key().cosigner_key().cosigned_at(&note), Ok(Some(TIME + 5)));
    }

    #[test]
    fn the_specifications_example_is_read() {
        let example = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
            — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
            — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
        let note = Note::parse(example.as_bytes()).unwrap();
        assert_eq!((note.to_string().as_str(), note.signatures().len()), (example, 2));
        assert_eq!(note.text().parse::<crate::Checkpoint>().unwrap().size, 20_852_163);
    }

    proptest! {
        #[test]
        fn what_is_cosigned_is_believed_for_this_text_alone(
            seed: [u8; 32], seconds in 0..=u64::MAX / 2, text in "[a-z0-9]{1,9}\n", other in "[a-z0-9]{1,9}\n",
        ) {
            let key = WitnessKey::from_seed("w", &seed).unwrap();
            let signature = key.cosign(&text, seconds);
            prop_assert_eq!(key.cosigner_key().time_of(&signature, &text), Ok(Some(seconds)));
            prop_assert_eq!(key.cosigner_key().time_of(&signature, &other).is_ok(), text == other);
            prop_assert_eq!(signature.to_string().parse::<NoteSignature>(), Ok(signature));
        }
    }
}
