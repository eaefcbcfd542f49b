//! The page of a bundle that people read: what is held, why, for how long, who receives it and where it
//! came from (GDPR Art 15(1); PIPL Art 17, 45), then the rows. One file that needs nothing else.

use askama::Template;
use datamap::records::Facts;
use web::{Lang, translate};

use super::{
    cells::{Cell, Cells},
    pack::{Part, SHOWN, csv_name},
};

/// A use of the data of a system.
pub(super) struct Use {
    pub name: String,
    pub purpose: String,
    pub bases: String,
    pub retention: String,
    pub recipients: String,
}

/// A system in which something was found.
pub(super) struct System {
    pub name: String,
    pub categories: String,
    pub origins: String,
    pub uses: Vec<Use>,
}

/// What a page says before its rows.
#[derive(Template)]
#[template(path = "rights/bundle.html")]
struct Begin<'a> {
    page: &'a Page,
    parts: Vec<(&'a Part, String)>,
}

/// A page.
pub(super) struct Page {
    pub lang: Lang,
    pub organisation: String,
    pub contact: String,
    pub request: String,
    pub day: String,
    pub systems: Vec<System>,
    pub unreached: Vec<String>,
}

impl Page {
    fn t(&self, key: &str) -> String {
        translate(self.lang, key, &[])
    }

    fn t1(&self, key: &str, name: &str, value: &str) -> String {
        translate(self.lang, key, &[(name, value.to_owned().into())])
    }

    pub fn begin(&self, parts: &[Part]) -> String {
        let parts = parts.iter().filter(|part| part.rows > 0);
        let parts = parts.map(|part| (part, csv_name(part))).collect();
        Begin { page: self, parts }.render().unwrap_or_default()
    }

    pub fn end_of_table(&self, part: &Part) -> String {
        let more = part.rows.saturating_sub(SHOWN as u64);
        let rest = if more > 0 {
            let said = self.t1("rights-bundle-rest", "file", &csv_name(part));
            format!("<p>{}</p>", escape(&said))
        } else {
            String::new()
        };
        format!("</tbody></table></div>{rest}</section>\n")
    }
}

/// How a page ends.
pub(super) const END: &str = "</main></body></html>\n";

/// The head of a table.
pub(super) fn table(part: &Part) -> String {
    let mut out = format!(
        "<section id=\"t{}\"><h3>{} · {}</h3><div class=\"wide\"><table><thead><tr>",
        part.node,
        escape(&part.source),
        escape(&part.table)
    );
    for column in &part.columns {
        out.extend(["<th scope=\"col\">", &escape(column), "</th>"]);
    }
    out + "</tr></thead><tbody>\n"
}

/// A row of it.
pub(super) fn row(part: &Part, row: &Cells<'_>) -> serde_json::Result<String> {
    let mut out = String::from("<tr>");
    for (n, column) in part.columns.iter().enumerate() {
        let shown = row.of(n, column).map(Cell::shown).transpose()?;
        let (text, _) = shown.unwrap_or_default();
        out.extend(["<td dir=\"auto\">", &escape(&text), "</td>"]);
    }
    Ok(out + "</tr>\n")
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}

/// What the records say about systems, for the page.
pub(super) fn systems(facts: &Facts, ids: &[String], lang: Lang) -> Vec<System> {
    let zh = lang == Lang::ZhCn;
    let join = if zh { "、" } else { ", " };
    let system = |id: &String| {
        let fact = facts.systems.get(id)?;
        let categories: Vec<&str> =
            fact.categories.keys().map(|key| detect::taxonomy().name(key, zh)).collect();
        let origins: Vec<&str> = fact
            .origins
            .iter()
            .map(|one| if one.touchpoint.is_empty() { &*one.provider } else { &*one.touchpoint })
            .filter(|text| !text.is_empty())
            .collect();
        let own = facts.activities.iter().filter(|one| one.systems.contains(id));
        Some(System {
            name: fact.name.clone(),
            categories: categories.join(join),
            origins: origins.join(join),
            uses: own.map(|one| usage(facts, one, join)).collect(),
        })
    };
    ids.iter().filter_map(system).collect()
}

fn usage(facts: &Facts, activity: &datamap::records::Activity, join: &str) -> Use {
    let names = activity.recipients.iter().filter_map(|id| facts.recipients.get(id));
    let names: Vec<&str> = names.map(|one| one.name.as_str()).collect();
    let bases: Vec<String> =
        activity.legal_basis.iter().map(|(law, basis)| format!("{law}: {basis}")).collect();
    Use {
        name: activity.name.clone(),
        purpose: activity.purpose.clone(),
        bases: bases.join("; "),
        retention: activity.retention.clone(),
        recipients: names.join(join),
    }
}
