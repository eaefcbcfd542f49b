//! What can be typed. Only commands that work are here.

use clap::{Parser, Subcommand};

use crate::{
    anonymise, audience, backup, code, consents, customers, demo, detect, findings, keys, law,
    ledger, retention, scan, serve, tokens, unseal, vault, verify, witness,
};

const EXAMPLES: &str = "\
Examples:
  privet demo                                  a sample company, really scanned, in the browser
  privet                                       the server on http://127.0.0.1:8440
  privet scan sqlite:shop.db                   your own database, answered in the terminal
  privet scan postgres://reader@db/shop ./exports --format json

Exit codes: 0 all well, 1 a check failed, 2 wrong usage, 3 something could not be reached or read.";

/// Finds the personal data in your databases and files and keeps the map of it.
///
/// Without a command, privet is the server: the same as `privet serve`.
#[derive(Debug, Parser)]
#[command(
    name = "privet",
    version,
    after_help = EXAMPLES,
    args_conflicts_with_subcommands = true,
    max_term_width = 100
)]
pub struct Cli {
    /// What to do; nothing is `serve`.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The server's settings.
    #[command(flatten)]
    pub serve: serve::Args,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server (also without a command).
    Serve(serve::Args),
    /// Run a server with a sample company, made and scanned on this machine.
    Demo(demo::Args),
    /// Find the personal data in a database, file or folder; no server needed.
    Scan(scan::Args),
    /// Find personal data in texts: JSON lines in, JSON lines out.
    Detect(detect::Args),
    /// Write the data map as YAML files.
    Export(code::Export),
    /// Bring the data map to what YAML files say; prints the plan first.
    Apply(code::Apply),
    /// Make, list and revoke keys for programs.
    Token(tokens::Args),
    /// Record consents that another system kept.
    Consents(consents::Args),
    /// Erase customers, with somebody else's approval.
    Customers(customers::Args),
    /// Ask before a use: identifiers in, `allow` or `deny` with the reason out.
    Decide(audience::Decide),
    /// Filter lists of people by what they agreed to.
    Audience(audience::Audience),
    /// Coarsen a table until nobody can be told from k others, and measure it before it leaves.
    Anonymise(anonymise::Args),
    /// Check a receipt, a checkpoint or a whole log offline: that it is unchanged, and who signed it.
    Verify(verify::Args),
    /// The keys that everything is sealed with: their state and their rotation.
    Keys(keys::Args),
    /// The vault for your own programs: its policies, and columns sealed in place.
    Vault(vault::Args),
    /// Retention rules: list them, count what is due, carry out what was agreed to.
    Retention(retention::Args),
    /// Open a server that waits for its keys.
    Unseal(unseal::Args),
    /// The laws as data: which rule packs are in use, checking and installing a new one.
    Law(law::Args),
    /// Check compliance once: the live state against the laws that apply. Exit 1 at the level you name.
    Audit(findings::Args),
    /// The log of every change: check, export, prove.
    Ledger(ledger::Args),
    /// Make an encrypted backup while servers run.
    Backup(backup::Backup),
    /// Put a backup into an empty place.
    Restore(backup::Restore),
    /// Try a backup's way back in a throw-away place, and report.
    Drill(backup::Drill),
    /// Cosign other organisations' logs, each only if it continues what was seen of it.
    Witness(witness::Args),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_holds_together() {
        super::Cli::command().debug_assert();
    }
}
