//! What a pack is made of.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// English.
    pub en: String,
    /// Simplified Chinese, with statutory terms.
    pub zh: String,
}

impl Text {
    /// The text in the language asked for.
    pub fn get(&self, zh: bool) -> &str {
        if zh { &self.zh } else { &self.en }
    }
}

/// How well a statement was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Confidence {
    /// Against the legal text: may decide alone.
    #[serde(rename = "V")]
    Text,
    /// Against a public secondary source: may decide, with a hint to verify.
    #[serde(rename = "S")]
    Secondary,
    /// From professional knowledge: advises, never decides alone.
    #[serde(rename = "K")]
    Knowledge,
}

impl Confidence {
    /// The mark: `V`, `S` or `K`.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Text => "V",
            Self::Secondary => "S",
            Self::Knowledge => "K",
        }
    }

    /// May drive deadlines and verdicts without a lawyer's word.
    pub fn decides(self) -> bool {
        self != Self::Knowledge
    }
}

/// Whether a statement is law today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Law, from its `from` day on.
    #[default]
    InForce,
    /// A bill or a draft: shown, never applied.
    Proposed,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Hours, counted through nights and holidays.
    Hours,
    /// Days of the calendar.
    CalendarDays,
    /// Days on which the regime's country works (working days, 工作日), by its holiday calendar.
    BusinessDays,
    /// Months of the calendar: to the same day of a later month, or to that month's last day.
    CalendarMonths,
    /// Years of the calendar.
    Years,
    /// Weeks.
    Weeks,
    /// How many people.
    People,
    /// Age in years.
    Age,
    /// Per cent.
    Percent,
    /// How many things: clicks, methods, times.
    Count,
    /// Euro.
    Eur,
    /// Pound sterling.
    Gbp,
    /// US dollar.
    Usd,
    /// Renminbi.
    Cny,
    /// Yen.
    Jpy,
    /// Won.
    Krw,
    /// Rupee.
    Inr,
    /// Brazilian real.
    Brl,
    /// Singapore dollar.
    Sgd,
}

impl Unit {
    /// A unit of time, which a clock can run on.
    pub fn is_time(self) -> bool {
        matches!(
            self,
            Self::Hours
                | Self::CalendarDays
                | Self::BusinessDays
                | Self::CalendarMonths
                | Self::Years
                | Self::Weeks
        )
    }
}

/// What a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A lawful basis; `code` names it.
    Basis,
    /// A condition for special or sensitive data.
    SpecialCondition,
    /// One line of a notice's checklist; `list` says of which, `code` what it asks for.
    NoticeItem,
    /// When and how a notice is given.
    NoticeRule,
    /// A rule of consent.
    ConsentRule,
    /// A right of a person; `code` names it.
    Right,
    /// How requests are handled.
    RightsRule,
    /// A deadline; `code` says for what.
    Clock,
    /// A rule of breaches that is no deadline.
    BreachRule,
    /// When an impact assessment is needed, and what it holds.
    Assessment,
    /// When an officer is needed, and what they do.
    Officer,
    /// Audits and reports to authorities.
    Audit,
    /// Where data may go: thresholds, tools, adequacy.
    Transfer,
    /// One field of the records of processing.
    RecordField,
    /// One clause of a contract with a processor.
    ContractClause,
    /// Data that the law calls special or sensitive.
    Sensitive,
    /// How long something is kept.
    Retention,
    /// Marketing, unsubscribing, device access.
    Marketing,
    /// Fines and other consequences.
    Fine,
    /// Something to be done once or again and again; `when`, `every`, `due`.
    Duty,
    /// Who is covered, and principles.
    Scope,
}

/// Which checklist a notice item belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// Data from the person (GDPR Art 13).
    FromPerson,
    /// Data from elsewhere (GDPR Art 14).
    FromElsewhere,
    /// The notice or privacy policy as a whole (PIPL Art 17, CCPA §7011).
    Policy,
    /// A notice at collection (CCPA §7012).
    AtCollection,
    /// Records of a controller.
    Controller,
    /// Records of a processor.
    Processor,
}

/// What a condition looks at. Numbers are of the regime's own territory unless the name says else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Any customers there: the regime protects people in its countries.
    HasPeople,
    /// People whose data is processed.
    People,
    /// People whose sensitive data is processed.
    SensitivePeople,
    /// Data of children is processed (under the regime's age).
    Minors,
    /// Yearly revenue in thousands of the regime's currency.
    RevenueThousands,
    /// A small business or small agent, as the law in question defines it.
    SmallBusiness,
    /// Employees of the organisation.
    Employees,
    /// Share of revenue from selling or sharing data, per cent.
    SaleRevenuePercent,
    /// Sells or shares data.
    Sells,
    /// A data broker: sells data of people it has no direct relationship with.
    Broker,
    /// People whose data left the territory since 1 January, without sensitive data.
    ExportedPeople,
    /// The same with sensitive data.
    ExportedSensitivePeople,
    /// Data leaves the territory.
    Exports,
    /// Keeps important data (重要数据).
    ImportantData,
    /// Operates critical information infrastructure (关键信息基础设施).
    CriticalInfrastructure,
    /// A public authority.
    PublicAuthority,
    /// Watches people regularly, systematically and on a large scale as a core activity.
    LargeScaleMonitoring,
    /// Processes special-category data on a large scale as a core activity.
    LargeScaleSpecial,
    /// Sensitive data is processed at all.
    Sensitive,
    /// Decides by automated means with significant effect.
    AutomatedDecisions,
    /// Gives data to processors or others.
    Discloses,
    /// A large platform (大型网络平台).
    LargePlatform,
    /// Sends more than 5,000 messages a day to consumer mail providers.
    BulkMail,
    /// Sends marketing by e-mail, text message or call.
    Marketing,
    /// Has an establishment in the territory.
    Established,
    /// Offers an app.
    App,
    /// Recognises faces: how many people.
    Faces,
    /// Relies on legitimate interests somewhere.
    LegitimateInterests,
}

/// One condition. A number needs `at_least` or `below`; a yes/no metric needs `is`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// What is looked at.
    pub metric: Metric,
    /// Holds from this number on, the number included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u64>,
    /// Holds below this number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<u64>,
    /// Holds if the metric is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<bool>,
}

/// How a deadline may be made longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// How much is added.
    pub value: u32,
    /// In which unit.
    pub unit: Unit,
    /// The person or authority must be told before the first deadline ends.
    #[serde(default)]
    pub notice_before_end: bool,
}

/// One statement of a law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Stable name, unique over all packs with the same validity: `eu.dsr`.
    pub id: String,
    /// Key of the regime.
    pub regime: String,
    /// What it is about.
    pub kind: Kind,
    /// What the engine calls it: `access`, `breach_authority`, `controller`. Not unique.
    #[serde(default)]
    pub code: String,
    /// Of which checklist, for notice items and record fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<List>,
    /// The rule in one or two plain sentences.
    pub text: Text,
    /// The number, if the law gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<u64>,
    /// What the number counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// Without a number, the law's own word: 及时, without undue delay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word: Option<Text>,
    /// What starts the clock: `receipt`, `awareness`, `discovery`, `identity_verified`, …
    #[serde(default)]
    pub clock_start: String,
    /// What stops the clock while it is awaited: `clarification`, `identity`, `fee`.
    #[serde(default)]
    pub pauses: Vec<String>,
    /// How the deadline may be made longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<Extension>,
    /// When it applies within the regime: any of these lists, all conditions of a list. Empty: always.
    #[serde(default)]
    pub when: Vec<Vec<Condition>>,
    /// For duties that come again: every so many units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Extension>,
    /// For duties with a day of the year: `01-31`.
    #[serde(default)]
    pub due: String,
    /// Ids of other facts that this one stands on.
    #[serde(default)]
    pub refers: Vec<String>,
    /// Where the law says so.
    pub cite: Text,
    /// How well that was checked.
    pub confidence: Confidence,
    /// First day in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Last day in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// Law or proposal.
    #[serde(default)]
    pub status: Status,
}

/// One law, or one family of rules with one scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// Stable key: `eu-gdpr`, `cn-pipl`, `us-ca`.
    pub id: String,
    /// Short name.
    pub name: Text,
    /// Full title and number.
    pub cite: Text,
    /// ISO 3166 codes of the places whose people it protects: `DE`, `US-CA`.
    pub places: Vec<String>,
    /// The zone in which its days begin and end, by its IANA name: `Asia/Shanghai`. Where its places lie
    /// in several, one of them. Empty: UTC.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub zone: String,
    /// Key of the holiday calendar its business days follow: `cn`, `us`.
    #[serde(default)]
    pub calendar: String,
    /// Consent is asked before (`true`: opt-in) or use may be refused after (opt-out).
    pub opt_in: bool,
    /// Whom it covers: any of these lists, all conditions of a list. Empty: everybody with people there.
    #[serde(default)]
    pub when: Vec<Vec<Condition>>,
    /// The authority to complain to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Text>,
    /// How well that was checked.
    pub confidence: Confidence,
    /// First day in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Last day in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// Law or proposal.
    #[serde(default)]
    pub status: Status,
    /// What changed lately and what is coming.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub news: Option<Text>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // As serde calls it.
fn is_false(flag: &bool) -> bool {
    !flag
}

/// The head of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackHead {
    /// Stable key: `eu`, `uk`, `us`, `cn`, `apac`.
    pub id: String,
    /// Version; a newer one sorts after an older: `2026.11.24`.
    pub version: String,
    /// Name.
    pub name: Text,
    /// The day on which the facts were looked at.
    pub as_of: Date,
    /// Names only what changes in the pack of this key that is in use; all else stays.
    #[serde(default, skip_serializing_if = "is_false")]
    pub amends: bool,
    /// With `amends`: ids of facts that no longer stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removes: Vec<String>,
}
