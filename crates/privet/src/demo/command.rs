//! `privet demo`: the sample company, made, registered and scanned by a real server.

use std::{io::IsTerminal, path::PathBuf, process::ExitCode};

use anyhow::Context;
use tempfile::TempDir;

use super::{company, generate};
use crate::{
    Failure,
    config::{Config, Said},
    serve::{House, Signals, listen, log_to_stderr},
};

const EXAMPLES: &str = "\
The company's databases are made on this machine without a network and scanned by this server.
They lie in a temporary directory that is removed at the end (Ctrl-C), or in --data, which stays.";

/// `privet demo`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Address and port to listen on.
    #[arg(long, value_name = "ADDR", default_value = crate::config::DEFAULT_LISTEN)]
    pub listen: String,
    /// Keep everything in this directory; starting again continues.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// Serves the sample company until told to stop.
pub async fn run(args: Args) -> Result<ExitCode, Failure> {
    // Only the named directory counts: a database of one's own is nothing for a demonstration.
    let (data, _gone_at_the_end) = place(args.data)?;
    let config =
        Config::load(Said { data: Some(data), listen: Some(args.listen), ..Said::default() })?;
    let config = Config { database: None, ..config };
    log_to_stderr(&config.log)?;
    let mut signals = Signals::catch()?;
    let listener = listen(&config.listen).await?;
    let house = House::open(&config, &listener).await?;
    note("making the databases of Lantern Tea 灯下茶铺 …");
    let prepared = async {
        let files = generate(&config.data.join("lantern-tea")).await?;
        company::register(&house.map, &files).await
    };
    let scans = tokio::select! {
        scans = prepared => scans?,
        // Leaving here removes the temporary directory.
        () = signals.next() => return Ok(ExitCode::SUCCESS),
    };
    println!("{} is at {}", company::NAME, house.address);
    // The first look is at the scans while they run.
    let page = scans.first().map_or("/console".to_owned(), |id| format!("/console/scans/{id}"));
    let link = house.demo_link(company::NAME, &page).await?;
    println!("Open it, signed in, with this link: {link}");
    println!("Ctrl-C ends it.");
    house.serve(listener, signals).await?;
    Ok(ExitCode::SUCCESS)
}

fn place(data: Option<PathBuf>) -> Result<(PathBuf, Option<TempDir>), Failure> {
    if let Some(data) = data {
        return Ok((data, None));
    }
    let dir = tempfile::Builder::new()
        .prefix("privet-demo-")
        .tempdir()
        .context("a temporary directory could not be made; name one with --data")?;
    Ok((dir.path().to_owned(), Some(dir)))
}

fn note(text: &str) {
    if std::io::stderr().is_terminal() {
        eprintln!("{text}");
    }
}
