//! Tasks for owners of systems, and several requests at once, over the face of the room and on real
//! databases.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are not in a test function.

#[path = "work/bulk.rs"]
mod bulk;
#[path = "work/gate.rs"]
mod gate;
#[path = "erase/house.rs"]
mod house;
#[path = "../../retain/tests/support/mod.rs"]
mod support;
#[path = "work/tasks.rs"]
mod tasks;
