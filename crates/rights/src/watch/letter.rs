//! The letter of a day: numbers of requests, what is asked, and days. Nobody is named.

use web::{Colleague, mail::Letter};

use super::{News, Telling, step::Clock, task::TaskTelling};
use crate::{Kind, Rights};

/// Requests that one letter names; the rest is in the queue.
const NAMED: usize = 30;

impl Rights {
    /// What somebody is told today, what is late first.
    pub(super) fn digest_letter(&self, reader: &Colleague, news: &News<'_>) -> Letter {
        let tellings = &news.requests;
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
        let task = |one: &&TaskTelling| {
            let (name, day) = (one.task.request_name(), web::rfc3339(one.task.due_at));
            let day = day.get(..10).unwrap_or_default();
            let what = say(&format!("rights-task-step-{}", one.task.step.as_str()), &[]);
            let key = if one.late { "rights-watch-task-late" } else { "rights-watch-task" };
            let source = one.task.name.as_str();
            say(key, &[("name", &name), ("source", source), ("what", &what), ("day", day)])
        };
        let mut lines: Vec<String> = sorted.iter().map(line).collect();
        lines.extend(news.tasks.iter().map(task));
        if lines.len() > NAMED {
            let rest = (lines.len() - NAMED).to_string();
            lines.truncate(NAMED);
            lines.push(say("rights-watch-more", &[("count", &rest)]));
        }
        let late = tellings.iter().filter(|one| one.is_late()).count()
            + news.tasks.iter().filter(|one| one.late).count();
        let near = tellings.len() + news.tasks.len() - late;
        let (near, late) = (near.to_string(), late.to_string());
        let lines = lines.join("\n\n");
        let args = [("near", near.as_str()), ("late", late.as_str()), ("lines", lines.as_str())];
        // Owners of systems may not see the queue.
        let page =
            if tellings.is_empty() { "/console/requests/tasks" } else { "/console/requests" };
        let url = self.address(page);
        Letter::new("rights-watch-letter", lang, reader.to.clone(), &args).with_action(&url)
    }
}
