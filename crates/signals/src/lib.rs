//! Consent signals: the strings in which a person's choices travel between companies. Pure functions,
//! no I/O: IAB TCF strings ([`TcString`]), the Global Privacy Platform ([`Gpp`] with all its sections),
//! US Privacy strings ([`UsPrivacy`]), the GPC header ([`gpc_requested`]) and Google Consent Mode
//! ([`ConsentMode`]); [`Mapping`] says which of our purposes means what in each.
//!
//! Decoding is strict about form (a cut or altered string is an error) and never about policy: whether
//! a readable string may be relied on is asked separately ([`TcString::check`]). Time and memory are
//! bounded whatever the input claims.

mod bits;
mod consent_mode;
mod error;
mod gpc;
mod gpp;
mod gvl;
mod ids;
mod mapping;
mod ranges;
mod stamp;
mod tcf;
mod usp;

pub use consent_mode::{ConsentMode, Signal};
pub use error::{Result, SignalError};
pub use gpc::gpc_requested;
pub use gpp::{Field, Gpp, Kind, LAYOUTS, Layout, Part, Section, SegmentLayout, Value, layout};
pub use gvl::{LARGEST as LARGEST_VENDOR_LIST, Vendor, VendorList};
pub use ids::{Flags, HIGHEST_ID, IdSet, Runs};
pub use mapping::{Mapping, Meaning};
pub use stamp::{Letters, Stamp};
pub use tcf::{
    Choices, Finding, LONGEST as LONGEST_TC_STRING, PublisherTc, Restriction, RestrictionType,
    TcString, Today, Weight,
};
pub use usp::{Answer, UsPrivacy};
