//! The room's entries in the console's navigation.

use web::{NavItem, Permission};

/// All of them, in their order.
pub fn nav() -> Vec<NavItem> {
    vec![NavItem {
        section: "regime-nav",
        label: "grants-nav",
        href: "/console/grants",
        icon: "key",
        permission: Permission::ViewGrants,
    }]
}
