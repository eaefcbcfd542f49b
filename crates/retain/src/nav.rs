//! The room's entry in the console's navigation.

use web::{NavItem, Permission};

/// All of them, in their order.
pub fn nav() -> Vec<NavItem> {
    vec![NavItem {
        section: "regime-nav",
        label: "retain-title",
        href: "/console/retention",
        icon: "scan",
        permission: Permission::ViewRecords,
    }]
}
