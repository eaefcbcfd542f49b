//! What can be done to one of several requests, and doing it.

use store::{Actor, now};
use web::Lang;

use super::Act;
use crate::{Level, Request, Result, Rights, RightsError, State, request::mail_of};

/// What the form says beside the requests.
pub(super) struct Said<'a> {
    /// Who works on them, or "".
    pub to: &'a str,
    /// Words for their people, or "" for the usual ones.
    pub words: &'a str,
}

/// What will be done to a request, or the text key of why it cannot be.
pub(super) enum Verdict {
    Will,
    /// Closed in favour of this one.
    WillFor(Box<Request>),
    Not(&'static str),
}

impl Rights {
    pub(super) async fn bulk_verdict(&self, act: Act, request: &Request) -> Result<Verdict> {
        if act == Act::Csv {
            return Ok(Verdict::Will);
        }
        if request.state.is_closed() {
            return Ok(Verdict::Not("rights-error-closed"));
        }
        let writes = matches!(act, Act::Extend | Act::Remind);
        Ok(match act {
            Act::Extend if !request.may_extend(now()) => Verdict::Not("rights-error-extend"),
            Act::Remind if request.is_verified() => Verdict::Not("rights-bulk-verified"),
            // Whoever showed nothing yet shows it by a link, which goes by mail only.
            Act::Remind if is_unknown(request) && mail_of(&request.private.person()?).is_none() => {
                Verdict::Not("rights-bulk-no-mail")
            }
            _ if writes && !self.can_write(request)? => Verdict::Not("rights-error-no-address"),
            Act::Duplicate => match self.twin_before(request).await? {
                Some(twin) => Verdict::WillFor(Box::new(twin)),
                None => Verdict::Not("rights-bulk-no-twin"),
            },
            _ => Verdict::Will,
        })
    }

    /// Does it; judged anew, as it was shown a while ago.
    pub(super) async fn bulk_do(
        &self,
        by: &Actor,
        act: Act,
        request: Request,
        said: &Said<'_>,
    ) -> Result<()> {
        let verdict = self.bulk_verdict(act, &request).await?;
        let twin = match verdict {
            Verdict::Not(key) => return Err(RightsError::Conflict(key)),
            Verdict::WillFor(twin) => Some(twin),
            Verdict::Will => None,
        };
        match (act, twin) {
            (Act::Assign, _) => self.assign(by, request, said.to).await,
            (Act::Extend, _) => self.extend(by, request, said.words).await,
            (Act::Remind, _) if is_unknown(&request) => {
                self.link_again(by, &request, said.words).await
            }
            (Act::Remind, _) => {
                let words = words(&request, said.words, "rights-bulk-remind-default", &[]);
                // Somebody who waits is asked already: the clock is as it is, they only hear again.
                if request.state == State::Open {
                    self.ask_person(by, request, "identity", &words).await
                } else {
                    self.say(by, request, &words).await
                }
            }
            (Act::Duplicate, Some(twin)) => {
                let (name, day) = (twin.name(), self.day_of_answer(&twin));
                let args = [("name", name.as_str()), ("day", day.as_str())];
                let words = words(&request, said.words, "rights-bulk-duplicate-default", &args);
                self.close_duplicate(by, request, &twin.id, &words).await
            }
            (Act::Duplicate | Act::Csv, _) => Err(RightsError::NotFound("act")),
        }
    }
}

/// Whether somebody did not show even that their address is theirs: they cannot come to their page.
fn is_unknown(request: &Request) -> bool {
    request.level < Level::Contact
}

/// What was typed, or the usual words in the language of the request's person.
fn words(request: &Request, typed: &str, key: &str, args: &[(&str, &str)]) -> String {
    if !typed.trim().is_empty() {
        return typed.to_owned();
    }
    let lang = Lang::from_tag(&request.lang).unwrap_or_default();
    let args: Vec<_> = args.iter().map(|(name, text)| (*name, (*text).into())).collect();
    web::translate(lang, key, &args)
}
