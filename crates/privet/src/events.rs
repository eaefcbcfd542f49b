//! What the room of deliveries reads of consent, without either knowing the other.

use std::collections::HashMap;

use consent::{Choice, Consent, SubjectId, feed::Change, feed::Standing};
use deliver::{Batch, Event, EventKind, EventSource, Known, Person, PurposeState, SourceFault};
use serde_json::{Map, Value, json};

/// Consent as a source of events.
pub struct FromConsent(pub Consent);

#[async_trait::async_trait]
impl EventSource for FromConsent {
    async fn events_after(&self, after: i64, limit: usize) -> Result<Batch, SourceFault> {
        let found = self.0.changes_after(after, limit as i64).await.map_err(fault)?;
        let events: Vec<Event> = found.changes.into_iter().flat_map(events_of).collect();
        if events.iter().any(|event| {
            matches!(event.kind, EventKind::PurposeChanged | EventKind::NoticePublished)
        }) {
            // Another server may have made the change: what follows is judged by it.
            self.0.refresh_catalogue().await.map_err(fault)?;
        }
        Ok(Batch { events, upto: found.upto })
    }

    async fn identifiers(
        &self,
        subject: &str,
        kinds: &[String],
    ) -> Result<Vec<Known>, SourceFault> {
        let all = self.0.identifiers(&SubjectId(subject.to_owned())).await.map_err(fault)?;
        Ok(known(&all).into_iter().filter(|one| kinds.contains(&one.kind)).collect())
    }

    async fn people(&self, subjects: &[String]) -> Result<Vec<Person>, SourceFault> {
        let ids: Vec<SubjectId> = subjects.iter().cloned().map(SubjectId).collect();
        Ok(self.0.stands_of(&ids).await.map_err(fault)?.into_iter().map(person).collect())
    }

    async fn people_after(&self, after: &str, limit: usize) -> Result<Vec<Person>, SourceFault> {
        let found = self.0.stands_after(after, limit as i64).await.map_err(fault)?;
        Ok(found.into_iter().map(person).collect())
    }
}

fn fault(error: consent::ConsentError) -> SourceFault {
    SourceFault(error.to_string())
}

fn known(identifiers: &[consent::Identifier]) -> Vec<Known> {
    let one = |one: &consent::Identifier| Known {
        kind: one.kind().as_str().to_owned(),
        value: one.expose().to_owned(),
    };
    identifiers.iter().map(one).collect()
}

fn person(standing: Standing) -> Person {
    Person {
        subject: standing.subject.0,
        identifiers: known(&standing.identifiers),
        purposes: standing
            .purposes
            .into_iter()
            .map(|stand| PurposeState {
                purpose: stand.purpose,
                state: stand.state.to_owned(),
                since: stand.since,
                notice: stand.notice,
                expires_at: stand.expires_at,
            })
            .collect(),
    }
}

/// The events of an entry: what happened, and for a no also whom senders must leave alone from now on.
fn events_of(change: Change) -> Vec<Event> {
    let refused: Vec<String> = change
        .record
        .iter()
        .flat_map(|record| &record.choices)
        .filter(|(_, choice)| matches!(choice, Choice::Denied | Choice::Withdrawn))
        .map(|(purpose, _)| purpose.clone())
        .collect();
    let told = event(change);
    let suppressed = told.as_ref().filter(|_| !refused.is_empty()).map(|told| {
        let mut data = told.data.clone();
        data.retain(|key, _| key == "receipt");
        data.insert("purposes".into(), json!(refused));
        Event { part: 1, kind: EventKind::SuppressionAdded, data, ..told.clone() }
    });
    told.into_iter().chain(suppressed).collect()
}

/// What happened; most entries of other kinds are no event.
fn event(change: Change) -> Option<Event> {
    let mut data = Map::new();
    let kind = match change.action.as_str() {
        "consent.recorded" | "consent.withdrawn" => {
            let record = change.record.as_ref()?;
            let choices: HashMap<&str, &str> = record
                .choices
                .iter()
                .map(|(purpose, choice)| (purpose.as_str(), choice.as_str()))
                .collect();
            data.insert("purposes".into(), json!(choices));
            let notice = match record.notice.as_str() {
                "" => Value::Null,
                notice => format!("{notice}@{}", record.notice_version).into(),
            };
            data.insert("notice".into(), notice);
            data.insert("property".into(), record.property.as_str().into());
            data.insert("channel".into(), record.channel.as_str().into());
            data.insert("receipt".into(), record.id.as_str().into());
            EventKind::parse(&change.action)?
        }
        "subject.linked" => EventKind::SubjectLinked,
        "subject.merged" => {
            data.insert("from".into(), change.object.as_str().into());
            data.insert("into".into(), json!(change.subject.as_ref().map(|id| &id.0)));
            EventKind::SubjectMerged
        }
        "subject.restricted" | "subject.unrestricted" => {
            data.insert("restricted".into(), (change.action == "subject.restricted").into());
            EventKind::SubjectRestricted
        }
        "subject.erased" => EventKind::SubjectErased,
        action if action.starts_with("purpose.") => {
            data.insert("purpose".into(), change.object.as_str().into());
            data.insert("change".into(), action.trim_start_matches("purpose.").into());
            EventKind::PurposeChanged
        }
        "notice.published" => {
            data.insert("notice".into(), change.object.as_str().into());
            EventKind::NoticePublished
        }
        // Only its number: what it says is behind the sign-in, or `GET /v1/alarms`.
        "alarm.raised" => {
            data.insert("alarm".into(), change.object.as_str().into());
            EventKind::AlarmRaised
        }
        _ => return None,
    };
    let subject = change.subject.map(|id| id.0);
    Some(Event { seq: change.seq, part: 0, at: change.at, kind, subject, data })
}
