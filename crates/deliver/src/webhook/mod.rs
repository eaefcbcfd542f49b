//! Webhooks after the Standard Webhooks specification (https://www.standardwebhooks.com): every
//! message carries `webhook-id`, `webhook-timestamp` and `webhook-signature`, so that a receiver can
//! tell who sent it, that nobody changed it, and that it has had it before.

mod client;
mod sign;

pub use client::{Client, Message};
pub use sign::{Signature, for_receiver, new_secret, sign};
