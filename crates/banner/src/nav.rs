//! The room's entries in the console's navigation.

use web::{NavItem, Permission};

/// All of them, in their order.
pub fn nav() -> Vec<NavItem> {
    let item = |label, href, icon, permission| NavItem {
        section: "consent-nav",
        label,
        href,
        icon,
        permission,
    };
    vec![
        item("banner-title", "/console/banners", "globe", Permission::ViewConsents),
        item("banner-lists-title", "/console/data-lists", "record", Permission::ViewRecords),
    ]
}
