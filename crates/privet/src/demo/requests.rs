//! Requests that customers of Lantern Tea made: a few in each state, received on different days, so that
//! the queue and the clocks show what they are for.

use anyhow::Result;
use consent::{Identifier, IdentifierKind, Subject, property::DEFAULT};
use rights::{By, Channel, Kind, Level, New, Private, Rights, request::Filter};
use store::{Actor, now};
use web::Lang;

use super::people;

const ACTOR: Actor = Actor::System("demo");
const DAY: i64 = 24 * 3600 * 1_000_000;

/// Takes a few in, unless there are some.
pub async fn furnish(rights: &Rights) -> Result<()> {
    if rights.requests(&Filter::default(), 1, 0).await?.1 > 0 {
        return Ok(());
    }
    // People who are in the shop, the CRM and the list of readers.
    let all = people::customers();
    let who = |at: usize| all.get(at).map_or("", |one| one.email.as_str());
    take(rights, Kind::Access, (who(0), Lang::ZhCn), 20, "").await?;
    let asked = take(rights, Kind::Erasure, (who(1), Lang::En), 9, "").await?;
    let words = "My first name is written Xiaoming, not Xiao Ming.";
    take(rights, Kind::Correction, (who(2), Lang::En), 3, words).await?;
    take(rights, Kind::Objection, (who(3), Lang::En), 1, "").await?;
    let done = take(rights, Kind::Portability, (who(4), Lang::ZhCn), 34, "").await?;
    let request = rights.request(&asked).await?;
    let question = "Do you mean the account of the shop, of the app, or both?";
    rights.ask_person(&ACTOR, request, "clarification", question).await?;
    let request = rights.request(&done).await?;
    rights.answer(&ACTOR, request, "您的资料已整理成文件，并已按您指定的方式寄出。").await?;
    Ok(())
}

async fn take(
    rights: &Rights,
    kind: Kind,
    (address, lang): (&str, Lang),
    days: i64,
    words: &str,
) -> Result<String> {
    let new = New {
        kind,
        by: By::Person,
        channel: Channel::Staff,
        person: Subject::new(vec![Identifier::parse(IdentifierKind::Email, address, "")?])?,
        private: Private { words: words.to_owned(), ..Private::default() },
        property: DEFAULT.to_owned(),
        lang,
        level: Level::Account,
        received_at: now() - days * DAY,
        about: String::new(),
    };
    Ok(rights.receive(ACTOR, new).await?.id)
}
