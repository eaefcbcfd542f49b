//! The suppression list: whom a sender must not write to for a purpose. Streamed person by person, in
//! bounded memory.

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse as _, Response},
};
use consent::{Choice, IdentifierKind, SubjectId, record::states};
use futures::{StreamExt as _, stream};
use sqlx::Row as _;

use crate::{Preferences, Result};

/// People looked at in one step.
const STEP: i64 = 200;

/// A row: identifier, choice, since (RFC 3339).
type Line = [String; 3];

struct Walk {
    preferences: Preferences,
    purpose: String,
    kind: IdentifierKind,
    after: Option<String>,
}

/// `text/csv` (RFC 4180): a head, then a line for each identifier of the kind of each person who said
/// no to the purpose. Written for programs: no cell is changed.
pub(crate) fn suppressions(
    preferences: Preferences,
    purpose: String,
    kind: IdentifierKind,
) -> Response {
    let walk = Walk { preferences, purpose, kind, after: Some(String::new()) };
    let head =
        stream::iter([Ok::<_, crate::PreferenceError>("identifier,choice,since\r\n".to_owned())]);
    let lines = stream::try_unfold(walk, |mut walk| async move {
        let Some(after) = walk.after.take() else { return Ok(None) };
        let (text, next) = walk.step(&after).await?;
        walk.after = next;
        Ok::<_, crate::PreferenceError>(Some((text, walk)))
    });
    let mut response = Body::from_stream(head.chain(lines)).into_response();
    let headers = response.headers_mut();
    headers
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}

impl Walk {
    /// The lines of the next people, and the last of them if there are more.
    async fn step(&self, after: &str) -> Result<(String, Option<String>)> {
        let rows = sqlx::query(
            "SELECT id FROM subject WHERE id > $1 AND merged_into IS NULL AND erased_at IS NULL
             ORDER BY id LIMIT $2",
        )
        .bind(after)
        .bind(STEP)
        .fetch_all(self.preferences.store().reader())
        .await?;
        let mut text = String::new();
        let mut last = None;
        for row in &rows {
            let id: String = row.try_get(0)?;
            for line in self.of(&SubjectId(id.clone())).await? {
                text.push_str(&csv(&line));
            }
            last = Some(id);
        }
        let more = rows.len() as i64 == STEP;
        Ok((text, last.filter(|_| more)))
    }

    async fn of(&self, person: &SubjectId) -> Result<Vec<Line>> {
        let consent = self.preferences.consent();
        let records = consent.records_of(person).await?;
        let Some(state) = states(&records).remove(&self.purpose) else { return Ok(Vec::new()) };
        if !matches!(state.choice, Choice::Denied | Choice::Withdrawn) {
            return Ok(Vec::new());
        }
        let since = web::rfc3339(state.since);
        let identifiers = consent.identifiers(person).await?;
        let of_kind = identifiers.iter().filter(|one| one.kind() == self.kind);
        let line = |one: &consent::Identifier| {
            [one.expose().to_owned(), state.choice.as_str().to_owned(), since.clone()]
        };
        Ok(of_kind.map(line).collect())
    }
}

fn csv(cells: &Line) -> String {
    let quoted: Vec<String> = cells
        .iter()
        .map(|cell| {
            if cell.contains([',', '"', '\n', '\r']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell.clone()
            }
        })
        .collect();
    format!("{}\r\n", quoted.join(","))
}
