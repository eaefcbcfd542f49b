//! The files of privacy as code, as types: one struct per object, defaults left out, unknown keys
//! refused. Objects are keyed by their stable names, so files compare line by line.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, MapAccess, Visitor},
};

/// The format's version, the header `privet: 1` of every file.
pub const VERSION: u32 = 1;

/// Objects by key; a key given twice is refused, nothing at all is an empty map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Keyed<T>(pub BTreeMap<String, T>);

impl<T> Default for Keyed<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Keyed<T> {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Keyed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyedVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for KeyedVisitor<T> {
            type Value = Keyed<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("objects by key")
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Keyed::default())
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = BTreeMap::new();
                while let Some(key) = map.next_key::<String>()? {
                    if all.contains_key(&key) {
                        return Err(A::Error::custom(format!("duplicate key `{key}`")));
                    }
                    all.insert(key, map.next_value()?);
                }
                Ok(Keyed(all))
            }
        }
        deserializer.deserialize_any(KeyedVisitor(PhantomData))
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Who we are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OrganisationDoc {
    /// Legal name.
    pub name: String,
    /// Address, e-mail, telephone.
    pub contact: String,
    /// Representative.
    #[serde(skip_serializing_if = "is_default")]
    pub representative: String,
    /// DPO.
    #[serde(skip_serializing_if = "is_default")]
    pub officer: String,
}

/// A system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SystemDoc {
    /// Name.
    pub name: String,
    /// What it is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
    /// Owning team.
    #[serde(default, skip_serializing_if = "is_default")]
    pub owner: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "is_default")]
    pub purpose: String,
    /// Hosting country.
    #[serde(default, skip_serializing_if = "is_default")]
    pub country: String,
}

/// A recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipientDoc {
    /// Name.
    pub name: String,
    /// `processor` | `controller` | `joint_controller` | `authority`.
    pub kind: String,
    /// Country.
    #[serde(default, skip_serializing_if = "is_default")]
    pub country: String,
    /// Transfer mechanism.
    #[serde(default, skip_serializing_if = "is_default")]
    pub safeguard: String,
    /// Contract.
    #[serde(default, skip_serializing_if = "is_default")]
    pub contract: String,
}

/// A source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceDoc {
    /// Name.
    pub name: String,
    /// Key of its system.
    #[serde(default, skip_serializing_if = "is_default")]
    pub system: String,
    /// `sqlite` | `postgres` | `mysql` | `files` | `declared`.
    pub kind: String,
    /// Address without a password.
    pub address: String,
    /// `env:NAME` or `file:PATH`; left out: the password stays as it is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub password_from: String,
    /// TLS mode.
    #[serde(default = "prefer", skip_serializing_if = "is_prefer")]
    pub tls: String,
    /// Path of a CA file.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tls_ca: String,
    /// Rows sampled in each store.
    #[serde(default = "thousand", skip_serializing_if = "is_thousand")]
    pub rows_per_store: i64,
    /// Which stores.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tables: String,
    /// Schedule.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cron: String,
    /// The schedule's zone.
    #[serde(default = "utc", skip_serializing_if = "is_utc")]
    pub zone: String,
    /// Where its data came from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub origins: Vec<OriginDoc>,
    /// What a declared source holds; scanned sources find this out themselves.
    #[serde(default, skip_serializing_if = "Keyed::is_empty")]
    pub stores: Keyed<StoreDoc>,
}

impl Default for SourceDoc {
    fn default() -> Self {
        Self {
            name: String::new(),
            system: String::new(),
            kind: String::new(),
            address: String::new(),
            password_from: String::new(),
            tls: prefer(),
            tls_ca: String::new(),
            rows_per_store: 1000,
            tables: String::new(),
            cron: String::new(),
            zone: utc(),
            origins: Vec::new(),
            stores: Keyed::default(),
        }
    }
}

fn prefer() -> String {
    "prefer".into()
}
fn is_prefer(text: &String) -> bool {
    text == "prefer"
}
fn thousand() -> i64 {
    1000
}
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_thousand(n: &i64) -> bool {
    *n == 1000
}
fn utc() -> String {
    "UTC".into()
}
fn is_utc(text: &String) -> bool {
    text == "UTC"
}

/// An origin of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OriginDoc {
    /// `direct` | `third_party`.
    pub kind: String,
    /// Direct: where.
    #[serde(default, skip_serializing_if = "is_default")]
    pub touchpoint: String,
    /// Third party: who.
    #[serde(default, skip_serializing_if = "is_default")]
    pub provider: String,
    /// Third party: under which contract.
    #[serde(default, skip_serializing_if = "is_default")]
    pub contract: String,
    /// The provider's country.
    #[serde(default, skip_serializing_if = "is_default")]
    pub country: String,
}

impl OriginDoc {
    /// The name by which flows call it.
    pub fn name(&self) -> &str {
        if self.kind == "third_party" { &self.provider } else { &self.touchpoint }
    }
}

/// A store of a declared source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreDoc {
    /// Comment.
    #[serde(skip_serializing_if = "is_default")]
    pub comment: String,
    /// Fields in order.
    pub fields: Vec<FieldDoc>,
    /// Foreign keys.
    #[serde(skip_serializing_if = "is_default")]
    pub links: Vec<LinkDoc>,
}

/// A field of a declared source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldDoc {
    /// Name; a path for nested data.
    pub name: String,
    /// Type.
    #[serde(default, rename = "type", skip_serializing_if = "is_default")]
    pub data_type: String,
    /// Part of the primary key.
    #[serde(default, skip_serializing_if = "is_default")]
    pub primary_key: bool,
    /// Comment.
    #[serde(default, skip_serializing_if = "is_default")]
    pub comment: String,
}

/// A foreign key of a declared source.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkDoc {
    /// Its columns.
    pub columns: Vec<String>,
    /// The referred store.
    pub store: String,
    /// Its columns.
    pub references: Vec<String>,
}

/// A flow that a person declared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowDoc {
    /// `system:KEY` or `origin:SOURCE/NAME`.
    pub from: String,
    /// `system:KEY` or `recipient:KEY`.
    pub to: String,
    /// Category keys; empty: whatever the first end holds.
    #[serde(default, skip_serializing_if = "is_default")]
    pub categories: Vec<String>,
    /// In words.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
}

/// What a person decided about a discovered flow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoundFlowDoc {
    /// `confirmed` | `dismissed`.
    pub decision: String,
    /// As in a declared flow.
    pub from: String,
    /// As in a declared flow.
    pub to: String,
    /// Category keys.
    #[serde(default, skip_serializing_if = "is_default")]
    pub categories: Vec<String>,
    /// In words.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
}

/// A processing activity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivityDoc {
    /// Name.
    pub name: String,
    /// `controller` | `joint_controller` | `processor`.
    #[serde(default = "controller")]
    pub role: String,
    /// Processor: the controllers; joint controller: the others.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_behalf_of: String,
    /// Why.
    #[serde(default, skip_serializing_if = "is_default")]
    pub purpose: String,
    /// Regime → legal basis.
    #[serde(default, skip_serializing_if = "Keyed::is_empty")]
    pub legal_basis: Keyed<String>,
    /// Whose data; empty: as found.
    #[serde(default, skip_serializing_if = "is_default")]
    pub people: Vec<String>,
    /// Keys of systems.
    #[serde(default, skip_serializing_if = "is_default")]
    pub systems: Vec<String>,
    /// Category keys; empty: all found.
    #[serde(default, skip_serializing_if = "is_default")]
    pub categories: Vec<String>,
    /// Keys of recipients beside those of flows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub recipients: Vec<String>,
    /// How long data is kept.
    #[serde(default, skip_serializing_if = "is_default")]
    pub retention: String,
    /// Security measures.
    #[serde(default, skip_serializing_if = "is_default")]
    pub security: String,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub owner: String,
    /// Where the impact assessment is kept.
    #[serde(default, skip_serializing_if = "is_default")]
    pub assessment: String,
}

fn controller() -> String {
    "controller".into()
}

/// What people decided about a store and its fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreDecisionsDoc {
    /// Whose data.
    #[serde(skip_serializing_if = "is_default")]
    pub people: String,
    /// By field.
    #[serde(skip_serializing_if = "Keyed::is_empty")]
    pub fields: Keyed<FieldDecisionDoc>,
}

/// What a person decided about a field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldDecisionDoc {
    /// `confirmed` | `corrected` | `dismissed`.
    pub decision: String,
    /// Category key.
    #[serde(default, skip_serializing_if = "is_default")]
    pub category: String,
    /// Another sensitivity than the category's.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sensitivity: String,
    /// Why.
    #[serde(default, skip_serializing_if = "is_default")]
    pub note: String,
}

/// Source → store → decisions.
pub type DecisionsDoc = Keyed<Keyed<StoreDecisionsDoc>>;

/// What the files say; `None` where there is no such file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Docs {
    /// `organisation.yaml`.
    pub organisation: Option<OrganisationDoc>,
    /// `systems.yaml`.
    pub systems: Option<Keyed<SystemDoc>>,
    /// `recipients.yaml`.
    pub recipients: Option<Keyed<RecipientDoc>>,
    /// `sources.yaml`.
    pub sources: Option<Keyed<SourceDoc>>,
    /// `flows.yaml`: declared.
    pub flows: Option<Keyed<FlowDoc>>,
    /// `flows.yaml`: decisions on discovered ones.
    pub discovered: Option<Keyed<FoundFlowDoc>>,
    /// `activities.yaml`.
    pub activities: Option<Keyed<ActivityDoc>>,
    /// `decisions.yaml`.
    pub decisions: Option<DecisionsDoc>,
}
