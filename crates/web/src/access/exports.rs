//! Taking lists of people away. One rule for every door: the policies are asked whether somebody may do
//! it alone; if they say no, and yes with a second person, that person is needed. For programs the
//! second person agrees to the token, once: nobody is awake when a nightly job runs.

use super::{Approval, ApprovalState};
use crate::token::EXPORTING;
use crate::{Page, Token, Web, WebError, problem};
use ::access::Action;
use axum::http::StatusCode;
use axum::response::Response;
use store::sqlx::{self, Row};
use store::{Actor, Entry, WriteTx};

/// What approvals of tokens are about.
pub(crate) const TOKEN: &str = "token";
/// Characters of a reason.
const REASON: std::ops::RangeInclusive<usize> = 5..=1000;

/// How far a reader is with taking a list away.
#[derive(Debug, Clone)]
pub enum Exporting {
    /// They may not at all.
    Never,
    /// They may, alone.
    Free,
    /// A colleague must agree; nobody was asked.
    Ask,
    /// A colleague was asked.
    Waiting,
    /// A colleague agreed; good for one download.
    Agreed(Approval),
}

impl Exporting {
    /// Whether a download would begin.
    pub fn may(&self) -> bool {
        matches!(self, Self::Free | Self::Agreed(_))
    }

    /// Whether a colleague is to be asked first.
    pub fn to_ask(&self) -> bool {
        matches!(self, Self::Ask)
    }

    /// Whether a colleague was asked.
    pub fn waits(&self) -> bool {
        matches!(self, Self::Waiting)
    }
}

impl Page {
    /// How far the reader is with a list: its kind, and which one (no personal data: it shows among
    /// the approvals).
    pub async fn exporting(
        &self,
        web: &Web,
        kind: &str,
        which: &str,
    ) -> Result<Exporting, WebError> {
        let may = |approved| self.standing().decide(Action::BulkExport, kind, "", approved);
        if may(false) {
            return Ok(Exporting::Free);
        }
        if !may(true) {
            return Ok(Exporting::Never);
        }
        let me = &self.user.id;
        let found = web.approvals().standing(me, Action::BulkExport, kind, which).await?;
        Ok(match found {
            Some(one) if one.state == ApprovalState::Approved => Exporting::Agreed(one),
            Some(_) => Exporting::Waiting,
            None => Exporting::Ask,
        })
    }

    /// Lets a download begin, using up what a colleague agreed to. Call it before the first line.
    pub async fn begin_export(&self, web: &Web, kind: &str, which: &str) -> Result<(), WebError> {
        match self.exporting(web, kind, which).await? {
            Exporting::Never => Err(WebError::Forbidden),
            Exporting::Free => Ok(()),
            Exporting::Ask | Exporting::Waiting => {
                Err(WebError::Conflict("access-export-needs".into()))
            }
            Exporting::Agreed(one) => web.approvals().used_once(&self.user.id, &one.id).await,
        }
    }

    /// Asks a colleague to agree to one download.
    pub async fn ask_export(
        &self,
        web: &Web,
        (kind, which): (&str, &str),
        reason: &str,
    ) -> Result<(), WebError> {
        if matches!(self.exporting(web, kind, which).await?, Exporting::Never) {
            return Err(WebError::Forbidden);
        }
        let reason = reason.trim();
        if !REASON.contains(&reason.chars().count()) {
            return Err(WebError::BadRequest("access-error-reason".into()));
        }
        let me = &self.user.id;
        web.approvals().ask(me, Action::BulkExport, kind, which, reason).await?;
        Ok(())
    }
}

impl Web {
    /// Lets a program take a list away, for a purpose that it was [let open](Web::opens) for, or says
    /// what to answer.
    #[allow(clippy::missing_errors_doc)] // the error is the answer
    pub async fn exports(
        &self,
        token: &Token,
        kind: &str,
        purpose: &str,
    ) -> Result<(), Box<Response>> {
        let may = |approved| self.program_may(token, Action::BulkExport, kind, purpose, approved);
        let failed = |error: WebError| {
            tracing::error!(%error, "whether a program may export could not be decided");
            let detail = "it could not be decided whether this may be exported; try again";
            let kind = "urn:privet:problem:unavailable";
            Box::new(problem(StatusCode::SERVICE_UNAVAILABLE, kind, detail))
        };
        if may(token.agreed()).await.map_err(failed)? {
            return Ok(());
        }
        let (kind, detail) = if !token.agreed() && may(true).await.map_err(failed)? {
            (
                "urn:privet:problem:approval",
                "this token takes lists away once a second person has agreed, in the console under \
                 Access, Approvals",
            )
        } else {
            ("urn:privet:problem:policy", "the policies do not let this program export this")
        };
        Err(Box::new(problem(StatusCode::FORBIDDEN, kind, detail)))
    }

    /// Asks a colleague to agree that a new token takes lists away; nothing to ask for others.
    pub(crate) async fn ask_for_token(
        &self,
        by: &str,
        id: &str,
        scopes: &[String],
        reason: &str,
    ) -> Result<(), WebError> {
        if scopes.iter().any(|scope| EXPORTING.contains(&scope.as_str())) {
            self.approvals().ask(by, Action::BulkExport, TOKEN, id, reason).await?;
        }
        Ok(())
    }
}

/// What agreeing to a token does, in the transaction that agrees: the approval is used up and the token
/// remembers who agreed.
pub(super) async fn agreed(
    tx: &mut WriteTx,
    approval: &Approval,
    by: &str,
) -> Result<(), WebError> {
    if approval.object_kind != TOKEN || approval.action != Action::BulkExport.as_str() {
        return Ok(());
    }
    sqlx::query("UPDATE api_token SET export_by = $1 WHERE id = $2")
        .bind(by)
        .bind(&approval.object_id)
        .execute(&mut *tx.conn())
        .await?;
    sqlx::query("UPDATE access_approval SET state = 'used', used_at = $1 WHERE id = $2")
        .bind(store::now())
        .bind(&approval.id)
        .execute(&mut *tx.conn())
        .await?;
    tx.also(Entry::new(
        Actor::Person(by.to_owned()),
        "token.export_agreed",
        TOKEN,
        &*approval.object_id,
    ));
    Ok(())
}

/// Whether a token still needs somebody to agree when its purposes become `after`: it does where a
/// purpose is new. Returns the scopes it has; empty when nothing is to be asked.
pub(crate) async fn widened(
    tx: &mut WriteTx,
    id: &str,
    before: Option<&str>,
    after: &[String],
) -> Result<Vec<String>, WebError> {
    let held: Vec<&str> = before.unwrap_or_default().split_whitespace().collect();
    let wider = before.is_some() && after.iter().any(|one| !held.contains(&one.as_str()));
    if !wider {
        return Ok(Vec::new());
    }
    let row = sqlx::query("SELECT scopes FROM api_token WHERE id = $1")
        .bind(id)
        .fetch_one(&mut *tx.conn())
        .await?;
    let scopes: String = row.try_get(0)?;
    let scopes: Vec<String> = scopes.split_whitespace().map(str::to_owned).collect();
    if !scopes.iter().any(|scope| EXPORTING.contains(&scope.as_str())) {
        return Ok(Vec::new());
    }
    sqlx::query("UPDATE api_token SET export_by = '' WHERE id = $1")
        .bind(id)
        .execute(&mut *tx.conn())
        .await?;
    Ok(scopes)
}

/// Who agreed to a token when it is made: whoever has the server's own command line could take
/// everything anyway; a person of the console needs a second one.
pub(crate) fn agrees(by: &Actor) -> &'static str {
    match by {
        Actor::Person(_) => "",
        Actor::CommandLine => "cli",
        _ => "system",
    }
}
