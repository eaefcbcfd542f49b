//! `privet drill`: restores a backup into a throw-away place and says whether it would have served.

use std::{path::PathBuf, process::ExitCode, time::Instant};

use ::store::sqlx::{self, Row as _};
use serde::Serialize;

use super::{KEY, Secret, open, put};
use crate::{
    Failure,
    config::Config,
    say::say,
    serve::{log_to_stderr, open_store},
    state::State,
};

/// Customers whose key and identifiers are opened.
const SAMPLE: i64 = 1000;

/// `privet drill`.
#[derive(Debug, clap::Args)]
pub struct Drill {
    /// The backup.
    file: PathBuf,
    /// The key file, if it is not in the backup [default: `privet.key` of the data directory].
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// An empty PostgreSQL database to restore into, for a backup of PostgreSQL. Its tables stay.
    #[arg(long, value_name = "URL")]
    scratch: Option<String>,
    /// Write the report to this file (JSON).
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    secret: Secret,
    #[command(flatten)]
    state: State,
}

/// What the drill found.
#[derive(Debug, Serialize)]
struct Report {
    /// RFC 3339.
    drilled_at: String,
    backup_made_at: String,
    made_by: String,
    engine: String,
    /// What would have been lost, had the server been lost now: the age of the backup.
    age_seconds: i64,
    /// How long the way back took.
    restore_seconds: f64,
    rows: i64,
    tables: usize,
    ledger_entries: i64,
    checks: Vec<Check>,
}

#[derive(Debug, Serialize)]
struct Check {
    what: &'static str,
    holds: bool,
    detail: String,
}

/// Restores, looks, reports. Exit code 1 when something would not have served.
pub async fn run(args: Drill) -> Result<ExitCode, Failure> {
    let passphrase = args.secret.read()?;
    let config = Config::load(args.state.into())?;
    log_to_stderr(&config.log)?;
    let header = ::store::backup::header(open(&args.file)?)?;
    if header.engine == "postgres" && args.scratch.is_none() {
        return Err(Failure::usage(
            "this backup is of PostgreSQL: name an empty database to try it in with --scratch",
        ));
    }
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let scratch = Config { data, database: args.scratch.clone(), ..config.clone() };
    std::fs::create_dir_all(&scratch.data)?;
    let started = Instant::now();
    let key = args.key_file.or_else(|| Some(config.data.join(KEY)).filter(|key| key.exists()));
    let (_, manifest) = put(&scratch, &args.file, &passphrase, key.as_deref()).await?;
    let restore_seconds = started.elapsed().as_secs_f64();
    let mut checks = vec![Check {
        what: "every part is authentic, every table has its rows",
        holds: true,
        detail: String::new(),
    }];
    checks.extend(look(&scratch).await?);
    let now = ::store::now();
    let report = Report {
        drilled_at: time(now),
        backup_made_at: time(header.made_at),
        made_by: header.version,
        engine: header.engine,
        age_seconds: (now - header.made_at) / 1_000_000,
        restore_seconds,
        rows: manifest.tables.values().sum(),
        tables: manifest.tables.len(),
        ledger_entries: manifest.ledger,
        checks,
    };
    tell(&report);
    if let Some(path) = args.report {
        let text = serde_json::to_string_pretty(&report).map_err(anyhow::Error::from)?;
        tokio::fs::write(&path, text + "\n").await.map_err(|error| {
            Failure::unreachable(format!("{} cannot be written: {error}", path.display()))
        })?;
    }
    let holds = report.checks.iter().all(|check| check.holds);
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The key opens the database, the ledger holds, customers' values open, the erased stay erased.
async fn look(config: &Config) -> Result<Vec<Check>, Failure> {
    let store = open_store(config).await?;
    let check = |what, result: Result<String, String>| match result {
        Ok(detail) => Check { what, holds: true, detail },
        Err(detail) => Check { what, holds: false, detail },
    };
    let mut checks = vec![check("the key file belongs to it", Ok(String::new()))];
    // The ledger first: afterwards the shred list may add entries.
    let ledger = store.ledger().verify().await;
    checks.push(check(
        "the ledger holds from its first entry to its head",
        ledger.map(|head| format!("{} entries", head.seq)).map_err(|error| error.to_string()),
    ));
    let consent = consent::Consent::open(store.clone(), consent::Settings::default()).await;
    match consent {
        Err(error) => {
            checks.push(check("the shred list is applied", Err(error.to_string())));
        }
        Ok(consent) => {
            checks.push(check("the shred list is applied", Ok(String::new())));
            checks.push(check("customers' sealed values open", sample(&consent).await));
        }
    }
    store.close().await;
    Ok(checks)
}

async fn sample(consent: &consent::Consent) -> Result<String, String> {
    let rows = sqlx::query(
        "SELECT i.kind, i.sealed, s.id, s.wrapped_key FROM identifier i \
         JOIN subject s ON s.id = i.subject WHERE s.wrapped_key <> '' ORDER BY i.blind LIMIT $1",
    )
    .bind(SAMPLE)
    .fetch_all(consent.store().reader())
    .await
    .map_err(|error| error.to_string())?;
    for row in &rows {
        let text = |at: usize| row.try_get::<String, _>(at).map_err(|error| error.to_string());
        let opened = consent.opens(&text(2)?, &text(3)?, &text(0)?, &text(1)?).await;
        opened.map_err(|error| {
            // Which customer is not said here: the report may be kept anywhere.
            format!("a sealed identifier does not open: {error}")
        })?;
    }
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM consent_record WHERE choices <> '' ORDER BY id LIMIT $1",
    )
    .bind(SAMPLE)
    .fetch_all(consent.store().reader())
    .await
    .map_err(|error| error.to_string())?;
    for id in &ids {
        let record = consent.stored_record(id).await;
        record.map_err(|error| format!("a record of choices does not open: {error}"))?;
    }
    Ok(format!("{} identifiers, {} records", rows.len(), ids.len()))
}

fn tell(report: &Report) {
    say(&format!(
        "Backup of {} by {} ({}): {} rows in {} tables, {} ledger entries.",
        report.backup_made_at,
        report.made_by,
        report.engine,
        report.rows,
        report.tables,
        report.ledger_entries
    ));
    say(&format!(
        "Restored in {:.1} s. Lost now, the last {} would be missing.",
        report.restore_seconds,
        span(report.age_seconds)
    ));
    for Check { what, holds, detail } in &report.checks {
        let mark = if *holds { "ok  " } else { "FAIL" };
        let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
        say(&format!("{mark} {what}{detail}"));
    }
}

fn span(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    if seconds < 2 * MINUTE {
        format!("{seconds} seconds")
    } else if seconds < 2 * HOUR {
        format!("{} minutes", seconds / MINUTE)
    } else if seconds < 2 * DAY {
        format!("{} hours", seconds / HOUR)
    } else {
        format!("{} days", seconds / DAY)
    }
}

fn time(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at)
        .map_or_else(|_| String::new(), |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}
