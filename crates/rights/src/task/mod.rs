//! Tasks for owners of systems: what of a request Privet cannot do by itself. A job that could not reach
//! a source, or found a place that needs hands, says so here; a task is made once for each request,
//! source and step, for the owner that the data map names, due before the answer is. When the job
//! reaches the source after all, the task closes by itself; when the request is closed, with it.

mod gap;
mod give;
mod job;
mod model;
mod owner;
mod page_of;
mod pages;
mod retry;
mod settle;
mod store;

pub(crate) use gap::Gap;
pub(crate) use job::{Settle, job};
pub use model::{Stand, Step, Task, Why};
pub(crate) use page_of::of_request;
pub(crate) use pages::router;
pub use store::Filter;
pub(crate) use store::close;

/// Who makes and closes tasks when nobody does.
const BY: ::store::Actor = ::store::Actor::System("rights");
