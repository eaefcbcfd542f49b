//! The rules of the crate's documentation, played naively over all rows in memory. Only the order in
//! which steps are asked is taken from the plan.

use std::collections::{BTreeMap, BTreeSet};

use purge::Engine;
use trace::{About, How, Plan, Whose};

use crate::world::{KINDS, KeyKind, Ref, Row, Who, World};

/// What is expected of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub step: usize,
    pub shared: bool,
    pub redacted: BTreeSet<String>,
}

/// Table and row.
pub type At = (usize, usize);

pub struct Told {
    pub taken: BTreeMap<At, Taken>,
    pub doubtful: BTreeSet<At>,
    /// Of each row that only up-steps found, every step that may have.
    pub upward: BTreeMap<At, BTreeSet<usize>>,
}

/// Which tables can be reached: going down, and only going up.
pub fn reach(world: &World) -> (BTreeSet<usize>, BTreeSet<usize>) {
    let tables = 0..world.tables.len();
    let barred = |t: usize| {
        let table = &world.tables[t];
        table.excluded || table.key == KeyKind::Bare && world.engine(t) == Engine::Mysql
    };
    let verified =
        |t: usize| world.tables[t].identifiers.iter().any(|(_, kind)| world.kinds.contains(kind));
    let mut down: BTreeSet<usize> = tables.filter(|t| !barred(*t) && verified(*t)).collect();
    loop {
        let person = |t: usize| world.tables[t].about == About::Person;
        let more: Vec<usize> = world
            .refs
            .iter()
            .filter(|r| down.contains(&r.to) && !down.contains(&r.from))
            .filter(|r| !r.mention && !barred(r.from) && (r.declared || !person(r.from)))
            .map(|r| r.from)
            .collect();
        if more.is_empty() {
            break;
        }
        down.extend(more);
    }
    let mut up = BTreeSet::new();
    loop {
        let personal = |t: usize| {
            let table = &world.tables[t];
            !table.fields.is_empty() || !table.identifiers.is_empty()
        };
        let seen =
            |t: usize| !world.refs.iter().any(|r| r.to == t && world.tables[r.from].excluded);
        let more: Vec<usize> = world
            .refs
            .iter()
            .filter(|r| down.contains(&r.from) || up.contains(&r.from))
            .filter(|r| !down.contains(&r.to) && !up.contains(&r.to))
            .filter(|r| !r.mention && !barred(r.to) && personal(r.to) && seen(r.to))
            .filter(|r| world.tables[r.to].about == About::Things)
            .map(|r| r.to)
            .collect();
        if more.is_empty() {
            return (down, up);
        }
        up.extend(more);
    }
}

pub struct Naive<'a> {
    world: &'a World,
    told: Told,
}

pub fn play(world: &World, plan: &Plan) -> Told {
    let told = Told { taken: BTreeMap::new(), doubtful: BTreeSet::new(), upward: BTreeMap::new() };
    let mut this = Naive { world, told };
    let table = |node: usize| world.find(&plan.nodes[node].source, &plan.nodes[node].table);
    for group in &plan.groups {
        let into: Vec<usize> =
            (0..plan.steps.len()).filter(|n| group.contains(&plan.steps[*n].to)).collect();
        for shared in [false, true] {
            for round in 0.. {
                let before = this.told.taken.len();
                for n in &into {
                    let to = table(plan.steps[*n].to);
                    match &plan.steps[*n].how {
                        How::Identifier { column, .. } if round == 0 && !shared => {
                            this.identifier(*n, to, column);
                        }
                        How::Refers { from, columns, to_columns, .. } => {
                            while this.refers(*n, to, columns, table(*from), to_columns, shared) {}
                        }
                        _ => {}
                    }
                }
                if this.told.taken.len() == before && round > 0 {
                    break;
                }
            }
        }
    }
    while this.upward(plan, &table) {}
    let taken = &this.told.taken;
    this.told.doubtful.retain(|at| !taken.contains_key(at));
    this.told
}

impl Naive<'_> {
    fn row(&self, at: At) -> &Row {
        &self.world.tables[at.0].rows[at.1]
    }

    fn cell(&self, at: At, column: &str, kind: usize) -> Option<Who> {
        let text = self.row(at)[column].as_deref();
        let who = KINDS[kind].texts.iter().find(|(known, _)| *known == text).unwrap().1;
        (self.world.kinds.contains(&kind) || who == Who::Nobody).then_some(who)
    }

    /// Column, kind, whom it names (`None`: the kind is not verified).
    fn cells(&self, at: At) -> Vec<(String, usize, Option<Who>)> {
        let identifiers = &self.world.tables[at.0].identifiers;
        let one = |(column, kind): &(String, usize)| {
            (column.clone(), *kind, self.cell(at, column, *kind))
        };
        identifiers.iter().map(one).collect()
    }

    fn surely(&self, at: At) -> bool {
        self.cells(at).iter().any(|(_, kind, who)| *who == Some(Who::Us) && !KINDS[*kind].shareable)
    }

    /// Columns that name somebody else, and their kinds.
    fn against(&self, at: At) -> Vec<(String, usize)> {
        let surely = self.surely(at);
        let cells = self.cells(at).into_iter();
        cells
            .filter(|(_, kind, who)| {
                *who == Some(Who::Them) && (!surely || !KINDS[*kind].shareable)
            })
            .map(|(column, kind, _)| (column, kind))
            .collect()
    }

    fn tuple(&self, at: At, columns: &[String]) -> Option<Vec<String>> {
        columns.iter().map(|column| self.row(at)[column].clone()).collect()
    }

    fn is_own(&self, at: &At) -> bool {
        self.told.taken.get(at).is_some_and(|taken| !taken.shared)
    }

    fn rows(&self, t: usize) -> impl Iterator<Item = At> + use<> {
        (0..self.world.tables[t].rows.len()).map(move |row| (t, row))
    }

    /// References of a row of things that lead to people's rows which are not the person's.
    fn strangers(&self, at: At) -> Vec<&Ref> {
        if self.world.tables[at.0].about == About::Person {
            return vec![];
        }
        let refs = self.world.refs.iter().filter(|r| r.from == at.0 && !r.mention);
        refs.filter(|r| self.world.tables[r.to].about == About::Person)
            .filter(|r| {
                self.tuple(at, &r.columns).is_some_and(|tuple| {
                    !self.rows(r.to).any(|to| {
                        self.is_own(&to) && self.tuple(to, &r.to_columns).as_ref() == Some(&tuple)
                    })
                })
            })
            .collect()
    }

    fn identifier(&mut self, step: usize, t: usize, column: &str) {
        for at in self.rows(t) {
            let cells = self.cells(at);
            let us = |(name, _, who): &(String, usize, Option<Who>)| {
                name == column && *who == Some(Who::Us)
            };
            if !cells.iter().any(us) {
                continue;
            }
            let agreed: BTreeSet<usize> = cells
                .iter()
                .filter(|(_, _, who)| *who == Some(Who::Us))
                .map(|(_, kind, _)| *kind)
                .collect();
            let against = self.against(at);
            let contradicted = against.iter().any(|(_, kind)| !agreed.contains(kind));
            let person = self.world.tables[t].about == About::Person;
            let named = !self.strangers(at).is_empty();
            if person && contradicted || !person && !self.surely(at) && (contradicted || named) {
                self.told.doubtful.insert(at);
                continue;
            }
            self.take(at, step, !person && (named || !against.is_empty()));
        }
    }

    /// True: something new was found.
    fn refers(
        &mut self,
        step: usize,
        t: usize,
        columns: &[String],
        parent: usize,
        to_columns: &[String],
        shared: bool,
    ) -> bool {
        let parents: Vec<Vec<String>> = self
            .rows(parent)
            .filter(|at| self.told.taken.get(at).is_some_and(|taken| taken.shared == shared))
            .filter_map(|at| self.tuple(at, to_columns))
            .collect();
        let before = self.told.taken.len();
        for at in self.rows(t) {
            let Some(tuple) = self.tuple(at, columns) else { continue };
            if !parents.contains(&tuple) || self.told.taken.contains_key(&at) {
                continue;
            }
            if self.world.tables[t].about == About::Person {
                let strange = self
                    .cells(at)
                    .iter()
                    .any(|(_, kind, who)| *who == Some(Who::Them) && !KINDS[*kind].shareable);
                if self.surely(at) || !shared && !strange {
                    self.take(at, step, false);
                }
                continue;
            }
            let mixed = !self.strangers(at).is_empty() || !self.against(at).is_empty();
            self.take(at, step, mixed || shared && !self.surely(at));
        }
        self.told.taken.len() > before
    }

    /// One pass over everything that rows of the person's refer to.
    fn upward(&mut self, plan: &Plan, table: &dyn Fn(usize) -> usize) -> bool {
        let mut moved = false;
        for (n, step) in plan.steps.iter().enumerate() {
            let How::Exclusive { from, columns, to_columns, .. } = &step.how else { continue };
            let (child, parent) = (table(*from), table(step.to));
            for at in self.rows(parent) {
                let Some(tuple) = self.tuple(at, to_columns) else { continue };
                let referred = self
                    .rows(child)
                    .any(|c| self.is_own(&c) && self.tuple(c, columns).as_ref() == Some(&tuple));
                if !referred {
                    continue;
                }
                if self.told.taken.contains_key(&at) {
                    if let Some(steps) = self.told.upward.get_mut(&at) {
                        moved |= steps.insert(n);
                    }
                    continue;
                }
                let strange =
                    self.cells(at).iter().any(|(_, _, who)| matches!(who, None | Some(Who::Them)));
                if strange || !self.strangers(at).is_empty() || !self.is_exclusive(at) {
                    continue;
                }
                self.take(at, n, false);
                self.told.upward.entry(at).or_default().insert(n);
                moved = true;
            }
        }
        moved
    }

    /// Every row that refers to it is the person's own, and does not only mention it.
    fn is_exclusive(&self, at: At) -> bool {
        self.world.refs.iter().filter(|r| r.to == at.0).all(|r| {
            let Some(tuple) = self.tuple(at, &r.to_columns) else { return true };
            let loose = r.declared && self.world.engine(r.from) == Engine::Mysql;
            let same = |other: &[String]| {
                let each = other.iter().zip(&tuple);
                other.len() == tuple.len()
                    && each.into_iter().all(|(a, b)| a == b || loose && a.eq_ignore_ascii_case(b))
            };
            self.rows(r.from).all(|from| {
                let refers = self.tuple(from, &r.columns).is_some_and(|other| same(&other));
                !refers
                    || from == at
                    || self.is_own(&from) && !r.mention && self.exactly(from, r, &tuple)
            })
        })
    }

    fn exactly(&self, from: At, r: &Ref, tuple: &[String]) -> bool {
        self.tuple(from, &r.columns).as_deref() == Some(tuple)
    }

    fn take(&mut self, at: At, step: usize, shared: bool) {
        if self.told.taken.contains_key(&at) {
            return;
        }
        let redacted = self.redacted(at, shared);
        self.told.taken.insert(at, Taken { step, shared, redacted });
    }

    fn redacted(&self, at: At, shared: bool) -> BTreeSet<String> {
        let table = &self.world.tables[at.0];
        if !shared && table.about == About::Things {
            return BTreeSet::new();
        }
        let against: BTreeSet<String> =
            self.against(at).into_iter().map(|(name, _)| name).collect();
        let us: BTreeSet<String> = self
            .cells(at)
            .into_iter()
            .filter(|(_, _, who)| *who == Some(Who::Us))
            .map(|(name, _, _)| name)
            .collect();
        let mut out = against.clone();
        for (field, whose) in &table.fields {
            let hide = match whose {
                Whose::Owner => false,
                Whose::Unsaid => shared,
                Whose::With(other) if shared => !us.contains(other),
                Whose::With(other) => against.contains(other),
            };
            if hide {
                out.insert(field.clone());
            }
        }
        if shared {
            let names = table.identifiers.iter().map(|(name, _)| name.clone());
            out.extend(names.filter(|name| !us.contains(name)));
            out.extend(self.strangers(at).iter().flat_map(|r| r.columns.clone()));
        }
        out
    }
}
