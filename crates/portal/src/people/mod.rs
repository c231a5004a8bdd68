//! Who is who? Mail addresses, passwords, sessions and mailed links of the people of the portal.

pub mod address;
pub mod ceremonies;
pub mod identities;
pub mod links;
pub mod new_address;
pub mod own_wallet;
pub mod passkey_site;
pub mod passkeys;
pub mod passwords;
pub mod profile;
pub mod record;
pub mod sessions;
pub mod sign_up;
pub mod throttle;
