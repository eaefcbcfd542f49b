//! Requests: what they are, how they are kept, what happens to them.

mod act;
mod bundles;
mod end;
mod letters;
mod model;
mod receive;
mod shown;
mod store;
mod twin;
mod work;

pub(crate) use act::words;
pub(crate) use bundles::{
    begin_bundle, end_bundle, expired_bundles, fail_bundle, forget_bundle, keep_place,
    note_fetched, place,
};
pub(crate) use model::shown_by;
pub use model::{By, Channel, Kind, Level, Private, Request, State};
pub(crate) use receive::{LAPSE, LINK_LIFE, mail_of};
pub use receive::{New, Received};
pub use store::{Author, Counts, Event, Filter, Message};
pub(crate) use store::{NewEvent, insert_event, insert_message, number_of};
pub use twin::Others;
