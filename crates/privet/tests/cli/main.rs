//! The real binary, as people and scripts call it.

#![allow(clippy::unwrap_used, reason = "a test that fails here should")]

/// Purposes of tokens that tests make.
const PURPOSES: &str = "service_delivery,customer_support,complaints,legal_duty,incident";

mod anonymise;
mod audience;
mod backup;
mod config;
mod consent_crash;
mod consents;
mod crash;
mod detect;
mod ledger;
mod patience;
mod policy_told;
mod privet;
mod propagation;
mod reference;
mod renewal_crash;
mod retention_code;
mod scan_databases;
mod scan_files;
mod server;
mod tls;
mod upgrade;
mod vault;
mod walls;
mod witness;
