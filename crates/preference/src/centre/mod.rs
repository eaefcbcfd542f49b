//! The preference centre: everything a person agreed to in plain words, switched in one step.

mod choose;
mod lines;
mod pages;
mod receipts;

pub(crate) use choose::{From, Undo};
pub(crate) use pages::router;
