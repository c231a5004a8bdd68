//! Who is who? Mail addresses, passwords, sessions and mailed links of the people of the portal.

pub mod address;
pub mod links;
pub mod passwords;
pub mod profile;
pub mod sessions;
pub mod sign_up;
pub mod throttle;
