//! Which logs does this coordinator witness, and who witnesses its own?

use super::node::random_hex;
use crate::data_dir::DataDir;
use anyhow::{Context, Result};
use edgecoder_coordinator::WitnessSettings;
use edgecoder_ledger::{Policy, cosignature::WitnessKey};
use edgecoder_service_kit::settings::Settings;
use std::fs;

/// The witness's key and its book: in a folder of their own, for they must not be restored from a backup.
const FOLDER: &str = "witness";
const KEY: &str = "witness/key";

/// What the settings say, with the key that is made once and kept.
pub fn settings(settings: &Settings, data: &DataDir, origin: &str) -> Result<WitnessSettings> {
    let book = data.join(FOLDER);
    fs::create_dir_all(&book).with_context(|| format!("making {}", book.display()))?;
    let kept = data.secret(KEY, random_hex::<32>)?;
    let mut seed = [0; 32];
    hex::decode_to_slice(&kept.text, &mut seed).with_context(|| {
        format!(
            "{} is not 64 hex digits: remove the folder {FOLDER}, and tell the logs the new key",
            data.join(KEY).display()
        )
    })?;
    let key = WitnessKey::from_seed(&format!("{origin}/witness"), &seed)
        .context("LEDGER_ORIGIN is too long to name a witness")?;
    let witnessed = policy(settings, "WITNESS_LOGS")?;
    Ok(WitnessSettings {
        key,
        book: book.join("book"),
        logs: witnessed.iter().flat_map(Policy::logs).map(|log| log.key.clone()).collect(),
        policy: policy(settings, "WITNESS_POLICY")?,
        evidence: data.join("evidence"),
    })
}

/// The policy in the file that a setting names.
fn policy(settings: &Settings, name: &str) -> Result<Option<Policy>> {
    let Some(path) = settings.text(name) else { return Ok(None) };
    let text = fs::read(&path).with_context(|| format!("{name} is {path:?}, which could not be read"))?;
    let policy = Policy::parse(&text).with_context(|| format!("{name} is {path:?}, which is no policy"))?;
    Ok(Some(policy))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> (tempfile::TempDir, DataDir) {
        let home = tempfile::tempdir().unwrap();
        let data = DataDir::make(home.path().join("data")).unwrap();
        (home, data)
    }

    #[test]
    fn the_witness_key_is_made_once_and_is_its_owners_alone() {
        let (_home, data) = place();
        let key = || settings(&Settings::of_flags([]), &data, "example.org/ledger").unwrap().key.cosigner_key().clone();
        let first = key();
        assert_eq!((first.name(), &key()), ("example.org/ledger/witness", &first));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(data.join(KEY)).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_policy_that_is_none_is_named_with_its_line() {
        let (home, data) = place();
        let file = home.path().join("policy");
        fs::write(&file, "quorum anna\n").unwrap();
        let told = Settings::of_flags([("WITNESS_POLICY", file.to_str().unwrap())]);
        let refused = format!("{:#}", settings(&told, &data, "example.org/ledger").err().unwrap());
        assert!(
            refused.contains("WITNESS_POLICY") && refused.contains("line 1: no line above defines anna"),
            "{refused}"
        );
    }
}
