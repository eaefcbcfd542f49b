//! Counting who must be asked again. What people chose is sealed, so the records are opened here, range
//! by range of customers, and all purposes are counted in one pass.

use std::collections::{BTreeSet, HashMap};

use super::Campaign;
use crate::{
    Catalogue, Choice, Consent, Result, SubjectId,
    decide::{PurposeSlot, Shape},
    ranges::{number, rows},
};

/// How far a campaign is for one purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// The purpose.
    pub purpose: String,
    /// Agreed again.
    pub granted: i64,
    /// Refused, or took it back.
    pub denied: i64,
    /// Have not answered.
    pub open: i64,
}

impl Line {
    /// All who must be asked.
    pub fn asked(&self) -> i64 {
        self.granted + self.denied + self.open
    }

    /// Those who answered.
    pub fn answered(&self) -> i64 {
        self.granted + self.denied
    }
}

/// How far a campaign is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// By purpose.
    pub lines: Vec<Line>,
    /// As of (µs).
    pub at: i64,
    /// As of this entry of the ledger.
    pub head: i64,
}

pub(super) async fn progress(
    consent: &Consent,
    campaign: &Campaign,
    head: i64,
) -> Result<Progress> {
    let empty = |purpose: &String| Line { purpose: purpose.clone(), ..Line::default() };
    let mut lines: Vec<Line> = campaign.purposes.iter().map(empty).collect();
    asked(consent, campaign, |_, purpose, outcome| {
        let line = &mut lines[purpose];
        match outcome {
            Outcome::Granted => line.granted += 1,
            Outcome::Denied => line.denied += 1,
            Outcome::Open => line.open += 1,
        }
    })
    .await?;
    Ok(Progress { lines, at: ::store::now(), head })
}

/// Everybody who is open for any of the purposes.
pub(super) async fn open_people(consent: &Consent, campaign: &Campaign) -> Result<Vec<SubjectId>> {
    let mut people = BTreeSet::new();
    asked(consent, campaign, |person, _, outcome| {
        if outcome == Outcome::Open {
            people.insert(SubjectId(person.to_owned()));
        }
    })
    .await?;
    Ok(people.into_iter().collect())
}

/// What somebody who must be asked has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Granted,
    Denied,
    Open,
}

/// The newest choices of somebody for a purpose, before the version was published and since.
#[derive(Default)]
struct Newest<'t> {
    before: Option<(Rank<'t>, Told)>,
    since: Option<(Rank<'t>, Told)>,
}

/// A record's place in time: the later one counts.
type Rank<'t> = (i64, i64, &'t str);

#[derive(Clone, Copy)]
struct Told {
    choice: Choice,
    /// Under an older version of the campaign's notice.
    older: bool,
}

impl Newest<'_> {
    /// `None` for those who need not be asked: whose newest choice before the version was no yes under an
    /// older version of the notice. A yes that still came in under an older version is no answer to the
    /// new one, and a confirmation e-mail that waits is none yet.
    fn outcome(&self) -> Option<Outcome> {
        let (_, before) = self.before?;
        if before.choice != Choice::Granted || !before.older {
            return None;
        }
        Some(match self.since {
            Some((_, Told { choice: Choice::Denied | Choice::Withdrawn, .. })) => Outcome::Denied,
            Some((_, Told { choice: Choice::Granted, older: false })) => Outcome::Granted,
            _ => Outcome::Open,
        })
    }
}

/// Tells `of` everybody who must be asked, for each purpose by its place in the campaign.
async fn asked(
    consent: &Consent,
    campaign: &Campaign,
    mut of: impl FnMut(&str, usize, Outcome),
) -> Result<()> {
    let mut after = String::new();
    while let Some(until) = consent.range_after(&after).await? {
        let text = consent.together(COLUMNS, RECORDS, &after, &until).await?;
        let people = consent.opening(|now| people(consent, now, campaign, &text)).await?;
        for (person, purposes) in &people {
            for (at, newest) in purposes.iter().enumerate() {
                if let Some(outcome) = newest.outcome() {
                    of(person, at, outcome);
                }
            }
        }
        after = until;
    }
    Ok(())
}

const COLUMNS: &[&str] = &[
    "person",
    "subject",
    "CAST(given_at AS TEXT)",
    "CAST(recorded_at AS TEXT)",
    "id",
    "CAST(notice_slot AS TEXT)",
    "choices",
];

/// The records of the people of a range; those of customers merged into one are that one's.
const RECORDS: &str = "(
    SELECT r.*, s.id AS person FROM consent_record r JOIN subject s ON s.id = r.subject
    WHERE s.id > $1 AND s.id <= $2 AND s.merged_into IS NULL AND s.erased_at IS NULL
    UNION ALL
    SELECT r.*, s.merged_into AS person FROM consent_record r JOIN subject s ON s.id = r.subject
    WHERE s.merged_into > $1 AND s.merged_into <= $2 AND s.erased_at IS NULL) AS told";

fn people<'t>(
    consent: &Consent,
    catalogue: &Catalogue,
    campaign: &Campaign,
    text: &'t str,
) -> Result<HashMap<&'t str, Vec<Newest<'t>>>> {
    let slots = campaign.purposes.iter().map(|key| Ok(catalogue.purpose(key)?.slot));
    let slots: Vec<PurposeSlot> = slots.collect::<Result<_>>()?;
    let version = &campaign.version;
    let older = |shape: Shape| {
        let notice = catalogue.notice_by_slot(shape.notice);
        notice.is_some_and(|one| one.notice == version.notice && one.version < version.version)
    };
    let mut all: HashMap<&str, Vec<Newest<'_>>> = HashMap::new();
    for [person, subject, given, recorded, id, slot, choices] in rows::<7>(text) {
        let Some(said) = consent.said(id, subject, choices, number(slot)?)? else { continue };
        let shape = said.shape(catalogue);
        let rank = (number(given)?, number(recorded)?, id);
        let of_person = all.entry(person).or_default();
        of_person.resize_with(slots.len(), Newest::default);
        for (newest, slot) in of_person.iter_mut().zip(&slots) {
            let Some(choice) = shape.about(*slot) else { continue };
            let earlier = rank.0 < version.published_at;
            let place = if earlier { &mut newest.before } else { &mut newest.since };
            if place.is_none_or(|(known, _)| known < rank) {
                *place = Some((rank, Told { choice, older: older(shape) }));
            }
        }
    }
    Ok(all)
}
