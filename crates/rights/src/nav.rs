//! The room's entry in the console's navigation.

use web::{NavItem, Permission};

/// All of them, in their order.
pub fn nav() -> Vec<NavItem> {
    vec![
        NavItem {
            section: "preference-nav",
            label: "rights-title",
            href: "/console/requests",
            icon: "person",
            permission: Permission::LookUpPeople,
        },
        // Owners of systems see their tasks, and no request.
        NavItem {
            section: "map-nav-find",
            label: "rights-tasks",
            href: "/console/requests/tasks",
            icon: "check",
            permission: Permission::ViewMap,
        },
    ]
}
