//! The deployment's keys, one hanging from the other:
//!
//! ```text
//! root key (key file, passphrase, provider)   outside the database
//!  ├─ deployment key, wrapped by the root     seals secrets, keys digests, the ledger's head, every
//!  │                                          named use of `derive_key`
//!  └─ ring key, wrapped by the root
//!      ├─ KEK 1, 2, 3 …, wrapped by the ring  wrap customers' data keys
//!      └─ record key 1, 2 …, likewise         seal what customers chose
//! ```
//!
//! Only wrapped keys are in the database (`key_ring`). A new root rewraps two rows; a new KEK is one
//! more row, and customers' keys move to it one by one while everything goes on. The ring key stands
//! between so that a server that still holds the old root in memory can read a KEK made after it.

mod file;
mod provider;
mod records;
mod ring;
mod root;

pub use provider::{KeyProvider, KeySettings, ProviderError, Wants};
pub use ring::{KekState, KeyStatus};
pub use root::{NewRoot, PASSPHRASE, PASSPHRASE_FILE};

pub(crate) use file::{FILE, NEXT};
pub(crate) use ring::{Ring, load, not_the_one, settle_root};
pub(crate) use root::Root;
