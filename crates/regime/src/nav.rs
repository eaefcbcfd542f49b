//! The room's entries in the console's navigation.

use web::{NavItem, Permission};

/// All of them, in their order.
pub fn nav() -> Vec<NavItem> {
    let item = |label, href, icon| NavItem {
        section: "regime-nav",
        label,
        href,
        icon,
        permission: Permission::ViewRecords,
    };
    vec![
        item("laws-title", "/console/laws", "globe"),
        item("duties-title", "/console/duties", "check"),
    ]
}
