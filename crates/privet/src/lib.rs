//! The front door: the command line, the configuration, and the wiring of the rooms into one
//! server. It holds no rule of any room. [`main`] is the whole binary; [`scan`], [`demo`] and
//! [`events`] are public so that tests and benchmarks can call them.

mod anonymise;
mod audience;
mod backup;
mod cli;
mod code;
mod config;
mod consents;
mod customers;
pub mod demo;
mod detect;
pub mod events;
mod failure;
mod fetch;
mod findings;
mod keys;
mod keys_console;
mod law;
mod ledger;
mod log_console;
mod log_pages;
mod mishap;
mod news;
mod reference;
mod retention;
mod say;
pub mod scan;
mod sealed;
mod serve;
mod sso;
mod state;
mod tls;
mod tokens;
mod unseal;
mod vault;
mod verify;
mod witness;

use std::process::ExitCode;

use clap::Parser;

pub use failure::Failure;

use cli::{Cli, Command};

/// Parses the command line, does what it says, and answers with the exit code.
pub fn main() -> ExitCode {
    mishap::tell_places_only();
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return Failure::unreachable(format!("the runtime could not start: {error}")).report();
        }
    };
    let result = runtime.block_on(run(cli));
    // A blocking read of a slow source must not hold up the end.
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    match result {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

async fn run(cli: Cli) -> Result<ExitCode, Failure> {
    match cli.command {
        Some(Command::Scan(args)) => scan::run(args).await,
        Some(Command::Detect(args)) => tokio::task::block_in_place(|| detect::run(&args)),
        Some(Command::Serve(args)) => serve::run(args).await,
        Some(Command::Demo(args)) => Box::pin(demo::run(args)).await,
        Some(Command::Token(args)) => tokens::run(args).await,
        Some(Command::Consents(args)) => consents::run(args).await,
        Some(Command::Customers(args)) => customers::run(args).await,
        Some(Command::Decide(args)) => audience::decide(args).await,
        Some(Command::Audience(args)) => audience::audience(args).await,
        Some(Command::Anonymise(args)) => anonymise::run(args).await,
        Some(Command::Verify(args)) => tokio::task::block_in_place(|| verify::run(&args)),
        Some(Command::Keys(args)) => keys::run(args).await,
        Some(Command::Vault(args)) => vault::run(args).await,
        Some(Command::Retention(args)) => retention::run(args).await,
        Some(Command::Unseal(args)) => unseal::run(args).await,
        Some(Command::Law(args)) => law::run(args).await,
        Some(Command::Ledger(args)) => ledger::run(args).await,
        Some(Command::Audit(args)) => findings::run(args).await,
        Some(Command::Backup(args)) => backup::run(args).await,
        Some(Command::Restore(args)) => backup::restore(args).await,
        Some(Command::Drill(args)) => backup::drill(args).await,
        Some(Command::Witness(args)) => witness::run(args).await,
        Some(Command::Export(args)) => code::export(args).await,
        Some(Command::Apply(args)) => code::apply(args).await,
        None => serve::run(cli.serve).await,
    }
}
