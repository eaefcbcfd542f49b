//! The room's entries in the console's navigation.

use web::{NavItem, Permission};

/// All of them, in their order.
pub fn nav() -> Vec<NavItem> {
    let item = |label, href, icon| NavItem {
        section: "preference-nav",
        label,
        href,
        icon,
        permission: Permission::ViewRecords,
    };
    vec![
        item("preference-nav-centre", "/console/preference-centre", "person"),
        item("preference-nav-unsubscribe", "/console/unsubscribing", "mail"),
    ]
}
