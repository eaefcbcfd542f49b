//! The room's entries in the console's navigation.

use web::NavItem;

/// All of them, in their order.
pub fn nav() -> Vec<NavItem> {
    Vec::new()
}
