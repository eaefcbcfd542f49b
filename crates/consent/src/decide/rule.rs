//! The rules of a decision, in their order. Pure: state in, answer out.

use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use serde::Serialize;

use crate::{Catalogue, Choice, LegalBasis, Purpose, PurposeState, Regime};

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

/// What is known of a person for one purpose.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// Erased: nothing is allowed any more.
    pub erased: bool,
    /// Processing is restricted (GDPR Art 18).
    pub restricted: bool,
    /// The newest choice for the purpose.
    pub state: Option<PurposeState>,
    /// A minor until then (µs), and when a guardian was verified (µs).
    pub minor: Option<(i64, Option<i64>)>,
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

/// Decides. Regimes are asked one by one and all must allow; the answer is that of the first that
/// does not, or else of the strictest.
pub fn decide(
    catalogue: &Catalogue,
    purpose: &Purpose,
    person: &Person,
    ask: &Ask,
    now: i64,
) -> Decision {
    let regimes: &[Regime] = if ask.regimes.is_empty() { &Regime::ALL } else { &ask.regimes };
    let mut strictest: Option<Decision> = None;
    for regime in regimes {
        let one = under(catalogue, purpose, person, ask, *regime, now);
        if !one.allow {
            return one;
        }
        let stricter = strictest.as_ref().is_none_or(|known| rank(one.basis) < rank(known.basis));
        if stricter {
            strictest = Some(one);
        }
    }
    // `regimes` is never empty.
    strictest.unwrap_or_else(|| deny(LegalBasis::Consent, Reason::BasisUnavailable))
}

fn rank(basis: LegalBasis) -> u8 {
    match basis {
        LegalBasis::Consent => 0,
        LegalBasis::LegitimateInterests | LegalBasis::OptOut => 1,
        _ => 2,
    }
}

fn under(
    catalogue: &Catalogue,
    purpose: &Purpose,
    person: &Person,
    ask: &Ask,
    regime: Regime,
    now: i64,
) -> Decision {
    let basis = purpose.basis(regime);
    if purpose.retired_at.is_some() {
        return deny(basis, Reason::PurposeRetired);
    }
    let body = &purpose.body;
    if !body.data.is_empty() && !ask.data.iter().all(|one| body.data.contains(one)) {
        return deny(basis, Reason::DataNotCovered);
    }
    if !body.systems.is_empty()
        && ask.system.as_ref().is_some_and(|one| !body.systems.contains(one))
    {
        return deny(basis, Reason::SystemNotCovered);
    }
    if person.erased {
        return deny(basis, Reason::Erased);
    }
    if person.restricted {
        return deny(basis, Reason::Restricted);
    }
    if !basis.exists_under(regime) {
        return deny(basis, Reason::BasisUnavailable);
    }
    let refused = person
        .state
        .as_ref()
        .filter(|state| matches!(state.choice, Choice::Denied | Choice::Withdrawn));
    match basis {
        LegalBasis::Consent => consent(catalogue, purpose, person, now),
        LegalBasis::LegitimateInterests | LegalBasis::OptOut => match refused {
            Some(state) => chosen(false, basis, Reason::Objected, state),
            None => Decision { allow: true, ..deny(basis, Reason::NotObjected) },
        },
        _ => Decision { allow: true, ..deny(basis, Reason::BasisAllows) },
    }
}

fn consent(catalogue: &Catalogue, purpose: &Purpose, person: &Person, now: i64) -> Decision {
    let basis = LegalBasis::Consent;
    let Some(state) = &person.state else { return deny(basis, Reason::NothingRecorded) };
    let no = |reason| chosen(false, basis, reason, state);
    match state.choice {
        Choice::Denied => return no(Reason::Denied),
        Choice::Withdrawn => return no(Reason::Withdrawn),
        Choice::Pending => return no(Reason::Pending),
        Choice::Granted => {}
    }
    let covered = state.notice.is_empty()
        || catalogue.holds(&state.notice, state.notice_version, &purpose.key);
    if !covered {
        return no(Reason::NoticeChanged);
    }
    if purpose.body.expires_months.is_some_and(|months| now >= expiry(state.since, months)) {
        return no(Reason::Expired);
    }
    if let Some((until, verified)) = person.minor
        && now < until
        && verified.is_none()
    {
        return no(Reason::GuardianMissing);
    }
    chosen(true, basis, Reason::Granted, state)
}

/// When a consent given at `since` (µs) ends: the same day of the month, `months` later.
pub fn expiry(since: i64, months: u16) -> i64 {
    let given = Timestamp::from_microsecond(since).map(|at| at.to_zoned_datetime(TimeZone::UTC));
    let ends = given.and_then(|at| at.checked_add(i64::from(months).months()));
    ends.map_or(i64::MAX, |at| at.timestamp().as_microsecond())
}

fn deny(basis: LegalBasis, reason: Reason) -> Decision {
    Decision { allow: false, basis, reason, since: None, notice: String::new() }
}

fn chosen(allow: bool, basis: LegalBasis, reason: Reason, state: &PurposeState) -> Decision {
    let notice = match state.notice.as_str() {
        "" => String::new(),
        key => format!("{key}@{}", state.notice_version),
    };
    Decision { allow, basis, reason, since: Some(state.since), notice }
}
