//! The room's entry in the console's navigation.

use web::{NavItem, Permission};

/// All of them, in their order.
pub fn nav() -> Vec<NavItem> {
    vec![NavItem {
        section: "consent-nav",
        label: "protect-title",
        href: "/console/vault",
        icon: "shield",
        permission: Permission::ViewRecords,
    }]
}
