//! The letter of a day: numbers of requests, what is asked, and days. Nobody is named.

use web::{Colleague, mail::Letter};

use super::{Telling, step::Clock};
use crate::{Kind, Rights};

/// Requests that one letter names; the rest is in the queue.
const NAMED: usize = 30;

impl Rights {
    /// What somebody is told today, what is late first.
    pub(super) fn digest_letter(&self, reader: &Colleague, tellings: &[&Telling<'_>]) -> Letter {
        let lang = reader.lang;
        let say = |key: &str, args: &[(&str, &str)]| {
            let args: Vec<_> = args.iter().map(|(name, text)| (*name, (*text).into())).collect();
            web::translate(lang, key, &args)
        };
        let mut sorted: Vec<&&Telling<'_>> = tellings.iter().collect();
        sorted.sort_by_key(|one| (!one.is_late(), one.until));
        let line = |telling: &&&Telling<'_>| {
            let name = format!("R-{}", telling.request.number);
            let kind = Kind::parse(&telling.request.kind);
            let what = kind.map(|kind| say(&kind.key(), &[])).unwrap_or_default();
            let day = self.day_at(telling.request, telling.until);
            let key = match telling.clock {
                _ if telling.is_late() => "rights-watch-late",
                Clock::Due if telling.either => "rights-watch-either",
                Clock::Due => "rights-watch-due",
                Clock::Notice => "rights-watch-notice",
                Clock::Confirm => "rights-watch-confirm",
            };
            say(key, &[("name", &name), ("what", &what), ("day", &day)])
        };
        let mut lines: Vec<String> = sorted.iter().take(NAMED).map(line).collect();
        if sorted.len() > NAMED {
            let rest = (sorted.len() - NAMED).to_string();
            lines.push(say("rights-watch-more", &[("count", &rest)]));
        }
        let late = tellings.iter().filter(|one| one.is_late()).count();
        let (near, late) = ((tellings.len() - late).to_string(), late.to_string());
        let lines = lines.join("\n\n");
        let args = [("near", near.as_str()), ("late", late.as_str()), ("lines", lines.as_str())];
        let url = self.address("/console/requests");
        Letter::new("rights-watch-letter", lang, reader.to.clone(), &args).with_action(&url)
    }
}
