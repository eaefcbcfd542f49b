//! The steps of the script, on a copy of the grants.

use std::collections::{BTreeMap, BTreeSet};

use sources::{Granted, Right};

use super::{ByHand, On, Stated, Step, Why};
use crate::{
    model::{Column, Judgement, Kind, Look, Place, Reach, Rule, Standard, judge},
    seen::{Seen, Way, reach},
};

/// More rounds than any sound standard needs: each round only takes or gives what the round before
/// uncovered (a schema opened for one table may uncover a grant on another).
const ROUNDS: usize = 32;

/// The steps that bring what was seen to the standard, and the grants as they are afterwards.
pub fn plan(standard: &Standard, look: &Look) -> (Vec<Stated>, Look) {
    let mut work = Work {
        standard,
        look: look.clone(),
        grants: look.access.grants.iter().cloned().collect(),
        steps: Vec::new(),
        owned: BTreeSet::new(),
    };
    let before = work.lawful();
    for _ in 0..ROUNDS {
        let taken = work.take_excess();
        let back = work.give_back(&before);
        work.catch_up();
        let judged = judge(standard, &work.look);
        let given = work.give_missing(&judged) || back;
        work.catch_up();
        if !taken && !given {
            break;
        }
    }
    work.by_hand();
    (work.steps, work.look)
}

struct Work<'a> {
    standard: &'a Standard,
    look: Look,
    /// The grants as they are by now; `look` has them after [`Work::catch_up`].
    grants: BTreeSet<Granted>,
    steps: Vec<Stated>,
    /// Tables whose owner has too much: told once, left to people.
    owned: BTreeSet<(String, On)>,
}

/// A wrong way to a column, with names of its own so that the grants can be changed.
struct Wrong {
    role: String,
    place: usize,
    way: Source,
    columns: BTreeSet<String>,
}

enum Source {
    Grant(Granted),
    Unlimited(String),
}

/// What a bound role lawfully has: role → (place, privilege) → columns.
type Lawful = BTreeMap<String, BTreeMap<(usize, String), BTreeSet<String>>>;

impl Work<'_> {
    fn known(&self, role: &str) -> bool {
        self.look.access.holders.iter().any(|one| one.name == role)
    }

    fn is_super(&self, role: &str) -> bool {
        self.look.access.holders.iter().any(|one| one.all && one.name == role)
    }

    /// Takes what is too much until nothing is; says whether it took anything. What is taken only
    /// makes less of everything, so that a role's tables are gone through once.
    fn take_excess(&mut self) -> bool {
        let mut taken = false;
        let standard = self.standard;
        let judged =
            standard.iter().filter(|(_, rule)| !rule.exempt).map(|(role, _)| role.as_str());
        for role in std::iter::once("").chain(judged) {
            if !role.is_empty() && (!self.known(role) || self.is_super(role)) {
                continue;
            }
            loop {
                let wrong = self.all_wrong(role);
                if wrong.is_empty() {
                    break;
                }
                taken = true;
                for one in wrong {
                    if self.is_still(&one) {
                        self.take(&one);
                    }
                }
                self.catch_up();
            }
        }
        taken
    }

    /// Whether nothing before has taken it along.
    fn is_still(&self, wrong: &Wrong) -> bool {
        let holder = match &wrong.way {
            Source::Grant(grant) if !self.grants.contains(grant) => return false,
            Source::Grant(grant) => &grant.holder,
            Source::Unlimited(role) => role,
        };
        holder.is_empty() || self.look.access.acts_as(&wrong.role).contains(holder)
    }

    fn catch_up(&mut self) {
        self.look.access.grants = self.grants.iter().cloned().collect();
    }

    /// One thing to take for each table and right of a role, or of everybody, for whom nothing
    /// personal is lawful.
    fn all_wrong(&self, role: &str) -> Vec<Wrong> {
        let mut all = Vec::new();
        let nothing = Rule::default();
        let rule = self.standard.get(role).unwrap_or(&nothing);
        let seen = Seen::new(&self.look);
        let reached = seen.reached(role);
        for (at, place) in self.look.places.iter().enumerate() {
            for (column, right) in both(place) {
                let is_wrong = |way: &Way<'_>| {
                    !rule.allows(way.privilege(right), place, column)
                        && !self.left(role, way, place)
                };
                let ways = match role {
                    "" => reached.grants(place, column, right).map(Way::Grant).collect(),
                    _ => reached.ways(place, column, right),
                };
                if let Some(way) = ways.into_iter().find(is_wrong) {
                    let over = |one: &&Column| !rule.allows(way.privilege(right), place, one);
                    let columns = place.personal().filter(over).map(|one| one.name.clone());
                    all.push(Wrong {
                        role: role.to_owned(),
                        place: at,
                        columns: columns.collect(),
                        way: match way {
                            Way::Grant(grant) => Source::Grant(grant.clone()),
                            Way::Unlimited(role) => Source::Unlimited(role.to_owned()),
                        },
                    });
                }
            }
        }
        all
    }

    /// Left to people: an owner of its own table, once it was told, and the database's own roles.
    fn left(&self, role: &str, way: &Way<'_>, place: &Place) -> bool {
        let grant = match way {
            Way::Grant(grant) => grant,
            Way::Unlimited(own) => return *own == role,
        };
        grant.owner
            && grant.holder == role
            && self.owned.contains(&(grant.holder.clone(), on(place)))
    }

    fn take(&mut self, wrong: &Wrong) {
        let why = || Why::Excess { role: wrong.role.clone(), columns: wrong.columns.clone() };
        match &wrong.way {
            Source::Unlimited(role) => self.leave(&wrong.role, role, why()),
            Source::Grant(grant) if grant.owner && grant.holder == wrong.role => {
                let on = on(&self.look.places[wrong.place]);
                self.owned.insert((grant.holder.clone(), on.clone()));
                let step = Step::ByHand(ByHand::Owner { holder: grant.holder.clone(), on });
                self.push(step, Why::ByHand, BTreeSet::new());
            }
            Source::Grant(grant) => {
                let own = grant.holder == wrong.role || grant.holder.is_empty();
                if own || !self.lawful_for_others(grant, wrong) {
                    self.revoke(grant, why());
                } else {
                    self.leave(&wrong.role, &grant.holder, why());
                }
            }
        }
    }

    /// Roles of the standard that may act as a holder.
    fn bound_to(&self, holder: &str) -> Vec<&String> {
        let acts = |role: &&String| {
            self.known(role)
                && (holder.is_empty() || self.look.access.acts_as(role).iter().any(|r| r == holder))
        };
        self.standard.keys().filter(acts).collect()
    }

    /// Whether another bound role lives lawfully on a column of this grant that is too much here, or
    /// on an owner's right, which stays where it is.
    fn lawful_for_others(&self, grant: &Granted, wrong: &Wrong) -> bool {
        let dialect = self.look.access.dialect;
        let place = &self.look.places[wrong.place];
        let allowed = |role: &&String| {
            let rule = &self.standard[*role];
            let at_stake = place.personal().filter(|column| {
                let here = (place.schema.as_str(), place.store.as_str(), column.name.as_str());
                wrong.columns.contains(&column.name) && grant.covers(dialect, here)
            });
            at_stake.into_iter().any(|column| rule.allows(&grant.privilege, place, column))
        };
        grant.owner || self.bound_to(&grant.holder).iter().any(allowed)
    }

    /// Ends the memberships by which a role comes to another.
    fn leave(&mut self, member: &str, to: &str, why: Why) {
        let direct = self.look.access.members.get(member).cloned().unwrap_or_default();
        let leads = |role: &String| self.look.access.acts_as(role).iter().any(|one| one == to);
        let ways: Vec<String> = direct.into_iter().filter(leads).collect();
        for role in ways {
            let others = self.unbound_members(member);
            if let Some(roles) = self.look.access.members.get_mut(member) {
                roles.remove(&role);
            }
            let step = Step::Leave { member: member.to_owned(), role };
            self.push(step, why.clone(), others);
        }
    }

    /// Accounts without a line that may act as a holder, and so lose what it loses.
    fn unbound_members(&self, holder: &str) -> BTreeSet<String> {
        let loses = |name: &&str| {
            !self.standard.contains_key(*name)
                && *name != holder
                && (holder.is_empty()
                    || self.look.access.acts_as(name).iter().any(|role| role == holder))
        };
        let logins = self.look.access.holders.iter().filter(|one| one.login && !one.all);
        logins.map(|one| one.name.as_str()).filter(loses).map(str::to_owned).collect()
    }

    /// Takes a grant, wherever it reaches, and leaves in its place what stays allowed.
    fn revoke(&mut self, grant: &Granted, why: Why) {
        let same = self.same(grant);
        let others = self.unbound_members(&grant.holder);
        let on = On { schema: grant.schema.clone(), store: grant.store.clone() };
        if reach(grant) == Reach::Columns {
            let columns = same.iter().map(|one| one.column.clone()).filter(|one| !one.is_empty());
            let columns: BTreeSet<String> = columns.collect();
            let place = self.place_of(grant);
            let gone: BTreeSet<String> = columns
                .into_iter()
                .filter(|name| place.is_some_and(|place| !self.stays(grant, place, name)))
                .collect();
            for one in same.iter().filter(|one| gone.contains(&one.column)) {
                self.grants.remove(one);
            }
            let (holder, privilege) = (grant.holder.clone(), grant.privilege.clone());
            self.push(Step::Revoke { holder, privilege, on, columns: gone }, why, others);
            return;
        }
        // Taking a privilege on a table takes it on its columns, too; both servers do so.
        let stay = self.remainder(grant);
        for one in &same {
            self.grants.remove(one);
        }
        let (holder, privilege) = (grant.holder.clone(), grant.privilege.clone());
        let columns = BTreeSet::new();
        self.push(Step::Revoke { holder, privilege, on, columns }, why, others);
        for (at, columns) in stay {
            self.give(&grant.holder, at, &grant.privilege, columns, Why::Stays);
        }
    }

    /// This privilege of the same holder on the same thing, on all of it or on columns.
    fn same(&self, grant: &Granted) -> Vec<Granted> {
        let first = Granted {
            column: String::new(),
            privilege: String::new(),
            owner: false,
            ..grant.clone()
        };
        let on = |one: &&Granted| {
            (&one.holder, &one.schema, &one.store) == (&grant.holder, &grant.schema, &grant.store)
        };
        let here = self.grants.range(first..).take_while(on);
        here.filter(|one| one.privilege == grant.privilege).cloned().collect()
    }

    fn place_of(&self, grant: &Granted) -> Option<&Place> {
        let here = |place: &&Place| place.schema == grant.schema && place.store == grant.store;
        self.look.places.iter().find(here)
    }

    /// Whether a column stays with the holder of a grant: it holds no personal data, or somebody who
    /// lives on the grant may have it. Nothing personal stays with everybody.
    fn stays(&self, grant: &Granted, place: &Place, name: &str) -> bool {
        let Some(column) = place.columns.iter().find(|column| column.name == name) else {
            return true;
        };
        let nothing = Rule::default();
        if nothing.allows(&grant.privilege, place, column) {
            return true;
        }
        let allows = |role: &String| self.standard[role].allows(&grant.privilege, place, column);
        match self.standard.contains_key(&grant.holder) {
            true => allows(&grant.holder),
            false if grant.holder.is_empty() => false,
            false => self.bound_to(&grant.holder).into_iter().any(allows),
        }
    }

    /// What is left of a wide grant, table by table; tables of which nothing is left are not in it.
    fn remainder(&self, grant: &Granted) -> Vec<(usize, BTreeSet<String>)> {
        let dialect = self.look.access.dialect;
        let mut left = Vec::new();
        for (at, place) in self.look.places.iter().enumerate() {
            if !grant.store.is_empty() && grant.store != place.store {
                continue;
            }
            let covered = |name: &str| grant.covers(dialect, (&place.schema, &place.store, name));
            if !place.columns.iter().any(|column| covered(&column.name)) {
                continue;
            }
            if !by_column(&grant.privilege) {
                let all = place.columns.iter().all(|one| self.stays(grant, place, &one.name));
                if all {
                    left.push((at, BTreeSet::new()));
                }
                continue;
            }
            let names = place.columns.iter().map(|column| column.name.clone());
            let stay: BTreeSet<String> =
                names.filter(|name| self.stays(grant, place, name)).collect();
            if stay.len() == place.columns.len() {
                left.push((at, BTreeSet::new()));
            } else if !stay.is_empty() {
                left.push((at, stay));
            }
        }
        left
    }

    /// Grants a privilege on a table (no columns: all of it), in the copy and in the script.
    fn give(
        &mut self,
        holder: &str,
        at: usize,
        privilege: &str,
        columns: BTreeSet<String>,
        why: Why,
    ) {
        let place = &self.look.places[at];
        let granted = |column: &str| Granted {
            holder: holder.to_owned(),
            schema: place.schema.clone(),
            store: place.store.clone(),
            column: column.to_owned(),
            privilege: privilege.to_owned(),
            owner: false,
        };
        let new: Vec<Granted> = if columns.is_empty() {
            vec![granted("")]
        } else {
            columns.iter().map(|column| granted(column)).collect()
        };
        let step = Step::Grant {
            holder: holder.to_owned(),
            privilege: privilege.to_owned(),
            on: on(place),
            columns,
        };
        let schema = place.schema.clone();
        self.grants.extend(new);
        let stays = why == Why::Stays;
        self.push(step, why.clone(), BTreeSet::new());
        // What stays with a role was reached through schemas that its members can look into.
        if !stays {
            self.open(holder, &schema, why);
        }
    }

    /// Lets a role into a schema if it cannot look into it yet.
    fn open(&mut self, holder: &str, schema: &str, why: Why) {
        let access = &self.look.access;
        let roles = if holder.is_empty() { Vec::new() } else { access.acts_as(holder) };
        if access.enters(&roles, schema, Right::Write) || holder.is_empty() {
            return;
        }
        let Some(usage) = &mut self.look.access.usage else { return };
        usage.insert((holder.to_owned(), schema.to_owned()));
        let step = Step::Usage { holder: holder.to_owned(), schema: schema.to_owned() };
        self.push(step, why, BTreeSet::new());
    }

    /// Everything that bound roles have and may have, columns without personal data as well.
    fn lawful(&self) -> Lawful {
        let seen = Seen::new(&self.look);
        let mut all = Lawful::new();
        for (role, rule) in self.standard.iter().filter(|(role, _)| self.known(role)) {
            if self.is_super(role) {
                continue;
            }
            let reached = seen.reached(role);
            let of_role = all.entry(role.clone()).or_default();
            for (at, place) in self.look.places.iter().enumerate() {
                for column in &place.columns {
                    for right in [Right::Read, Right::Write] {
                        for way in reached.ways(place, column, right) {
                            for privilege in privileges(&way, right) {
                                if rule.allows(privilege, place, column) {
                                    let key = (at, privilege.to_owned());
                                    of_role.entry(key).or_default().insert(column.name.clone());
                                }
                            }
                        }
                    }
                }
            }
        }
        all
    }

    /// Gives bound roles for themselves what they lawfully had and lost by a step.
    fn give_back(&mut self, before: &Lawful) -> bool {
        let steps = self.steps.len();
        for (role, had) in before {
            let places = had.keys().map(|(at, _)| &self.look.places[*at].schema);
            for schema in places.cloned().collect::<BTreeSet<_>>() {
                self.open(role, &schema, Why::Instead);
            }
        }
        let now = self.lawful();
        for (role, had) in before {
            for ((at, privilege), columns) in had {
                let key = (*at, privilege.clone());
                let has = now.get(role).and_then(|has| has.get(&key));
                let lost: BTreeSet<String> = columns
                    .iter()
                    .filter(|c| !has.is_some_and(|has| has.contains(*c)))
                    .cloned()
                    .collect();
                // Rows are deleted whole, if at all: a table of which a part was lawful is judged as a table.
                let whole =
                    !by_column(privilege) || lost.len() == self.look.places[*at].columns.len();
                if !lost.is_empty() {
                    let columns = if whole { BTreeSet::new() } else { lost };
                    self.give(role, *at, privilege, columns, Why::Instead);
                }
            }
        }
        self.steps.len() > steps
    }

    fn give_missing(&mut self, judged: &Judgement) -> bool {
        let mut given = false;
        for finding in judged.findings.iter().filter(|one| one.kind == Kind::Missing) {
            let here =
                |place: &Place| place.schema == finding.schema && place.store == finding.store;
            let Some(at) = self.look.places.iter().position(here) else { continue };
            let mut columns: BTreeSet<String> =
                finding.columns.iter().map(|held| held.column.clone()).collect();
            let keys = self.look.places[at].columns.iter();
            columns.extend(
                keys.filter(|one| one.key && one.categories.is_empty()).map(|one| one.name.clone()),
            );
            self.give(&finding.holder, at, "SELECT", columns, Why::Missing);
            given = true;
        }
        given
    }

    /// What only people can decide, at the end of the script.
    fn by_hand(&mut self) {
        let judged = judge(self.standard, &self.look);
        let mut told = BTreeSet::new();
        for finding in &judged.findings {
            match finding.kind {
                Kind::Superuser => told.insert(ByHand::Superuser(finding.holder.clone())),
                Kind::Unbound => told.insert(ByHand::Unbound(finding.holder.clone())),
                Kind::Excess | Kind::Missing => false,
            };
        }
        told.extend(judged.absent.into_iter().map(ByHand::Absent));
        for one in told {
            self.push(Step::ByHand(one), Why::ByHand, BTreeSet::new());
        }
    }

    fn push(&mut self, step: Step, why: Why, others: BTreeSet<String>) {
        self.steps.push(Stated { step, why, others });
    }
}

fn on(place: &Place) -> On {
    On { schema: place.schema.clone(), store: place.store.clone() }
}

fn both(place: &Place) -> impl Iterator<Item = (&Column, Right)> {
    place.personal().flat_map(|column| [(column, Right::Read), (column, Right::Write)])
}

/// The privileges of a way; who needs no grant for writing has all of them.
fn privileges<'w>(way: &'w Way<'_>, right: Right) -> Vec<&'w str> {
    match (way, right) {
        (Way::Unlimited(_), Right::Write) => vec!["INSERT", "UPDATE", "DELETE"],
        _ => vec![way.privilege(right)],
    }
}

/// Whether a privilege can be granted on single columns.
fn by_column(privilege: &str) -> bool {
    matches!(privilege, "SELECT" | "INSERT" | "UPDATE")
}
