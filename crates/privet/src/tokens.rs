//! `privet token`: keys for programs. Made here, shown once, only their hash is stored.

use std::process::ExitCode;

use jiff::Timestamp;
use store::Actor;
use web::{Lang, NewToken, OPENING, SCOPES, Web};

use crate::{Failure, say::say, state::State};

/// A day in µs.
const DAY: i64 = 24 * 3600 * 1_000_000;

/// `privet token`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make a token and print it; it is never shown again.
    Create {
        /// What it may do; several with commas.
        #[arg(long, value_name = "S[,S…]", required = true, value_delimiter = ',')]
        scope: Vec<String>,
        /// Why it may open personal data; several with commas. Needed by scopes that open or export.
        #[arg(long, value_name = "P[,P…]", value_delimiter = ',')]
        purpose: Vec<String>,
        /// What it is for, so that somebody dares to revoke it one day.
        #[arg(long, value_name = "NAME", default_value = "")]
        name: String,
        /// Works for so many days; without it until revoked.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=3650))]
        expires: Option<u16>,
        /// Works only over connections that own the client certificate with this common name.
        #[arg(long, value_name = "NAME", default_value = "")]
        certificate: String,
        #[command(flatten)]
        state: State,
    },
    /// Hold a token to purposes, instead of those it had.
    Purposes {
        /// Its id, from the list.
        id: String,
        /// Why it may open personal data; several with commas.
        #[arg(long, value_name = "P[,P…]", required = true, value_delimiter = ',')]
        purpose: Vec<String>,
        #[command(flatten)]
        state: State,
    },
    /// List the tokens: id, name, scopes, purposes, when made, last used, expired or revoked.
    List(State),
    /// Revoke a token at once.
    Revoke {
        /// Its id, from the list.
        id: String,
        #[command(flatten)]
        state: State,
    },
}

/// Does what was asked.
pub async fn run(args: Args) -> Result<ExitCode, Failure> {
    match args.command {
        Command::Create { scope, purpose, name, expires, certificate, state } => {
            let days = i64::from(expires.unwrap_or(0));
            let expires_at = if days == 0 { 0 } else { store::now() + days * DAY };
            let new = NewToken {
                name: &name,
                scopes: &scope,
                purposes: &purpose,
                expires_at,
                certificate: &certificate,
            };
            create(new, state).await?;
        }
        Command::Purposes { id, purpose, state } => hold(&id, &purpose, state).await?,
        Command::List(state) => list(state).await?,
        Command::Revoke { id, state } => revoke(&id, state).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn create(new: NewToken<'_>, state: State) -> Result<(), Failure> {
    if let Some(wrong) = new.scopes.iter().find(|scope| !SCOPES.contains(&scope.as_str())) {
        let known = SCOPES.join(", ");
        return Err(Failure::usage(format!("“{wrong}” is not a scope; there are: {known}")));
    }
    let opens = new.scopes.iter().find(|scope| OPENING.contains(&scope.as_str()));
    let web = state.open_web_with_purposes().await?;
    if let (Some(scope), []) = (opens, new.purposes) {
        let known = known(&web);
        return Err(Failure::usage(format!(
            "`{scope}` opens personal data; say why with --purpose. Purposes are: {known}"
        )));
    }
    check(&web, new.purposes)?;
    let (id, token) = web.make_token(Actor::CommandLine, new).await.map_err(failed)?;
    eprintln!("Token {id}; keep it now, it is not shown again:");
    say(&token);
    Ok(())
}

/// The keys of the purposes there are.
fn known(web: &Web) -> String {
    let keys: Vec<String> =
        web.offered_purposes(Lang::En).into_iter().map(|one| one.value).collect();
    keys.join(", ")
}

fn check(web: &Web, purposes: &[String]) -> Result<(), Failure> {
    match purposes.iter().find(|purpose| !web.knows_purpose(purpose)) {
        Some(wrong) => {
            let known = known(web);
            Err(Failure::usage(format!("“{wrong}” is not a purpose; there are: {known}")))
        }
        None => Ok(()),
    }
}

async fn hold(id: &str, purposes: &[String], state: State) -> Result<(), Failure> {
    let web = state.open_web_with_purposes().await?;
    check(&web, purposes)?;
    if web.set_token_purposes(Actor::CommandLine, id, purposes).await.map_err(failed)? {
        say(&format!("Token {id} opens personal data for: {}", purposes.join(", ")));
        return Ok(());
    }
    Err(Failure::check(format!("there is no working token {id}; `privet token list` shows them")))
}

async fn list(state: State) -> Result<(), Failure> {
    let tokens = state.open_web().await?.list_tokens().await.map_err(failed)?;
    if tokens.is_empty() {
        eprintln!("There is no token; `privet token create --scope …` makes one.");
    }
    for token in tokens {
        let state = if token.revoked_at > 0 {
            format!("revoked {}", day(token.revoked_at))
        } else if token.expires_at > 0 && token.expires_at <= store::now() {
            format!("expired {}", day(token.expires_at))
        } else if token.used_at > 0 {
            format!("used {}", day(token.used_at))
        } else {
            "never used".to_owned()
        };
        let name = if token.name.is_empty() { "–" } else { &token.name };
        let scopes = token.scopes.join(",");
        let purposes = match token.purposes.join(",") {
            _ if token.open_ended() => "every purpose (not limited yet)".to_owned(),
            none if none.is_empty() => "–".to_owned(),
            some => some,
        };
        let made = day(token.created_at);
        say(&format!("{}  {made}  {state}  {scopes}  {purposes}  {name}", token.id));
    }
    Ok(())
}

async fn revoke(id: &str, state: State) -> Result<(), Failure> {
    let web = state.open_web().await?;
    if web.revoke_token(Actor::CommandLine, id).await.map_err(failed)? {
        say(&format!("Token {id} is revoked."));
        return Ok(());
    }
    Err(Failure::check(format!("there is no working token {id}; `privet token list` shows them")))
}

fn day(micros: i64) -> String {
    Timestamp::from_microsecond(micros)
        .map_or_else(|_| "–".to_owned(), |at| at.strftime("%Y-%m-%d").to_string())
}

fn failed(error: web::WebError) -> Failure {
    Failure::unreachable(error.to_string())
}
