//! Privacy as code: the map as YAML files that people review and compare. [`export`] writes them,
//! [`plan`] says what applying would do, [`apply`] does it in one transaction; exporting and applying
//! changes nothing. Fideslang resources are read into the same documents.
//!
//! Nothing is deleted unless a plan is made with `prune`, and then only objects of kinds whose file
//! is there.

mod apply;
mod check;
mod docs;
pub mod fideslang;
mod files;
mod load;
mod objects;
mod pages;
mod plan;
mod problem;

use std::path::Path;

pub use apply::apply;
pub use docs::{
    ActivityDoc, Docs, FieldDecisionDoc, FieldDoc, FlowDoc, FoundFlowDoc, Keyed, LinkDoc,
    OrganisationDoc, OriginDoc, RecipientDoc, SourceDoc, StoreDecisionsDoc, StoreDoc, SystemDoc,
    VERSION,
};
pub use files::{FILES, Files, MOST_BYTES, utf8};
pub use objects::{Key, Kind};
pub(crate) use pages::router;
pub use plan::{Change, FieldChange, Note, Plan, PlanOptions, Verb, plan};
pub use problem::{CodeError, Problem, Wrong};

use crate::DataMap;

/// The whole map as documents.
pub async fn documents(map: &DataMap) -> Result<Docs, CodeError> {
    let mut conn = map.store().reader().acquire().await?;
    let mut docs = load::current(&mut conn).await?.docs;
    tidy(&mut docs);
    Ok(docs)
}

/// Writes the map into a directory; says which files were written.
pub async fn export(map: &DataMap, dir: &Path) -> Result<Vec<String>, CodeError> {
    documents(map).await?.write(dir)
}

/// Reads a directory and makes its plan.
pub async fn plan_dir(map: &DataMap, dir: &Path, options: PlanOptions) -> Result<Plan, CodeError> {
    plan(map, &Files::read(dir)?, options).await
}

/// Files are easier to read without a sensitivity that is the category's own.
fn tidy(docs: &mut Docs) {
    let stores = docs.decisions.iter_mut().flat_map(|keyed| keyed.0.values_mut());
    for field in
        stores.flat_map(|stores| stores.0.values_mut()).flat_map(|s| s.fields.0.values_mut())
    {
        let own = detect::taxonomy().get(&field.category).map(|known| known.sensitivity.as_str());
        let same = own == Some(field.sensitivity.as_str());
        if same || (field.category.is_empty() && field.sensitivity == "none") {
            field.sensitivity.clear();
        }
    }
}
