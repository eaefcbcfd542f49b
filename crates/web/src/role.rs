//! Who may do what: six roles, each a fixed set of permissions.

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

    /// Whether the role includes the permission.
    pub fn can(self, permission: Permission) -> bool {
        use Permission::{
            EditMap, Export, ManageJobs, ManagePeople, ManageSources, ViewConsents, ViewLedger,
            ViewMap, ViewRecords,
        };
        match self {
            Self::Owner => true,
            Self::PrivacyOfficer => permission != ManagePeople,
            Self::Engineer => matches!(
                permission,
                ViewMap
                    | EditMap
                    | ManageSources
                    | ViewRecords
                    | ViewConsents
                    | ManageJobs
                    | Export
            ),
            Self::Marketer => matches!(permission, ViewMap | ViewRecords | ViewConsents),
            Self::Auditor => {
                matches!(permission, ViewMap | ViewRecords | ViewConsents | ViewLedger | Export)
            }
            Self::Employee => permission == ViewMap,
        }
    }
}

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
}

impl Permission {
    /// All of them, in the order the permission table shows.
    pub const ALL: [Self; 12] = [
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
    ];

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

    #[test]
    fn roles_survive_storage() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
    }
}
