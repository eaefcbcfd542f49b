//! The picture as a Mermaid flowchart, for wikis and pull requests.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::model::{Node, NodeKind, Picture, Words};

/// A flowchart, left to right; recipients grouped by country.
pub fn flowchart(picture: &Picture, words: &dyn Words) -> String {
    let mut out = String::from("flowchart LR\n");
    let mut countries: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, node) in picture.nodes.iter().enumerate() {
        if node.kind.is_recipient() {
            let name = if node.country.is_empty() {
                words.t("flows-country-unknown")
            } else {
                words.country(&node.country)
            };
            countries.entry(name).or_default().push(index);
        } else {
            let _ = writeln!(out, "  {}", shape(index, node));
        }
    }
    for (place, (name, members)) in countries.iter().enumerate() {
        let _ = writeln!(out, "  subgraph c{place}[\"{}\"]", quote(name));
        for index in members {
            let _ = writeln!(out, "    {}", shape(*index, &picture.nodes[*index]));
        }
        out.push_str("  end\n");
    }
    for edge in &picture.edges {
        let arrow = match (edge.declared, edge.undirected) {
            (true, _) => "-->",
            (false, true) => "-.-",
            (false, false) => "-.->",
        };
        let mut label = words.t(&format!("flows-sensitivity-{}", edge.sensitivity.as_str()));
        if !edge.categories.is_empty() {
            let names: Vec<String> =
                edge.categories.iter().take(4).map(|c| words.category(c)).collect();
            let _ = write!(label, ": {}", names.join(&words.t("flows-list-separator")));
            if edge.categories.len() > 4 {
                label.push('…');
            }
        }
        let _ = writeln!(out, "  n{} {arrow}|\"{}\"| n{}", edge.from, quote(&label), edge.to);
    }
    out
}

fn shape(index: usize, node: &Node) -> String {
    let mut text = node.name.clone();
    if !node.country.is_empty() {
        let _ = write!(text, " ({})", node.country);
    }
    let text = quote(&text);
    match node.kind {
        NodeKind::DirectOrigin => format!("n{index}([\"{text}\"])"),
        NodeKind::ThirdPartyOrigin => format!("n{index}{{{{\"{text}\"}}}}"),
        NodeKind::System => format!("n{index}(\"{text}\")"),
        _ => format!("n{index}[\"{text}\"]"),
    }
}

/// Text inside a quoted Mermaid label: everything that could end the label, open a tag or start an
/// entity or a Markdown string is written as a numeric entity (`#34;`), Mermaid's own escape.
fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric()
            || matches!(c, ' ' | '-' | '_' | '.' | ',' | ':' | '(' | ')' | '/' | '、' | '…')
        {
            out.push(c);
        } else if c.is_control() {
            out.push(' ');
        } else {
            let _ = write!(out, "#{};", c as u32);
        }
    }
    out
}
