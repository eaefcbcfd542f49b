//! The network's directory: agents with their keys, businesses with what they take (3.05).

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{Action, fields::is_id, signed::VerifyKey};

/// Entries read at most.
const MOST: usize = 10_000;

/// An authorised agent of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// The key that signs its messages.
    pub verify_key: VerifyKey,
    /// Its page.
    pub web_url: Option<String>,
    /// How it verifies who people are.
    pub identity_assurance_url: Option<String>,
    /// Whom to write when messages are refused.
    pub technical_contact: Option<String>,
    /// Whom to write about the programme.
    pub business_contact: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    #[serde(default)]
    name: String,
    verify_key: String,
    #[serde(default)]
    web_url: Option<String>,
    #[serde(default)]
    identity_assurance_url: Option<String>,
    #[serde(default)]
    technical_contact: Option<String>,
    #[serde(default)]
    business_contact: Option<String>,
}

/// What is wrong with a directory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryError {
    /// Not a list of entries.
    #[error("the directory is not a JSON list of agents with id and verify_key: {0}")]
    Json(String),
    /// Too long.
    #[error("the directory has more than 10,000 agents")]
    TooMany,
    /// An id that cannot be one.
    #[error("agent {0} of the list has an id that cannot stand in an address")]
    Id(usize),
    /// The same agent twice: it would not be known whose key counts.
    #[error("agent {0} is in the directory twice")]
    Twice(String),
    /// A key that is not one.
    #[error("verify_key of agent {0} must be 32 bytes in base64")]
    Key(String),
    /// Our own entry lacks something.
    #[error("{field} must be {must}")]
    Own {
        /// The field.
        field: &'static str,
        /// What it must be.
        must: &'static str,
    },
}

/// Reads the directory of agents: a list of entries, or one.
///
/// # Errors
/// All of it is refused when one entry is wrong: an agent that quietly lacks could not be told from one
/// that has left.
pub fn agents(text: &str) -> Result<Vec<Agent>, DirectoryError> {
    let json = |error: serde_json::Error| {
        DirectoryError::Json(format!("line {}, column {}", error.line(), error.column()))
    };
    let value: Value = serde_json::from_str(text).map_err(json)?;
    let list = if value.is_array() { value } else { Value::Array(vec![value]) };
    let entries: Vec<Entry> = serde_json::from_value(list)
        .map_err(|_| DirectoryError::Json("an entry lacks a field".to_owned()))?;
    if entries.len() > MOST {
        return Err(DirectoryError::TooMany);
    }
    let mut agents: Vec<Agent> = Vec::with_capacity(entries.len());
    let mut seen = std::collections::HashSet::new();
    for (at, entry) in entries.into_iter().enumerate() {
        if !is_path(&entry.id) {
            return Err(DirectoryError::Id(at + 1));
        }
        if !seen.insert(entry.id.clone()) {
            return Err(DirectoryError::Twice(entry.id));
        }
        let Some(verify_key) = VerifyKey::read(&entry.verify_key) else {
            return Err(DirectoryError::Key(entry.id));
        };
        agents.push(Agent {
            id: entry.id,
            name: entry.name,
            verify_key,
            web_url: entry.web_url,
            identity_assurance_url: entry.identity_assurance_url,
            technical_contact: entry.technical_contact,
            business_contact: entry.business_contact,
        });
    }
    Ok(agents)
}

/// The schema's pattern is `[A-Z_]+` anywhere in it; ids in use have digits, hyphens and small letters.
fn is_path(id: &str) -> bool {
    is_id(id)
        && !id.is_empty()
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// Which claims a business wants verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// The e-mail address.
    Email,
    /// The telephone number.
    PhoneNumber,
    /// The postal address.
    Address,
}

impl Verification {
    /// As the directory writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
            Self::Address => "address",
        }
    }
}

/// Our own entry, to be handed to the network's operator.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_field_names)] // the protocol's names
pub struct Business {
    /// Our id: capitals and underscores.
    pub id: String,
    /// Our name for people.
    pub name: String,
    /// A square logo.
    pub logo: Option<String>,
    /// Where the endpoints are mounted.
    pub api_base: String,
    /// The rights that can be exercised.
    pub actions: Vec<Action>,
    /// The claims we want verified.
    pub verifications: Vec<Verification>,
    /// Our page.
    pub web_url: String,
    /// Our privacy policy.
    pub privacy_policy_url: Option<String>,
    /// An e-mail address.
    pub technical_contact: String,
    /// An e-mail address.
    pub business_contact: String,
}

impl Business {
    /// The entry (3.05.2).
    ///
    /// # Errors
    /// [`DirectoryError::Own`] for what agents would refuse.
    pub fn render(&self) -> Result<Value, DirectoryError> {
        let own = |field, must| Err(DirectoryError::Own { field, must });
        if self.id.is_empty() || !self.id.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') {
            return own("id", "capital letters and underscores");
        }
        if self.actions.is_empty() {
            return own("supported_actions", "one right at least");
        }
        let urls = [("api_base", Some(&self.api_base)), ("web_url", Some(&self.web_url))];
        let more = [
            ("logo", self.logo.as_ref()),
            ("privacy_policy_url", self.privacy_policy_url.as_ref()),
        ];
        for (field, url) in urls.into_iter().chain(more) {
            let https = |url: &String| {
                url::Url::parse(url)
                    .is_ok_and(|url| url.scheme() == "https" && url.host().is_some())
            };
            if url.is_some_and(|url| !https(url)) {
                return own(field, "an https address");
            }
        }
        let mut entry = Map::new();
        let mut put = |name: &str, value: Value| entry.insert(name.to_owned(), value);
        put("id", json!(self.id));
        put("name", json!(self.name));
        put("logo", json!(self.logo));
        put("api_base", json!(self.api_base));
        put(
            "supported_actions",
            self.actions.iter().map(|action| json!(action.as_str())).collect(),
        );
        let wanted = self.verifications.iter().map(|claim| json!(claim.as_str()));
        put("supported_verifications", wanted.collect());
        put("web_url", json!(self.web_url));
        if let Some(url) = &self.privacy_policy_url {
            put("privacy_policy_url", json!(url));
        }
        put("technical_contact", json!(self.technical_contact));
        put("business_contact", json!(self.business_contact));
        Ok(Value::Object(entry))
    }
}
