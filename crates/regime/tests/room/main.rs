//! The room on both engines: profile, laws, duties, rule packs.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[macro_use]
mod support;

mod duties;
mod packs;
mod profile;
