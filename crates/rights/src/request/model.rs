//! What a rights request is: its kinds, who asks, how sure we must be of that, and its states. Pure.

use consent::{Subject, subject::OneOrMany};
use serde::{Deserialize, Serialize};

/// What a person asks for.
///
/// Names follow the GDPR (Art 15–22) and W3C DPV; the law's packs name the right of each kind by
/// [`Kind::right`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// See and download what is held (GDPR Art 15; PIPL Art 45 查阅、复制).
    Access,
    /// Take it elsewhere (GDPR Art 20; PIPL Art 45 ¶3 转移).
    Portability,
    /// Have it corrected (GDPR Art 16; PIPL Art 46 更正、补充).
    Correction,
    /// Have it deleted (GDPR Art 17; PIPL Art 47 删除).
    Erasure,
    /// Have it kept and not used (GDPR Art 18; PIPL Art 44 限制).
    Restriction,
    /// Refuse a use (GDPR Art 21; PIPL Art 44 拒绝; CCPA opt-out).
    Objection,
    /// Take back every consent (GDPR Art 7(3); PIPL Art 15 撤回同意).
    WithdrawAll,
    /// Have a person look at an automated decision (GDPR Art 22(3); PIPL Art 24 ¶3).
    HumanReview,
    /// Complain to us (UK DPA 2018 s.164A; India DPDP s.13).
    Complaint,
    /// Ask for another look at an answer (laws of US states).
    Appeal,
}

impl Kind {
    /// In the order in which people are asked.
    pub const ALL: [Self; 10] = [
        Self::Access,
        Self::Portability,
        Self::Correction,
        Self::Erasure,
        Self::Restriction,
        Self::Objection,
        Self::WithdrawAll,
        Self::HumanReview,
        Self::Complaint,
        Self::Appeal,
    ];

    /// Stable name, in the API and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Portability => "portability",
            Self::Correction => "correction",
            Self::Erasure => "erasure",
            Self::Restriction => "restriction",
            Self::Objection => "objection",
            Self::WithdrawAll => "withdraw_all",
            Self::HumanReview => "human_review",
            Self::Complaint => "complaint",
            Self::Appeal => "appeal",
        }
    }

    /// The kind of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Begins the keys of its texts.
    pub fn key(self) -> String {
        format!("rights-kind-{}", self.as_str().replace('_', "-"))
    }

    /// What rule packs call the right.
    pub fn right(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Portability => "portability",
            Self::Correction => "rectification",
            Self::Erasure => "erasure",
            Self::Restriction => "restriction",
            Self::Objection => "objection",
            Self::WithdrawAll => "withdraw_consent",
            Self::HumanReview => "automated_decision",
            Self::Complaint => "complaint",
            Self::Appeal => "appeal",
        }
    }

    /// What rule packs call the clock, the special one first: where a law has none of that code, its
    /// clock of all requests (`dsr`) counts.
    pub fn clocks(self) -> &'static [&'static str] {
        match self {
            Self::Objection | Self::WithdrawAll => &["opt_out", "dsr"],
            Self::Complaint => &["complaint", "dsr"],
            Self::Appeal => &["appeal", "dsr"],
            _ => &["dsr"],
        }
    }

    /// How sure we must be of the person before anything is done (GDPR Art 12(6): no more than is
    /// proportionate; 11 CCR §7060 ff.: more for specific pieces and deletion, nothing for opt-outs).
    pub fn needs(self) -> Level {
        match self {
            Self::Objection | Self::WithdrawAll | Self::Complaint => Level::Claimed,
            _ => Level::Contact,
        }
    }

    /// Asked once in the portal; an appeal begins at the answer that it is about.
    pub fn is_offered(self) -> bool {
        self != Self::Appeal
    }
}

/// How sure we are that somebody is who they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Nobody looked.
    Claimed,
    /// They opened a link or entered a code that went to the address or number they gave.
    Contact,
    /// They are signed in with the company's own app or site, which said so in a signed link.
    Account,
    /// Staff looked at a document or asked in another way that they wrote down.
    Checked,
}

impl Level {
    const ALL: [Self; 4] = [Self::Claimed, Self::Contact, Self::Account, Self::Checked];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Contact => "contact",
            Self::Account => "account",
            Self::Checked => "checked",
        }
    }

    /// The level of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// What a session of a customer proves.
    pub fn of(link: preference::LinkKind) -> Self {
        match link {
            preference::LinkKind::App => Self::Account,
            _ => Self::Contact,
        }
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The person themselves.
    #[default]
    Person,
    /// A parent or guardian (PIPL Art 31; GDPR Art 8).
    Guardian,
    /// Somebody whom the person authorised (11 CCR §7063).
    Agent,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Person, Self::Guardian, Self::Agent];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Guardian => "guardian",
            Self::Agent => "agent",
        }
    }

    /// Who that name means.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// Whether they may ask: for others only somebody of staff can see that (PIPL Art 31; 11 CCR §7063).
    /// The network of the Data Rights Protocol answers for its agents' permissions; where a kind needs
    /// more than a claim, the person whose address was confirmed has allowed it themselves (11 CCR
    /// §7063(a)), and nothing but what that address proves is looked for, see [`Request::proved`].
    fn has_authority(self, channel: Channel, level: Level) -> bool {
        let network = self == Self::Agent && channel == Channel::Agent;
        self == Self::Person || level == Level::Checked || network
    }
}

/// The way a request came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The portal.
    Portal,
    /// Staff wrote it down.
    Staff,
    /// A program.
    Api,
    /// A letter by mail.
    Mail,
    /// A line of a file that staff gave.
    File,
    /// An authorised agent's program, over the Data Rights Protocol.
    Agent,
}

impl Channel {
    const ALL: [Self; 6] =
        [Self::Portal, Self::Staff, Self::Api, Self::Mail, Self::File, Self::Agent];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::Staff => "staff",
            Self::Api => "api",
            Self::Mail => "mail",
            Self::File => "file",
            Self::Agent => "agent",
        }
    }

    /// The channel of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The person has not shown yet who they are.
    Unverified,
    /// Somebody has to work on it.
    Open,
    /// The person was asked something without which it cannot go on.
    Waiting,
    /// Done as asked, or as far as the law says.
    Done,
    /// Refused, with the reason.
    Refused,
    /// The person took it back.
    TakenBack,
    /// Nobody showed who they are in time.
    Lapsed,
}

impl State {
    /// All of them, in the order of a request's life.
    pub const ALL: [Self; 7] = [
        Self::Unverified,
        Self::Open,
        Self::Waiting,
        Self::Done,
        Self::Refused,
        Self::TakenBack,
        Self::Lapsed,
    ];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::Open => "open",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::TakenBack => "taken_back",
            Self::Lapsed => "lapsed",
        }
    }

    /// The state of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// Nothing more will happen by itself.
    pub fn is_closed(self) -> bool {
        matches!(self, Self::Done | Self::Refused | Self::TakenBack | Self::Lapsed)
    }

    /// The text key of its name.
    pub fn key(self) -> String {
        format!("rights-state-{}", self.as_str().replace('_', "-"))
    }

    /// The badge that shows it.
    pub fn badge(self) -> &'static str {
        match self {
            Self::Open => "info",
            Self::Unverified | Self::Waiting => "warn",
            Self::Done => "ok",
            Self::Refused | Self::TakenBack | Self::Lapsed => "none",
        }
    }
}

/// What only the people of a request may read; always sealed. `Debug` shows nothing of it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Private {
    /// The person's identifiers by kind, as the consent room writes them.
    pub subject: std::collections::BTreeMap<String, Vec<String>>,
    /// What they call themselves.
    pub name: String,
    /// What they wrote.
    pub words: String,
    /// For whom a guardian or an agent asks, and by which authority.
    pub authority: String,
    /// The language that they write, as a tag (BCP 47), where somebody said so.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub language: String,
}

impl std::fmt::Debug for Private {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Private(…)")
    }
}

impl Private {
    /// Words of a person at most, in characters.
    pub const LONGEST: usize = 4_000;

    /// About one person.
    pub fn about(person: &Subject) -> Self {
        let mut private = Self::default();
        for one in person.identifiers() {
            let kind = one.kind().as_str().to_owned();
            private.subject.entry(kind).or_default().push(one.expose().to_owned());
        }
        private
    }

    /// The person.
    ///
    /// # Errors
    /// What was kept is no person (any more).
    pub fn person(&self) -> crate::Result<Subject> {
        let members = self
            .subject
            .iter()
            .map(|(kind, all)| (kind.clone(), OneOrMany::Many(all.clone())))
            .collect();
        // Already normalised: no number needs a region any more.
        Subject::parse(&members, "").map_err(|_| crate::RightsError::Damaged("request"))
    }
}

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    /// Id.
    pub id: String,
    /// What people call it: 17 is `R-17`.
    pub number: i64,
    /// What is asked.
    pub kind: Kind,
    /// Who asks.
    pub by: By,
    /// How it came in.
    pub channel: Channel,
    /// The property at which it was asked, by key.
    pub property: String,
    /// The language that the person reads: `en` or `zh-CN`.
    pub lang: String,
    /// The laws under which the person asks, by key.
    pub regimes: Vec<String>,
    /// Where it stands.
    pub state: State,
    /// How sure we are of the person.
    pub level: Level,
    /// Received (µs).
    pub received_at: i64,
    /// The person showed who they are (µs), or 0.
    pub verified_at: i64,
    /// The law's last moment for the answer (µs); 0 where no law that applies gives a number and
    /// nobody set a target.
    pub due_at: i64,
    /// The fact that set it, or "" for a target of our own.
    pub due_by: String,
    /// Until then receipt is confirmed (µs), or 0.
    pub confirm_by: i64,
    /// It was made longer (µs), or 0.
    pub extended_at: i64,
    /// The last moment to which it may still be made longer (µs), or 0.
    pub extendable_to: i64,
    /// Until then the person must be told of that (µs), or 0.
    pub notice_by: i64,
    /// The clock that counts stands still.
    pub paused: bool,
    /// Answered or ended (µs), or 0.
    pub closed_at: i64,
    /// Why it was refused: a key of [`crate::REFUSALS`], or "".
    pub refusal: String,
    /// Who works on it: a member of staff's id, or "".
    pub assignee: String,
    /// The request whose answer is appealed, or "".
    pub about: String,
    /// Counts its changes, so that two people do not overwrite each other.
    pub version: i64,
    /// What only its people may read.
    pub private: Private,
}

impl Request {
    /// `R-17`.
    pub fn name(&self) -> String {
        format!("R-{}", self.number)
    }

    /// Whether the answer is late at a moment.
    pub fn is_late(&self, now: i64) -> bool {
        !self.state.is_closed() && !self.paused && self.due_at > 0 && self.due_at < now
    }

    /// Whether we are sure enough: of the person, and of the authority of whoever asks for them.
    pub fn is_verified(&self) -> bool {
        self.level >= self.kind.needs() && self.by.has_authority(self.channel, self.level)
    }

    /// What is proved about the person, to look for their data: without an account or a check, the
    /// address that the link went to (the number, where there was no address) and nothing that was
    /// only told beside it.
    ///
    /// # Errors
    /// What was kept is no person (any more).
    pub fn proved(&self) -> crate::Result<Option<Subject>> {
        let person = self.private.person()?;
        Ok(match self.level {
            Level::Claimed => None,
            Level::Contact => shown_by(&person),
            Level::Account | Level::Checked => Some(person),
        })
    }

    /// Whether the deadline may be made longer at a moment: once, as long as the person can still be
    /// told in time.
    pub fn may_extend(&self, now: i64) -> bool {
        self.extended_at == 0
            && self.extendable_to > self.due_at
            && now <= if self.notice_by > 0 { self.notice_by } else { self.due_at }
            && matches!(self.state, State::Open | State::Waiting)
    }
}

/// What a link or a code shows of a person: a link goes to their first address, a code to the number of
/// somebody who gave no address. A second address that stands beside it proves nothing.
pub(crate) fn shown_by(person: &Subject) -> Option<Subject> {
    let first = |kind| person.identifiers().iter().find(|one| one.kind() == kind);
    let one = first(consent::IdentifierKind::Email).or(first(consent::IdentifierKind::Phone))?;
    Subject::new(vec![one.clone()]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_storage() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
        for level in Level::ALL {
            assert_eq!(Level::parse(level.as_str()), Some(level));
        }
        assert!(Level::Claimed < Level::Contact && Level::Contact < Level::Account);
        assert_eq!(Kind::parse("everything"), None);
    }

    #[test]
    fn what_is_handed_out_or_deleted_needs_proof_and_an_objection_does_not() {
        for kind in [Kind::Access, Kind::Portability, Kind::Correction, Kind::Erasure] {
            assert!(kind.needs() >= Level::Contact, "{}", kind.as_str());
        }
        assert_eq!(Kind::WithdrawAll.needs(), Level::Claimed);
    }

    #[test]
    fn whoever_asks_for_another_is_checked_unless_an_agent_of_the_network_asks() {
        for channel in Channel::ALL {
            for level in Level::ALL {
                let checked = level == Level::Checked;
                let network = channel == Channel::Agent;
                assert!(By::Person.has_authority(channel, level));
                assert_eq!(By::Guardian.has_authority(channel, level), checked);
                assert_eq!(By::Agent.has_authority(channel, level), checked || network);
            }
        }
    }

    #[test]
    fn a_link_shows_the_address_it_went_to_and_no_other() {
        use consent::{
            Identifier,
            IdentifierKind::{CustomerId, Email, Phone},
        };
        let one = |kind, text: &str| Identifier::parse(kind, text, "").expect("an identifier");
        let all = [
            one(Phone, "+8613800138000"),
            one(Email, "li@example.com"),
            one(Email, "victim@example.com"),
            one(CustomerId, "4711"),
        ];
        let shown = |n: usize| shown_by(&Subject::new(all[..n].to_vec()).expect("a person"));
        for n in 2..=4 {
            assert_eq!(shown(n).expect("an address").identifiers(), &all[1..2]);
        }
        assert_eq!(shown(1).expect("a number").identifiers(), &all[..1]);
    }

    #[test]
    fn private_words_never_show() {
        let private = Private { name: "Li Lei".into(), ..Private::default() };
        assert_eq!(format!("{private:?}"), "Private(…)");
    }
}
