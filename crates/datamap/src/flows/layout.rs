//! Where everything in the picture goes. Layers are columns: origins first, recipients last, systems
//! between, each system right of what feeds it. The order inside the columns, the heart of a layered
//! layout (K. Sugiyama et al., 1981), comes from `rust-sugiyama`; the heights are then relaxed and
//! separated exactly, so that boxes never touch and arrows pass between boxes in lanes of their own.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};

use rust_sugiyama::configure::{Config, CrossingMinimization, RankingType};

/// Which columns a box may stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// The first column: origins.
    First,
    /// Between: systems.
    Middle,
    /// The last column: recipients.
    Last,
}

/// A box to place.
#[derive(Debug, Clone)]
pub struct Item {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// Its columns.
    pub zone: Zone,
    /// Boxes of one group stand together (recipients of one country).
    pub group: Option<String>,
}

/// A rectangle.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rect {
    /// Left.
    pub x: f64,
    /// Top.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Rect {
    /// Whether two rectangles share area.
    pub fn intersects(&self, other: &Self) -> bool {
        self.x < other.x + other.w
            && other.x < self.x + self.w
            && self.y < other.y + other.h
            && other.y < self.y + self.h
    }
}

/// An arrow's way.
#[derive(Debug, Clone, Default)]
pub struct Route {
    /// Straight pieces (x from, x to, y), left to right: the port of the left box, the lanes through
    /// the columns between, the port of the right box. Curves join them in the gaps.
    pub stops: Vec<(f64, f64, f64)>,
    /// The arrow points to the left: it runs against the columns.
    pub backward: bool,
}

/// The finished layout.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// One rectangle per item.
    pub boxes: Vec<Rect>,
    /// One way per edge.
    pub routes: Vec<Route>,
    /// Frames around groups, with the group's name.
    pub groups: Vec<(String, Rect)>,
    /// Left and right side of each column.
    pub columns: Vec<(f64, f64)>,
    /// Columns that hold systems, as indices into `columns`.
    pub middle: std::ops::Range<usize>,
    /// Where the boxes without any arrow begin (top), if there are such.
    pub loose_top: Option<f64>,
    /// Width in all.
    pub width: f64,
    /// Height in all.
    pub height: f64,
}

const GAP_Y: f64 = 22.0;
const LANE: f64 = 14.0;
const LANE_GAP: f64 = 4.0;
const GROUP_HEAD: f64 = 30.0;
const GROUP_PAD: f64 = 10.0;
const GROUP_GAP: f64 = 16.0;
/// Distance between two arrows at a box's side.
pub const PORT: f64 = 17.0;
/// Height a box needs beside its ports.
const PORT_MARGIN: f64 = 22.0;

/// Something that takes room in a column: a box or an arrow's lane.
#[derive(Debug, Clone)]
struct Slot {
    column: usize,
    item: Option<usize>,
    height: f64,
    y: f64,
    before: Vec<usize>,
    after: Vec<usize>,
}

/// Places items and routes edges (pairs of indices into `items`; loops are left out).
pub fn lay_out(items: &[Item], edges: &[(usize, usize)]) -> Layout {
    let mut items = items.to_vec();
    grow_for_ports(&mut items, edges);
    let linked = linked_items(&items, edges);
    let ranks = assign_columns(&items, edges, &linked);
    let last = ranks.iter().flatten().max().copied().unwrap_or(0);
    let mut slots = Vec::new();
    let mut slot_of = vec![usize::MAX; items.len()];
    for (index, rank) in ranks.iter().enumerate() {
        if let Some(column) = rank {
            slot_of[index] = slots.len();
            slots.push(Slot {
                column: *column,
                item: Some(index),
                height: items[index].height,
                y: 0.0,
                before: Vec::new(),
                after: Vec::new(),
            });
        }
    }
    let chains = thread_lanes(edges, &ranks, &slot_of, &mut slots);
    let mut order = order_columns(&slots, last + 1);
    gather_groups(&mut order, &slots, &items);
    settle(&mut order, &mut slots, &items);
    finish(&items, edges, &slots, &slot_of, &chains, last + 1)
}

fn grow_for_ports(items: &mut [Item], edges: &[(usize, usize)]) {
    let mut ports = vec![(0_usize, 0_usize); items.len()];
    for &(from, to) in edges {
        if from != to {
            ports[from].0 += 1;
            ports[to].1 += 1;
        }
    }
    for (item, (out, into)) in items.iter_mut().zip(ports) {
        // Both directions can meet on one side when an arrow runs backward: count generously.
        let need = out.max(into) as f64 * PORT + PORT_MARGIN;
        item.height = item.height.max(need);
    }
}

/// Items that stand in columns: all but systems that nothing flows into or out of.
fn linked_items(items: &[Item], edges: &[(usize, usize)]) -> Vec<bool> {
    let mut linked: Vec<bool> = items.iter().map(|item| item.zone != Zone::Middle).collect();
    for &(from, to) in edges {
        if from != to {
            linked[from] = true;
            linked[to] = true;
        }
    }
    linked
}

/// The column of each linked item: longest way from the left, cycles broken where a walk meets
/// itself, full columns overflowing to the right so that the picture keeps a readable shape.
fn assign_columns(items: &[Item], edges: &[(usize, usize)], linked: &[bool]) -> Vec<Option<usize>> {
    let middle: Vec<usize> =
        (0..items.len()).filter(|i| linked[*i] && items[*i].zone == Zone::Middle).collect();
    let mut next: HashMap<usize, Vec<usize>> = HashMap::new();
    for &(from, to) in edges {
        if from != to && items[from].zone == Zone::Middle && items[to].zone == Zone::Middle {
            next.entry(from).or_default().push(to);
        }
    }
    let (topological, forward) = break_cycles(&middle, &next);
    let cap = ((middle.len() as f64 * 1.6).sqrt().ceil() as usize).max(5);
    let mut fill: BTreeMap<usize, usize> = BTreeMap::new();
    let mut column: HashMap<usize, usize> = HashMap::new();
    for node in topological {
        let mut at = forward
            .iter()
            .filter(|(_, to)| *to == node)
            .filter_map(|(from, _)| column.get(from))
            .map(|c| c + 1)
            .max()
            .unwrap_or(1);
        while fill.get(&at).copied().unwrap_or(0) >= cap {
            at += 1;
        }
        *fill.entry(at).or_default() += 1;
        column.insert(node, at);
    }
    let last_middle = column.values().max().copied().unwrap_or(0);
    (0..items.len())
        .map(|i| match items[i].zone {
            _ if !linked[i] => None,
            Zone::First => Some(0),
            Zone::Middle => column.get(&i).copied(),
            Zone::Last => Some(last_middle + 1),
        })
        .collect()
}

type Edges = Vec<(usize, usize)>;

/// An order and the edges turned to agree with it; those that close a cycle point backward in it.
/// Nodes with the greatest surplus of outgoing edges go first (Eades, Lin and Smyth, 1993).
fn break_cycles(nodes: &[usize], next: &HashMap<usize, Vec<usize>>) -> (Vec<usize>, Edges) {
    let mut into: HashMap<usize, i64> = HashMap::new();
    for target in next.values().flatten() {
        *into.entry(*target).or_default() += 1;
    }
    let mut waiting: Vec<usize> = nodes.to_vec();
    let mut order = Vec::new();
    let mut ready: VecDeque<usize> = VecDeque::new();
    while !waiting.is_empty() || !ready.is_empty() {
        let (free, rest): (Vec<usize>, Vec<usize>) =
            waiting.iter().partition(|node| into.get(node).copied().unwrap_or(0) <= 0);
        ready.extend(free);
        waiting = rest;
        let node = ready.pop_front().or_else(|| {
            let surplus = |n: &usize| {
                next.get(n).map_or(0, Vec::len) as i64 - into.get(n).copied().unwrap_or(0)
            };
            let best = waiting.iter().enumerate().max_by_key(|(i, n)| (surplus(n), -(*i as i64)));
            let at = best.map(|(i, _)| i)?;
            Some(waiting.remove(at))
        });
        let Some(node) = node else { break };
        order.push(node);
        for target in next.get(&node).into_iter().flatten() {
            *into.entry(*target).or_default() -= 1;
        }
    }
    let place: HashMap<usize, usize> = order.iter().enumerate().map(|(i, n)| (*n, i)).collect();
    let forward = next
        .iter()
        .flat_map(|(from, targets)| targets.iter().map(|to| (*from, *to)))
        .map(|(from, to)| if place.get(&from) < place.get(&to) { (from, to) } else { (to, from) })
        .collect();
    (order, forward)
}

/// One chain of slots per edge, left to right, with lanes through the columns it crosses.
fn thread_lanes(
    edges: &[(usize, usize)],
    ranks: &[Option<usize>],
    slot_of: &[usize],
    slots: &mut Vec<Slot>,
) -> Vec<Vec<usize>> {
    let mut chains = Vec::with_capacity(edges.len());
    for &(from, to) in edges {
        let (Some(a), Some(b)) = (ranks[from], ranks[to]) else {
            chains.push(Vec::new());
            continue;
        };
        if a == b {
            chains.push(Vec::new());
            continue;
        }
        let (left, right) = if a < b { (from, to) } else { (to, from) };
        let mut chain = vec![slot_of[left]];
        for column in a.min(b) + 1..a.max(b) {
            chain.push(slots.len());
            slots.push(Slot {
                column,
                item: None,
                height: LANE,
                y: 0.0,
                before: Vec::new(),
                after: Vec::new(),
            });
        }
        chain.push(slot_of[right]);
        for pair in chain.windows(2) {
            slots[pair[0]].after.push(pair[1]);
            slots[pair[1]].before.push(pair[0]);
        }
        chains.push(chain);
    }
    chains
}

/// The order of the slots in each column, from the library; if it cannot cope, the given order.
fn order_columns(slots: &[Slot], columns: usize) -> Vec<Vec<usize>> {
    let plain = || {
        let mut order = vec![Vec::new(); columns];
        for (index, slot) in slots.iter().enumerate() {
            order[slot.column].push(index);
        }
        order
    };
    if slots.len() < 3 {
        return plain();
    }
    // The library ranks nodes by their longest way from a root. Every lane is there as a node, so
    // each edge spans one column; a node that nothing leads to hangs on a chain of its own.
    let mut graph_edges: Vec<(u32, u32)> = Vec::new();
    let mut vertices: Vec<(u32, (f64, f64))> = Vec::new();
    for (index, slot) in slots.iter().enumerate() {
        vertices.push((index as u32, (slot.height, 10.0)));
        let mut after = slot.after.clone();
        after.sort_unstable();
        after.dedup();
        graph_edges.extend(after.iter().map(|to| (index as u32, *to as u32)));
    }
    let mut next_id = slots.len() as u32;
    let root = next_id;
    next_id += 1;
    vertices.push((root, (1.0, 10.0)));
    for (index, slot) in slots.iter().enumerate() {
        if slot.before.is_empty() {
            let mut previous = root;
            for _ in 0..slot.column {
                vertices.push((next_id, (1.0, 10.0)));
                graph_edges.push((previous, next_id));
                previous = next_id;
                next_id += 1;
            }
            graph_edges.push((previous, index as u32));
        }
    }
    let config = Config {
        vertex_spacing: GAP_Y,
        ranking_type: RankingType::Up,
        c_minimization: CrossingMinimization::Barycenter,
        transpose: vertices.len() < 400,
        ..Config::default()
    };
    let found = catch_unwind(AssertUnwindSafe(|| {
        rust_sugiyama::from_vertices_and_edges(&vertices, &graph_edges, &config)
    }));
    let Ok(layouts) = found else { return plain() };
    let mut across = vec![f64::NAN; slots.len()];
    for (node, (x, _)) in layouts.iter().flat_map(|(nodes, _, _)| nodes) {
        if let Some(place) = across.get_mut(*node) {
            *place = *x;
        }
    }
    let mut order = plain();
    for column in &mut order {
        column.sort_by(|a, b| across[*a].total_cmp(&across[*b]));
    }
    order
}

/// Moves the members of a group together, groups in the order of their middle.
fn gather_groups(order: &mut [Vec<usize>], slots: &[Slot], items: &[Item]) {
    let Some(column) = order.last_mut() else { return };
    let group = |slot: &usize| slots[*slot].item.and_then(|i| items[i].group.clone());
    let mut places: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for (place, slot) in column.iter().enumerate() {
        if let Some(name) = group(slot) {
            let entry = places.entry(name).or_default();
            entry.0 += place as f64;
            entry.1 += 1.0;
        }
    }
    let rank = |slot: &usize, place: usize| match group(slot) {
        Some(name) => places.get(&name).map_or(0.0, |(sum, n)| sum / n),
        None => place as f64,
    };
    let keyed: HashMap<usize, (f64, Option<String>)> =
        column.iter().enumerate().map(|(i, s)| (*s, (rank(s, i), group(s)))).collect();
    column.sort_by(|a, b| {
        keyed[a].0.total_cmp(&keyed[b].0).then_with(|| keyed[a].1.cmp(&keyed[b].1))
    });
}

/// Room that must lie between the centres of two neighbours in a column.
fn distance(upper: &Slot, lower: &Slot, items: &[Item]) -> f64 {
    let halves = f64::midpoint(upper.height, lower.height);
    let group = |slot: &Slot| slot.item.and_then(|i| items[i].group.as_deref());
    match (upper.item.is_some(), lower.item.is_some()) {
        (false, false) => halves + LANE_GAP,
        (true, true) if group(upper) != group(lower) => {
            halves + GROUP_HEAD + 2.0 * GROUP_PAD + GROUP_GAP
        }
        (true, true) if group(lower).is_some() => halves + GROUP_PAD,
        _ => halves + GAP_Y,
    }
}

/// Pulls every slot towards its neighbours in the columns beside it, keeping order and distances.
fn settle(order: &mut [Vec<usize>], slots: &mut [Slot], items: &[Item]) {
    for column in order.iter() {
        let mut at = 0.0;
        for (place, slot) in column.iter().enumerate() {
            if place > 0 {
                at += distance(&slots[column[place - 1]], &slots[*slot], items);
            }
            slots[*slot].y = at;
        }
        let middle = at / 2.0;
        for slot in column {
            slots[*slot].y -= middle;
        }
    }
    for round in 0..24 {
        let columns: Vec<usize> = if round % 2 == 0 {
            (0..order.len()).collect()
        } else {
            (0..order.len()).rev().collect()
        };
        for column in columns {
            relax(&order[column], slots, items, round);
        }
    }
}

fn relax(column: &[usize], slots: &mut [Slot], items: &[Item], round: usize) {
    if column.is_empty() {
        return;
    }
    let wish = |slot: &Slot| -> f64 {
        let sides: [&[usize]; 2] = match round {
            0..=11 if round.is_multiple_of(2) => [&slot.before, &[]],
            0..=11 => [&slot.after, &[]],
            _ => [&slot.before, &slot.after],
        };
        // A lane should be straight more than a box should be central.
        let all: Vec<f64> = sides.iter().flat_map(|s| s.iter()).map(|i| slots[*i].y).collect();
        if all.is_empty() { slot.y } else { all.iter().sum::<f64>() / all.len() as f64 }
    };
    let wishes: Vec<f64> = column.iter().map(|i| wish(&slots[*i])).collect();
    let weights: Vec<f64> = column
        .iter()
        .map(|i| {
            let slot = &slots[*i];
            let beside_lane =
                slot.before.iter().chain(&slot.after).any(|n| slots[*n].item.is_none());
            match (slot.item.is_none(), beside_lane) {
                (true, true) => 8.0,
                (true, false) => 2.0,
                (false, _) => 1.0 + slot.before.len() as f64 / 4.0,
            }
        })
        .collect();
    let gaps: Vec<f64> =
        column.windows(2).map(|pair| distance(&slots[pair[0]], &slots[pair[1]], items)).collect();
    for (slot, y) in column.iter().zip(separate(&wishes, &weights, &gaps)) {
        slots[*slot].y = y;
    }
}

/// The positions nearest to the wishes (weighted least squares) that keep the gaps: pool adjacent
/// violators on the wishes minus the gaps before them.
fn separate(wishes: &[f64], weights: &[f64], gaps: &[f64]) -> Vec<f64> {
    let mut offsets = vec![0.0];
    for gap in gaps {
        offsets.push(offsets[offsets.len() - 1] + gap);
    }
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for ((wish, weight), offset) in wishes.iter().zip(weights).zip(&offsets) {
        let mut pool = (wish - offset, *weight, 1);
        while let Some(top) = pools.last().copied().filter(|top| top.0 > pool.0) {
            pools.pop();
            let mass = top.1 + pool.1;
            pool = ((top.0 * top.1 + pool.0 * pool.1) / mass, mass, top.2 + pool.2);
        }
        pools.push(pool);
    }
    let values = pools.iter().flat_map(|pool| std::iter::repeat_n(pool.0, pool.2));
    values.zip(&offsets).map(|(value, offset)| value + offset).collect()
}

fn finish(
    items: &[Item],
    edges: &[(usize, usize)],
    slots: &[Slot],
    slot_of: &[usize],
    chains: &[Vec<usize>],
    columns: usize,
) -> Layout {
    let sides = column_sides(items, slots, chains, columns);
    let top = slots.iter().map(|s| s.y - s.height / 2.0).fold(f64::INFINITY, f64::min);
    let grouped = items.iter().any(|item| item.group.is_some());
    let lift = if grouped { GROUP_HEAD + GROUP_PAD } else { 0.0 };
    let shift = if top.is_finite() { lift - top } else { 0.0 };
    let mut layout = Layout { columns: sides.clone(), ..Layout::default() };
    layout.boxes = items
        .iter()
        .enumerate()
        .map(|(index, item)| match slots.get(slot_of[index]) {
            Some(slot) => {
                let (left, right) = sides[slot.column];
                Rect {
                    x: f64::midpoint(left, right) - item.width / 2.0,
                    y: slot.y + shift - item.height / 2.0,
                    w: item.width,
                    h: item.height,
                }
            }
            None => Rect { w: item.width, h: item.height, ..Rect::default() },
        })
        .collect();
    layout.routes = route(edges, slots, chains, &layout.boxes, &sides, shift);
    layout.groups = frames(items, &layout.boxes);
    let bottom =
        |rects: &mut dyn Iterator<Item = Rect>| rects.map(|r| r.y + r.h).fold(0.0, f64::max);
    let linked: Vec<Rect> = (0..items.len())
        .filter(|i| slot_of[*i] != usize::MAX)
        .map(|i| layout.boxes[i])
        .chain(layout.groups.iter().map(|(_, r)| *r))
        .collect();
    let lanes = slots.iter().map(|s| s.y + shift + s.height / 2.0).fold(0.0, f64::max);
    layout.height = bottom(&mut linked.into_iter()).max(lanes);
    layout.width = sides.last().map_or(0.0, |side| side.1);
    layout.middle = middle_columns(items, slots, columns);
    place_loose(items, slot_of, &mut layout);
    layout
}

fn middle_columns(items: &[Item], slots: &[Slot], columns: usize) -> std::ops::Range<usize> {
    let of = |zone: Zone| slots.iter().any(|s| s.item.is_some_and(|i| items[i].zone == zone));
    let start = usize::from(of(Zone::First) || columns > 0).min(columns);
    let end = if of(Zone::Last) { columns.saturating_sub(1) } else { columns };
    start..end.max(start)
}

/// Gaps between columns grow with the arrows that cross them, so that curves stay apart.
fn column_sides(
    items: &[Item],
    slots: &[Slot],
    chains: &[Vec<usize>],
    columns: usize,
) -> Vec<(f64, f64)> {
    let mut widths = vec![0.0_f64; columns];
    for slot in slots {
        if let Some(item) = slot.item {
            widths[slot.column] = widths[slot.column].max(items[item].width);
        }
    }
    let mut crossing = vec![0_usize; columns];
    for pair in chains.iter().flat_map(|chain| chain.windows(2)) {
        crossing[slots[pair[0]].column] += 1;
    }
    let mut sides = Vec::with_capacity(columns);
    let mut x = 0.0;
    for column in 0..columns {
        sides.push((x, x + widths[column]));
        // An empty column (no origins yet) takes no room.
        let gap = if widths[column] == 0.0 {
            0.0
        } else {
            66.0 + (crossing[column] as f64 * 1.5).min(100.0)
        };
        x += widths[column] + gap;
    }
    sides
}

fn route(
    edges: &[(usize, usize)],
    slots: &[Slot],
    chains: &[Vec<usize>],
    boxes: &[Rect],
    sides: &[(f64, f64)],
    shift: f64,
) -> Vec<Route> {
    // Ports: on each side of a box, in the order of where their arrows come from or go to.
    let mut ports: HashMap<(usize, bool), Vec<(f64, usize)>> = HashMap::new();
    for (edge, chain) in chains.iter().enumerate() {
        if let [first, .., last] = chain.as_slice() {
            ports.entry((*first, true)).or_default().push((slots[chain[1]].y, edge));
            ports.entry((*last, false)).or_default().push((slots[chain[chain.len() - 2]].y, edge));
        }
    }
    let mut port_y: HashMap<(usize, bool), f64> = HashMap::new();
    for ((slot, right), mut list) in ports {
        list.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let Some(item) = slots[slot].item else { continue };
        let step = PORT.min((boxes[item].h - 12.0) / list.len() as f64);
        let start = boxes[item].y + boxes[item].h / 2.0 - step * (list.len() - 1) as f64 / 2.0;
        for (place, (_, edge)) in list.iter().enumerate() {
            port_y.insert((*edge, right), start + step * place as f64);
        }
    }
    chains
        .iter()
        .enumerate()
        .map(|(edge, chain)| {
            let mut stops = Vec::with_capacity(chain.len());
            for (place, slot) in chain.iter().enumerate() {
                let slot = &slots[*slot];
                let (left, right) = sides[slot.column];
                stops.push(match slot.item {
                    Some(item) if place == 0 => {
                        let x = boxes[item].x + boxes[item].w;
                        (x, x.max(right), port_y.get(&(edge, true)).copied().unwrap_or_default())
                    }
                    Some(item) => {
                        let x = boxes[item].x;
                        (x.min(left), x, port_y.get(&(edge, false)).copied().unwrap_or_default())
                    }
                    None => (left, right, slot.y + shift),
                });
            }
            let backward = chain.first().and_then(|s| slots[*s].item) == Some(edges[edge].1);
            Route { stops, backward }
        })
        .collect()
}

fn frames(items: &[Item], boxes: &[Rect]) -> Vec<(String, Rect)> {
    let mut frames: BTreeMap<&str, Rect> = BTreeMap::new();
    for (item, rect) in items.iter().zip(boxes) {
        let Some(group) = item.group.as_deref() else { continue };
        let grown = Rect {
            x: rect.x - GROUP_PAD,
            y: rect.y - GROUP_HEAD,
            w: rect.w + 2.0 * GROUP_PAD,
            h: rect.h + GROUP_HEAD + GROUP_PAD,
        };
        frames
            .entry(group)
            .and_modify(|frame| {
                let right = (frame.x + frame.w).max(grown.x + grown.w);
                let bottom = (frame.y + frame.h).max(grown.y + grown.h);
                frame.x = frame.x.min(grown.x);
                frame.y = frame.y.min(grown.y);
                frame.w = right - frame.x;
                frame.h = bottom - frame.y;
            })
            .or_insert(grown);
    }
    frames.into_iter().map(|(name, rect)| (name.to_owned(), rect)).collect()
}

/// Systems without any arrow, in rows under the picture.
fn place_loose(items: &[Item], slot_of: &[usize], layout: &mut Layout) {
    let loose: Vec<usize> = (0..items.len()).filter(|i| slot_of[*i] == usize::MAX).collect();
    if loose.is_empty() {
        return;
    }
    let gap = 20.0;
    let cell = loose.iter().map(|i| items[*i].width).fold(0.0, f64::max) + gap;
    let wanted = (loose.len() as f64).sqrt().ceil() * 1.4;
    let per_row = ((layout.width + gap) / cell).floor().max(wanted.min(5.0)).max(1.0) as usize;
    let head = if layout.height > 0.0 { layout.height + 64.0 } else { 0.0 };
    layout.loose_top = Some(head);
    let mut y = head;
    for row in loose.chunks(per_row) {
        let height = row.iter().map(|i| items[*i].height).fold(0.0, f64::max);
        for (place, item) in row.iter().enumerate() {
            layout.boxes[*item].x = place as f64 * cell;
            layout.boxes[*item].y = y;
            layout.width = layout.width.max(layout.boxes[*item].x + items[*item].width);
        }
        y += height + gap;
    }
    layout.height = y - gap;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn item(zone: Zone, group: Option<&str>) -> Item {
        Item { width: 200.0, height: 80.0, zone, group: group.map(str::to_owned) }
    }

    /// Every straight piece and the whole of each gap's curve, as rectangles.
    fn touches(route: &Route, rect: &Rect) -> bool {
        route.stops[1..route.stops.len() - 1].iter().any(|(from, to, y)| {
            rect.intersects(&Rect { x: *from, y: y - 1.0, w: to - from, h: 2.0 })
        })
    }

    fn check(items: &[Item], edges: &[(usize, usize)]) {
        let layout = lay_out(items, edges);
        for (i, a) in layout.boxes.iter().enumerate() {
            assert!(a.x >= -0.1 && a.y >= -0.1, "{a:?} is off the paper");
            assert!(a.x + a.w <= layout.width + 0.1 && a.y + a.h <= layout.height + 0.1);
            for b in &layout.boxes[i + 1..] {
                assert!(!a.intersects(b), "{a:?} and {b:?} overlap");
            }
        }
        for (i, (_, a)) in layout.groups.iter().enumerate() {
            for (_, b) in &layout.groups[i + 1..] {
                assert!(!a.intersects(b), "groups overlap: {a:?} {b:?}");
            }
        }
        for (route, (from, to)) in layout.routes.iter().zip(edges) {
            if from == to {
                continue;
            }
            assert!(route.stops.len() >= 2, "an arrow is missing");
            for rect in &layout.boxes {
                assert!(!touches(route, rect), "an arrow runs through a box");
            }
            let (start, end) = (route.stops[0], route.stops[route.stops.len() - 1]);
            let (left, right) = if route.backward { (*to, *from) } else { (*from, *to) };
            assert!((start.0 - (layout.boxes[left].x + layout.boxes[left].w)).abs() < 0.1);
            assert!((end.1 - layout.boxes[right].x).abs() < 0.1);
            for pair in route.stops.windows(2) {
                assert!(pair[0].1 < pair[1].0, "an arrow turns back");
            }
        }
    }

    #[test]
    fn origins_stand_first_and_recipients_last() {
        let items = [
            item(Zone::Last, Some("CN")),
            item(Zone::Middle, None),
            item(Zone::First, None),
            item(Zone::Middle, None),
            item(Zone::Last, Some("US")),
            item(Zone::Last, Some("CN")),
        ];
        let edges = [(2, 1), (1, 3), (3, 0), (1, 4), (2, 3), (3, 5)];

        let layout = lay_out(&items, &edges);

        assert!(layout.boxes[2].x < layout.boxes[1].x && layout.boxes[1].x < layout.boxes[3].x);
        assert!(layout.boxes[3].x < layout.boxes[0].x);
        assert!((layout.boxes[0].x - layout.boxes[4].x).abs() < 0.1);
        assert_eq!(layout.groups.len(), 2);
        check(&items, &edges);
    }

    #[test]
    fn cycles_and_double_arrows_are_drawn() {
        let items = vec![item(Zone::Middle, None); 4];
        let edges = [(0, 1), (1, 0), (1, 2), (2, 0), (0, 1), (3, 3)];

        let layout = lay_out(&items, &edges);

        check(&items, &edges);
        assert!(layout.routes.iter().filter(|r| r.backward).count() >= 1);
        assert!(layout.loose_top.is_some(), "the system that only feeds itself stands apart");
    }

    #[test]
    fn nothing_and_one_are_pictures_too() {
        check(&[], &[]);
        check(&[item(Zone::Middle, None)], &[]);
        check(&[item(Zone::Last, Some("CN"))], &[]);
        check(&[item(Zone::First, None), item(Zone::Last, None)], &[(0, 1)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn boxes_never_touch_and_arrows_never_cross_them(
            zones in proptest::collection::vec(0_u8..8, 1..40),
            picks in proptest::collection::vec((0_usize..1000, 0_usize..1000), 0..80),
        ) {
            let items: Vec<Item> = zones.iter().map(|z| match z {
                0 => item(Zone::First, None),
                1 => item(Zone::Last, Some("CN")),
                2 => item(Zone::Last, Some("DE")),
                _ => item(Zone::Middle, None),
            }).collect();
            let edges: Vec<(usize, usize)> = picks
                .into_iter()
                .map(|(a, b)| (a % items.len(), b % items.len()))
                .filter(|(a, b)| {
                    let fits = |from: Zone, to: Zone| from != Zone::Last && to != Zone::First && (from != to || from == Zone::Middle);
                    fits(items[*a].zone, items[*b].zone)
                })
                .collect();
            check(&items, &edges);
        }
    }
}
