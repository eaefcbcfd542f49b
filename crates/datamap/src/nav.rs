//! The room's entries in the console's navigation.

use web::{NavItem, Permission};

/// All of them, in their order.
pub fn nav() -> Vec<NavItem> {
    let item =
        |section, label, href, icon, permission| NavItem { section, label, href, icon, permission };
    let (find, map, records) = ("map-nav-find", "map-nav-understand", "map-nav-account");
    vec![
        item(find, "home-title", "/console", "home", Permission::ViewMap),
        item(find, "src-title", "/console/sources", "source", Permission::ViewMap),
        item(find, "inbox-title", "/console/inbox", "inbox", Permission::ViewMap),
        item(map, "map-title", "/console/map", "map", Permission::ViewMap),
        item(map, "map-nav-systems", "/console/systems", "system", Permission::ViewMap),
        item(map, "map-nav-flows", "/console/flows", "flow", Permission::ViewMap),
        item(map, "map-nav-recipients", "/console/recipients", "recipient", Permission::ViewMap),
        item(records, "map-nav-records", "/console/records", "record", Permission::ViewRecords),
        item(
            records,
            "map-nav-organisation",
            "/console/organisation",
            "building",
            Permission::ViewRecords,
        ),
        item(records, "map-nav-code", "/console/code", "code", Permission::ViewRecords),
    ]
}
