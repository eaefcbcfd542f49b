//! The room's entry in the console's navigation.

use web::{NavItem, Permission};

/// Where the desk is.
pub(crate) const DESK: &str = "/console/desk";

/// All of them, in their order.
pub fn nav() -> Vec<NavItem> {
    vec![NavItem {
        section: "regime-nav",
        label: "desk-title",
        href: DESK,
        icon: "inbox",
        permission: Permission::ViewRecords,
    }]
}
