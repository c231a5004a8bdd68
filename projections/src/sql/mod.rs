//! How do the same statements reach SQLite and PostgreSQL? Texts with `$1` placeholders, and three kinds of value.

mod cell;
mod colour;
mod database;
mod table;
mod words;

pub(crate) use cell::{Cell, Row};
pub(crate) use colour::{Colour, view};
pub(crate) use database::{Database, Tx};
pub(crate) use table::Table;
pub(crate) use words::{Word, words};
