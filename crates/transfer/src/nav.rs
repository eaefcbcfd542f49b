//! The room's entry in the console's navigation.

use web::{NavItem, Permission};

/// All of them, in their order.
pub fn nav() -> Vec<NavItem> {
    vec![NavItem {
        section: "regime-nav",
        label: "transfer-title",
        href: "/console/transfers",
        icon: "flow",
        permission: Permission::ViewRecords,
    }]
}
