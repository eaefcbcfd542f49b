//! The room's entries in the console's navigation.

use web::{NavItem, Permission};

/// All of them, in their order.
pub fn nav() -> Vec<NavItem> {
    let item = |label, href, icon, permission| NavItem {
        section: "consent-nav",
        label,
        href,
        icon,
        permission,
    };
    vec![
        item("consents-title", "/console/consents", "consent", Permission::ViewConsents),
        item("customer-title", "/console/consents/people", "find-person", Permission::LookUpPeople),
        item("purposes-title", "/console/purposes", "check", Permission::ViewConsents),
        item("notices-title", "/console/notices", "record", Permission::ViewConsents),
        item("campaign-title", "/console/consents/campaigns", "campaign", Permission::ViewConsents),
        item("simulate-title", "/console/simulator", "simulate", Permission::LookUpPeople),
        item("properties-title", "/console/properties", "system", Permission::ViewConsents),
    ]
}
