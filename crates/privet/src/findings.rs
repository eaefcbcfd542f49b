//! `privet audit`: the continuous audit, once. A check for pipelines: exit 1 when findings reach a level.

use std::{fmt::Write as _, path::PathBuf, process::ExitCode, sync::Arc};

use comply::{Comply, Filter, Finding, Reason, Rooms, Run, Severity, document::Kind};
use consent::Consent;
use datamap::DataMap;
use grants::Grants;
use policy::Policy;
use regime::Regimes;
use retain::Retain;
use serde::{Serialize, Serializer};
use store::{Actor, Store};
use transfer::Transfers;
use web::{Lang, Web, WebConfig};

use crate::{
    Failure,
    config::Config,
    say::{say, say_all},
    state::{State, open_deliver},
};

/// Findings read at most.
const MOST: i64 = 1_000_000;

/// `privet audit`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only what these laws ask for: eu-gdpr, cn-pipl …; several with commas.
    #[arg(long, value_name = "R[,R…]", value_delimiter = ',')]
    regime: Vec<String>,
    /// How the findings are written.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Exit 1 when a finding weighs so much, or more.
    #[arg(long, value_name = "LEVEL", value_enum)]
    fail_on: Option<Level>,
    /// Makes a document instead, keeps it, and writes its HTML file.
    #[arg(long, value_name = "KIND", value_enum, conflicts_with_all = ["regime", "fail_on", "format"])]
    document: Option<Paper>,
    /// The document's language: en or zh-CN.
    #[arg(long, value_name = "LANG", default_value = "en", requires = "document")]
    lang: String,
    /// Where the document is written; without it, to standard output.
    #[arg(long, value_name = "FILE", requires = "document")]
    output: Option<PathBuf>,
    #[command(flatten)]
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Paper {
    /// What shows that the GDPR is kept.
    Accountability,
    /// 个人信息保护合规审计报告.
    CnAudit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// For programs: the run and its findings.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Level {
    Info,
    Warning,
    Error,
}

impl Level {
    fn severity(self) -> Severity {
        match self {
            Self::Info => Severity::Info,
            Self::Warning => Severity::Warning,
            Self::Error => Severity::Error,
        }
    }
}

/// Does what was asked.
pub async fn run(args: Args) -> Result<ExitCode, Failure> {
    let config = Config::load(args.state.clone().into())?;
    let store = args.state.open().await?;
    let comply = open(store, &config).await?;
    if let Some(paper) = args.document {
        return document(&comply, paper, &args.lang, args.output).await;
    }
    let law = comply.law();
    if let Some(wrong) = args.regime.iter().find(|key| law.regime(key).is_none()) {
        let known: Vec<&str> = law.regimes().map(|one| one.id.as_str()).collect();
        let known = known.join(", ");
        return Err(Failure::usage(format!(
            "“{wrong}” is no law of the packs; there are: {known}"
        )));
    }
    let ran = comply.run(Actor::CommandLine, Reason::CommandLine).await;
    let ran = ran.map_err(anyhow::Error::from)?;
    let filter = Filter { state: "standing".into(), ..Filter::default() };
    let (findings, _) = comply.findings(&filter, MOST, 0).await.map_err(anyhow::Error::from)?;
    let asked = |one: &Finding| {
        args.regime.is_empty() || one.regimes.iter().any(|key| args.regime.contains(key))
    };
    let findings: Vec<Finding> = findings.into_iter().filter(asked).collect();
    match args.format {
        Format::Table => say(table(&ran, &findings).trim_end()),
        Format::Json => json(&ran, &findings)?,
        Format::Sarif => say(&pretty(&comply::sarif::render(&findings, ran.at))?),
    }
    let reached = args
        .fail_on
        .is_some_and(|level| findings.iter().any(|one| one.severity >= level.severity()));
    Ok(if reached { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Checks everything, so that the document speaks of now, then makes and keeps it.
async fn document(
    comply: &Comply,
    paper: Paper,
    lang: &str,
    output: Option<PathBuf>,
) -> Result<ExitCode, Failure> {
    let kind = match paper {
        Paper::Accountability => Kind::Accountability,
        Paper::CnAudit => Kind::ChinaAudit,
    };
    let lang = Lang::from_tag(lang).ok_or_else(|| Failure::usage("--lang is en or zh-CN"))?;
    let ran = comply.run(Actor::CommandLine, Reason::CommandLine).await;
    ran.map_err(anyhow::Error::from)?;
    let kept = comply.make(Actor::CommandLine, kind, lang).await.map_err(anyhow::Error::from)?;
    let file = comply.document_file(&kept).await.map_err(anyhow::Error::from)?;
    match output {
        None => say(file.trim_end_matches('\n')),
        Some(path) => {
            std::fs::write(&path, &file).map_err(|error| {
                anyhow::anyhow!("{} could not be written: {error}", path.display())
            })?;
            say(&format!("{}  {}", kept.sha256, path.display()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Opens every room that is looked at, as the configured server would.
async fn open(store: Store, config: &Config) -> Result<Comply, Failure> {
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    let here = format!("{scheme}://{}", config.listen);
    let address = config.public_url.clone().unwrap_or(here);
    let settings =
        WebConfig { base_url: address.trim_end_matches('/').to_owned(), ..WebConfig::default() };
    let mut web = Web::open(store.clone(), settings).await?;
    if let Some(mail) = &config.mail {
        web = web.with_mail(mail.clone()).map_err(|error| Failure::usage(error.to_string()))?;
    }
    let said =
        consent::Settings { contact: config.contact.clone(), ..consent::Settings::default() };
    let consent = Consent::open(store.clone(), said).await.map_err(anyhow::Error::from)?;
    let map = DataMap::open(store.clone()).await.map_err(anyhow::Error::from)?;
    let warn = warn::Warn::open(web.clone(), consent.clone()).await.map_err(anyhow::Error::from)?;
    let banner =
        banner::Banner::open(consent.clone(), map.clone(), banner::Settings::default()).await;
    let regimes = Regimes::open(store.clone(), consent.clone(), map.clone()).await;
    let regimes = regimes.map_err(anyhow::Error::from)?;
    let policy = Policy::open(web.clone(), consent.clone(), map.clone(), regimes.clone()).await;
    let retain = Retain::open(web.clone(), map.clone(), consent.clone()).await;
    let retain = retain.map_err(anyhow::Error::from)?;
    let map = map.with_enforced(Arc::new(retain.clone()));
    let transfers = Transfers::open(store.clone(), map.clone(), regimes.clone()).await;
    let grants = Grants::open(map.clone(), consent.clone()).await;
    let rooms = Rooms {
        deliver: open_deliver(store, consent.clone(), config).await?,
        banner: banner.map_err(anyhow::Error::from)?,
        policy: policy.map_err(anyhow::Error::from)?,
        transfers: transfers.map_err(anyhow::Error::from)?,
        grants: grants.map_err(anyhow::Error::from)?,
        retain,
        regimes,
        web,
        map,
        consent,
        warn,
    };
    Ok(Comply::open(rooms).await.map_err(anyhow::Error::from)?)
}

/// The run and its findings. One finding at a time: a tree of all would take ten times their size.
fn json(run: &Run, findings: &[Finding]) -> Result<(), Failure> {
    struct Each<'a>(&'a [Finding]);

    impl Serialize for Each<'_> {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.collect_seq(self.0.iter().map(|one| one.to_json("")))
        }
    }

    #[derive(Serialize)]
    struct Whole<'a> {
        run: serde_json::Value,
        findings: Each<'a>,
    }

    let whole = Whole { run: run.to_json(), findings: Each(findings) };
    say_all(|out| Ok(serde_json::to_writer_pretty(out, &whole)?))
        .map_err(|error| anyhow::Error::from(error).into())
}

fn pretty(value: &serde_json::Value) -> Result<String, Failure> {
    Ok(serde_json::to_string_pretty(value).map_err(anyhow::Error::from)?)
}

/// One finding a line, the gravest first; the sum below.
fn table(run: &Run, findings: &[Finding]) -> String {
    let mut out = String::new();
    for one in findings {
        let check = &one.check.check;
        let mark = match one.severity {
            Severity::Error => "✗ error  ",
            Severity::Warning => "! warning",
            Severity::Info => "· info   ",
        };
        let about = if one.name.is_empty() { &one.object } else { &one.name };
        let laws = if one.regimes.is_empty() {
            String::new()
        } else {
            format!(" [{}]", one.regimes.join(", "))
        };
        let _ = writeln!(out, "{mark} {}: {} “{about}”{laws}", check.title.en, one.kind);
    }
    let count = |severity| findings.iter().filter(|one| one.severity == severity).count();
    let _ = writeln!(
        out,
        "{} errors, {} warnings, {} pieces of advice; {} accepted. {} of {} checks pass ({} ms).",
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Info),
        run.accepted,
        run.passed,
        run.checks,
        run.took_us / 1000,
    );
    out
}
