//! The room's entries in the console's navigation.

use web::{NavItem, Permission};

/// Where alarms are; the badge with their number stands there.
pub(crate) const ALARMS: &str = "/console/alarms";

/// All of them, in their order.
pub fn nav() -> Vec<NavItem> {
    let item = |label, href, icon, permission| NavItem {
        section: "audit-nav",
        label,
        href,
        icon,
        permission,
    };
    vec![
        item("warn-title", ALARMS, "alert", Permission::ViewLedger),
        item("canary-title", "/console/canaries", "people", Permission::EditPolicies),
    ]
}
