//! Who may do what: six roles and the permissions that pages ask for. The answers come from Cedar
//! policies (`access`); a permission is one of their actions.

use std::sync::LazyLock;

/// A member of staff's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Runs the installation; may do everything.
    Owner,
    /// Data protection officer / personal information protection lead.
    PrivacyOfficer,
    /// Connects and maintains sources and systems.
    Engineer,
    /// Uses customer data for marketing.
    Marketer,
    /// Reads everything including the ledger; changes nothing.
    Auditor,
    /// Everybody else in the organisation.
    Employee,
}

impl Role {
    /// All roles, most powerful first.
    pub const ALL: [Self; 6] = [
        Self::Owner,
        Self::PrivacyOfficer,
        Self::Engineer,
        Self::Marketer,
        Self::Auditor,
        Self::Employee,
    ];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::PrivacyOfficer => "privacy_officer",
            Self::Engineer => "engineer",
            Self::Marketer => "marketer",
            Self::Auditor => "auditor",
            Self::Employee => "employee",
        }
    }

    /// Parses the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// The text key of its name.
    pub fn key(self) -> &'static str {
        match self {
            Self::Owner => "web-role-owner",
            Self::PrivacyOfficer => "web-role-privacy-officer",
            Self::Engineer => "web-role-engineer",
            Self::Marketer => "web-role-marketer",
            Self::Auditor => "web-role-auditor",
            Self::Employee => "web-role-employee",
        }
    }

    /// Whether the shipped policies give the role this permission. What a signed-in person may do,
    /// own policies included, is [`crate::Page::can`].
    pub fn can(self, permission: Permission) -> bool {
        SHIPPED[self as usize][permission as usize]
    }
}

/// The shipped policies' answers, asked once: they cannot change while the process runs.
static SHIPPED: LazyLock<[[bool; Permission::ALL.len()]; Role::ALL.len()]> = LazyLock::new(|| {
    let mut table = [[false; Permission::ALL.len()]; Role::ALL.len()];
    // Without policies (which tests exclude) nobody may do anything.
    let Ok(engine) = access::Engine::shipped() else { return table };
    for role in Role::ALL {
        let actor = access::Actor { role: role.as_str().to_owned(), ..access::Actor::default() };
        for permission in Permission::ALL {
            let (resource, context) = (access::Resource::CONSOLE, access::Context::default());
            table[role as usize][permission as usize] =
                engine.allows(&actor, permission.action(), &resource, &context).allow;
        }
    }
    table
});

/// One thing a role may allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// See the data map, systems and flows.
    ViewMap,
    /// Confirm, correct and dismiss findings; edit systems and flows.
    EditMap,
    /// Add, change, scan and remove sources.
    ManageSources,
    /// See records of processing.
    ViewRecords,
    /// Change records of processing.
    EditRecords,
    /// See purposes, notices and how many agreed; no person.
    ViewConsents,
    /// Change purposes, notices and properties.
    EditConsents,
    /// Look up one customer's choices and history.
    LookUpPeople,
    /// Invite people, change roles, disable accounts.
    ManagePeople,
    /// See the activity (ledger entries).
    ViewLedger,
    /// Cancel and retry background jobs.
    ManageJobs,
    /// Download lists and reports.
    Export,
    /// Give staff the purposes for which they may open customers' data, and take them.
    GrantPurposes,
    /// Approve or refuse what a colleague asks for.
    Approve,
    /// See who can see what; run access reviews.
    ReviewAccess,
    /// Write and try policies.
    EditPolicies,
    /// Take emergency access, with a reason.
    BreakGlass,
    /// See which accounts of the company's databases reach which data.
    ViewGrants,
}

impl Permission {
    /// All of them, in the order the permission table shows.
    pub const ALL: [Self; 18] = [
        Self::ViewMap,
        Self::EditMap,
        Self::ManageSources,
        Self::ViewRecords,
        Self::EditRecords,
        Self::ViewConsents,
        Self::EditConsents,
        Self::LookUpPeople,
        Self::ManagePeople,
        Self::ViewLedger,
        Self::ManageJobs,
        Self::Export,
        Self::GrantPurposes,
        Self::Approve,
        Self::ReviewAccess,
        Self::EditPolicies,
        Self::BreakGlass,
        Self::ViewGrants,
    ];

    /// The action of policies it stands for.
    pub fn action(self) -> access::Action {
        use access::Action;
        match self {
            Self::ViewMap => Action::ViewMap,
            Self::EditMap => Action::EditMap,
            Self::ManageSources => Action::ManageSources,
            Self::ViewRecords => Action::ViewRecords,
            Self::EditRecords => Action::EditRecords,
            Self::ViewConsents => Action::ViewConsents,
            Self::EditConsents => Action::EditConsents,
            Self::LookUpPeople => Action::LookUpPeople,
            Self::ManagePeople => Action::ManagePeople,
            Self::ViewLedger => Action::ViewLedger,
            Self::ManageJobs => Action::ManageJobs,
            Self::Export => Action::Export,
            Self::GrantPurposes => Action::GrantPurposes,
            Self::Approve => Action::Approve,
            Self::ReviewAccess => Action::ReviewAccess,
            Self::EditPolicies => Action::EditPolicies,
            Self::BreakGlass => Action::BreakGlass,
            Self::ViewGrants => Action::ViewGrants,
        }
    }

    /// The text key of its description.
    pub fn key(self) -> &'static str {
        match self {
            Self::ViewMap => "web-permission-view-map",
            Self::EditMap => "web-permission-edit-map",
            Self::ManageSources => "web-permission-manage-sources",
            Self::ViewRecords => "web-permission-view-records",
            Self::EditRecords => "web-permission-edit-records",
            Self::ViewConsents => "web-permission-view-consents",
            Self::EditConsents => "web-permission-edit-consents",
            Self::LookUpPeople => "web-permission-look-up-people",
            Self::ManagePeople => "web-permission-manage-people",
            Self::ViewLedger => "web-permission-view-ledger",
            Self::ManageJobs => "web-permission-manage-jobs",
            Self::Export => "web-permission-export",
            Self::GrantPurposes => "access-permission-grant-purposes",
            Self::Approve => "access-permission-approve",
            Self::ReviewAccess => "access-permission-review",
            Self::EditPolicies => "access-permission-edit-policies",
            Self::BreakGlass => "access-permission-break-glass",
            Self::ViewGrants => "access-permission-view-grants",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_owner_manages_people() {
        for role in Role::ALL {
            assert_eq!(role.can(Permission::ManagePeople), role == Role::Owner);
        }
    }

    #[test]
    fn an_auditor_changes_nothing() {
        use Permission::{
            EditConsents, EditMap, EditRecords, ManageJobs, ManagePeople, ManageSources,
        };
        let all = [EditConsents, EditMap, EditRecords, ManageJobs, ManagePeople, ManageSources];
        for permission in all {
            assert!(!Role::Auditor.can(permission));
        }
    }

    /// The table as it was when it stood in code, before policies gave the answers.
    #[test]
    fn the_shipped_policies_give_the_table_that_stood_here() {
        use Permission::{
            EditMap, Export, ManageJobs, ManagePeople, ManageSources, ViewConsents, ViewLedger,
            ViewMap, ViewRecords,
        };
        for role in Role::ALL {
            for permission in &Permission::ALL[..12] {
                let promised: &[Permission] = match role {
                    Role::Owner => &Permission::ALL,
                    Role::PrivacyOfficer => {
                        assert_eq!(role.can(*permission), *permission != ManagePeople);
                        continue;
                    }
                    Role::Engineer => &[
                        ViewMap,
                        EditMap,
                        ManageSources,
                        ViewRecords,
                        ViewConsents,
                        ManageJobs,
                        Export,
                    ],
                    Role::Marketer => &[ViewMap, ViewRecords, ViewConsents],
                    Role::Auditor => &[ViewMap, ViewRecords, ViewConsents, ViewLedger, Export],
                    Role::Employee => &[ViewMap],
                };
                let allowed = role.can(*permission);
                assert_eq!(allowed, promised.contains(permission), "{role:?} {permission:?}");
            }
        }
    }

    #[test]
    fn roles_survive_storage() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
    }
}
