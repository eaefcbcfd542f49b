//! The room's entry in the console's navigation.

use web::{NavItem, Permission};

/// All of them, in their order.
pub fn nav() -> Vec<NavItem> {
    vec![NavItem {
        section: "regime-nav",
        label: "policy-title",
        href: "/console/policies",
        icon: "record",
        permission: Permission::ViewConsents,
    }]
}
