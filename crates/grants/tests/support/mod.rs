//! What the room's tests share: databases on real servers, the room on both engines, and a signed-in
//! reader without a browser.
#![allow(dead_code, unused_imports)] // each test uses its part

pub mod console;
pub mod servers;

pub use servers::{Pg, unique};
