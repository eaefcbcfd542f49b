//! Fideslang's resources as far as they are read; everything else in the files is passed over.
//! After the models of the package `fideslang` 3.1 and its predecessors.

use serde::Deserialize;

/// One file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Manifest {
    #[serde(deserialize_with = "list")]
    pub dataset: Vec<Dataset>,
    #[serde(deserialize_with = "list")]
    pub system: Vec<System>,
    #[serde(deserialize_with = "list")]
    pub data_category: Vec<Named>,
    #[serde(deserialize_with = "list")]
    pub data_use: Vec<Named>,
    #[serde(deserialize_with = "list")]
    pub data_subject: Vec<Named>,
    #[serde(deserialize_with = "list")]
    pub policy: Vec<Named>,
    #[serde(deserialize_with = "list")]
    pub organization: Vec<Named>,
    #[serde(deserialize_with = "list")]
    pub evaluation: Vec<Named>,
    #[serde(deserialize_with = "list")]
    pub registry: Vec<Named>,
}

/// `null` is an empty list: exports of Fides write it for everything unset.
fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

fn text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.unwrap_or_default())
}

fn truth<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Option::<bool>::deserialize(deserializer)?.unwrap_or_default())
}

/// A resource of which only name and place in its tree matter.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Named {
    pub fides_key: String,
    #[serde(default, deserialize_with = "text")]
    pub name: String,
    #[serde(default, deserialize_with = "text")]
    pub parent_key: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Dataset {
    pub fides_key: String,
    #[serde(default, deserialize_with = "text")]
    pub name: String,
    #[serde(default, deserialize_with = "list")]
    pub data_categories: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    pub collections: Vec<Collection>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Collection {
    pub name: String,
    #[serde(default, deserialize_with = "text")]
    pub description: String,
    #[serde(default, deserialize_with = "list")]
    pub data_categories: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    pub data_subjects: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    pub fields: Vec<Field>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Field {
    pub name: String,
    #[serde(default, deserialize_with = "text")]
    pub description: String,
    #[serde(default, deserialize_with = "list")]
    pub data_categories: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    pub data_subjects: Vec<String>,
    #[serde(default, alias = "fidesops_meta")]
    pub fides_meta: Option<Meta>,
    #[serde(default, deserialize_with = "list")]
    pub fields: Vec<Field>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Meta {
    #[serde(deserialize_with = "text")]
    pub data_type: String,
    #[serde(deserialize_with = "truth")]
    pub primary_key: bool,
    #[serde(deserialize_with = "text")]
    pub identity: String,
    pub length: Option<u64>,
    #[serde(deserialize_with = "list")]
    pub references: Vec<Reference>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Reference {
    pub dataset: String,
    pub field: String,
    #[serde(default, deserialize_with = "text")]
    pub direction: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct System {
    pub fides_key: String,
    #[serde(default, deserialize_with = "text")]
    pub name: String,
    #[serde(default, deserialize_with = "text")]
    pub description: String,
    #[serde(default, deserialize_with = "text")]
    pub administrating_department: String,
    #[serde(default, deserialize_with = "list")]
    pub egress: Vec<DataFlow>,
    #[serde(default, deserialize_with = "list")]
    pub ingress: Vec<DataFlow>,
    #[serde(default, deserialize_with = "list")]
    pub privacy_declarations: Vec<Declaration>,
    #[serde(default, deserialize_with = "list")]
    pub dataset_references: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    pub responsibility: Vec<String>,
    #[serde(default, deserialize_with = "text")]
    pub data_security_practices: String,
    #[serde(default, deserialize_with = "text")]
    pub joint_controller_info: String,
    #[serde(default, deserialize_with = "text")]
    pub dpa_location: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct DataFlow {
    pub fides_key: String,
    #[serde(default, rename = "type", deserialize_with = "text")]
    pub kind: String,
    #[serde(default, deserialize_with = "list")]
    pub data_categories: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Declaration {
    #[serde(default, deserialize_with = "text")]
    pub name: String,
    #[serde(default, deserialize_with = "list")]
    pub data_categories: Vec<String>,
    #[serde(default, deserialize_with = "text")]
    pub data_use: String,
    #[serde(default, deserialize_with = "list")]
    pub data_subjects: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    pub dataset_references: Vec<String>,
    #[serde(default, deserialize_with = "text")]
    pub legal_basis_for_processing: String,
    #[serde(default, deserialize_with = "text")]
    pub retention_period: String,
    #[serde(default, deserialize_with = "text")]
    pub impact_assessment_location: String,
    #[serde(default, deserialize_with = "text")]
    pub third_parties: String,
}
