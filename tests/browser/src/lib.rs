//! Drives the real binary with a real Chromium. [`Server`] starts `privet` on a free port,
//! [`Browser`] opens it as a person would, [`Browser::violations`] asks axe-core about the page.
//! Nothing is mocked and nothing is skipped: a missing program fails the run and says how to get it.

mod asking;
mod browser;
pub mod customers;
mod device;
pub mod pages;
mod plain;
mod server;
mod shop;

pub use browser::{Browser, Language, Viewport};
pub use server::Server;
pub use shop::{Shop, VENDORS};

/// The program that `cargo xtask test` names in the environment.
fn needed(variable: &str) -> anyhow::Result<String> {
    std::env::var(variable)
        .map_err(|_| anyhow::anyhow!("{variable} is not set; run `cargo xtask test`"))
}
