//! What was seen, sorted so that a large database is judged quickly, and the findings in it. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sources::{Access, Dialect, Granted, Right};

use crate::model::{
    By, Column, Finding, From, Held, Kind, Look, Place, Reach, Rule, Standard, within,
};

/// A way to a right: a grant, or a role that needs none.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Way<'a> {
    Grant(&'a Granted),
    Unlimited(&'a str),
}

impl Way<'_> {
    pub(crate) fn privilege(&self, right: Right) -> &str {
        match self {
            Self::Grant(grant) => &grant.privilege,
            Self::Unlimited(_) if right == Right::Read => "SELECT",
            Self::Unlimited(_) => "UPDATE",
        }
    }

    fn role(&self) -> &str {
        match self {
            Self::Grant(grant) => &grant.holder,
            Self::Unlimited(role) => role,
        }
    }

    fn by(&self, holder: &str) -> By {
        let role = self.role().to_owned();
        let Self::Grant(grant) = self else {
            let (from, reach) = (From::Unlimited, Reach::Everything);
            return By { from, role, reach, privilege: String::new() };
        };
        let from = match () {
            () if grant.holder.is_empty() => From::Everybody,
            () if grant.owner => From::Owner,
            () if grant.holder == holder => From::Own,
            () => From::Member,
        };
        By { from, role, reach: reach(grant), privilege: grant.privilege.clone() }
    }
}

pub(crate) fn reach(grant: &Granted) -> Reach {
    match (grant.schema.as_str(), grant.store.as_str(), grant.column.as_str()) {
        ("", ..) => Reach::Everything,
        (_, "", _) => Reach::Schema,
        (.., "") => Reach::Table,
        _ => Reach::Columns,
    }
}

/// A look with its grants sorted by whom they are given to, so that a large database is judged
/// without going through all grants for every column.
pub(crate) struct Seen<'a> {
    pub(crate) look: &'a Look,
    by_holder: HashMap<&'a str, Vec<&'a Granted>>,
}

/// What one holder may do, sorted by table.
pub(crate) struct Reached<'a> {
    pub(crate) roles: Vec<String>,
    access: &'a Access,
    by_table: HashMap<(&'a str, &'a str), Vec<&'a Granted>>,
    wide: Vec<&'a Granted>,
    unlimited: [Vec<&'a str>; 2],
}

impl<'a> Seen<'a> {
    pub(crate) fn new(look: &'a Look) -> Self {
        let mut by_holder: HashMap<&str, Vec<&Granted>> = HashMap::new();
        for grant in &look.access.grants {
            by_holder.entry(&grant.holder).or_default().push(grant);
        }
        Self { look, by_holder }
    }

    pub(crate) fn is_super(&self, holder: &str) -> bool {
        self.look.access.holders.iter().any(|one| one.all && one.name == holder)
    }

    pub(crate) fn reached(&self, holder: &str) -> Reached<'a> {
        let access = &self.look.access;
        let roles = access.acts_as(holder);
        let mut by_table: HashMap<_, Vec<&Granted>> = HashMap::new();
        let mut wide = Vec::new();
        let everybody = (!holder.is_empty()).then_some("");
        for role in roles.iter().map(String::as_str).chain(everybody) {
            for grant in self.by_holder.get(role).into_iter().flatten() {
                if grant.store.is_empty() {
                    wide.push(*grant);
                } else {
                    by_table
                        .entry((grant.schema.as_str(), grant.store.as_str()))
                        .or_default()
                        .push(*grant);
                }
            }
        }
        let name_of = |name: &str| {
            access.holders.iter().map(|one| one.name.as_str()).find(|known| *known == name)
        };
        let of = |right| {
            let unlimited = access.unlimited(&roles, right);
            unlimited.into_iter().filter_map(name_of).collect::<Vec<&'a str>>()
        };
        let unlimited = [of(Right::Read), of(Right::Write)];
        Reached { roles, access, by_table, wide, unlimited }
    }

    pub(crate) fn excess(&self, holder: &str, rule: &Rule, out: &mut Vec<Finding>) {
        let reached = self.reached(holder);
        for place in &self.look.places {
            for right in [Right::Read, Right::Write] {
                let mut grouped: BTreeMap<Vec<By>, Vec<Held>> = BTreeMap::new();
                for column in place.personal() {
                    let wrong = |way: &Way<'_>| !rule.allows(way.privilege(right), place, column);
                    let ways = reached.ways(place, column, right);
                    let by = tell(holder, ways.into_iter().filter(wrong));
                    if !by.is_empty() {
                        let over = |one: &&String| right == Right::Write || !rule.reads(one);
                        let categories = column.categories.iter().filter(over).cloned().collect();
                        let held = Held { column: column.name.clone(), categories };
                        grouped.entry(by).or_default().push(held);
                    }
                }
                push(out, (Kind::Excess, holder, right), place, grouped);
            }
        }
    }

    pub(crate) fn missing(&self, holder: &str, rule: &Rule, out: &mut Vec<Finding>) {
        let reached = self.reached(holder);
        let mut wanted: BTreeMap<&str, Vec<(usize, &Column)>> = BTreeMap::new();
        let mut had: BTreeSet<&str> = BTreeSet::new();
        for (at, place) in self.look.places.iter().enumerate() {
            for column in place.personal() {
                let reads = !reached.ways(place, column, Right::Read).is_empty();
                let needed = |one: &&String| rule.needed.iter().any(|own| within(own, one));
                for category in column.categories.iter().filter(needed) {
                    if reads {
                        had.insert(category);
                    } else if rule.allows("SELECT", place, column) {
                        wanted.entry(category).or_default().push((at, column));
                    }
                }
            }
        }
        let mut lacks: BTreeMap<usize, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
        for (category, columns) in wanted.into_iter().filter(|(one, _)| !had.contains(one)) {
            // A view repeats what its tables hold: it is offered only where there is nothing else.
            let in_table = columns.iter().any(|(at, _)| !self.look.places[*at].view);
            for (at, column) in columns {
                if self.look.places[at].view && in_table {
                    continue;
                }
                let held = lacks.entry(at).or_default().entry(&column.name).or_default();
                held.push(category.to_owned());
            }
        }
        for (at, columns) in lacks {
            let held = |(column, categories): (&str, Vec<String>)| Held {
                column: column.to_owned(),
                categories,
            };
            let grouped = BTreeMap::from([(Vec::new(), columns.into_iter().map(held).collect())]);
            push(out, (Kind::Missing, holder, Right::Read), &self.look.places[at], grouped);
        }
    }

    /// Accounts that reach personal data although nothing in the standard speaks of them: by grants
    /// of their own, or by roles that have no line either. What everybody may do is told once.
    pub(crate) fn unbound(&self, standard: &Standard, out: &mut Vec<Finding>) {
        self.open_to_all(out);
        for holder in &self.look.access.holders {
            let exempt = standard.get(&holder.name).is_some_and(|rule| rule.exempt);
            if holder.all && !exempt {
                let (kind, right) = (Kind::Superuser, Right::Write);
                let by = vec![Way::Unlimited(&holder.name).by(&holder.name)];
                out.push(Finding {
                    kind,
                    holder: holder.name.clone(),
                    schema: String::new(),
                    store: String::new(),
                    right,
                    columns: Vec::new(),
                    by,
                });
            }
            if holder.all || !holder.login || standard.contains_key(&holder.name) {
                continue;
            }
            self.unbound_account(&holder.name, standard, out);
        }
    }

    fn unbound_account(&self, holder: &str, standard: &Standard, out: &mut Vec<Finding>) {
        let reached = self.reached(holder);
        let mut bound: BTreeSet<String> = BTreeSet::new();
        for role in reached.roles.iter().filter(|role| standard.contains_key(*role)) {
            bound.extend(self.look.access.acts_as(role));
        }
        let loose = |way: &Way<'_>| !way.role().is_empty() && !bound.contains(way.role());
        for place in &self.look.places {
            for right in [Right::Read, Right::Write] {
                let mut grouped: BTreeMap<Vec<By>, Vec<Held>> = BTreeMap::new();
                for column in place.personal() {
                    let ways = reached.ways(place, column, right);
                    let by = tell(holder, ways.into_iter().filter(loose));
                    if !by.is_empty() {
                        grouped.entry(by).or_default().push(whole(column));
                    }
                }
                push(out, (Kind::Unbound, holder, right), place, grouped);
            }
        }
    }

    fn open_to_all(&self, out: &mut Vec<Finding>) {
        let reached = self.reached("");
        for place in &self.look.places {
            for right in [Right::Read, Right::Write] {
                let mut grouped: BTreeMap<Vec<By>, Vec<Held>> = BTreeMap::new();
                for column in place.personal() {
                    let by = tell("", reached.grants(place, column, right).map(Way::Grant));
                    if !by.is_empty() {
                        grouped.entry(by).or_default().push(whole(column));
                    }
                }
                push(out, (Kind::Unbound, "", right), place, grouped);
            }
        }
    }
}

impl<'a> Reached<'a> {
    /// All ways to a right on a column.
    pub(crate) fn ways(&self, place: &Place, column: &Column, right: Right) -> Vec<Way<'a>> {
        let unlimited = self.unlimited[usize::from(right == Right::Write)].iter();
        let mut ways: Vec<Way<'a>> = unlimited.map(|role| Way::Unlimited(role)).collect();
        if self.access.enters(&self.roles, &place.schema, right) {
            ways.extend(self.grants(place, column, right).map(Way::Grant));
        }
        ways
    }

    pub(crate) fn grants<'s>(
        &'s self,
        place: &'s Place,
        column: &'s Column,
        right: Right,
    ) -> impl Iterator<Item = &'a Granted> + use<'a, 's> {
        let at = (place.schema.as_str(), place.store.as_str());
        let own = self.by_table.get(&at).into_iter().flatten().copied();
        let dialect: Dialect = self.access.dialect;
        let here = (place.schema.as_str(), place.store.as_str(), column.name.as_str());
        own.chain(self.wide.iter().copied())
            .filter(move |grant| grant.right() == right && grant.covers(dialect, here))
    }
}

fn whole(column: &Column) -> Held {
    Held { column: column.name.clone(), categories: column.categories.iter().cloned().collect() }
}

fn tell<'a>(holder: &str, ways: impl Iterator<Item = Way<'a>>) -> Vec<By> {
    ways.map(|way| way.by(holder)).collect::<BTreeSet<_>>().into_iter().collect()
}

fn push(
    out: &mut Vec<Finding>,
    (kind, holder, right): (Kind, &str, Right),
    place: &Place,
    grouped: BTreeMap<Vec<By>, Vec<Held>>,
) {
    out.extend(grouped.into_iter().map(|(by, columns)| Finding {
        kind,
        holder: holder.to_owned(),
        schema: place.schema.clone(),
        store: place.store.clone(),
        right,
        columns,
        by,
    }));
}
