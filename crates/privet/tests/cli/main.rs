//! The real binary, as people and scripts call it.

mod config;
mod crash;
mod detect;
mod privet;
mod scan_databases;
mod scan_files;
mod server;
