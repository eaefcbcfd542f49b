//! What a message says: `{"id","type","timestamp","data"}`.

use serde_json::{Map, Value, json};

use crate::{Deliver, Destination, Event, Result};

/// The type of test messages.
pub(crate) const TEST: &str = "privet.test";

impl Deliver {
    /// The JSON of an event for a destination, with the identifiers it is configured to get. They
    /// are read now and live as long as the message.
    pub(crate) async fn body(&self, destination: &Destination, event: &Event) -> Result<Vec<u8>> {
        let mut data = Map::new();
        // Higher means later: a receiver that has a newer one of the same subject ignores this.
        data.insert("sequence".into(), event.place().into());
        if let Some(subject) = &event.subject {
            data.insert("subject".into(), subject.as_str().into());
            if !destination.identifiers.is_empty() {
                let known = self.source.identifiers(subject, &destination.identifiers).await?;
                data.insert("identifiers".into(), identifiers(known));
            }
        }
        data.extend(event.data.clone());
        Ok(written(&self.event_id(event), event.kind.as_str(), event.at, data))
    }

    /// A message that says nothing, to see whether it arrives.
    pub(crate) fn test_body(id: &str) -> Vec<u8> {
        written(id, TEST, store::now(), Map::new())
    }
}

/// `{"email": ["…"], "phone": ["…"]}`: a person may have several of a kind.
fn identifiers(known: Vec<crate::Known>) -> Value {
    let mut kinds: Map<String, Value> = Map::new();
    for one in known {
        let list = kinds.entry(one.kind).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(one.value.into());
        }
    }
    Value::Object(kinds)
}

fn written(id: &str, kind: &str, at: i64, data: Map<String, Value>) -> Vec<u8> {
    let when = jiff::Timestamp::from_microsecond(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    json!({ "id": id, "type": kind, "timestamp": when.to_string(), "data": data })
        .to_string()
        .into_bytes()
}
