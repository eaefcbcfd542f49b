//! Changes rows in customers' own databases, and only those that a rule covers: deletes, anonymises,
//! masks, or counts and deletes. [`plan`] checks a [`Request`] against a database's [`Schema`] without
//! touching anything, [`dry_run`] counts exactly what would happen, [`run`] does it batch by batch.
//! This room knows no retention rule, no law and no approval; whoever calls it does.
//!
//! What it promises:
//!
//! * A row is changed only if, in the transaction that changes it and under its lock, the condition is
//!   true of it, or it hangs on such a row by a reference that the request lists.
//! * A row goes with everything that hangs on it or not at all. If anything else refers to any of
//!   that, it is kept and counted with the reason, whatever the database's `ON DELETE` would do.
//! * Names are quoted, values bound; there is no free SQL in a request.
//! * After every batch a [`Progress`] is handed out; a run goes on exactly from it.
//! * Values leave only masked (examples of a dry run) or to the sink that asked for copies.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use purge::{Allow, Child, Condition, Request, Selection, Target, Treatment};
//!
//! let (address, password) = sources::Address::parse("postgres://privet@db.example/shop")?;
//! let target = Target::new(address, password, sources::Options::default())?;
//! let request = Request {
//!     root: "orders".into(),
//!     selection: Selection {
//!         covered: Condition::OlderThan {
//!             column: "placed_at".into(),
//!             than: "2023-11-29T00:00:00Z".parse()?,
//!             time: None,
//!         },
//!         except: vec![Condition::Equals { column: "disputed".into(), value: purge::Literal::Bool(true) }],
//!     },
//!     treatment: Treatment::Delete,
//!     children: vec![Child {
//!         table: "order_lines".into(),
//!         columns: vec![],
//!         treatment: Treatment::Delete,
//!         except: vec![],
//!     }],
//!     joins: vec![],
//!     allow: Allow::default(),
//! };
//! let plan = purge::plan(&target.schema().await?, request)?;
//! # Ok(()) }
//! ```

mod alike;
mod amend;
mod batch;
mod conn;
mod copy;
mod dry;
mod error;
mod fault;
mod files;
mod mask;
mod options;
mod plan;
mod pool;
mod read;
mod report;
mod request;
mod restore;
mod run;
mod schema;
mod session;
mod sql;
mod target;
mod value;

pub use alike::Alike;
pub use amend::{Amended, Amendment, Edit, amend, fixed as fixed_because};
pub use copy::{BatchCopy, Before, Change, Group};
pub use dry::dry_run;
pub use error::PurgeError;
pub use files::{
    Draft, LIST, MORE, Mended, Mending, Moves, Naming, Shelf, Sweep, Swept, fixed_in_file,
};
pub use options::{DryOptions, Flow, RunOptions, Sink, SinkError};
pub use plan::{Action, Fate, Plan, PlannedLink, Step, plan};
pub use pool::Pool;
pub use read::{Only, Reader};
pub use report::{Counts, DryRun, End, Example, Kept, Outcome, Progress, Reason};
pub use request::{
    Aggregate, Allow, Child, Condition, Dimension, Grain, Hop, Join, Literal, MaskKind, Neutral,
    Request, Selection, TimeEncoding, Treatment,
};
pub use restore::{Restored, restore};
pub use run::run;
pub use sources::Stamp;

pub use schema::{Class, Column, Link, RowKey, Schema, Table};
pub use session::Session;
pub use target::{Engine, Target};
pub use value::{Key, Value};
