//! Duties: facts of the kind `duty` whose law applies and whose conditions hold, each with the day it is
//! due next. The days come from the fact: a day of the year, every so many months or years after it was
//! last done, or a clock from the day the duty began. Nothing here knows a number of a law.

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use law::clock::{Start, Term};
use law::{Calendars, Fact, Judged, Kind, Law, Metric, Truth};
use sqlx::Row as _;
use store::{Actor, Entry, new_id, now};

use crate::{RegimeError, Regimes, Result};

/// Duties whose law begins within so many months are told beforehand.
const AHEAD: i64 = 18;
/// Due within so many days is soon.
const SOON: i64 = 30;

/// Where a duty stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Its day has passed.
    Overdue,
    /// Its day is near.
    Soon,
    /// To be done, without a day.
    Open,
    /// Its day is far.
    Later,
    /// Whether it applies is not known: something must be told first.
    Unknown,
    /// Its law is not in force yet.
    Coming,
    /// Done; with a next day where it comes again.
    Done,
}

impl Standing {
    /// All, the most pressing first.
    pub const ALL: [Self; 7] = [
        Self::Overdue,
        Self::Soon,
        Self::Open,
        Self::Later,
        Self::Unknown,
        Self::Coming,
        Self::Done,
    ];

    /// Stable name, for message keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Soon => "soon",
            Self::Open => "open",
            Self::Later => "later",
            Self::Unknown => "unknown",
            Self::Coming => "coming",
            Self::Done => "done",
        }
    }
}

/// That a duty was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Id.
    pub id: String,
    /// The duty.
    pub fact: String,
    /// For which day; empty for a duty without one.
    pub due: String,
    /// When.
    pub day: Date,
    /// What shows it, in somebody's words.
    pub evidence: String,
    /// Who said so, as the ledger writes it.
    pub actor: String,
    /// When they said so (µs).
    pub at: i64,
}

/// A duty.
#[derive(Debug, Clone)]
pub struct Duty {
    /// What the law says.
    pub fact: Fact,
    /// Where it stands.
    pub standing: Standing,
    /// The conditions that make it apply, or that are open.
    pub because: Vec<Judged>,
    /// What must be told to know whether it applies.
    pub asks: Vec<Metric>,
    /// Since when it applies here.
    pub begun: Option<Date>,
    /// Its next day.
    pub due: Option<Date>,
    /// The day was counted through a year that no published calendar covers.
    pub provisional: bool,
    /// When it was done, the last first.
    pub done: Vec<Done>,
}

impl Duty {
    /// Comes again after it was done.
    pub fn recurs(&self) -> bool {
        self.fact.every.is_some() || !self.fact.due.is_empty()
    }

    /// Only advice: the fact was not checked against a text.
    pub fn advises(&self) -> bool {
        !self.fact.confidence.decides()
    }
}

/// A duty's fact with how it was judged.
pub(crate) struct Reached<'a> {
    pub fact: &'a Fact,
    pub truth: Truth,
    pub because: Vec<Judged>,
    pub asks: Vec<Metric>,
}

/// The duties of the laws that apply, or may apply, on a day.
pub(crate) fn reached<'a>(law: &'a Law, known: &law::Profile, day: Date) -> Vec<Reached<'a>> {
    let mut all = Vec::new();
    for (regime, judged) in law.judge(known, day) {
        if judged.truth != Truth::Yes {
            continue;
        }
        for fact in law.about(&regime.id, Kind::Duty, day) {
            let own = known.judge(&fact.when, regime);
            if own.truth == Truth::No {
                continue;
            }
            let because = own.ways.first().cloned().unwrap_or_default();
            all.push(Reached { fact, truth: own.truth, because, asks: own.unknown() });
        }
    }
    all
}

impl Regimes {
    /// All duties on a day, the most pressing first.
    pub async fn duties(&self, day: Date) -> Result<Vec<Duty>> {
        let (law, known) = (self.law(), self.known().await?);
        let (begun, done) = (self.begun().await?, self.done().await?);
        let mut duties: Vec<Duty> = Vec::new();
        for reached in reached(&law, &known, day) {
            let of = |id: &str| begun.iter().find(|(fact, _)| fact == id).map(|(_, day)| *day);
            let begun = of(&reached.fact.id);
            let done = done.iter().filter(|one| one.fact == reached.fact.id).cloned().collect();
            duties.push(judge(&law, reached, begun, done, day));
        }
        let ahead = day.checked_add(AHEAD.months()).unwrap_or(day);
        for reached in reached_ahead(&law, &known, day, ahead) {
            let due = reached.fact.from;
            duties.push(Duty { standing: Standing::Coming, due, ..bare(reached) });
        }
        duties.sort_by(|a, b| {
            let key = |one: &Duty| (one.standing, one.due.is_none(), one.due);
            key(a).cmp(&key(b)).then_with(|| a.fact.id.cmp(&b.fact.id))
        });
        Ok(duties)
    }

    /// One duty.
    pub async fn duty(&self, id: &str, day: Date) -> Result<Duty> {
        let duties = self.duties(day).await?;
        duties.into_iter().find(|duty| duty.fact.id == id).ok_or(RegimeError::NotFound("duty"))
    }

    /// Notes which duties begin to apply and which no longer do.
    pub async fn notice(&self, day: Date) -> Result<()> {
        let (law, known) = (self.law(), self.known().await?);
        let kept = self.begun().await?;
        let now_on: Vec<&Fact> = reached(&law, &known, day)
            .into_iter()
            .filter(|one| one.truth == Truth::Yes)
            .map(|one| one.fact)
            .collect();
        let fresh: Vec<&Fact> = now_on
            .iter()
            .filter(|fact| !kept.iter().any(|(id, _)| *id == fact.id))
            .copied()
            .collect();
        let over: Vec<&str> = kept
            .iter()
            .map(|(id, _)| id.as_str())
            .filter(|id| !now_on.iter().any(|fact| fact.id == *id))
            .collect();
        let by = Actor::System("duties");
        for fact in fresh {
            let entry = Entry::new(by.clone(), "duty.begun", "duty", &fact.id);
            self.put_begun(entry, &fact.id, day, false).await?;
        }
        for id in over {
            let entry = Entry::new(by.clone(), "duty.ended", "duty", id);
            let mut tx = self.store().begin(entry).await?;
            sqlx::query("DELETE FROM regime_duty_begun WHERE fact = $1")
                .bind(id)
                .execute(tx.conn())
                .await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Says since which day a duty applies: its clock runs from there.
    pub async fn set_begun(&self, by: Actor, id: &str, day: Date) -> Result<()> {
        self.put_begun(Entry::new(by, "duty.begun", "duty", id), id, day, true).await
    }

    async fn put_begun(&self, entry: Entry, id: &str, day: Date, told: bool) -> Result<()> {
        let actor = entry.actor.to_text();
        let mut tx = self.store().begin(entry).await?;
        tx.states(None, Some(self.store().digest(&(id, day.to_string()))));
        sqlx::query(
            "INSERT INTO regime_duty_begun (fact, day, told, actor, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (fact) DO UPDATE SET day = excluded.day, told = excluded.told,
                 actor = excluded.actor, at = excluded.at",
        )
        .bind(id)
        .bind(day.to_string())
        .bind(i64::from(told))
        .bind(actor)
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Says that a duty was done on a day, and what shows it.
    pub async fn do_duty(&self, by: Actor, duty: &Duty, day: Date, evidence: &str) -> Result<()> {
        let id = new_id();
        let due = duty.due.map(|due| due.to_string()).unwrap_or_default();
        let entry = Entry::new(by, "duty.done", "duty", &duty.fact.id);
        let actor = entry.actor.to_text();
        let mut tx = self.store().begin(entry).await?;
        tx.states(None, Some(self.store().digest(&(&due, day.to_string(), evidence))));
        sqlx::query(
            "INSERT INTO regime_duty_done (id, fact, due, day, evidence_sealed, actor, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&id)
        .bind(&duty.fact.id)
        .bind(due)
        .bind(day.to_string())
        .bind(self.store().seal(&context(&id), evidence.trim()))
        .bind(actor)
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes back that a duty was done.
    pub async fn reopen_duty(&self, by: Actor, fact: &str, id: &str) -> Result<()> {
        let mut tx = self.store().begin(Entry::new(by, "duty.reopened", "duty", fact)).await?;
        let gone = sqlx::query("DELETE FROM regime_duty_done WHERE id = $1 AND fact = $2")
            .bind(id)
            .bind(fact)
            .execute(tx.conn())
            .await?;
        if gone.rows_affected() == 0 {
            return Err(RegimeError::NotFound("note"));
        }
        tx.commit().await?;
        Ok(())
    }

    async fn begun(&self) -> Result<Vec<(String, Date)>> {
        let rows = sqlx::query("SELECT fact, day FROM regime_duty_begun ORDER BY fact")
            .fetch_all(self.store().reader())
            .await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, date(row.try_get(1)?)?))).collect()
    }

    async fn done(&self) -> Result<Vec<Done>> {
        let rows = sqlx::query(
            "SELECT id, fact, due, day, evidence_sealed, actor, at FROM regime_duty_done
             ORDER BY day DESC, at DESC",
        )
        .fetch_all(self.store().reader())
        .await?;
        rows.iter()
            .map(|row| {
                let id: String = row.try_get(0)?;
                Ok(Done {
                    fact: row.try_get(1)?,
                    due: row.try_get(2)?,
                    day: date(row.try_get(3)?)?,
                    evidence: self.store().unseal(&context(&id), row.try_get(4)?)?,
                    actor: row.try_get(5)?,
                    at: row.try_get(6)?,
                    id,
                })
            })
            .collect()
    }
}

fn context(id: &str) -> String {
    format!("duty:{id}:evidence")
}

fn date(text: &str) -> Result<Date> {
    text.parse().map_err(|_| RegimeError::Damaged("day"))
}

/// Duties of laws that apply, or will, which begin after a day and until another.
fn reached_ahead<'a>(
    law: &'a Law,
    known: &law::Profile,
    day: Date,
    until: Date,
) -> Vec<Reached<'a>> {
    let begins = |from: Option<Date>| from.is_some_and(|from| from > day && from <= until);
    let on_the_day = reached(law, known, day);
    reached(law, known, until)
        .into_iter()
        .filter(|one| {
            let regime = law.regime(&one.fact.regime).and_then(|regime| regime.from);
            (begins(one.fact.from) || begins(regime))
                && !on_the_day.iter().any(|now| now.fact.id == one.fact.id)
        })
        .collect()
}

fn bare(reached: Reached<'_>) -> Duty {
    Duty {
        fact: reached.fact.clone(),
        standing: Standing::Open,
        because: reached.because,
        asks: reached.asks,
        begun: None,
        due: None,
        provisional: false,
        done: Vec::new(),
    }
}

fn judge(law: &Law, reached: Reached<'_>, begun: Option<Date>, done: Vec<Done>, day: Date) -> Duty {
    if reached.truth == Truth::Unknown {
        return Duty { standing: Standing::Unknown, ..bare(reached) };
    }
    let calendar = law.regime(&reached.fact.regime).map_or("", |regime| &regime.calendar);
    let since = begun.unwrap_or(day).max(reached.fact.from.unwrap_or(Date::MIN));
    let (due, provisional) = next(reached.fact, since, done.first(), calendar);
    let recurs = reached.fact.every.is_some() || !reached.fact.due.is_empty();
    let soon = day.checked_add(SOON.days()).unwrap_or(day);
    let standing = match due {
        _ if !recurs && !done.is_empty() => Standing::Done,
        None => Standing::Open,
        Some(due) if due < day => Standing::Overdue,
        Some(due) if due <= soon => Standing::Soon,
        Some(_) if !done.is_empty() => Standing::Done,
        Some(_) => Standing::Later,
    };
    let due = if standing == Standing::Done && !recurs { None } else { due };
    Duty { standing, begun, due, provisional, done, ..bare(reached) }
}

/// The next day of a duty, and whether it was counted through unpublished years.
fn next(fact: &Fact, since: Date, last: Option<&Done>, calendar: &str) -> (Option<Date>, bool) {
    let every = fact.every.as_ref().map(Term::from);
    if let Some((month, of)) = law::day_of_year(&fact.due) {
        // Each time it was done answers one of these days; the next one follows it.
        let after = last.and_then(|done| done.due.parse::<Date>().ok());
        let from = after.and_then(|due| due.tomorrow().ok()).unwrap_or(since);
        return (day_of_year(from, month, of), false);
    }
    let (term, from) = match (every, Term::of(fact)) {
        (Some(every), _) => (every, last.map_or(since, |done| done.day)),
        (None, Ok(term)) => (term, since),
        (None, Err(_)) => return (None, false),
    };
    let Ok(at) = from.at(12, 0, 0, 0).to_zoned_datetime(TimeZone::UTC) else {
        return (None, false);
    };
    let calendar = Calendars::shipped().get(calendar);
    let start = Start { at: at.timestamp(), zone: TimeZone::UTC, calendar, pauses: &[] };
    match start.end(term) {
        Ok(deadline) => (Some(deadline.day), deadline.provisional),
        Err(_) => (None, false),
    }
}

/// The first such day of a year on or after a day; 29 February falls back to the 28th.
fn day_of_year(from: Date, month: i8, day: i8) -> Option<Date> {
    (from.year()..=from.year().saturating_add(1)).find_map(|year| {
        let own = Date::new(year, month, day).or_else(|_| Date::new(year, month, day - 1)).ok()?;
        (own >= from).then_some(own)
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn fact(id: &str) -> Fact {
        Law::shipped().facts().find(|fact| fact.id == id).unwrap().clone()
    }

    fn done(due: &str, day: Date) -> Done {
        Done {
            id: "1".into(),
            fact: String::new(),
            due: due.into(),
            day,
            evidence: String::new(),
            actor: String::new(),
            at: 0,
        }
    }

    #[test]
    fn a_day_of_the_year_comes_again_after_it_was_done_for_one() {
        let minors = fact("cn.duty.audit_minor");
        let since = date(2026, 11, 29);

        assert_eq!(next(&minors, since, None, "cn").0, Some(date(2027, 1, 31)));
        let early = done("2027-01-31", date(2026, 12, 20));
        assert_eq!(next(&minors, since, Some(&early), "cn").0, Some(date(2028, 1, 31)));
        assert_eq!(next(&minors, date(2027, 1, 31), None, "cn").0, Some(date(2027, 1, 31)));
    }

    #[test]
    fn an_audit_every_two_years_runs_from_the_last() {
        let audit = fact("cn.duty.audit_10m");

        assert_eq!(next(&audit, date(2026, 2, 28), None, "cn").0, Some(date(2028, 2, 28)));
        let last = done("2028-02-28", date(2027, 5, 1));
        assert_eq!(next(&audit, date(2026, 2, 28), Some(&last), "cn").0, Some(date(2029, 5, 1)));
    }

    #[test]
    fn a_filing_runs_on_working_days_with_those_of_weekends() {
        let filing = fact("cn.duty.officer_filing");

        // 30 working days from 6 January 2026 over the Spring Festival, whose Saturdays are worked.
        assert_eq!(next(&filing, date(2026, 1, 6), None, "cn"), (Some(date(2026, 2, 24)), false));
    }

    #[test]
    fn the_leap_day_falls_back() {
        assert_eq!(day_of_year(date(2026, 3, 1), 2, 29), Some(date(2027, 2, 28)));
        assert_eq!(day_of_year(date(2028, 1, 1), 2, 29), Some(date(2028, 2, 29)));
    }
}
