//! `privet demo`: the sample company, made, registered and scanned by a real server.

use std::{
    future::{Ready, ready},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use axum::{extract::Request, middleware::map_request};
use store::Actor;
use tempfile::TempDir;
use tokio::sync::Notify;

use super::{Files, company, consents, generate, laws, policies, requests, retention, vault};
use crate::{
    Failure,
    config::{Config, Said},
    say::say,
    serve::{Door, House, Signals, log_to_stderr},
};

/// How long the scans wait for somebody to open the page.
const PATIENCE: Duration = Duration::from_secs(10);

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
    /// A configuration file: a mail server, so that letters of the demonstration arrive.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Serves the sample company until told to stop.
pub async fn run(args: Args) -> Result<ExitCode, Failure> {
    // Only the named directory counts: a database of one's own is nothing for a demonstration.
    let (data, _gone_at_the_end) = place(args.data)?;
    let (listen, file) = (Some(args.listen), args.config);
    let config = Config::load(Said { data: Some(data), listen, config: file, ..Said::default() })?;
    let config = Config { database: None, ..config };
    log_to_stderr(&config.log)?;
    let signals = Signals::catch()?;
    let listener = crate::serve::listen(&config.listen).await?;
    let house = House::open(&config, &listener).await?;
    let files = Files::in_dir(&config.data.join("lantern-tea"));
    // A folder must be there to be taken as a source; its files come later.
    std::fs::create_dir_all(&files.exports)?;
    company::teach(&house.inspect).await?;
    let scans = company::register(&house.map, &files).await?;
    say(&format!("{} is at {}", company::NAME, house.address));
    // The first look is at a scan while it runs.
    let page = scans.first().map_or("/console".to_owned(), |id| format!("/console/scans/{id}"));
    let link = house.demo_link(company::NAME, &page).await?;
    say(&format!("Open it, signed in, with this link: {link}"));
    say("Ctrl-C ends it.");
    let rules = retention::furnish(house.retain.clone(), house.map.clone(), house.web());
    let rules = tokio::spawn(rules);
    let visited = Arc::new(Notify::new());
    let router = house.router().layer(map_request(tell(Arc::clone(&visited))));
    let (consent, protect, web) = (house.consent.clone(), house.protect.clone(), house.web());
    let (policy, map) = (house.policy.clone(), house.map.clone());
    let comply = house.comply.clone();
    let (regimes, rights) = (house.regimes.clone(), house.rights.clone());
    let prepared = async {
        generate(&files).await?;
        consents::furnish(&consent).await?;
        vault::furnish(&protect, &web).await?;
        Box::pin(laws::furnish(&regimes)).await?;
        Box::pin(requests::furnish(&rights)).await?;
        // What is found now is about accounts and consents; scans have another run made.
        let first = Box::pin(comply.run(Actor::System("demo"), comply::Reason::Asked)).await;
        first.map_err(anyhow::Error::from)?;
        // The scans take seconds: they wait a little for somebody to watch them.
        let _ = tokio::time::timeout(PATIENCE, visited.notified()).await;
        tokio::spawn(async move {
            if let Err(error) = policies::furnish(policy, map, scans).await {
                tracing::warn!(%error, "the sample company's policies could not be published");
            }
        });
        Ok(())
    };
    house.serve(Door { listener, tls: None }, router, signals, prepared).await?;
    rules.abort();
    Ok(ExitCode::SUCCESS)
}

/// Notices the first page of the console that is asked for.
fn tell(visited: Arc<Notify>) -> impl Fn(Request) -> Ready<Request> + Clone {
    move |request| {
        if request.uri().path().starts_with("/console") {
            visited.notify_one();
        }
        ready(request)
    }
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
