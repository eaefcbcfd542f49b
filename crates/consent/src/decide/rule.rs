//! The rules of a decision, in their order. Pure: state in, answer out; the same rules answer one
//! question, filter a list of millions and explain themselves.

use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use serde::Serialize;

use super::{NoticeSlot, PurposeSlot};
use crate::{Catalogue, Choice, LegalBasis, Purpose, Regime};

/// What else is said of a use beside person and purpose.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// Categories of data to be used (`contact.email`).
    pub data: Vec<String>,
    /// The system that will use it.
    pub system: Option<String>,
    /// Regimes the person is under; all must allow. Empty: all three.
    pub regimes: Vec<Regime>,
}

impl Ask {
    pub(super) fn regimes(&self) -> &[Regime] {
        if self.regimes.is_empty() { &Regime::ALL } else { &self.regimes }
    }
}

/// A choice as decisions need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// What was chosen.
    pub choice: Choice,
    /// When (µs).
    pub since: i64,
    /// Under which notice version, by its number in memory; 0 without one.
    pub notice: NoticeSlot,
}

/// What is known of a person for one purpose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Erased: nothing is allowed any more.
    pub erased: bool,
    /// Processing is restricted (GDPR Art 18).
    pub restricted: bool,
    /// A minor, and no guardian was verified, until then (µs); 0 for everybody else.
    pub guardian_missing_until: i64,
    /// The newest choice for the purpose.
    pub chosen: Option<Chosen>,
}

/// Which rule decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// Consent was given and holds.
    Granted,
    /// The basis needs no consent: contract, legal obligation, vital interests, public task.
    BasisAllows,
    /// Legitimate interests, or opt-out, and nobody objected.
    NotObjected,
    /// The purpose is retired.
    PurposeRetired,
    /// The purpose may not use this data.
    DataNotCovered,
    /// The purpose may not be pursued in this system.
    SystemNotCovered,
    /// The person was erased.
    Erased,
    /// Processing is restricted.
    Restricted,
    /// The person objected, or opted out.
    Objected,
    /// Nothing was ever chosen.
    NothingRecorded,
    /// The person said no.
    Denied,
    /// The person took the agreement back.
    Withdrawn,
    /// The confirmation e-mail is not answered yet.
    Pending,
    /// The notice has changed so that people must be asked again.
    NoticeChanged,
    /// The agreement is too old.
    Expired,
    /// The person is a minor and no guardian was verified.
    GuardianMissing,
    /// The basis is not available under a regime.
    BasisUnavailable,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Granted,
        Self::BasisAllows,
        Self::NotObjected,
        Self::PurposeRetired,
        Self::DataNotCovered,
        Self::SystemNotCovered,
        Self::Erased,
        Self::Restricted,
        Self::Objected,
        Self::NothingRecorded,
        Self::Denied,
        Self::Withdrawn,
        Self::Pending,
        Self::NoticeChanged,
        Self::Expired,
        Self::GuardianMissing,
        Self::BasisUnavailable,
    ];

    /// The name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::BasisAllows => "basis_allows",
            Self::NotObjected => "not_objected",
            Self::PurposeRetired => "purpose_retired",
            Self::DataNotCovered => "data_not_covered",
            Self::SystemNotCovered => "system_not_covered",
            Self::Erased => "erased",
            Self::Restricted => "restricted",
            Self::Objected => "objected",
            Self::NothingRecorded => "nothing_recorded",
            Self::Denied => "denied",
            Self::Withdrawn => "withdrawn",
            Self::Pending => "pending",
            Self::NoticeChanged => "notice_changed",
            Self::Expired => "expired",
            Self::GuardianMissing => "guardian_missing",
            Self::BasisUnavailable => "basis_unavailable",
        }
    }
}

/// A rule, in the order in which they are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// The purpose is not retired.
    PurposeInUse,
    /// The purpose may use the data.
    DataCovered,
    /// The purpose may be pursued in the system.
    SystemCovered,
    /// The person is not erased.
    NotErased,
    /// Processing is not restricted.
    NotRestricted,
    /// The legal basis exists under the regime.
    BasisAvailable,
    /// The basis needs nobody's choice.
    BasisAllows,
    /// The person did not object.
    NotObjected,
    /// The person chose.
    Chosen,
    /// The newest choice is a yes, and confirmed where that is asked for.
    Granted,
    /// It was given under a notice version that still covers the purpose.
    NoticeHolds,
    /// It is not too old.
    NotExpired,
    /// The person is of age, or a guardian was verified.
    GuardianThere,
}

impl Rule {
    /// The name in the API and in text keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PurposeInUse => "purpose_in_use",
            Self::DataCovered => "data_covered",
            Self::SystemCovered => "system_covered",
            Self::NotErased => "not_erased",
            Self::NotRestricted => "not_restricted",
            Self::BasisAvailable => "basis_available",
            Self::BasisAllows => "basis_allows",
            Self::NotObjected => "not_objected",
            Self::Chosen => "chosen",
            Self::Granted => "granted",
            Self::NoticeHolds => "notice_holds",
            Self::NotExpired => "not_expired",
            Self::GuardianThere => "guardian_there",
        }
    }
}

/// The answer, in its smallest form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the data may be used.
    pub allow: bool,
    /// The legal basis that was looked at.
    pub basis: LegalBasis,
    /// Which rule decided.
    pub reason: Reason,
    /// The choice that decided, if one did.
    pub chosen: Option<Chosen>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether the data may be used.
    pub allow: bool,
    /// The legal basis that was looked at (the strictest of the regimes).
    pub basis: LegalBasis,
    /// Which rule decided.
    pub reason: Reason,
    /// When the choice was made (µs), if one decided.
    pub since: Option<i64>,
    /// Under which notice, `newsletter@3`; empty if none.
    pub notice: String,
}

impl Verdict {
    /// With the notice's name.
    pub fn decision(self, catalogue: &Catalogue) -> Decision {
        let Self { allow, basis, reason, chosen } = self;
        let notice = chosen.and_then(|chosen| catalogue.notice_by_slot(chosen.notice));
        Decision {
            allow,
            basis,
            reason,
            since: chosen.map(|chosen| chosen.since),
            notice: notice.map(|version| version.name()).unwrap_or_default(),
        }
    }
}

/// A question that can be asked of many people.
pub struct Question<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) purpose: &'a Purpose,
    pub(super) ask: &'a Ask,
    /// The moment for which it is asked (µs).
    pub(super) now: i64,
    expiry: Option<Expiry>,
}

/// Months ago that are surely too long ago, and surely not: only between them the calendar is asked.
#[derive(Clone, Copy)]
struct Expiry {
    months: u16,
    surely: i64,
    not_yet: i64,
}

impl<'a> Question<'a> {
    /// Asks about a purpose.
    pub fn new(catalogue: &'a Catalogue, purpose: &'a Purpose, ask: &'a Ask, now: i64) -> Self {
        const DAY: i64 = 86_400 * 1_000_000;
        let expiry = purpose.body.expires_months.map(|months| {
            // 30.436875 days a month over 400 years; a month has up to 2.5 days less, and leap days
            // come unevenly.
            let ago = now - i64::from(months) * 30_436_875 * (DAY / 1_000_000);
            let margin = (4 + i64::from(months) / 100) * DAY;
            Expiry { months, surely: ago - margin, not_yet: ago + margin }
        });
        Self { catalogue, purpose, ask, now, expiry }
    }

    /// Whose answer ages.
    pub(super) fn expires(&self) -> bool {
        self.expiry.is_some()
    }

    pub(super) fn slot(&self) -> PurposeSlot {
        self.purpose.slot
    }

    pub(super) fn is_expired(&self, since: i64) -> bool {
        self.expiry.is_some_and(|Expiry { months, surely, not_yet }| {
            since < surely || (since <= not_yet && self.now >= expiry(since, months))
        })
    }

    /// Decides. Regimes are asked one by one and all must allow; the answer is that of the first
    /// that does not, or else of the strictest.
    pub fn judge(&self, person: &Standing) -> Verdict {
        let mut strictest: Option<Verdict> = None;
        let mut last = None;
        for regime in self.ask.regimes() {
            let basis = self.purpose.basis(*regime);
            if last == Some(basis) && basis.exists_under(*regime) {
                // The same basis says the same, and the last one allowed.
                continue;
            }
            last = Some(basis);
            let one = self.under(*regime, person, |_, _| {});
            if !one.allow {
                return one;
            }
            if strictest.is_none_or(|known| rank(one.basis) < rank(known.basis)) {
                strictest = Some(one);
            }
        }
        // There is always a regime.
        strictest.unwrap_or_else(|| deny(LegalBasis::Consent, Reason::BasisUnavailable))
    }

    /// Decides under one regime; tells `note` each rule as it is asked, and whether it held.
    pub(super) fn under(
        &self,
        regime: Regime,
        person: &Standing,
        mut note: impl FnMut(Rule, bool),
    ) -> Verdict {
        let basis = self.purpose.basis(regime);
        let body = &self.purpose.body;
        let mut holds = |rule, holds: bool| {
            note(rule, holds);
            holds
        };
        if !holds(Rule::PurposeInUse, self.purpose.retired_at.is_none()) {
            return deny(basis, Reason::PurposeRetired);
        }
        let data = body.data.is_empty() || self.ask.data.iter().all(|one| body.data.contains(one));
        if !holds(Rule::DataCovered, data) {
            return deny(basis, Reason::DataNotCovered);
        }
        let system = body.systems.is_empty()
            || self.ask.system.as_ref().is_none_or(|one| body.systems.contains(one));
        if !holds(Rule::SystemCovered, system) {
            return deny(basis, Reason::SystemNotCovered);
        }
        if !holds(Rule::NotErased, !person.erased) {
            return deny(basis, Reason::Erased);
        }
        if !holds(Rule::NotRestricted, !person.restricted) {
            return deny(basis, Reason::Restricted);
        }
        if !holds(Rule::BasisAvailable, basis.exists_under(regime)) {
            return deny(basis, Reason::BasisUnavailable);
        }
        match basis {
            LegalBasis::Consent => self.consent(person, holds),
            LegalBasis::LegitimateInterests | LegalBasis::OptOut => {
                let refused = person
                    .chosen
                    .filter(|one| matches!(one.choice, Choice::Denied | Choice::Withdrawn));
                if holds(Rule::NotObjected, refused.is_none()) {
                    Verdict { allow: true, ..deny(basis, Reason::NotObjected) }
                } else {
                    Verdict { chosen: refused, ..deny(basis, Reason::Objected) }
                }
            }
            _ => {
                holds(Rule::BasisAllows, true);
                Verdict { allow: true, ..deny(basis, Reason::BasisAllows) }
            }
        }
    }

    fn consent(&self, person: &Standing, mut holds: impl FnMut(Rule, bool) -> bool) -> Verdict {
        let basis = LegalBasis::Consent;
        let Some(chosen) = person.chosen else {
            holds(Rule::Chosen, false);
            return deny(basis, Reason::NothingRecorded);
        };
        holds(Rule::Chosen, true);
        let no = |reason| Verdict { chosen: Some(chosen), ..deny(basis, reason) };
        let refusal = match chosen.choice {
            Choice::Granted => None,
            Choice::Denied => Some(Reason::Denied),
            Choice::Withdrawn => Some(Reason::Withdrawn),
            Choice::Pending => Some(Reason::Pending),
        };
        holds(Rule::Granted, refusal.is_none());
        if let Some(reason) = refusal {
            return no(reason);
        }
        // An import without a notice: nobody can say what it covered, so nothing can end it but time.
        let covered = chosen.notice == 0 || self.catalogue.covers(chosen.notice, self.purpose.slot);
        if !holds(Rule::NoticeHolds, covered) {
            return no(Reason::NoticeChanged);
        }
        if !holds(Rule::NotExpired, !self.is_expired(chosen.since)) {
            return no(Reason::Expired);
        }
        if !holds(Rule::GuardianThere, self.now >= person.guardian_missing_until) {
            return no(Reason::GuardianMissing);
        }
        Verdict { allow: true, ..no(Reason::Granted) }
    }
}

fn rank(basis: LegalBasis) -> u8 {
    match basis {
        LegalBasis::Consent => 0,
        LegalBasis::LegitimateInterests | LegalBasis::OptOut => 1,
        _ => 2,
    }
}

/// When a consent given at `since` (µs) ends: the same day of the month, `months` later.
pub fn expiry(since: i64, months: u16) -> i64 {
    let given = Timestamp::from_microsecond(since).map(|at| at.to_zoned_datetime(TimeZone::UTC));
    let ends = given.and_then(|at| at.checked_add(i64::from(months).months()));
    ends.map_or(i64::MAX, |at| at.timestamp().as_microsecond())
}

fn deny(basis: LegalBasis, reason: Reason) -> Verdict {
    Verdict { allow: false, basis, reason, chosen: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PurposeBody;
    use proptest::prelude::*;

    fn purpose(basis: &[(Regime, LegalBasis)], months: Option<u16>) -> Purpose {
        let body = PurposeBody {
            basis: basis.iter().copied().collect(),
            expires_months: months,
            ..PurposeBody::default()
        };
        let (key, at) = ("p".to_owned(), 0);
        Purpose { key, slot: 0, version: 1, retired_at: None, body, created_at: at, updated_at: at }
    }

    proptest! {
        #[test]
        fn estimates_never_replace_the_calendar(
            since in 946_684_800_000_000_i64..4_000_000_000_000_000, months in 1_u16..1300,
            off in -40_i64 * 86_400_000_000..40 * 86_400_000_000,
        ) {
            let now = expiry(since, months).saturating_add(off);
            let (catalogue, ask) = (Catalogue::default(), Ask::default());
            let purpose = purpose(&[], Some(months));
            let question = Question::new(&catalogue, &purpose, &ask, now);
            prop_assert_eq!(question.is_expired(since), now >= expiry(since, months));
        }

        #[test]
        fn all_regimes_must_allow_and_the_first_that_does_not_answers(
            bases in prop::collection::vec(prop::sample::select(LegalBasis::ALL.to_vec()), 3),
            choice in prop::option::of(prop::sample::select(vec![
                Choice::Granted, Choice::Denied, Choice::Withdrawn, Choice::Pending,
            ])),
            erased: bool,
        ) {
            let bases: Vec<_> = Regime::ALL.into_iter().zip(bases).collect();
            let (catalogue, ask) = (Catalogue::default(), Ask::default());
            let purpose = purpose(&bases, None);
            let question = Question::new(&catalogue, &purpose, &ask, 5);
            let chosen = choice.map(|choice| Chosen { choice, since: 3, notice: 0 });
            let person = Standing { erased, chosen, ..Standing::default() };

            let each: Vec<_> =
                Regime::ALL.iter().map(|one| question.under(*one, &person, |_, _| {})).collect();
            let verdict = question.judge(&person);

            prop_assert_eq!(verdict.allow, each.iter().all(|one| one.allow));
            match each.iter().find(|one| !one.allow) {
                Some(first) => prop_assert_eq!(verdict, *first),
                None => prop_assert!(each.iter().all(|one| rank(verdict.basis) <= rank(one.basis))),
            }
        }
    }

    #[test]
    fn a_minor_needs_a_guardian_until_the_day() {
        let (catalogue, ask) = (Catalogue::default(), Ask::default());
        let purpose = purpose(&[], None);
        let chosen = Some(Chosen { choice: Choice::Granted, since: 1, notice: 0 });
        let person = Standing { guardian_missing_until: 10, chosen, ..Standing::default() };
        let at = |now| Question::new(&catalogue, &purpose, &ask, now).judge(&person).reason;

        assert_eq!([at(9), at(10)], [Reason::GuardianMissing, Reason::Granted]);
    }
}
