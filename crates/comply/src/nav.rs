//! The room's entry in the console's navigation.

use web::{NavItem, Permission};

/// Where findings are; the badge with the grave ones stands there.
pub(crate) const FINDINGS: &str = "/console/findings";

/// All of them, in their order.
pub fn nav() -> Vec<NavItem> {
    vec![NavItem {
        section: "regime-nav",
        label: "comply-title",
        href: FINDINGS,
        icon: "check",
        permission: Permission::ViewRecords,
    }]
}
