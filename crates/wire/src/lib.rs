//! What travels between the services, the workers and the command line? The JSON bodies, camelCase, one module per
//! conversation. Requests refuse fields that they do not know.

pub mod agents;
pub mod anchors;
pub mod audit;
pub mod credits;
pub mod inference;
pub mod nodes;
pub mod people;
pub mod power;
pub mod problem;
pub mod runtime;
pub mod tasks;
pub mod work;
