//! The Data Rights Protocol (DRP) of Consumer Reports, version 0.9.4, as a covered business: messages
//! that people's authorised agents sign are opened and judged, answers are written. Section numbers in
//! this room are of `data-rights-protocol.md` 0.9.4 in
//! <https://github.com/consumer-reports-innovation-lab/data-rights-protocol>.
//!
//! Nothing here reads a clock, a database or a network; whoever mounts the endpoints does:
//!
//! | endpoint | opened by | answered by |
//! |---|---|---|
//! | `POST /v1/agent/{agent-id}` | [`open_setup`] | [`setup_answer`] with a [`Token`] |
//! | `GET /v1/agent/{agent-id}` | [`bearer`], [`is_own`] | [`info_answer`] |
//! | `POST /v1/data-rights-request` | [`bearer`], then [`open`] | [`Status::render`] |
//! | `GET /v1/data-rights-request/{id}` | [`bearer`], [`is_own`] | [`Status::render`] |
//! | `DELETE /v1/data-rights-request/{id}` | [`bearer`], [`is_own`], then [`open_revoke`] | [`Status::render`] |
//! | `POST` to the agent's `status_callback` | | [`Status::render`] |
//!
//! A [`Refusal`] says with which HTTP status and body (3.06). Discovery under `/.well-known` was taken
//! out of the protocol with 0.9: agents find businesses in the network's directory, for which
//! [`Business::render`] writes the entry, and businesses find agents' keys there ([`agents`]).
//!
//! What it promises: nothing of a message is looked at before its signature is good; one that was meant
//! for somebody else, comes from somebody else, is too early or too late is refused, in the order that
//! 3.07 asks for; `Debug` and errors show nothing of a person.
//!
//! What it leaves to others: each message is good once only, so its [`Opened::digest`] must be kept
//! until [`Opened::until`], in the transaction that stores the request, and refused with
//! [`Refusal::Replayed`] when it comes again. `status_callback` is an address that somebody else chose;
//! whoever calls it must check where it leads.
//!
//! ```
//! # fn example(agent: &drp::Agent, body: &[u8]) -> Result<(), drp::Refusal> {
//! let us = drp::Us::new("ACME_TEA");
//! let opened = drp::open(body, agent, &us, jiff::Timestamp::now())?;
//! println!("{} wants {}", opened.message.agent_id, opened.message.action);
//! # Ok(()) }
//! ```

mod action;
mod directory;
mod fields;
mod identity;
mod json;
mod refusal;
mod request;
mod signed;
mod status;
mod token;

pub use action::{Action, Regime, Right};
pub use directory::{Agent, Business, DirectoryError, Verification, agents};
pub use identity::{Address, Identity, Proven};
pub use refusal::{Fault, Refusal};
pub use request::{
    Opened, Request, Revoke, Setup, Us, info_answer, open, open_revoke, open_setup, setup_answer,
};
pub use signed::{BODY_MAX, VerifyKey};
pub use status::{Denial, State, Status, StatusError, Underway};
pub use token::{Token, bearer, is_own};

/// The version of the protocol that is written and preferred.
pub const VERSION: &str = "0.9.4";
