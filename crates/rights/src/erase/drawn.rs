//! The plan of an erasure as a drawing: the tables as they hang together, each with what becomes of it.

use web::Page;

use super::{Act, Step};
use crate::find::{Place, picture};

/// The drawing as SVG, or "" where there is nothing to draw. `source` names a source by its id.
pub(super) fn plan(p: &Page, steps: &[Step], source: impl Fn(&str) -> String) -> String {
    let place = |step: &Step| Place {
        source: step.source.clone(),
        table: step.table.clone(),
        hop: step.hop,
        ways: step.ways.clone(),
        own: step.own,
        shared: step.shared,
        doubtful: step.doubtful,
        failed: step.error.clone(),
    };
    let places: Vec<Place> = steps.iter().map(place).collect();
    if places.is_empty() {
        return String::new();
    }
    let said = |one: &Place| {
        let step = steps.iter().find(|step| step.source == one.source && step.table == one.table);
        let rows = p.tn("rights-rows", one.own + one.shared + one.doubtful);
        let fate = step.map_or(String::new(), |step| fate(p, step));
        let stays = step.is_some_and(|step| step.act == Act::Keep);
        picture::Said { rows, fate, stays }
    };
    let words = picture::Words {
        title: p.t("rights-erasure-picture-label"),
        person: p.t("rights-picture-person"),
    };
    picture::draw(&places, &words, source, said)
}

/// What becomes of a table, or became: in the order of what is lost.
fn fate(p: &Page, step: &Step) -> String {
    if !step.error.is_empty() {
        return p.t("rights-place-failed");
    }
    let n = step.numbers();
    let all = [
        ("rights-fate-delete", n.deleted),
        ("rights-fate-empty", n.emptied),
        ("rights-fate-keep", n.kept()),
    ];
    let all = all.into_iter().filter(|one| one.1 > 0).map(|(key, n)| p.tn(key, n));
    let said: Vec<String> = all.collect();
    if said.is_empty() {
        p.t(&format!("rights-erase-{}", step.act.as_str()))
    } else {
        said.join(if p.zh() { "，" } else { ", " })
    }
}
