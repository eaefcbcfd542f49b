//! Who asks, for what, why: the words of a request for a decision.

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// What somebody wants to do. Its text is the action's name in policies.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action { $($(#[$doc])* $name),+ }

        impl Action {
            /// All actions, in the order of the schema.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The name in policies and in records.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

actions! {
    /// See the data map.
    ViewMap = "view_map",
    /// Decide on findings; edit systems and flows.
    EditMap = "edit_map",
    /// Connect and scan sources.
    ManageSources = "manage_sources",
    /// See records of processing.
    ViewRecords = "view_records",
    /// Change records of processing.
    EditRecords = "edit_records",
    /// See purposes, notices and counts.
    ViewConsents = "view_consents",
    /// Change purposes and notices.
    EditConsents = "edit_consents",
    /// Use the pages on which customers are looked up.
    LookUpPeople = "look_up_people",
    /// Invite staff, change roles.
    ManagePeople = "manage_people",
    /// See the ledger.
    ViewLedger = "view_ledger",
    /// Cancel and retry jobs.
    ManageJobs = "manage_jobs",
    /// Download lists that hold no customer.
    Export = "export",
    /// Give and take the purposes of staff.
    GrantPurposes = "grant_purposes",
    /// Approve or refuse what a colleague asks for.
    Approve = "approve",
    /// See who can see what; run reviews.
    ReviewAccess = "review_access",
    /// Write policies and try them (switching on is `ChangePolicies`).
    EditPolicies = "edit_policies",
    /// Take emergency access, with a reason.
    BreakGlass = "break_glass",
    /// Open one customer's data for a purpose.
    OpenPersonalData = "open_personal_data",
    /// Download a list of customers.
    BulkExport = "bulk_export",
    /// Make sealed data unreadable for good.
    DestroyKeys = "destroy_keys",
    /// Switch policies on or back.
    ChangePolicies = "change_policies",
    /// Delete or change rows of the company's databases by a retention rule.
    EnforceRetention = "enforce_retention",
    /// See which accounts of the company's databases reach which data.
    ViewGrants = "view_grants",
}

impl Action {
    /// Parses the name in policies.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.as_str() == text)
    }

    /// Whether somebody else must agree first.
    pub fn needs_approval(self) -> bool {
        matches!(
            self,
            Self::BulkExport | Self::DestroyKeys | Self::ChangePolicies | Self::EnforceRetention
        )
    }
}

/// Who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actor {
    /// Their id.
    pub id: String,
    /// The role's stored name, such as `privacy_officer`.
    pub role: String,
    /// Groups from single sign-on.
    pub groups: Vec<String>,
    /// Keys of the purposes they hold.
    pub purposes: Vec<String>,
}

/// A program that asks, with an API token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Program {
    /// The token's id.
    pub id: String,
    /// What the token may do at all.
    pub scopes: Vec<String>,
    /// Keys of the purposes it holds.
    pub purposes: Vec<String>,
}

/// The role that programs have in policies and in records.
pub const PROGRAM: &str = "program";

/// What is asked for: a kind of thing, never one customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource<'a> {
    /// Such as `console` or `subject`.
    pub kind: &'a str,
}

impl Resource<'static> {
    /// A page of the console.
    pub const CONSOLE: Self = Self { kind: "console" };
    /// Customers.
    pub const SUBJECT: Self = Self { kind: "subject" };
}

/// Under which circumstances.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Context<'a> {
    /// The purpose chosen; empty for none.
    pub purpose: &'a str,
    /// Another person agreed to exactly this.
    pub approved: bool,
    /// The glass is broken.
    pub emergency: bool,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may happen.
    pub allow: bool,
    /// Names of the policies that decided; empty when nothing permitted it.
    pub policies: Vec<String>,
}
