//! The room's entries in the console's navigation.

use web::{NavItem, Permission};

/// All of them, in their order.
pub fn nav() -> Vec<NavItem> {
    let item = |label, href, icon| NavItem {
        section: "inspect-nav",
        label,
        href,
        icon,
        permission: Permission::ViewMap,
    };
    vec![
        item("try-title", "/console/try", "try"),
        item("detectors-title", "/console/detectors", "detector"),
    ]
}
