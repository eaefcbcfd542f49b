//! What the map proposes for a rule: columns that look like times, ways along foreign keys to rows with
//! times, and the tables that refer to a table.

use std::collections::BTreeSet;

use datamap::map::{Link, Table, TableField, Tables};
use purge::TimeEncoding;

use super::{Act, Related, Step};

/// Steps of a way at most: longer ones are not what people mean.
const FARTHEST: usize = 3;
/// Ways offered at most.
const MOST: usize = 60;

/// A way from a table to a time in related rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The steps.
    pub steps: Vec<Step>,
    /// The time in the last table.
    pub column: String,
}

impl Path {
    /// The last table.
    pub fn table(&self) -> &str {
        self.steps.last().map_or("", |step| &step.table)
    }
}

/// Whether a column looks like a time: by its type, or by its name where the type says nothing.
pub fn time_like(field: &TableField) -> bool {
    let kind = field.data_type.to_lowercase();
    let name = field.name.to_lowercase();
    let by_type = ["date", "time"].iter().any(|word| kind.contains(word));
    let open = kind.is_empty() || ["text", "char", "int"].iter().any(|word| kind.contains(word));
    let by_name = name.ends_with("_at")
        || name.ends_with("_on")
        || name.ends_with("_ts")
        || ["date", "time", "created", "updated", "expires", "日期", "时间", "shijian", "riqi"]
            .iter()
            .any(|word| name.contains(word));
    by_type || (open && by_name)
}

/// How a column probably writes time, where its type leaves that open.
pub fn guess_time(data_type: &str, source_kind: &str, zone: &str) -> Option<TimeEncoding> {
    let kind = data_type.to_lowercase();
    let zone = zone.to_owned();
    let has = |words: &[&str]| words.iter().any(|word| kind.contains(word));
    match source_kind {
        "sqlite" if has(&["int", "real", "num"]) => Some(TimeEncoding::EpochSeconds),
        "sqlite" => Some(TimeEncoding::Text { zone }),
        "postgres" if has(&["timestamp with time zone", "timestamptz"]) => None,
        "mysql" if kind.starts_with("timestamp") => None,
        _ if has(&["timestamp", "datetime"]) => Some(TimeEncoding::Local { zone }),
        _ if kind == "date" => Some(TimeEncoding::Date { zone }),
        _ if has(&["bigint", "int"]) => Some(TimeEncoding::EpochSeconds),
        _ => Some(TimeEncoding::Text { zone }),
    }
}

/// Ways from a table down to rows that refer to it and have a time.
pub fn paths(table: &str, tables: &Tables) -> Vec<Path> {
    let mut found = Vec::new();
    let mut open: Vec<Vec<Step>> = vec![Vec::new()];
    while let Some(steps) = open.pop() {
        let here = steps.last().map_or(table, |step| step.table.as_str());
        if steps.len() >= FARTHEST || found.len() >= MOST {
            continue;
        }
        for link in tables.children(here) {
            let seen =
                link.from_store == table || steps.iter().any(|step| step.table == link.from_store);
            if seen || link.to_columns.len() != link.from_columns.len() {
                continue;
            }
            let mut longer = steps.clone();
            longer.push(down(link));
            let times = tables.table(&link.from_store).into_iter().flat_map(|one| &one.fields);
            for field in times.filter(|field| time_like(field)) {
                found.push(Path { steps: longer.clone(), column: field.name.clone() });
            }
            open.insert(0, longer);
        }
    }
    found.truncate(MOST);
    found
}

fn down(link: &Link) -> Step {
    let on = link.to_columns.iter().cloned().zip(link.from_columns.iter().cloned()).collect();
    Step { table: link.from_store.clone(), on }
}

/// Ways from a table up to the rows that its rows refer to.
pub(crate) fn upwards(table: &str, tables: &Tables) -> Vec<Vec<Step>> {
    let mut found: Vec<Vec<Step>> = Vec::new();
    let mut open: Vec<Vec<Step>> = vec![Vec::new()];
    while let Some(steps) = open.pop() {
        let here = steps.last().map_or(table, |step| step.table.as_str());
        if steps.len() >= FARTHEST || found.len() >= MOST {
            continue;
        }
        for link in tables.parents(here) {
            let seen =
                link.to_store == table || steps.iter().any(|step| step.table == link.to_store);
            if seen || link.to_columns.len() != link.from_columns.len() {
                continue;
            }
            let on = link.from_columns.iter().cloned().zip(link.to_columns.iter().cloned());
            let mut longer = steps.clone();
            longer.push(Step { table: link.to_store.clone(), on: on.collect() });
            found.push(longer.clone());
            open.insert(0, longer);
        }
    }
    found
}

/// Every reference that stands in the way of deleting rows of a table, with what is proposed for it:
/// rows that only exist through what they refer to go with it.
pub fn related_to(table: &str, tables: &Tables) -> Vec<Related> {
    let mut found: Vec<Related> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::from([table.to_owned()]);
    let mut open = vec![table.to_owned()];
    while let Some(here) = open.pop() {
        for link in tables.children(&here) {
            let known = found
                .iter()
                .any(|one| one.table == link.from_store && one.columns == link.from_columns);
            if known || link.from_store == here {
                continue;
            }
            let act = tables.table(&link.from_store).map_or(Act::Keep, |one| proposed(one, link));
            found.push(Related {
                table: link.from_store.clone(),
                columns: link.from_columns.clone(),
                act,
                changes: Vec::new(),
            });
            if act == Act::Delete && seen.insert(link.from_store.clone()) {
                open.insert(0, link.from_store.clone());
            }
        }
    }
    found
}

fn proposed(table: &Table, link: &Link) -> Act {
    let can_unlink =
        link.from_columns.iter().all(|name| table.field(name).is_some_and(|f| f.nullable == 1));
    if can_unlink && !table.is_personal() { Act::Unlink } else { Act::Delete }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, data_type: &str) -> TableField {
        TableField {
            id: name.into(),
            store_id: String::new(),
            name: name.into(),
            data_type: data_type.into(),
            nullable: 0,
            primary_key: 0,
            category: String::new(),
            level: 0,
        }
    }

    fn shop() -> Tables {
        let table = |name: &str, fields: Vec<TableField>| Table {
            id: name.into(),
            name: name.into(),
            rows_estimate: None,
            people: String::new(),
            fields,
        };
        let link = |from: &str, column: &str, to: &str| Link {
            from_store: from.into(),
            from_columns: vec![column.into()],
            to_store: to.into(),
            to_columns: vec!["id".into()],
        };
        Tables {
            tables: vec![
                table("customers", vec![field("id", "int"), field("joined_at", "TEXT")]),
                table("orders", vec![field("customer", "int"), field("placed", "DATETIME")]),
                table("items", vec![field("order_id", "int"), field("price", "REAL")]),
            ],
            links: vec![
                link("orders", "customer", "customers"),
                link("items", "order_id", "orders"),
            ],
        }
    }

    #[test]
    fn times_are_told_by_type_and_else_by_name() {
        assert!(time_like(&field("x", "timestamp with time zone")));
        assert!(time_like(&field("placed_at", "TEXT")) && time_like(&field("下单时间", "varchar")));
        assert!(!time_like(&field("placed_at", "REAL")) && !time_like(&field("city", "TEXT")));
    }

    #[test]
    fn the_last_order_is_proposed_for_customers() {
        let found = paths("customers", &shop());

        assert_eq!(found.len(), 1);
        assert_eq!((found[0].table(), found[0].column.as_str()), ("orders", "placed"));
        assert_eq!(found[0].steps[0].on, [("id".to_owned(), "customer".to_owned())]);
    }

    #[test]
    fn what_refers_to_what_refers_goes_along() {
        let found = related_to("customers", &shop());

        let names: Vec<&str> = found.iter().map(|one| one.table.as_str()).collect();
        assert_eq!(names, ["orders", "items"]);
        assert!(found.iter().all(|one| one.act == Act::Delete));
    }

    #[test]
    fn an_item_reaches_its_customer_through_its_order() {
        let up = upwards("items", &shop());

        assert_eq!(up.len(), 2);
        assert_eq!(up[1].last().unwrap().table, "customers");
    }
}
