//! What the flow pages show: rows, details and their words.

use std::fmt::Write as _;

use detect::Sensitivity;
use web::Page;

use super::discover::Evidence;
use super::model::{Edge, EdgeKind, Node, NodeKind, Picture, Words};
use super::store::FlowRow;
use crate::room::{category_name, category_path};
use crate::systems::countries;

/// The reader's words.
pub(crate) struct PageWords<'a>(pub &'a Page);

impl Words for PageWords<'_> {
    fn t(&self, key: &str) -> String {
        self.0.t(key)
    }
    fn tn(&self, key: &str, n: i64) -> String {
        self.0.tn(key, n)
    }
    fn category(&self, key: &str) -> String {
        category_name(self.0.lang, key)
    }
    fn country(&self, code: &str) -> String {
        countries::name(code, self.0.zh())
    }
}

/// Names of categories, joined; at most `most`, then the number of the rest.
pub(crate) fn categories(p: &Page, keys: &[String], most: usize) -> String {
    let names: Vec<String> = keys.iter().take(most).map(|key| category_name(p.lang, key)).collect();
    let mut text = names.join(&p.t("flows-list-separator"));
    if keys.len() > most {
        let _ = write!(text, " +{}", keys.len() - most);
    }
    text
}

/// 0..=3 for the sensitivity badge.
pub(crate) fn level(sensitivity: Sensitivity) -> i64 {
    sensitivity as i64
}

/// The page of a node, or "" for an origin, which lives on its source's page.
pub(crate) fn node_href(node: &Node) -> String {
    match node.id.split_once(':') {
        Some(("system", id)) => format!("/console/systems/{id}"),
        Some(("recipient", id)) => format!("/console/recipients/{id}"),
        _ => String::new(),
    }
}

/// One arrow as a line of a list.
#[derive(Debug, Clone)]
pub(crate) struct FlowLine {
    /// The flow's id.
    pub id: String,
    /// Name of the first end.
    pub from: String,
    /// Its page.
    pub from_href: String,
    /// Name of the second end.
    pub to: String,
    /// Its page.
    pub to_href: String,
    /// Category names.
    pub categories: String,
    /// 0..=3.
    pub level: i64,
    /// "Declared", "Discovered", "Confirmed".
    pub known: String,
    /// Why, in words.
    pub reason: String,
    /// "83%", or "" when people said so.
    pub confidence: String,
    /// For sorting.
    pub share: f64,
    /// Codes, "CN → US".
    pub countries: String,
    /// What people wrote.
    pub description: String,
    /// A scan found it, so a person can decide about it.
    pub can_decide: bool,
    /// Waits for a decision.
    pub open: bool,
    /// Direction not known.
    pub undirected: bool,
}

/// The key of the reason for an arrow.
pub(crate) fn reason_key(edge: &Edge) -> String {
    match edge.kind {
        EdgeKind::Origin => "flows-reason-origin".into(),
        EdgeKind::Activity => "flows-reason-activity".into(),
        EdgeKind::Flow if edge.reason.is_empty() => "flows-reason-declared".into(),
        EdgeKind::Flow if edge.declared => "flows-reason-confirmed".into(),
        EdgeKind::Flow => format!("flows-reason-{}", edge.reason.replace('_', "-")),
    }
}

impl FlowLine {
    pub(crate) fn of(p: &Page, picture: &Picture, edge: &Edge) -> Self {
        let (from, to) = (&picture.nodes[edge.from], &picture.nodes[edge.to]);
        let found = edge.kind == EdgeKind::Flow && !edge.reason.is_empty();
        let known = match (edge.declared, found) {
            (true, true) => "flows-confirmed",
            (true, false) => "flows-declared",
            (false, _) => "flows-discovered",
        };
        let codes =
            [&from.country, &to.country].map(|c| if c.is_empty() { "–" } else { c.as_str() });
        Self {
            id: edge.id.clone(),
            from: from.name.clone(),
            from_href: node_href(from),
            to: to.name.clone(),
            to_href: node_href(to),
            categories: categories(p, &edge.categories, 6),
            level: level(edge.sensitivity),
            known: p.t(known),
            reason: p.t(&reason_key(edge)),
            confidence: if edge.declared { String::new() } else { p.percent(edge.confidence) },
            share: edge.confidence,
            countries: codes.join(" → "),
            description: edge.description.clone(),
            can_decide: found,
            open: !edge.declared,
            undirected: edge.undirected,
        }
    }

    /// "Shop → CRM", to name its row.
    pub(crate) fn name(&self) -> String {
        format!("{} → {}", self.from, self.to)
    }

    /// Whether the search words occur in it.
    pub(crate) fn has(&self, words: &str) -> bool {
        let text = [&self.from, &self.to, &self.categories, &self.reason, &self.description]
            .map(|s| s.to_lowercase())
            .join("\n");
        words.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }
}

/// Two columns that agree.
pub(crate) struct PairView {
    pub a: String,
    pub b: String,
    pub category: String,
    pub shared: i64,
    pub share: i64,
    pub back: i64,
    pub sampled: i64,
    pub a_href: String,
    pub b_href: String,
}

/// What is behind an arrow or a room.
#[derive(Default)]
pub(crate) struct Detail {
    /// Name of the room, or "A → B".
    pub title: String,
    /// Kind in words.
    pub kind: String,
    /// Its own page, or "".
    pub href: String,
    /// Facts: label and text.
    pub facts: Vec<(String, String)>,
    /// Highest sensitivity.
    pub level: i64,
    /// Rooms only: what comes in.
    pub into: Vec<FlowLine>,
    /// Rooms only: what goes out.
    pub out: Vec<FlowLine>,
    /// It is a room.
    pub is_node: bool,
    /// Arrows only.
    pub flow: Option<FlowDetail>,
}

/// What is behind an arrow.
pub(crate) struct FlowDetail {
    pub line: FlowLine,
    /// It has a row of its own (not implied by an origin or an activity).
    pub is_row: bool,
    pub pairs: Vec<PairView>,
    pub more: i64,
    pub stores: Vec<String>,
    pub direction: String,
    pub stale: bool,
    /// Declared by hand: may be changed and deleted.
    pub can_edit: bool,
    pub can_delete: bool,
}

impl Detail {
    /// A room's detail.
    pub(crate) fn of_node(p: &Page, picture: &Picture, index: usize) -> Self {
        let node = &picture.nodes[index];
        let words = PageWords(p);
        let mut facts = Vec::new();
        let mut fact = |key: &str, text: String| {
            if !text.is_empty() {
                facts.push((p.t(key), text));
            }
        };
        if node.kind == NodeKind::System {
            fact("systems-col-owner", node.note.clone());
            fact("systems-col-fields", p.number(node.fields));
        } else {
            fact("recipients-col-contract", node.note.clone());
        }
        if !node.safeguard.is_empty() {
            let key = format!("recipients-safeguard-{}", node.safeguard.replace('_', "-"));
            fact("recipients-col-safeguard", p.t(&key));
        }
        if !node.country.is_empty() {
            fact("systems-col-country", words.country(&node.country));
        }
        let lines = |test: &dyn Fn(&Edge) -> bool| -> Vec<FlowLine> {
            let edges = picture.edges.iter().filter(|e| test(e));
            edges.map(|edge| FlowLine::of(p, picture, edge)).collect()
        };
        Self {
            title: node.name.clone(),
            kind: p.t(&format!("flows-kind-{}", node.kind.as_str())),
            href: node_href(node),
            level: level(node.sensitivity),
            into: lines(&|e| e.to == index),
            out: lines(&|e| e.from == index),
            is_node: true,
            facts,
            flow: None,
        }
    }

    /// An arrow's detail; `row` if it has one.
    pub(crate) fn of_edge(p: &Page, picture: &Picture, edge: &Edge, row: Option<&FlowRow>) -> Self {
        let line = FlowLine::of(p, picture, edge);
        let evidence = row.map(FlowRow::evidence).unwrap_or_default();
        let arrow = if edge.undirected { "–" } else { "→" };
        let title = format!("{} {arrow} {}", line.from, line.to);
        let mut facts = vec![(p.t("flows-col-reason"), line.reason.clone())];
        if !line.confidence.is_empty() {
            facts.push((p.t("flows-col-confidence"), line.confidence.clone()));
        }
        if !edge.categories.is_empty() {
            facts.push((p.t("flows-col-categories"), categories(p, &edge.categories, 40)));
        }
        if !edge.description.is_empty() {
            facts.push((p.t("flows-col-description"), edge.description.clone()));
        }
        Self {
            title,
            kind: line.known.clone(),
            level: line.level,
            facts,
            flow: Some(FlowDetail {
                is_row: row.is_some(),
                pairs: evidence.pairs.iter().map(|pair| PairView::of(p, pair)).collect(),
                more: evidence.pairs_total.saturating_sub(evidence.pairs.len()) as i64,
                direction: direction(p, &evidence, row),
                stores: evidence.stores,
                stale: evidence.stale,
                can_edit: row.is_some_and(|row| row.found == "declared"),
                can_delete: row.is_some_and(|row| row.reason.is_empty()),
                line,
            }),
            ..Self::default()
        }
    }
}

fn direction(p: &Page, evidence: &Evidence, row: Option<&FlowRow>) -> String {
    match (row, evidence.direction.as_str()) {
        (Some(row), "") if row.reason == "equal_values" => p.t("flows-direction-unknown"),
        (Some(_), way @ ("origin" | "superset" | "view" | "foreign_key")) => {
            p.t(&format!("flows-direction-{}", way.replace('_', "-")))
        }
        _ => String::new(),
    }
}

impl PairView {
    fn of(p: &Page, pair: &super::discover::FieldPair) -> Self {
        let percent = |share: f64| (share * 100.0).round() as i64;
        Self {
            a: pair.a_path.clone(),
            b: pair.b_path.clone(),
            category: if pair.category.is_empty() {
                String::new()
            } else {
                category_path(p.lang, &pair.category)
            },
            shared: pair.shared as i64,
            share: percent(pair.a_in_b),
            back: percent(pair.b_in_a),
            sampled: pair.a_sampled.min(pair.b_sampled) as i64,
            a_href: format!("/console/fields/{}", pair.a),
            b_href: format!("/console/fields/{}", pair.b),
        }
    }
}
