//! Does any text make the readers of witness keys and signature lines panic, or have two forms?
#![no_main]

use edgecoder_ledger::{cosignature::CosignerKey, note::NoteSignature};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(key) = text.parse::<CosignerKey>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(signature) = text.parse::<NoteSignature>() {
        assert_eq!(signature.to_string(), text);
    }
});
