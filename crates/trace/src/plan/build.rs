//! Makes a plan. Pure: it reads the ground and nothing else, and the same ground gives the same plan.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use purge::{Engine, RowKey};

use super::{
    How, Node, Plan, Step, Wave, Why, order,
    refs::{self, At, Reference},
    unreached,
};
use crate::ground::{About, Ground, Kind, Spelling};

/// What is known of a ground while a plan is made.
pub(super) struct Draft<'a> {
    pub ground: &'a Ground,
    pub kinds: &'a BTreeSet<Kind>,
    pub references: Vec<Reference>,
    /// Links of which a side is not there: the index, and the side that is missing.
    pub lost: Vec<usize>,
    pub nodes: BTreeMap<At, usize>,
    pub steps: Vec<(At, usize, Way)>,
    /// Parents that were not followed because of what cannot be seen.
    pub unsure: BTreeMap<At, String>,
}

pub(super) enum Way {
    Identifier(String, Kind),
    Refers(usize),
    Exclusive(usize),
}

/// Which tables a person's rows can be in, starting from these kinds of identifiers.
///
/// Ways lead *down*, from a row of the person's to rows that refer to it, as often as there are
/// references, and then *up*, from rows of the person's to what they alone refer to. They never lead
/// down to people ([`About::Person`]) by a foreign key, never along a mention, and up only to tables
/// with personal data that nothing leads down to: where rows say themselves whose they are, that
/// decides.
pub fn plan(ground: &Ground, kinds: &BTreeSet<Kind>) -> Plan {
    let (references, lost) = refs::all(ground);
    let mut draft = Draft {
        ground,
        kinds,
        references,
        lost: lost.into_iter().map(|(n, _)| n).collect(),
        nodes: BTreeMap::new(),
        steps: Vec::new(),
        unsure: BTreeMap::new(),
    };
    draft.down();
    let down: BTreeSet<At> = draft.nodes.keys().copied().collect();
    draft.up(&down);
    draft.finish(&down)
}

impl Draft<'_> {
    pub fn all(&self) -> impl Iterator<Item = At> + '_ {
        self.ground.sources.iter().enumerate().flat_map(|(s, source)| {
            (0..source.schema().map_or(0, |schema| schema.tables.len())).map(move |t| (s, t))
        })
    }

    /// Why a table is never read, whatever leads to it.
    pub fn barred(&self, at: At) -> Option<Why> {
        let schema = self.ground.sources[at.0].schema()?;
        let table = &schema.tables[at.1];
        if let Some(why) = refs::holds(self.ground, at).and_then(|holds| holds.excluded.clone()) {
            return Some(Why::Excluded(why));
        }
        if let RowKey::None(why) = &table.key {
            return Some(Why::NoKey(why.clone()));
        }
        if self.ground.sources[at.0].is_files() && !table.unsafe_because.is_empty() {
            return Some(Why::Unread(table.unsafe_because.clone()));
        }
        let unsafe_to_read = schema.engine == Engine::Postgres && !table.unsafe_because.is_empty();
        unsafe_to_read.then(|| Why::Unsafe(table.unsafe_because.clone()))
    }

    pub fn is_person(&self, at: At) -> bool {
        refs::holds(self.ground, at).is_some_and(|holds| holds.about == About::Person)
    }

    pub fn is_personal(&self, at: At) -> bool {
        refs::holds(self.ground, at).is_some_and(crate::ground::Holds::is_personal)
    }

    fn down(&mut self) {
        let mut open = VecDeque::new();
        for at in self.all().collect::<Vec<_>>() {
            if self.barred(at).is_some() {
                continue;
            }
            for (column, kind) in self.identifiers(at) {
                self.steps.push((at, 0, Way::Identifier(column, kind)));
                if self.nodes.insert(at, 0).is_none() {
                    open.push_back(at);
                }
            }
        }
        while let Some(parent) = open.pop_front() {
            let hop = self.nodes[&parent] + 1;
            for n in 0..self.references.len() {
                let reference = &self.references[n];
                let child = reference.from;
                let own_people = self.is_person(child) && !reference.declared;
                if reference.to != parent
                    || reference.mention
                    || !reference.fits
                    || own_people
                    || self.barred(child).is_some()
                {
                    continue;
                }
                self.steps.push((child, hop, Way::Refers(n)));
                if let std::collections::btree_map::Entry::Vacant(new) = self.nodes.entry(child) {
                    new.insert(hop);
                    open.push_back(child);
                }
            }
        }
    }

    /// Identifier columns of verified kinds in which a value can be looked for.
    fn identifiers(&self, at: At) -> Vec<(String, Kind)> {
        let (Some(holds), Some(table)) =
            (refs::holds(self.ground, at), refs::table(self.ground, at))
        else {
            return Vec::new();
        };
        let fit = |column: &str, spelling: Spelling| {
            table
                .column(column)
                .is_ok_and(|column| spelling != Spelling::Exact || refs::is_plain(column))
        };
        holds
            .identifiers
            .iter()
            .filter(|one| self.kinds.contains(&one.kind) && fit(&one.column, one.spelling))
            .map(|one| (one.column.clone(), one.kind.clone()))
            .collect()
    }

    fn up(&mut self, down: &BTreeSet<At>) {
        let mut open: VecDeque<At> = down.iter().copied().collect();
        while let Some(child) = open.pop_front() {
            let hop = self.nodes[&child] + 1;
            for n in 0..self.references.len() {
                let reference = &self.references[n];
                let parent = reference.to;
                if reference.from != child
                    || reference.mention
                    || !reference.fits
                    || down.contains(&parent)
                    || self.is_person(parent)
                    || !self.is_personal(parent)
                    || self.barred(parent).is_some()
                {
                    continue;
                }
                if let Some(why) = self.unseen(parent) {
                    self.unsure.insert(parent, why);
                    continue;
                }
                self.steps.push((parent, hop, Way::Exclusive(n)));
                if let std::collections::btree_map::Entry::Vacant(new) = self.nodes.entry(parent) {
                    new.insert(hop);
                    open.push_back(parent);
                }
            }
        }
    }

    /// What keeps us from seeing everybody's rows that refer to the table.
    fn unseen(&self, at: At) -> Option<String> {
        let source = &self.ground.sources[at.0];
        if source.schema().is_some_and(|schema| schema.blind) {
            return Some(source.id.clone());
        }
        let table = refs::table(self.ground, at)?;
        let lost = self.lost.iter().map(|n| &self.ground.links[*n]);
        let mut lost =
            lost.filter(|link| link.to.source == source.id && link.to.table == table.name);
        if let Some(link) = lost.next() {
            return Some(format!("{}.{}", link.from.source, link.from.table));
        }
        let mut referring = self.references.iter().filter(|reference| reference.to == at);
        let shut = |reference: &&Reference| {
            matches!(
                self.barred(reference.from),
                Some(Why::Excluded(_) | Why::Unsafe(_) | Why::Unread(_))
            ) || !reference.fits
        };
        let found = referring.find(shut)?;
        let name = &refs::table(self.ground, found.from)?.name;
        Some(format!("{}.{name}", self.ground.sources[found.from.0].id))
    }

    fn finish(self, down: &BTreeSet<At>) -> Plan {
        let unreached = unreached::list(&self);
        let places: Vec<At> = self.nodes.keys().copied().collect();
        let number: BTreeMap<At, usize> =
            places.iter().enumerate().map(|(n, at)| (*at, n)).collect();
        let nodes: Vec<Node> = places.iter().filter_map(|at| self.node(*at)).collect();
        let steps: Vec<Step> = self.steps.iter().map(|step| self.step(step, &number)).collect();
        let edges = |upward: bool| -> Vec<(usize, usize)> {
            let of = |step: &Step| matches!(step.how, How::Exclusive { .. }) == upward;
            let some = steps.iter().filter(|step| of(step));
            some.filter_map(|step| Some((step.how.from()?, step.to))).collect()
        };
        let is_down = |n: &usize| down.contains(&places[*n]);
        let parts = |edges: &[(usize, usize)], wanted: &dyn Fn(&usize) -> bool| {
            let mut found = order::groups(nodes.len(), edges);
            found.retain(|group| group.iter().any(wanted));
            found
        };
        let groups = parts(&edges(false), &is_down);
        let upward = parts(&edges(true), &|n| !is_down(n));
        let deletion = self.deletion(&number);
        let only_shareable =
            !self.kinds.is_empty() && self.kinds.iter().all(|k| self.ground.shareable.contains(k));
        let kinds = self.kinds.clone();
        Plan { kinds, nodes, steps, groups, upward, deletion, unreached, only_shareable }
    }

    fn node(&self, at: At) -> Option<Node> {
        let table = refs::table(self.ground, at)?;
        let source = &self.ground.sources[at.0];
        let engine = source.schema()?.engine;
        Some(Node {
            source: source.id.clone(),
            table: table.name.clone(),
            hop: self.nodes[&at],
            personal: self.is_personal(at),
            keyed: matches!(table.key, RowKey::Columns(_)) || engine == Engine::Sqlite,
        })
    }

    fn step(&self, (to, hop, way): &(At, usize, Way), number: &BTreeMap<At, usize>) -> Step {
        let how = match way {
            Way::Identifier(column, kind) => {
                How::Identifier { column: column.clone(), kind: kind.clone() }
            }
            Way::Refers(n) => {
                let reference = &self.references[*n];
                How::Refers {
                    from: number[&reference.to],
                    columns: reference.from_columns.clone(),
                    to_columns: reference.to_columns.clone(),
                    declared: reference.declared,
                }
            }
            Way::Exclusive(n) => {
                let reference = &self.references[*n];
                How::Exclusive {
                    from: number[&reference.from],
                    columns: reference.from_columns.clone(),
                    to_columns: reference.to_columns.clone(),
                    declared: reference.declared,
                }
            }
        };
        Step { to: number[to], hop: *hop, how }
    }

    /// What refers before what it refers to.
    fn deletion(&self, number: &BTreeMap<At, usize>) -> Vec<Wave> {
        let mut edges = Vec::new();
        for reference in &self.references {
            if let (Some(from), Some(to)) = (number.get(&reference.from), number.get(&reference.to))
            {
                edges.push((*from, *to));
            }
        }
        order::groups(number.len(), &edges)
            .into_iter()
            .map(|nodes| {
                let circular = nodes.len() > 1 || edges.contains(&(nodes[0], nodes[0]));
                Wave { nodes, circular }
            })
            .collect()
    }
}
