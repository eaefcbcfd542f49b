//! Draws the picture. Our own drawing: classes and presentation attributes only, so that it obeys a
//! strict content policy in the page and takes the page's light and dark colours from there. As a
//! file it carries its style sheet with it.

use std::fmt::Write as _;

use detect::Sensitivity;

use super::layout::{Item, Layout, Rect, Route, Zone, lay_out};
use super::model::{Edge, Node, NodeKind, Picture, Words};
use super::text::{width, wrap};

const MARGIN: f64 = 28.0;
const HEAD: f64 = 46.0;
const ROOM: f64 = 206.0;
const SIDE: f64 = 182.0;
/// Semi-bold letters are wider than the widths of `text` by a tenth.
const BOLD_14: f64 = 15.6;
/// Font size and line height of names seen from far away.
const FAR: f64 = 22.5;
const FAR_LINE: f64 = 24.0;

/// Where the drawing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Into a page: nodes and arrows are links, htmx loads their details.
    Page,
    /// Into a file of its own.
    File,
}

/// Escapes text for XML content and attributes; characters XML forbids become spaces.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// The drawing as SVG text. `query` is appended to the links of [`Target::Page`], so that filters
/// stay; it begins with `&` or is empty.
pub fn draw(picture: &Picture, words: &dyn Words, target: Target, query: &str) -> String {
    let texts: Vec<BoxText> = picture.nodes.iter().map(|node| BoxText::of(node, words)).collect();
    let items: Vec<Item> =
        picture.nodes.iter().zip(&texts).map(|(node, text)| item(node, text, words)).collect();
    let pairs: Vec<(usize, usize)> = picture.edges.iter().map(|e| (e.from, e.to)).collect();
    let layout = lay_out(&items, &pairs);
    Drawing { picture, words, target, query, texts, layout }.draw()
}

/// The lines of a box.
struct BoxText {
    name: Vec<String>,
    note: Vec<String>,
    foot: String,
}

impl BoxText {
    fn of(node: &Node, words: &dyn Words) -> Self {
        let inner = if node.kind == NodeKind::System { ROOM - 54.0 } else { SIDE - 38.0 };
        let foot = match node.kind {
            NodeKind::System => words.tn("flows-personal-fields", node.fields),
            kind => words.t(&format!("flows-kind-{}", kind.as_str())),
        };
        Self {
            name: wrap(&node.name, BOLD_14, inner, 2),
            note: wrap(
                &note(node, words),
                12.0,
                inner,
                if node.kind.is_recipient() { 2 } else { 1 },
            ),
            foot,
        }
    }

    fn height(&self) -> f64 {
        30.0 + self.name.len() as f64 * 18.0 + self.note.len() as f64 * 16.0 + 18.0
    }
}

fn item(node: &Node, text: &BoxText, words: &dyn Words) -> Item {
    let (zone, width) = match node.kind {
        NodeKind::System => (Zone::Middle, ROOM),
        kind if kind.is_origin() => (Zone::First, SIDE),
        _ => (Zone::Last, SIDE),
    };
    let group = (zone == Zone::Last).then(|| {
        if node.country.is_empty() {
            words.t("flows-country-unknown")
        } else {
            format!("{} · {}", words.country(&node.country), node.country)
        }
    });
    Item { width, height: text.height(), zone, group }
}

/// The second line of a box: owner, contract, or the safeguard of a transfer.
fn note(node: &Node, words: &dyn Words) -> String {
    if node.safeguard.is_empty() {
        node.note.clone()
    } else {
        words.t(&format!("recipients-safeguard-{}", node.safeguard.replace('_', "-")))
    }
}

struct Drawing<'a> {
    picture: &'a Picture,
    words: &'a dyn Words,
    target: Target,
    query: &'a str,
    texts: Vec<BoxText>,
    layout: Layout,
}

macro_rules! put {
    ($out:expr, $($arg:tt)*) => { let _ = writeln!($out, $($arg)*); };
}

impl Drawing<'_> {
    fn draw(&self) -> String {
        let legend = self.legend();
        let body_width = self.layout.width
            + 2.0 * MARGIN
            + if self.layout.groups.is_empty() { 0.0 } else { 10.0 };
        let full_width = body_width.max(720.0);
        let (legend_text, legend_height) = Self::place_legend(&legend, full_width - 2.0 * MARGIN);
        let body_bottom = HEAD + MARGIN + self.layout.height + 34.0;
        let height = body_bottom + legend_height + MARGIN;
        let mut out = String::with_capacity(64 * 1024);
        put!(
            out,
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="flow-svg" viewBox="0 0 {full_width:.0} {height:.0}" width="{full_width:.0}" height="{height:.0}" role="group" aria-labelledby="flow-title flow-desc">"#
        );
        put!(
            out,
            r#"<title id="flow-title">{}</title>"#,
            escape(&self.words.t("flows-picture-title"))
        );
        put!(out, r#"<desc id="flow-desc">{}</desc>"#, escape(&self.description()));
        if self.target == Target::File {
            put!(out, "<style>{}</style>", file_style());
            put!(
                out,
                r#"<rect class="flow-paper" x="0" y="0" width="{full_width:.0}" height="{height:.0}"/>"#
            );
        }
        out.push_str(&markers());
        let dx = MARGIN + (full_width - body_width) / 2.0;
        put!(
            out,
            r#"<g class="flow-view"><g transform="translate({dx:.1} {:.1})">"#,
            HEAD + MARGIN
        );
        self.headings(&mut out);
        self.groups(&mut out);
        self.edges(&mut out);
        for index in 0..self.picture.nodes.len() {
            self.node(&mut out, index);
        }
        self.badges(&mut out);
        put!(out, "</g>");
        put!(
            out,
            r#"<g class="flow-legend" transform="translate({MARGIN:.1} {body_bottom:.1})" aria-hidden="true">{legend_text}</g>"#
        );
        put!(out, "</g></svg>");
        out
    }

    fn description(&self) -> String {
        let count = |test: &dyn Fn(&Node) -> bool| {
            self.picture.nodes.iter().filter(|n| test(n)).count() as i64
        };
        let found = self.picture.edges.iter().filter(|e| !e.declared).count() as i64;
        [
            self.words.tn("flows-desc-systems", count(&|n| n.kind == NodeKind::System)),
            self.words.tn("flows-desc-origins", count(&|n| n.kind.is_origin())),
            self.words.tn("flows-desc-recipients", count(&|n| n.kind.is_recipient())),
            self.words.tn("flows-desc-flows", self.picture.edges.len() as i64),
            self.words.tn("flows-desc-discovered", found),
            self.words.t("flows-desc-table"),
        ]
        .join(" ")
    }

    fn headings(&self, out: &mut String) {
        let layout = &self.layout;
        let put_head = |out: &mut String, from: f64, to: f64, key: &str, side: &str| {
            let text = escape(&self.words.t(key));
            let x = match side {
                "start" => from,
                "end" => to,
                _ => f64::midpoint(from, to),
            };
            put!(
                out,
                r#"<g class="flow-head" aria-hidden="true"><text x="{x:.1}" y="-26" text-anchor="{side}">{text}</text><path d="M{from:.1} -14H{to:.1}"/></g>"#
            );
        };
        let has = |test: &dyn Fn(NodeKind) -> bool| self.picture.nodes.iter().any(|n| test(n.kind));
        if has(&NodeKind::is_origin) {
            let (from, to) = layout.columns[0];
            put_head(out, from, to, "flows-head-origins", "start");
        }
        let middle = layout.columns.get(layout.middle.clone()).unwrap_or_default();
        if let (Some(first), Some(last)) = (middle.first(), middle.last())
            && last.1 > first.0
        {
            put_head(out, first.0, last.1, "flows-head-systems", "middle");
        }
        if has(&NodeKind::is_recipient)
            && let Some((from, to)) = layout.columns.last()
        {
            put_head(out, from - 10.0, to + 10.0, "flows-head-recipients", "end");
        }
        if let Some(top) = layout.loose_top {
            let text = escape(&self.words.t("flows-head-loose"));
            let y = top - 20.0;
            put!(
                out,
                r#"<g class="flow-head flow-head-loose" aria-hidden="true"><text x="0" y="{y:.1}">{text}</text></g>"#
            );
        }
    }

    fn groups(&self, out: &mut String) {
        for (name, r) in &self.layout.groups {
            put!(
                out,
                r#"<g class="flow-group" aria-hidden="true"><rect x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}" rx="10"/>"#,
                r.x,
                r.y,
                r.w,
                r.h
            );
            let label = wrap(name, 12.0, r.w - 20.0, 1).join("");
            put!(
                out,
                r#"<text x="{:.1}" y="{:.1}">{}</text></g>"#,
                r.x + 12.0,
                r.y + 20.0,
                escape(&label)
            );
        }
    }

    fn link(&self, kind: &str, id: &str, class: &str, data: &str, label: &str) -> String {
        let label = escape(label);
        match self.target {
            Target::File => {
                format!(r#"<g class="{class}" {data} role="img" aria-label="{label}">"#)
            }
            Target::Page => {
                let id = escape(id);
                let query = escape(self.query);
                format!(
                    r##"<a class="{class}" {data} href="/console/flows?{kind}={id}{query}#flow-detail" hx-get="/console/flows?{kind}={id}{query}" hx-target="#flow-detail" hx-select="#flow-detail" hx-swap="outerHTML">"##
                )
            }
        }
    }

    fn close(&self) -> &'static str {
        if self.target == Target::Page { "</a>" } else { "</g>" }
    }

    fn edges(&self, out: &mut String) {
        for (edge, route) in self.picture.edges.iter().zip(&self.layout.routes) {
            if route.stops.len() < 2 {
                continue;
            }
            let level = level(edge.sensitivity);
            let mut class = format!("flow-edge flow-s-{level}");
            for (on, name) in [(!edge.declared, " flow-found"), (edge.stale, " flow-stale")] {
                if on {
                    class.push_str(name);
                }
            }
            let data = format!(
                r#"data-edge="{}" data-from="{}" data-to="{}""#,
                escape(&edge.id),
                escape(&self.picture.nodes[edge.from].id),
                escape(&self.picture.nodes[edge.to].id)
            );
            let path = path(route);
            let thick = thickness(edge);
            let dash = if edge.declared { "" } else { r#" stroke-dasharray="7 5""# };
            let tip = match (edge.undirected, route.backward) {
                (true, _) => String::new(),
                (false, true) => format!(r#" marker-start="url(#flow-tip-{level})""#),
                (false, false) => format!(r#" marker-end="url(#flow-tip-{level})""#),
            };
            let label = self.edge_label(edge);
            put!(out, "{}", self.link("flow", &edge.id, &class, &data, &label));
            put!(out, "<title>{}</title>", escape(&label));
            put!(out, r#"<path class="flow-hit" d="{path}" fill="none" stroke-width="14"/>"#);
            put!(
                out,
                r#"<path class="flow-line" d="{path}" fill="none" stroke-width="{thick:.1}"{dash}{tip}/>{}"#,
                self.close()
            );
        }
    }

    fn edge_label(&self, edge: &Edge) -> String {
        let names: Vec<String> =
            edge.categories.iter().take(8).map(|c| self.words.category(c)).collect();
        let state = if edge.declared {
            self.words.t("flows-declared")
        } else {
            let percent = (edge.confidence * 100.0).round() as i64;
            format!(
                "{} {}",
                self.words.t("flows-discovered"),
                self.words.tn("flows-percent", percent)
            )
        };
        let arrow = if edge.undirected { "–" } else { "→" };
        let mut label = format!(
            "{} {arrow} {} · {} · {state}",
            self.picture.nodes[edge.from].name,
            self.picture.nodes[edge.to].name,
            self.words.t(&format!("flows-sensitivity-{}", level(edge.sensitivity))),
        );
        if !names.is_empty() {
            let _ = write!(label, " · {}", names.join(&self.words.t("flows-list-separator")));
        }
        label
    }

    /// Number of categories and the shape of the sensitivity, where the arrow leaves its box: ports
    /// are apart, so badges are too.
    fn badges(&self, out: &mut String) {
        for (edge, route) in self.picture.edges.iter().zip(&self.layout.routes) {
            if route.stops.len() < 2 {
                continue;
            }
            let (x, y) = if route.backward {
                let last = route.stops[route.stops.len() - 1];
                (last.1 - 15.0, last.2)
            } else {
                (route.stops[0].0 + 15.0, route.stops[0].2)
            };
            let level = level(edge.sensitivity);
            // Two digits need more room.
            let radius = if edge.categories.len() > 9 { 9.0 } else { 7.5 };
            let id = escape(&edge.id);
            put!(
                out,
                r#"<g class="flow-badge flow-s-{level}" data-badge="{id}" aria-hidden="true">{}"#,
                shape(edge.sensitivity, x, y, radius)
            );
            if !edge.categories.is_empty() {
                put!(
                    out,
                    r#"<text x="{x:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
                    y + if edge.sensitivity == Sensitivity::Sensitive { 4.6 } else { 3.3 },
                    edge.categories.len().min(99)
                );
            }
            put!(out, "</g>");
        }
    }

    fn node(&self, out: &mut String, index: usize) {
        let node = &self.picture.nodes[index];
        let text = &self.texts[index];
        let r = self.layout.boxes[index];
        let level = level(node.sensitivity);
        let class = format!("flow-node flow-k-{} flow-s-{level}", node.kind.as_str());
        let data = format!(r#"data-node="{}""#, escape(&node.id));
        let label = self.node_label(node);
        put!(out, "{}", self.link("node", &node.id, &class, &data, &label));
        put!(out, "<title>{}</title>", escape(&label));
        out.push_str(&outline(node.kind, r));
        let left = r.x + 20.0;
        if node.kind == NodeKind::System {
            put!(out, r#"<path class="flow-stripe" d="{}"/>"#, stripe(r));
            if node.sensitivity > Sensitivity::None {
                put!(
                    out,
                    r#"<g class="flow-badge flow-s-{level}">{}</g>"#,
                    shape(node.sensitivity, r.x + r.w - 18.0, r.y + 20.0, 6.5)
                );
            }
        }
        let content = text.height() - 30.0;
        let mut y = r.y + (r.h - content) / 2.0 + 13.0;
        self.far_name(out, node, r, left);
        for line in &text.name {
            put!(
                out,
                r#"<text class="flow-name" aria-hidden="true" x="{left:.1}" y="{y:.1}">{}</text>"#,
                escape(line)
            );
            y += 18.0;
        }
        for line in &text.note {
            put!(
                out,
                r#"<text class="flow-note" aria-hidden="true" x="{left:.1}" y="{y:.1}">{}</text>"#,
                escape(line)
            );
            y += 16.0;
        }
        y += 1.0;
        let chip = if node.kind.is_recipient() { "" } else { node.country.as_str() };
        let mut foot_x = left;
        if !chip.is_empty() {
            let chip_width = width(chip, 11.0) + 12.0;
            put!(
                out,
                r#"<rect class="flow-chip" x="{left:.1}" y="{:.1}" width="{chip_width:.1}" height="16" rx="4"/>"#,
                y - 12.0
            );
            put!(
                out,
                r#"<text class="flow-code" aria-hidden="true" x="{:.1}" y="{y:.1}" text-anchor="middle">{}</text>"#,
                left + chip_width / 2.0,
                escape(chip)
            );
            foot_x += chip_width + 8.0;
        }
        put!(
            out,
            r#"<text class="flow-foot" aria-hidden="true" x="{foot_x:.1}" y="{y:.1}">{}</text>{}"#,
            escape(&text.foot),
            self.close()
        );
    }

    /// The name alone and large, for a view from far away; shown by the page's script when the
    /// picture is so small that nothing else could be read.
    fn far_name(&self, out: &mut String, node: &Node, r: Rect, left: f64) {
        if self.target == Target::File {
            return;
        }
        let lines = ((r.h - 12.0) / FAR_LINE).floor().clamp(1.0, 3.0) as usize;
        let lines = wrap(&node.name, FAR, r.w - (left - r.x) - 8.0, lines);
        let mut y = r.y + r.h / 2.0 - (lines.len() - 1) as f64 * FAR_LINE / 2.0 + FAR * 0.35;
        put!(out, r#"<g class="flow-far-name" aria-hidden="true">"#);
        for line in &lines {
            put!(out, r#"<text x="{left:.1}" y="{y:.1}">{}</text>"#, escape(line));
            y += FAR_LINE;
        }
        put!(out, "</g>");
    }

    /// What is written in the box, in that order, and then what its shape and colour say.
    fn node_label(&self, node: &Node) -> String {
        let kind = self.words.t(&format!("flows-kind-{}", node.kind.as_str()));
        let mut parts = vec![node.name.clone(), note(node, self.words)];
        if node.kind == NodeKind::System {
            parts.push(node.country.clone());
            parts.push(self.words.tn("flows-personal-fields", node.fields));
            parts.push(kind);
            if node.sensitivity > Sensitivity::None {
                parts.push(self.words.t(&format!("flows-sensitivity-{}", level(node.sensitivity))));
            }
        } else {
            if node.kind.is_origin() {
                parts.push(node.country.clone());
            }
            parts.push(kind);
        }
        if !node.country.is_empty() {
            parts.push(self.words.country(&node.country));
        }
        parts.retain(|part| !part.is_empty());
        parts.join(" · ")
    }

    /// Legend entries: drawing (34 px wide, centred on y = 0) and text.
    fn legend(&self) -> Vec<(String, String)> {
        let mut entries = Vec::new();
        for sensitivity in
            [Sensitivity::Personal, Sensitivity::Confidential, Sensitivity::Sensitive]
        {
            let level = level(sensitivity);
            let art = format!(
                r#"<g class="flow-edge flow-s-{level}"><path class="flow-line" d="M0 0H34" fill="none" stroke-width="2.5"/></g><g class="flow-badge flow-s-{level}">{}</g>"#,
                shape(sensitivity, 17.0, 0.0, 7.5)
            );
            entries.push((art, self.words.t(&format!("flows-sensitivity-{level}"))));
        }
        let line = |dash: &str, thick: &str| {
            format!(
                r#"<g class="flow-edge flow-s-none"><path class="flow-line" d="M0 0H30" fill="none" stroke-width="{thick}"{dash} marker-end="url(#flow-tip-none)"/></g>"#
            )
        };
        entries.push((line("", "2"), self.words.t("flows-legend-declared")));
        entries.push((
            line(r#" stroke-dasharray="7 5""#, "2"),
            self.words.t("flows-legend-discovered"),
        ));
        entries.push((line("", "5"), self.words.t("flows-legend-thick")));
        for kind in [
            NodeKind::DirectOrigin,
            NodeKind::ThirdPartyOrigin,
            NodeKind::System,
            NodeKind::Processor,
        ] {
            let r = Rect { x: 1.0, y: -9.0, w: 32.0, h: 18.0 };
            let stripe = if kind == NodeKind::System {
                r#"<path class="flow-stripe flow-s-personal" d="M6 -8A9 9 0 0 0 6 8Z"/>"#
            } else {
                ""
            };
            let art = format!(
                r#"<g class="flow-node flow-k-{}">{}{stripe}</g>"#,
                kind.as_str(),
                outline(kind, r)
            );
            let key = if kind == NodeKind::Processor {
                "flows-legend-recipient".to_owned()
            } else {
                format!("flows-kind-{}", kind.as_str())
            };
            entries.push((art, self.words.t(&key)));
        }
        entries
    }

    fn place_legend(entries: &[(String, String)], max: f64) -> (String, f64) {
        let mut out = String::new();
        let (mut x, mut y) = (0.0, 12.0);
        for (art, text) in entries {
            let w = 42.0 + width(text, 12.0) + 24.0;
            if x > 0.0 && x + w > max {
                x = 0.0;
                y += 28.0;
            }
            let _ = write!(
                out,
                r#"<g transform="translate({x:.1} {y:.1})">{art}<text x="42" y="4">{}</text></g>"#,
                escape(text)
            );
            x += w;
        }
        (out, y + 14.0)
    }
}

fn level(sensitivity: Sensitivity) -> &'static str {
    sensitivity.as_str()
}

fn thickness(edge: &Edge) -> f64 {
    1.6 + (edge.categories.len().clamp(1, 9) - 1) as f64 * 0.55
}

/// Arrow heads, one per colour; their size does not follow the line's thickness.
fn markers() -> String {
    let mut out = String::from("<defs>");
    for level in ["none", "personal", "confidential", "sensitive"] {
        let _ = write!(
            out,
            r#"<marker id="flow-tip-{level}" class="flow-tip flow-s-{level}" viewBox="0 0 12 12" refX="10.5" refY="6" markerWidth="12" markerHeight="12" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M1 1 11 6 1 11 3.5 6Z"/></marker>"#
        );
    }
    out.push_str("</defs>\n");
    out
}

/// Circle, diamond, triangle: sensitivity without colour.
fn shape(sensitivity: Sensitivity, x: f64, y: f64, r: f64) -> String {
    match sensitivity {
        Sensitivity::None | Sensitivity::Personal => {
            format!(r#"<circle cx="{x:.1}" cy="{y:.1}" r="{r:.1}"/>"#)
        }
        Sensitivity::Confidential => {
            let d = r * 1.25;
            format!(
                r#"<path d="M{x:.1} {:.1}l{d:.1} {d:.1}-{d:.1} {d:.1}-{d:.1}-{d:.1}z"/>"#,
                y - d
            )
        }
        Sensitivity::Sensitive => {
            let (half, rise) = (r * 1.32, r * 1.3);
            format!(
                r#"<path d="M{x:.1} {:.1}L{:.1} {:.1}H{:.1}z"/>"#,
                y - rise,
                x + half,
                y + rise * 0.72,
                x - half
            )
        }
    }
}

/// The outline says what a node is: pill, hexagon, rounded room, plain and cut rectangles.
fn outline(kind: NodeKind, r: Rect) -> String {
    let Rect { x, y, w, h } = r;
    match kind {
        NodeKind::DirectOrigin => {
            let rx = (h / 2.0).min(30.0);
            format!(
                r#"<rect class="flow-box" x="{x:.1}" y="{y:.1}" width="{w:.1}" height="{h:.1}" rx="{rx:.1}"/>"#
            )
        }
        NodeKind::ThirdPartyOrigin => {
            let cut = (h / 3.0).min(12.0);
            format!(
                r#"<path class="flow-box" d="M{:.1} {y:.1}H{:.1}L{:.1} {:.1}L{:.1} {:.1}H{:.1}L{x:.1} {:.1}Z"/>"#,
                x + cut,
                x + w - cut,
                x + w,
                y + h / 2.0,
                x + w - cut,
                y + h,
                x + cut,
                y + h / 2.0
            )
        }
        NodeKind::System => {
            format!(
                r#"<rect class="flow-box" x="{x:.1}" y="{y:.1}" width="{w:.1}" height="{h:.1}" rx="12"/>"#
            )
        }
        NodeKind::Processor => {
            format!(
                r#"<rect class="flow-box" x="{x:.1}" y="{y:.1}" width="{w:.1}" height="{h:.1}" rx="3"/>"#
            )
        }
        NodeKind::Controller | NodeKind::JointController | NodeKind::Authority => {
            let cut = (h / 4.0).min(12.0);
            format!(
                r#"<path class="flow-box" d="M{x:.1} {y:.1}H{:.1}L{:.1} {:.1}V{:.1}H{x:.1}Z"/>"#,
                x + w - cut,
                x + w,
                y + cut,
                y + h
            )
        }
    }
}

/// The coloured left edge of a room, inside its rounded corners.
fn stripe(r: Rect) -> String {
    let Rect { x, y, h: high, .. } = r;
    let (round, inner, bottom) = (x + 12.0, x + 7.0, y + high);
    format!(
        "M{round:.1} {y:.1}A12 12 0 0 0 {x:.1} {:.1}V{:.1}A12 12 0 0 0 {round:.1} {bottom:.1}Q{inner:.1} {bottom:.1} {inner:.1} {:.1}V{:.1}Q{inner:.1} {y:.1} {round:.1} {y:.1}Z",
        y + 12.0,
        bottom - 12.0,
        bottom - 7.0,
        y + 7.0
    )
}

/// Flat through boxes' sides and lanes, S-curves in the gaps between columns.
fn path(route: &Route) -> String {
    let mut out = String::new();
    for (place, (from, to, y)) in route.stops.iter().enumerate() {
        if place == 0 {
            let _ = write!(out, "M{from:.1} {y:.1}");
        } else if let Some((_, previous, above)) = route.stops.get(place - 1) {
            let bend = (from - previous) / 2.0;
            let _ = write!(
                out,
                "C{:.1} {above:.1} {:.1} {y:.1} {from:.1} {y:.1}",
                previous + bend,
                from - bend
            );
        }
        if to > from {
            let _ = write!(out, "H{to:.1}");
        }
    }
    out
}

/// The page's rules with the light colours filled in: many programs that open SVG files know no
/// custom properties.
fn file_style() -> String {
    let sheet = include_str!("../../../web/assets/flows.css");
    let (colours, rest) = sheet.split_once("/* dark */").unwrap_or((sheet, ""));
    let rules = rest.split_once("/* rules */").map_or("", |(_, rules)| rules);
    let mut rules = rules.split_once("/* page */").map_or(rules, |(rules, _)| rules).to_owned();
    for line in colours.lines() {
        if let Some((name, value)) = line.trim().trim_end_matches(';').split_once(": ") {
            rules = rules.replace(&format!("var({name})"), value);
        }
    }
    format!("text{{font-family:{FONTS}}}{rules}")
}

const FONTS: &str = "system-ui,-apple-system,'Segoe UI',Roboto,'PingFang SC','Noto Sans CJK SC','Microsoft YaHei',sans-serif";

#[cfg(test)]
mod tests {
    use super::super::mermaid;
    use super::super::model::sample_picture;
    use super::*;

    struct Keys;
    impl Words for Keys {
        fn t(&self, key: &str) -> String {
            key.to_owned()
        }
        fn tn(&self, key: &str, n: i64) -> String {
            format!("{key} {n}")
        }
        fn category(&self, key: &str) -> String {
            key.to_owned()
        }
        fn country(&self, code: &str) -> String {
            code.to_owned()
        }
    }

    const NASTY: &str =
        "\"]; click n0 \"javascript:alert(1)\" <script>&amp;</style>'\u{0}\n--> end";

    #[test]
    fn a_drawing_is_well_formed_whatever_the_names_are() {
        for target in [Target::Page, Target::File] {
            let mut picture = sample_picture(12, true);
            for node in &mut picture.nodes {
                node.name = format!("{NASTY}{}", node.name);
                node.note = NASTY.to_owned();
                node.country = "<>".to_owned();
            }
            let text = draw(&picture, &Keys, target, "&category=<\"&");

            let tree = roxmltree::Document::parse(&text).unwrap();

            assert!(!tree.descendants().any(|n| n.has_tag_name("script")));
            assert!(!text.contains("style=") && !text.contains(" onclick"));
            let nodes = tree.descendants().filter(|n| n.attribute("data-node").is_some()).count();
            let edges = tree.descendants().filter(|n| n.attribute("data-edge").is_some()).count();
            assert_eq!((nodes, edges), (picture.nodes.len(), picture.edges.len()));
        }
    }

    #[test]
    fn a_file_needs_no_custom_property() {
        let text = draw(&sample_picture(3, false), &Keys, Target::File, "");

        assert!(text.contains("#1f5fa8") && !text.contains("var("));
    }

    #[test]
    fn names_cannot_break_out_of_a_mermaid_label() {
        let mut picture = sample_picture(3, false);
        picture.nodes[0].name = NASTY.to_owned();

        let text = mermaid::flowchart(&picture, &Keys);

        let line = text.lines().find(|line| line.contains("click")).unwrap();
        assert_eq!(line.matches('"').count(), 2, "{line}");
        assert!(!line.contains('<') && !line.contains(';') || !line.contains("]; click"));
        assert_eq!(text.lines().filter(|l| l.trim_start().starts_with("n0(")).count(), 1);
    }

    #[test]
    fn sixty_systems_are_laid_out_quickly() {
        let picture = sample_picture(60, false);
        let start = std::time::Instant::now();

        let text = draw(&picture, &Keys, Target::Page, "");

        assert!(text.len() > 10_000);
        // Unoptimised and with other tests beside it; `examples/picture.rs` measures the rest.
        assert!(start.elapsed().as_millis() < 3000, "{:?}", start.elapsed());
    }
}
