//! Erasing a person from the company's databases (GDPR Art 17; PIPL Art 47; Cal. Civ. Code §1798.105):
//! a plan that counts and touches nothing, a second person who agrees, the work, a certificate, and
//! looks afterwards that nothing came back.
//!
//! Only rows that the plan found are touched: their keys are kept, sealed, and nothing is selected in
//! any other way. What refers goes before what it refers to. Duties to keep and legal holds win. A row
//! that has to stay because others refer to it loses its personal columns; of rows that are somebody
//! else's, too, only the cells that name the person are emptied; doubtful rows are left to people.

mod again;
mod carry;
mod certificate;
mod drawn;
mod files;
mod model;
mod pages;
mod plan;
mod said;
mod site;
mod store;
mod treat;
mod work;

pub use certificate::{ACTION as ERASED, KIND as CERTIFICATE};
pub use model::{Act, Cell, Done, Erasure, GROUNDS, Looked, Stage, Step};

pub(crate) use again::Look;
pub(crate) use pages::router;
pub(crate) use plan::Plan;
pub(crate) use work::Carry;

use ::store::Actor;

/// Who carries an erasure out.
const BY: Actor = Actor::System("rights");
