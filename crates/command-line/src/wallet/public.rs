//! Which public descriptors did an owner name, as they are or in a file?

use crate::{
    error::CliError,
    text::{Style, Text},
};
use edgecoder_seed_wallet::{DescriptorError, PublicDescriptor};
use std::{fs::File, io::Read, path::Path};
use zeroize::Zeroizing;

const MAX_FILE_BYTES: u64 = 64 * 1024;
/// One for receiving and one for change, from a few wallets.
const MAX_DESCRIPTORS: usize = 16;
/// How descriptors of wallets with one key begin.
const BEGINNINGS: [&str; 2] = ["wpkh(", "tr("];

/// Reads a descriptor, or those in a file as `wallet create` writes it.
///
/// # Errors
/// There is none, or one is private. No error quotes what was typed: it may be what nobody must read.
pub fn named(typed: &str) -> Result<Vec<PublicDescriptor>, CliError> {
    if typed.contains('(') || is_private(typed) {
        return Ok(vec![typed.parse::<PublicDescriptor>()?]);
    }
    let text = read(Path::new(typed))?;
    if is_private(&text) {
        return Err(DescriptorError::Private.into());
    }
    let tokens = text.split(|c: char| c.is_whitespace() || c == '"');
    let descriptors = tokens.filter(|token| BEGINNINGS.iter().any(|beginning| token.starts_with(*beginning)));
    let found = descriptors
        .take(MAX_DESCRIPTORS)
        .map(str::parse::<PublicDescriptor>)
        .collect::<Result<Vec<_>, DescriptorError>>()?;
    if found.is_empty() { Err(DescriptorError::NotOne.into()) } else { Ok(found) }
}

fn is_private(text: &str) -> bool {
    text.parse::<PublicDescriptor>() == Err(DescriptorError::Private)
}

fn read(path: &Path) -> Result<Zeroizing<String>, CliError> {
    let mut text = Zeroizing::new(String::new());
    let file = File::open(path).map_err(|_| CliError::NoDescriptor)?;
    file.take(MAX_FILE_BYTES).read_to_string(&mut text).map_err(|_| CliError::NoDescriptor)?;
    Ok(text)
}

/// Addresses with their numbers.
pub fn listed(addresses: &[String]) -> Text {
    let lines = (0_u32..).zip(addresses);
    lines.fold(Text::new(), |text, (index, address)| {
        text.then(Text::new().styled(Style::Dim, format!("{index:>5}  ")).plain(address).end_line())
    })
}
