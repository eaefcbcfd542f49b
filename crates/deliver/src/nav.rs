//! The room's entries in the console's navigation.

use web::{NavItem, Permission};

/// All of them, in their order.
pub fn nav() -> Vec<NavItem> {
    let item = |label, href, icon| NavItem {
        section: "deliver-nav",
        label,
        href,
        icon,
        permission: Permission::ViewMap,
    };
    vec![
        item("deliver-destinations", "/console/destinations", "deliver"),
        item("deliver-deliveries", "/console/deliveries", "activity"),
        item("deliver-views", "/console/purpose-views", "shield"),
    ]
}
