//! The judgement and the script against an oracle that goes through everything, column by column.
#![allow(clippy::unwrap_used)] // a test stops where it fails

use std::collections::{BTreeMap, BTreeSet};

use grants::{
    model::{Column, Finding, Kind, Look, Place, Rule, Standard, judge, within},
    script,
};
use proptest::prelude::*;
use sources::{Access, Dialect, Granted, Holder, Right};

const ROLES: [&str; 5] = ["app", "team", "anna", "owner", "backup"];
const CATEGORIES: [&str; 4] = ["", "contact.email", "contact.phone", "health.state"];
const PRIVILEGES: [&str; 4] = ["SELECT", "UPDATE", "INSERT", "DELETE"];

fn places() -> impl Strategy<Value = Vec<Place>> {
    let column = prop::sample::select(CATEGORIES.to_vec());
    let columns = prop::collection::vec(column, 1..4);
    let place = (prop::sample::select(vec!["public", "crm"]), columns, any::<bool>());
    prop::collection::vec(place, 1..4).prop_map(|all| {
        let place = |(at, (schema, columns, view)): (usize, (&str, Vec<&str>, bool))| Place {
            schema: schema.to_owned(),
            store: format!("t{at}"),
            view,
            columns: columns
                .iter()
                .enumerate()
                .map(|(n, category)| Column {
                    name: format!("c{n}"),
                    categories: Some(*category)
                        .filter(|one| !one.is_empty())
                        .map(str::to_owned)
                        .into_iter()
                        .collect(),
                    key: n == 0,
                })
                .collect(),
        };
        all.into_iter().enumerate().map(place).collect()
    })
}

type Raw = (usize, usize, usize, usize, usize, bool);

fn access(
    dialect: Dialect,
    places: &[Place],
    raw: &[Raw],
    members: &[(usize, usize)],
    usage: &[(usize, bool)],
    logins: &[bool],
) -> Access {
    let mut grants = Vec::new();
    for (holder, at, column, privilege, wide, owner) in raw {
        let place = &places[at % places.len()];
        let holder = ["app", "team", "anna", "owner", "backup", ""][holder % 6];
        let privilege = PRIVILEGES[privilege % 4];
        let names = &place.columns;
        let by_column = privilege != "DELETE" && *column < names.len();
        let mysql_wide = dialect == Dialect::Mysql && *wide < 2;
        grants.push(Granted {
            holder: holder.to_owned(),
            schema: if mysql_wide && *wide == 0 { String::new() } else { place.schema.clone() },
            store: if mysql_wide { String::new() } else { place.store.clone() },
            column: if by_column && !mysql_wide {
                names[*column].name.clone()
            } else {
                String::new()
            },
            privilege: privilege.to_owned(),
            owner: dialect == Dialect::Postgres && *owner && !by_column && holder == "owner",
        });
    }
    grants.sort();
    grants.dedup();
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    // Memberships only lead to roles further on: servers allow no cycles.
    for (from, to) in members {
        let (from, to) = (from % 5, to % 5);
        if from < to {
            all.entry(ROLES[from].to_owned()).or_default().insert(ROLES[to].to_owned());
        }
    }
    let usage = usage.iter().map(|(role, crm)| {
        let holder = ["app", "team", "anna", "owner", "backup", ""][role % 6];
        (holder.to_owned(), if *crm { "crm" } else { "public" }.to_owned())
    });
    Access {
        dialect,
        holders: ROLES
            .iter()
            .zip(logins)
            .map(|(name, login)| Holder { name: (*name).to_owned(), login: *login, all: false })
            .collect(),
        grants,
        partial: false,
        members: all,
        usage: (dialect == Dialect::Postgres).then(|| usage.collect()),
    }
}

fn looks() -> impl Strategy<Value = Look> {
    let raw = prop::collection::vec(
        (0..6usize, 0..4usize, 0..6usize, 0..4usize, 0..12usize, any::<bool>()),
        0..14,
    );
    let members = prop::collection::vec((0..5usize, 0..5usize), 0..4);
    let usage = prop::collection::vec((0..6usize, any::<bool>()), 0..6);
    let logins = prop::collection::vec(any::<bool>(), 5);
    (places(), raw, members, usage, logins, any::<bool>()).prop_map(
        |(places, raw, members, usage, logins, postgres)| {
            let dialect = if postgres { Dialect::Postgres } else { Dialect::Mysql };
            let access = access(dialect, &places, &raw, &members, &usage, &logins);
            Look { access, places, account: String::new() }
        },
    )
}

fn standards() -> impl Strategy<Value = Standard> {
    let category = prop::sample::select(vec!["contact", "contact.email", "health.state"]);
    let rule = (
        prop::collection::btree_set(category, 0..3),
        any::<bool>(),
        any::<bool>(),
        prop::bool::weighted(0.2),
    );
    let rules = prop::collection::btree_map(prop::sample::select(ROLES.to_vec()), rule, 0..4);
    rules.prop_map(|rules| {
        let rule =
            |(role, (data, needed, write, exempt)): (&str, (BTreeSet<&str>, bool, bool, bool))| {
                let allowed: BTreeSet<String> = data.iter().map(|one| (*one).to_owned()).collect();
                let needed = if needed { allowed.clone() } else { BTreeSet::new() };
                (role.to_owned(), Rule { allowed, needed, write, exempt })
            };
        rules.into_iter().map(rule).collect()
    })
}

/// Everything wrong, one line a column, by asking [`Access`] for each.
type Told = BTreeSet<(Kind, String, String, String, Right)>;

fn told(findings: &[Finding]) -> Told {
    let of = |one: &Finding| {
        let (kind, holder, store, right) =
            (one.kind, one.holder.clone(), one.store.clone(), one.right);
        one.columns
            .iter()
            .map(move |held| (kind, holder.clone(), store.clone(), held.column.clone(), right))
            .collect::<Vec<_>>()
    };
    findings.iter().flat_map(of).collect()
}

fn allows(rule: &Rule, privilege: &str, place: &Place, column: &Column) -> bool {
    let reads = |column: &Column| {
        column.categories.iter().all(|one| rule.allowed.iter().any(|own| within(own, one)))
    };
    match privilege {
        "SELECT" => reads(column),
        "DELETE" => {
            let personal = || place.columns.iter().filter(|c| !c.categories.is_empty());
            personal().next().is_none() || rule.write && personal().any(reads)
        }
        _ if column.categories.is_empty() => true,
        _ => rule.write && reads(column),
    }
}

fn oracle(standard: &Standard, look: &Look) -> Told {
    let access = &look.access;
    let mut out = Told::new();
    for place in &look.places {
        for column in place.columns.iter().filter(|column| !column.categories.is_empty()) {
            let here = (place.schema.as_str(), place.store.as_str(), column.name.as_str());
            let mut note = |kind, holder: &str, right| {
                out.insert((kind, holder.into(), place.store.clone(), column.name.clone(), right));
            };
            for right in [Right::Read, Right::Write] {
                for (role, rule) in standard.iter().filter(|(_, rule)| !rule.exempt) {
                    let by = access.by_what(role, here, right);
                    if by.iter().any(|grant| !allows(rule, &grant.privilege, place, column)) {
                        note(Kind::Excess, role, right);
                    }
                }
                for holder in access.holders.iter().filter(|one| one.login) {
                    if standard.contains_key(&holder.name) {
                        continue;
                    }
                    let bound = |role: &String| {
                        access.acts_as(&holder.name).iter().any(|own| {
                            standard.contains_key(own) && access.acts_as(own).contains(role)
                        })
                    };
                    let by = access.by_what(&holder.name, here, right);
                    if by.iter().any(|one| !one.holder.is_empty() && !bound(&one.holder)) {
                        note(Kind::Unbound, &holder.name, right);
                    }
                }
                let everybody = |grant: &&Granted| {
                    grant.holder.is_empty()
                        && grant.right() == right
                        && grant.covers(access.dialect, here)
                };
                if access.grants.iter().any(|grant| everybody(&grant)) {
                    note(Kind::Unbound, "", right);
                }
            }
            for (role, rule) in standard.iter().filter(|(_, rule)| !rule.exempt) {
                let category = column.categories.iter().next().unwrap();
                let needed = rule.needed.iter().any(|own| within(own, category));
                let same = || {
                    look.places
                        .iter()
                        .flat_map(|place| place.columns.iter().map(move |column| (place, column)))
                };
                let holds = |column: &Column| column.categories.contains(category);
                let reads = same().filter(|(_, column)| holds(column)).any(|(place, column)| {
                    let here = (&*place.schema, &*place.store, &*column.name);
                    access.may(role, here, Right::Read)
                });
                let in_table = same().any(|(place, column)| !place.view && holds(column));
                if needed && !reads && !(place.view && in_table) {
                    note(Kind::Missing, role, Right::Read);
                }
            }
        }
    }
    out
}

/// What bound roles may do and have: `role place column privilege`.
fn lawful(standard: &Standard, look: &Look) -> BTreeSet<(String, String, String, String)> {
    let mut all = BTreeSet::new();
    for (role, rule) in standard {
        for place in &look.places {
            for column in &place.columns {
                let here = (place.schema.as_str(), place.store.as_str(), column.name.as_str());
                for right in [Right::Read, Right::Write] {
                    for grant in look.access.by_what(role, here, right) {
                        let privilege = grant.privilege.as_str();
                        let fine = rule.exempt || allows(rule, privilege, place, column);
                        if fine {
                            let (store, column) = (place.store.clone(), column.name.clone());
                            all.insert((role.clone(), store, column, privilege.to_owned()));
                        }
                    }
                }
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn the_judgement_is_what_going_through_everything_gives(
        look in looks(), standard in standards()
    ) {
        let judged = judge(&standard, &look);

        prop_assert_eq!(told(&judged.findings), oracle(&standard, &look));
    }

    #[test]
    fn after_the_script_nothing_is_too_much_or_missing_and_what_was_lawful_is_there(
        look in looks(), standard in standards()
    ) {
        let before = lawful(&standard, &look);

        let (steps, after) = script::plan(&standard, &look);

        let judged = judge(&standard, &after);
        for finding in &judged.findings {
            // What its owner has too much is left to people, and told.
            let owner = finding.by.iter().all(|by| by.from == grants::model::From::Owner);
            let left = finding.kind == Kind::Unbound && !finding.holder.is_empty()
                || finding.kind == Kind::Excess && owner;
            prop_assert!(left, "{:?} is left after {:#?}", finding, steps);
        }
        let now = lawful(&standard, &after);
        let lost: Vec<_> = before.difference(&now).collect();
        prop_assert!(lost.is_empty(), "{:?} is lost by {:#?}", lost, steps);
        let (again, _) = script::plan(&standard, &after);
        let by_hand = |stated: &&script::Stated| matches!(stated.step, script::Step::ByHand(_));
        prop_assert!(again.iter().all(|stated| by_hand(&stated)), "not at rest: {:#?}", again);
    }
}
