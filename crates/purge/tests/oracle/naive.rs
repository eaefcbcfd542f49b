//! The oracle: what a request means, row by row in memory, written without a look at the engine.

use std::collections::BTreeSet;

use purge::{Child, Condition, Neutral, Request, Treatment};

use crate::world::{KeyKind, Row, SPELLINGS, World};

/// Table and row.
type Place = (usize, usize);

/// What the oracle says was done.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub treated: u64,
    pub already: u64,
    pub kept: u64,
}

pub fn play(world: &mut World, request: &Request) -> Told {
    let root = (0..world.tables.len()).find(|t| world.shown(*t) == request.root).unwrap();
    let naive = Naive { request, root };
    let rows = 0..world.tables[root].rows.len();
    let covered: Vec<usize> = rows
        .filter(|r| naive.says(world, root, *r, &request.selection.covered) == Some(true))
        .collect();
    let mut told = Told::default();
    let (held, mut open): (Vec<usize>, Vec<usize>) =
        covered.iter().partition(|r| naive.held(world, (root, **r)));
    loop {
        let before = open.len();
        let mut still = Vec::new();
        for row in open {
            if !world.tables[root].rows[row].alive {
                // It went with another.
            } else if naive.can_go(world, (root, row)) {
                if naive.go(world, (root, row)) {
                    told.treated += 1;
                } else {
                    told.already += 1;
                }
            } else {
                still.push(row);
            }
        }
        open = still;
        if open.len() == before {
            break;
        }
    }
    if request.treatment == Treatment::Delete {
        told.treated = world.tables[root].rows.iter().filter(|row| !row.alive).count() as u64;
    }
    told.kept = (open.len() + held.len()) as u64;
    told
}

struct Naive<'a> {
    request: &'a Request,
    root: usize,
}

impl Naive<'_> {
    fn rule(&self, world: &World, from: usize, link: usize) -> Option<&Child> {
        let columns = &world.tables[from].links[link].columns;
        let name = world.shown(from);
        self.request.children.iter().find(|c| c.table == name && c.columns == *columns)
    }

    fn treatment(&self, world: &World, t: usize) -> Option<&Treatment> {
        if t == self.root {
            return Some(&self.request.treatment);
        }
        let name = world.shown(t);
        let mut mine = self.request.children.iter().filter(|c| c.table == name);
        mine.find(|c| c.treatment != Treatment::Unlink).map(|c| &c.treatment)
    }

    fn deletes(&self, world: &World, t: usize) -> bool {
        self.treatment(world, t) == Some(&Treatment::Delete)
    }

    fn held(&self, world: &World, (t, r): Place) -> bool {
        let name = world.shown(t);
        let mut holds: Vec<&Condition> = Vec::new();
        if t == self.root {
            holds.extend(&self.request.selection.except);
        }
        for child in self.request.children.iter().filter(|c| c.table == name) {
            holds.extend(&child.except);
        }
        holds.iter().any(|hold| self.says(world, t, r, hold) != Some(false))
    }

    /// Living rows that refer to this one, each with the link's number.
    fn behind(world: &World, (t, r): Place) -> Vec<(Place, usize)> {
        let mut found = Vec::new();
        for (from, table) in world.tables.iter().enumerate() {
            for (n, link) in table.links.iter().enumerate() {
                for (row, data) in table.rows.iter().enumerate() {
                    if link.to == t && data.alive && data.refs[n] == Some(r) {
                        found.push(((from, row), n));
                    }
                }
            }
        }
        found
    }

    /// The row and all that is treated with it.
    fn family(&self, world: &World, start: Place) -> BTreeSet<Place> {
        let mut family = BTreeSet::from([start]);
        let mut open = vec![start];
        while let Some(place) = open.pop() {
            for (child, link) in Self::behind(world, place) {
                let follows = self
                    .rule(world, child.0, link)
                    .is_some_and(|rule| rule.treatment != Treatment::Unlink);
                if follows && !self.held(world, child) && family.insert(child) {
                    open.push(child);
                }
            }
        }
        family
    }

    fn can_go(&self, world: &World, start: Place) -> bool {
        let family = self.family(world, start);
        let leaving: BTreeSet<Place> =
            family.iter().copied().filter(|p| self.deletes(world, p.0)).collect();
        for place in &leaving {
            for (child, link) in Self::behind(world, *place) {
                match self.rule(world, child.0, link) {
                    Some(_) if self.held(world, child) => return false,
                    Some(_) => {}
                    None if leaving.contains(&child) => {}
                    None => return false,
                }
            }
        }
        !self.has_circle(world, &leaving)
    }

    /// A circle of references that cannot be cut: take leaves off until none is left.
    fn has_circle(&self, world: &World, leaving: &BTreeSet<Place>) -> bool {
        let mut left = leaving.clone();
        loop {
            let leaf = left.iter().copied().find(|place| {
                !Self::behind(world, *place).iter().any(|(child, link)| {
                    let unlinked = self
                        .rule(world, child.0, *link)
                        .is_some_and(|rule| rule.treatment == Treatment::Unlink);
                    let cut = (self.request.allow.cut_cycles || unlinked)
                        && world.tables[child.0].links[*link].nullable
                        && !(world.engine == purge::Engine::Postgres
                            && world.tables[child.0].key == KeyKind::Bare);
                    child != place && left.contains(child) && !cut
                })
            });
            match leaf {
                Some(leaf) => left.remove(&leaf),
                None => return !left.is_empty(),
            };
        }
    }

    /// True when the selected row itself changed.
    fn go(&self, world: &mut World, start: Place) -> bool {
        let family = self.family(world, start);
        let mut cut: Vec<(Place, usize)> = Vec::new();
        for place in &family {
            for (child, link) in Self::behind(world, *place) {
                let Some(rule) = self.rule(world, child.0, link) else { continue };
                if self.held(world, child) {
                    continue;
                }
                let unlink = rule.treatment == Treatment::Unlink;
                let stays = !self.deletes(world, child.0) && self.deletes(world, place.0);
                if unlink || stays {
                    cut.push((child, link));
                }
            }
        }
        let mut changed = false;
        for place in &family {
            let treatment = self.treatment(world, place.0).unwrap().clone();
            let row = &mut world.tables[place.0].rows[place.1];
            let differs = treat(row, &treatment);
            changed |= *place == start && differs;
        }
        for ((t, r), link) in cut {
            let row = &mut world.tables[t].rows[r];
            row.refs[link] = None;
            row.ref_literals[link].fill("NULL".to_owned());
            // A row that refers to itself changes by losing that.
            changed |= (t, r) == start && row.alive && self.treatment(world, t).is_some();
        }
        changed
    }

    /// Kleene's three values.
    #[allow(clippy::self_only_used_in_recursion)] // reads like the rest
    fn says(&self, world: &World, t: usize, r: usize, condition: &Condition) -> Option<bool> {
        let row = &world.tables[t].rows[r];
        match condition {
            Condition::All(of) => {
                let parts: Vec<_> = of.iter().map(|c| self.says(world, t, r, c)).collect();
                if parts.contains(&Some(false)) {
                    Some(false)
                } else if parts.contains(&None) {
                    None
                } else {
                    Some(true)
                }
            }
            Condition::Any(of) => {
                let parts: Vec<_> = of.iter().map(|c| self.says(world, t, r, c)).collect();
                if parts.contains(&Some(true)) {
                    Some(true)
                } else if parts.contains(&None) {
                    None
                } else {
                    Some(false)
                }
            }
            Condition::Not(of) => self.says(world, t, r, of).map(|yes| !yes),
            Condition::OlderThan { .. } => world.is_old(t, row),
            Condition::RelatedOlder { path, if_none, .. } => {
                let ages: Vec<Option<bool>> = related(world, t, r, &path[0])
                    .into_iter()
                    .map(|(t, r)| world.is_old(t, &world.tables[t].rows[r]))
                    .collect();
                if ages.contains(&Some(false)) {
                    Some(false)
                } else if ages.contains(&None) {
                    None
                } else if ages.is_empty() {
                    Some(*if_none)
                } else {
                    Some(true)
                }
            }
            Condition::NoneRelated(path) => Some(related(world, t, r, &path[0]).is_empty()),
            Condition::Related { path, is } => {
                let parts: Vec<_> = related(world, t, r, &path[0])
                    .into_iter()
                    .map(|(t, r)| self.says(world, t, r, is))
                    .collect();
                if parts.contains(&Some(true)) {
                    Some(true)
                } else if parts.contains(&None) {
                    None
                } else {
                    Some(false)
                }
            }
            Condition::Equals { value, .. } => row.status.map(|status| is(value, status)),
            Condition::OneOf { values, .. } if values.is_empty() => Some(false),
            Condition::OneOf { values, .. } => {
                row.status.map(|status| values.iter().any(|value| is(value, status)))
            }
            Condition::Alike { values, .. } if values.is_empty() => Some(false),
            Condition::Alike { how, .. } => {
                let (text, alike) = SPELLINGS[row.who];
                text.map(|_| alike.contains(how))
            }
            Condition::IsNull { column } if column == "when" => {
                let clock = &world.clocks[world.tables[t].clock];
                Some(clock.values[row.time].0 == "NULL")
            }
            Condition::IsNull { .. } => Some(row.status.is_none()),
            Condition::Keys(keys) => Some(
                keys.iter()
                    .any(|key| matches!(key[0], purge::Literal::Int(n) if n == row.uid as i64)),
            ),
        }
    }
}

fn is(value: &purge::Literal, status: &str) -> bool {
    matches!(value, purge::Literal::Text(text) if text == status)
}

fn related(world: &World, t: usize, r: usize, hop: &purge::Hop) -> Vec<Place> {
    let from = (0..world.tables.len()).find(|from| world.shown(*from) == hop.table).unwrap();
    let columns: Vec<String> = hop.on.iter().map(|(_, other)| other.clone()).collect();
    let link = world.tables[from].links.iter().position(|link| link.columns == columns).unwrap();
    assert_eq!(world.tables[from].links[link].to, t);
    let rows = world.tables[from].rows.iter().enumerate();
    rows.filter(|(_, row)| row.alive && row.refs[link] == Some(r)).map(|(i, _)| (from, i)).collect()
}

fn treat(row: &mut Row, treatment: &Treatment) -> bool {
    let note = match treatment {
        Treatment::Delete => {
            row.alive = false;
            return true;
        }
        Treatment::Anonymise(columns) => match columns[0].1 {
            Neutral::Null => None,
            _ => Some(String::new()),
        },
        // The first character of two or more.
        Treatment::Mask(_) => row.note.as_ref().map(|note| match note.chars().count() {
            0 => String::new(),
            1 => "•".to_owned(),
            _ => format!("{}•", note.chars().next().unwrap()),
        }),
        _ => unreachable!(),
    };
    let changed = row.note != note;
    row.note = note;
    changed
}
