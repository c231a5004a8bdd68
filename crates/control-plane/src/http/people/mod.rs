//! What people of the portal may do.

pub mod role;
