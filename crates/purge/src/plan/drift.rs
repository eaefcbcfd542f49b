//! Has the database changed since the plan was made?

use crate::{
    plan::Plan,
    schema::{RowKey, Schema, Table},
};

/// What is different now, in words; empty when nothing that matters is.
pub(crate) fn differences(plan: &Plan, now: &Schema) -> Vec<String> {
    let mut found = Vec::new();
    if now.blind {
        found.push("tables that this account cannot see refer to tables of the plan".to_owned());
    }
    for was in &plan.tables {
        match now.tables.iter().find(|table| table.name == was.name) {
            Some(is) => table(was, is, &mut found),
            None => found.push(format!("table {} is gone", was.name)),
        }
    }
    let known = |name: &str| {
        let treated = plan.request.root == name
            || plan.request.children.iter().any(|child| child.table == name);
        treated && plan.treatment(name).is_some()
    };
    for link in now.links.iter().filter(|link| known(&link.to)) {
        match plan.links.iter().find(|l| {
            l.link.enforced
                && l.link.from == link.from
                && l.link.to == link.to
                && l.link.from_columns == link.from_columns
                && l.link.to_columns == link.to_columns
        }) {
            None => found.push(format!("the reference {} is new", link.label())),
            Some(was) if was.link.on_delete != link.on_delete => found.push(format!(
                "the reference {} says ON DELETE {} now, not {}",
                link.label(),
                link.on_delete,
                was.link.on_delete
            )),
            Some(_) => {}
        }
    }
    for was in plan.links.iter().filter(|l| l.link.enforced) {
        if !now.links.contains(&was.link)
            && !now.links.iter().any(|l| l.label() == was.link.label())
        {
            found.push(format!("the reference {} is gone", was.link.label()));
        }
    }
    found
}

fn table(was: &Table, is: &Table, found: &mut Vec<String>) {
    let name = &was.name;
    for before in &was.columns {
        let Some(after) = is.columns.iter().find(|column| column.name == before.name) else {
            found.push(format!("column {name}.{} is gone", before.name));
            continue;
        };
        if after.data_type != before.data_type {
            found.push(format!("column {name}.{} is now {}", before.name, after.data_type));
        } else if after.nullable != before.nullable {
            let may = if after.nullable { "may be NULL now" } else { "may not be NULL any more" };
            found.push(format!("column {name}.{} {may}", before.name));
        } else if after != before {
            found.push(format!("column {name}.{} has other constraints now", before.name));
        }
    }
    for after in &is.columns {
        if !was.columns.iter().any(|column| column.name == after.name) {
            found.push(format!("column {name}.{} is new", after.name));
        }
    }
    if is.key != was.key {
        let key = match &is.key {
            RowKey::Columns(names) => names.join(", "),
            RowKey::Hidden(name) => name.clone(),
            RowKey::None(_) => "nothing".to_owned(),
        };
        found.push(format!("the key of {name} is now {key}"));
    }
    for trigger in is.triggers.iter().filter(|name| !was.triggers.contains(name)) {
        found.push(format!("trigger {trigger} on {name} is new"));
    }
    for trigger in was.triggers.iter().filter(|name| !is.triggers.contains(name)) {
        found.push(format!("trigger {trigger} on {name} is gone"));
    }
    if is.unsafe_because != was.unsafe_because {
        found.push(format!("{name}: {}", is.unsafe_because));
    }
}
