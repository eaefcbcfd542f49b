//! The work of the privacy team on requests, through the face of the room and on both databases:
//! figures, reminders, removal, duplicates, templates.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "clocks/figures.rs"]
mod figures;
#[path = "clocks/house.rs"]
mod house;
#[path = "clocks/keep.rs"]
mod keep;
#[path = "clocks/pages.rs"]
mod pages;
#[path = "clocks/several.rs"]
mod several;
#[path = "clocks/tasks.rs"]
mod tasks;
#[path = "clocks/twins.rs"]
mod twins;
#[path = "clocks/watch.rs"]
mod watch;
