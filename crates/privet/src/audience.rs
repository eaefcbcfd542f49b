//! `privet decide` and `privet audience filter`: identifiers on stdin, answers on stdout, decided from
//! the database of a server that runs or not.

use std::{
    io::{self, IsTerminal as _, Read as _, Write as _},
    process::ExitCode,
};

use consent::{
    Consent, ConsentError, IdentifierKind, Regime, Settings,
    decide::{Ask, Form, List, Sift},
    property,
};

use store::{Actor, Entry, HotWrite};

use crate::{Failure, state::State};

/// Bytes read at a time.
const PIECE: usize = 256 << 10;

const EXAMPLES: &str = "\
Examples:
  privet audience filter --purpose email_marketing < list.txt > allowed.txt
  privet audience filter --purpose sms --identifier phone --data /var/lib/privet < numbers.txt";

/// `privet decide`.
#[derive(Debug, clap::Args)]
pub struct Decide {
    #[command(flatten)]
    question: Question,
}

/// `privet audience`.
#[derive(Debug, clap::Args)]
pub struct Audience {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write the identifiers that may be used for a purpose, in the order in which they came.
    #[command(after_help = EXAMPLES)]
    Filter(Question),
}

/// What is asked about everybody.
#[derive(Debug, clap::Args)]
struct Question {
    /// The purpose's key, e.g. `email_marketing`.
    #[arg(long, value_name = "P")]
    purpose: String,
    /// What each line is: email, phone, customer_id, device_id, wechat_unionid, wechat_openid or
    /// advertising_id.
    #[arg(long, value_name = "KIND", default_value = "email")]
    identifier: String,
    /// Where the people are met: whose laws count, and where phone numbers are dialled.
    #[arg(long, value_name = "KEY", default_value = property::DEFAULT)]
    property: String,
    /// Instead of the property's regimes: gdpr, ccpa, pipl; several with commas.
    #[arg(long, value_name = "R[,R…]", value_delimiter = ',')]
    regime: Vec<String>,
    /// Categories of data that will be used, e.g. `contact.email`; several with commas.
    #[arg(long, value_name = "C[,C…]", value_delimiter = ',')]
    category: Vec<String>,
    /// The system that will use it.
    #[arg(long, value_name = "S")]
    system: Option<String>,
    #[command(flatten)]
    state: State,
}

/// `allow` or `deny` with the reason, for every line.
pub async fn decide(args: Decide) -> Result<ExitCode, Failure> {
    run(args.question, Form::Decide).await
}

/// The allowed lines.
pub async fn audience(args: Audience) -> Result<ExitCode, Failure> {
    let Command::Filter(question) = args.command;
    run(question, Form::Filter).await
}

async fn run(question: Question, form: Form) -> Result<ExitCode, Failure> {
    let kind = IdentifierKind::parse(&question.identifier).ok_or_else(|| {
        let known: Vec<&str> = IdentifierKind::ALL.iter().map(|kind| kind.as_str()).collect();
        Failure::usage(format!("--identifier is one of {}", known.join(", ")))
    })?;
    let store = question.state.clone().open().await?;
    let consent = Consent::open(store, Settings::default()).await?;
    let list = list(&consent, question, kind, form)?;
    let purpose = list.purpose.clone();
    consent.load_decisions().await?;
    warn::watch(&consent).await.map_err(anyhow::Error::from)?;
    note(&consent, "audience.started", &purpose, None).await?;
    // A list may take long: what is withdrawn meanwhile counts from then on.
    let keeper = consent.keep_decisions();
    let sift = consent.sift(list)?;
    let mut sift = sift;
    let done = tokio::task::block_in_place(|| pump(&mut sift));
    keeper.abort();
    // Also of a list that broke off: what was answered was answered.
    consent.asked_about(&Actor::CommandLine, &purpose, sift.met()).await?;
    let tally = sift.tally();
    let counts = [tally.lines, tally.allowed, tally.malformed, tally.blank];
    note(&consent, "audience.filtered", &purpose, Some(counts)).await?;
    done?;
    if tally.malformed > 0 || io::stderr().is_terminal() {
        eprintln!(
            "{} of {} allowed; {} not a valid {}",
            tally.allowed,
            tally.lines,
            tally.malformed,
            kind.as_str()
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn list(
    consent: &Consent,
    question: Question,
    kind: IdentifierKind,
    form: Form,
) -> Result<List, Failure> {
    let catalogue = consent.catalogue();
    if catalogue.purpose(&question.purpose).is_err() {
        let known: Vec<&str> = catalogue.purposes().map(|purpose| purpose.key.as_str()).collect();
        let known = if known.is_empty() { "none yet".to_owned() } else { known.join(", ") };
        return Err(Failure::usage(format!(
            "there is no purpose “{}”; there are: {known}",
            question.purpose
        )));
    }
    let place = &catalogue.property(&question.property).map_err(usage)?.body;
    let mut regimes = Vec::new();
    for name in &question.regime {
        let regime = Regime::parse(name);
        regimes.push(regime.ok_or_else(|| Failure::usage("--regime is gdpr, ccpa or pipl"))?);
    }
    if regimes.is_empty() {
        regimes.clone_from(&place.regimes);
    }
    let region = place.country.clone();
    let ask = Ask { data: question.category, system: question.system, regimes };
    Ok(List { purpose: question.purpose, kind, region, ask, form })
}

/// Who filters for what stands in the ledger, as when a program does.
async fn note(
    consent: &Consent,
    action: &'static str,
    purpose: &str,
    counts: Option<[u64; 4]>,
) -> Result<(), Failure> {
    let mut entry =
        Entry::new(Actor::CommandLine, action, "audience", purpose).for_purpose(purpose);
    entry.after = counts.map(|counts| consent.store().digest(&counts));
    consent.store().submit(HotWrite { entry, rows: vec![] }).await?;
    Ok(())
}

fn pump(sift: &mut Sift) -> Result<(), Failure> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let (mut piece, mut answers) = (vec![0; PIECE], Vec::with_capacity(PIECE * 2));
    loop {
        let length = input.read(&mut piece)?;
        if length == 0 {
            sift.finish(&mut answers)?;
        } else {
            sift.push(&piece[..length], &mut answers)?;
        }
        match output.write_all(&answers).and_then(|()| output.flush()) {
            // Who reads has seen enough, as with `| head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
        if length == 0 {
            return Ok(());
        }
        answers.clear();
    }
}

fn usage(error: ConsentError) -> Failure {
    Failure::usage(error.to_string())
}
