//! What did the authenticator see and do? WebAuthn, section 6.1.

use crate::{
    cbor::Reader,
    passkey::{CredentialId, MAX_CREDENTIAL_ID_BYTES},
    public_key::PublicKey,
    refusal::Refusal,
    site::Site,
};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_CREDENTIAL: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;

const AAGUID_BYTES: usize = 16;

/// What an authenticator signs, read; it was asked for `site`, and a person was there.
#[derive(Debug)]
pub struct AuthenticatorData {
    pub counter: u32,
    pub user_verified: bool,
    pub backup_eligible: bool,
    pub backed_up: bool,
    pub credential: Option<(CredentialId, PublicKey)>,
}

impl AuthenticatorData {
    /// Reads all the bytes, or refuses them.
    pub fn read(bytes: &[u8], site: &Site) -> Result<Self, Refusal> {
        let (id_hash, rest) = split::<32>(bytes)?;
        let (flags, rest) = split::<1>(rest)?;
        let (counter, rest) = split::<4>(rest)?;
        let has = |flag| flags[0] & flag != 0;
        if id_hash.as_slice() != site.id_hash {
            return Err(Refusal::OtherSite);
        }
        if !has(PRESENT) {
            return Err(Refusal::NobodyPresent);
        }
        if has(BACKED_UP) && !has(BACKUP_ELIGIBLE) {
            return Err(Refusal::OtherBackup);
        }
        let (credential, rest) = if has(HAS_CREDENTIAL) {
            let (credential, rest) = read_credential(rest)?;
            (Some(credential), rest)
        } else {
            (None, rest)
        };
        if !read_extensions(rest, has(HAS_EXTENSIONS))?.is_empty() {
            return Err(Refusal::Unreadable("bytes follow the authenticator's data"));
        }
        Ok(Self {
            counter: u32::from_be_bytes(*counter),
            user_verified: has(VERIFIED),
            backup_eligible: has(BACKUP_ELIGIBLE),
            backed_up: has(BACKED_UP),
            credential,
        })
    }
}

type Credential = (CredentialId, PublicKey);

fn read_credential(bytes: &[u8]) -> Result<(Credential, &[u8]), Refusal> {
    let (_aaguid, rest) = split::<AAGUID_BYTES>(bytes)?;
    let (length, rest) = split::<2>(rest)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length > MAX_CREDENTIAL_ID_BYTES {
        return Err(Refusal::Unreadable("a credential id is longer than WebAuthn allows"));
    }
    let (id, rest) = rest.split_at_checked(length).ok_or(TRUNCATED)?;
    let id = CredentialId::from_bytes(id).ok_or(Refusal::Unreadable("the credential id is empty"))?;
    let mut reader = Reader::new(rest);
    let key = PublicKey::read(&mut reader)?;
    Ok(((id, key), reader.rest()))
}

/// Outputs of extensions: none of those that are asked for is signed, so they are passed over.
fn read_extensions(bytes: &[u8], there: bool) -> Result<&[u8], Refusal> {
    let mut reader = Reader::new(bytes);
    if there {
        reader.skip()?;
    }
    Ok(reader.rest())
}

const TRUNCATED: Refusal = Refusal::Unreadable("the authenticator's data end too early");

fn split<const N: usize>(bytes: &[u8]) -> Result<(&[u8; N], &[u8]), Refusal> {
    bytes.split_first_chunk().ok_or(TRUNCATED)
}
