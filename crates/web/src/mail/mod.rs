//! Mail: letters written in the reader's language, queued in the transaction of what they tell about,
//! sent by SMTP as durable jobs. A row holds the letter sealed until it is sent and nothing of it
//! afterwards; who it went to is in no log, error or list.

mod config;
mod fault;
mod job;
mod letter;
mod pages;
mod rows;
mod smtp;

pub use config::{MailConfig, MailConfigError, MailSecret, MailSecurity};
pub use fault::Fault;
pub use job::add_handlers;
pub use letter::{Letter, Recipient};
pub use rows::{MailEnd, MailState};

pub(crate) use pages::{save_password, send_test, show};
pub(crate) use smtp::Mailer;

use store::Migration;

pub(crate) const MIGRATIONS: [Migration; 1] =
    [Migration { room: "mail", version: 1, sql: include_str!("schema.sql") }];
