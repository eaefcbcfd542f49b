//! Requests that come in another way than the portal, the desk's form or a program: by mail, which a
//! mail server hands on (`POST /v1/rights-requests/mail`), and many at once from a CSV file.
//!
//! What it promises: nothing that came is lost, the same thing sent twice makes one request, and a sender
//! proves nothing: whoever is named still confirms by the link that goes to that very address. A message
//! that a machine sent makes no request and gets no letter, or two machines would write to each other.

mod file;
mod guess;
mod import;
mod inbox;
mod message;
mod pages;

pub use file::{Fault, Line};
pub use guess::guess;
pub use import::Import;
pub use inbox::{Mail, Taken};
pub use message::Message;

pub(crate) use import::TakeIn;
pub(crate) use pages::router;

use store::Actor;

/// Who takes in what no person of staff does.
const BY: Actor = Actor::System("intake");
