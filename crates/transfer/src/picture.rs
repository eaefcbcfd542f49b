//! The picture: on the left where data leaves, on the right where it goes; a band's width tells how many
//! people, its pattern and the word beside it whether something is missing. Drawn on the server, without
//! style attributes, which the content policy forbids.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{Crossing, Verdict};

/// Width of the picture in its own units.
const WIDTH: f64 = 760.0;
/// Where bands begin and end.
const LEFT: f64 = 170.0;
const RIGHT: f64 = 590.0;
/// Height of the thinnest and of the thickest band.
const BAND: (f64, f64) = (6.0, 44.0);
/// Between two places of a column.
const GAP: f64 = 22.0;

/// From one country to another.
struct Lane {
    from: String,
    to: String,
    people: u64,
    open: bool,
    height: f64,
}

/// Draws; `name` gives a country's name, `title` the picture's words for those who do not see it.
pub(crate) fn draw(
    crossings: &[(Crossing, Vec<(String, Verdict)>)],
    name: impl Fn(&str) -> String,
    title: &str,
) -> String {
    let lanes = lanes(crossings);
    let left = column(&lanes, |lane| &lane.from);
    let right = column(&lanes, |lane| &lane.to);
    let tall = |column: &[Place]| column.iter().map(|place| place.height + GAP).sum::<f64>();
    let height = tall(&left).max(tall(&right)) + GAP;
    let mut svg = format!(
        "<svg class=\"transfer-picture\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-label=\"{}\">",
        escape(title)
    );
    let (mut from, mut to) = (starts(&left, height), starts(&right, height));
    for (lane, kind) in lanes.iter().map(|lane| (lane, if lane.open { "open" } else { "kept" })) {
        let (Some(y1), Some(y2)) = (from.get_mut(&lane.from), to.get_mut(&lane.to)) else {
            continue;
        };
        band(&mut svg, *y1, *y2, lane.height, kind);
        *y1 += lane.height;
        *y2 += lane.height;
    }
    for (column, x, anchor) in [(&left, LEFT - 12.0, "end"), (&right, RIGHT + 12.0, "start")] {
        let starts = starts(column, height);
        for place in column {
            let y = starts[&place.country] + place.height / 2.0;
            let name = escape(&name(&place.country));
            let _ = write!(
                svg,
                "<text class=\"transfer-place\" x=\"{x}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" dominant-baseline=\"central\">{name}</text>"
            );
        }
    }
    svg.push_str("</svg>");
    svg
}

/// Bands by their places; the widest has the most people, by order of magnitude.
fn lanes(crossings: &[(Crossing, Vec<(String, Verdict)>)]) -> Vec<Lane> {
    let mut by_ends: BTreeMap<(&str, &str), (u64, bool)> = BTreeMap::new();
    for (crossing, verdicts) in crossings {
        let ends = (crossing.from.country.as_str(), crossing.to.country.as_str());
        let (people, open) = by_ends.entry(ends).or_default();
        *people = (*people).max(crossing.people());
        *open |= verdicts.iter().any(|(_, verdict)| verdict.is_open());
    }
    let size = |people: u64| (people as f64 + 1.0).log10();
    let most = by_ends.values().map(|(people, _)| size(*people)).fold(1.0, f64::max);
    let lane = |((from, to), (people, open)): ((&str, &str), (u64, bool))| Lane {
        from: from.to_owned(),
        to: to.to_owned(),
        people,
        open,
        height: BAND.0 + (BAND.1 - BAND.0) * size(people) / most,
    };
    let mut lanes: Vec<Lane> = by_ends.into_iter().map(lane).collect();
    lanes.sort_by(|a, b| b.people.cmp(&a.people).then_with(|| a.to.cmp(&b.to)));
    lanes
}

struct Place {
    country: String,
    height: f64,
}

fn column(lanes: &[Lane], of: impl Fn(&Lane) -> &String) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for lane in lanes {
        match places.iter_mut().find(|place| place.country == *of(lane)) {
            Some(place) => place.height += lane.height,
            None => places.push(Place { country: of(lane).clone(), height: lane.height }),
        }
    }
    places
}

/// Where each place begins, the column in the middle of the picture.
fn starts(column: &[Place], height: f64) -> BTreeMap<String, f64> {
    let tall: f64 = column.iter().map(|place| place.height + GAP).sum::<f64>() - GAP;
    let mut y = (height - tall) / 2.0;
    let place = |place: &Place| {
        let at = (place.country.clone(), y);
        y += place.height + GAP;
        at
    };
    column.iter().map(place).collect()
}

fn band(svg: &mut String, y1: f64, y2: f64, height: f64, kind: &str) {
    let middle = f64::midpoint(LEFT, RIGHT);
    let (b1, b2) = (y1 + height, y2 + height);
    let _ = write!(
        svg,
        "<path class=\"transfer-band {kind}\" d=\"M{LEFT} {y1:.1}C{middle} {y1:.1} {middle} {y2:.1} {RIGHT} {y2:.1}\
         V{b2:.1}C{middle} {b2:.1} {middle} {b1:.1} {LEFT} {b1:.1}Z\"/>"
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
