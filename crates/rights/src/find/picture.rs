//! A drawing of how a person's data hangs together: the person, the tables that name them, the tables
//! below those, from left to right by the number of steps. Presentation attributes and `currentColor`
//! only, so that it obeys a strict content policy and follows light and dark. The same stands in the
//! table beside it: the drawing is one picture for readers of screens.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Place, Way};

const WIDTH: usize = 200;
const HEIGHT: usize = 54;
/// Of a line more.
const LINE: usize = 17;
const GAP_X: usize = 70;
const GAP_Y: usize = 16;
const EDGE: usize = 10;
/// Letters of a name that fit into a box; Chinese ones are twice as wide.
const LETTERS: usize = 26;

/// What the drawing says.
pub struct Words {
    /// The name of the whole for readers of screens.
    pub title: String,
    /// What the first box says.
    pub person: String,
}

/// What a box says below its table's name.
pub struct Said {
    /// How many rows.
    pub rows: String,
    /// What becomes of them, or "".
    pub fate: String,
    /// They stay as they are: the border is thick.
    pub stays: bool,
}

struct Drawn<'a> {
    place: &'a Place,
    source: String,
    said: Said,
    x: usize,
    y: usize,
}

fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
        out
    })
}

fn fitting(text: &str) -> String {
    let wide = |c: char| if c.is_ascii() { 1 } else { 2 };
    let whole: usize = text.chars().map(wide).sum();
    if whole <= LETTERS {
        return escape(text);
    }
    let mut used = 1;
    let kept = text.chars().take_while(|c| {
        used += wide(*c);
        used <= LETTERS
    });
    escape(&format!("{}…", kept.collect::<String>()))
}

/// The drawing as SVG. `source` names a source by its id, `said` says of a place how many rows it holds,
/// and what becomes of them.
pub fn draw(
    places: &[Place],
    words: &Words,
    source: impl Fn(&str) -> String,
    said: impl Fn(&Place) -> Said,
) -> String {
    let said: Vec<Said> = places.iter().map(said).collect();
    let high = HEIGHT + if said.iter().any(|one| !one.fate.is_empty()) { LINE } else { 0 };
    let mut columns: BTreeMap<usize, usize> = BTreeMap::new();
    let mut drawn = Vec::new();
    for (place, said) in places.iter().zip(said) {
        let line = columns.entry(place.hop).or_default();
        drawn.push(Drawn {
            source: source(&place.source),
            said,
            x: EDGE + (place.hop + 1) * (WIDTH + GAP_X),
            y: EDGE + *line * (high + GAP_Y),
            place,
        });
        *line += 1;
    }
    let lines = columns.values().max().copied().unwrap_or(1);
    let far = drawn.iter().map(|one| one.x).max().unwrap_or(EDGE);
    let (width, height) = (far + WIDTH + EDGE, EDGE * 2 + lines * (high + GAP_Y) - GAP_Y);
    let returns = drawn.iter().any(|one| {
        one.x == far && origins(one, &drawn, high).iter().any(|(x, _)| *x == far + WIDTH)
    });
    let width = width + if returns { GAP_X / 2 } else { 0 };
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-size=\"13\">",
        escape(&words.title)
    );
    for one in &drawn {
        for (x, y) in origins(one, &drawn, high) {
            if x == one.x + WIDTH {
                turn(&mut out, x, (y, one.y + high / 2));
            } else {
                arrow(&mut out, (x, y), (one.x, one.y + high / 2));
            }
        }
    }
    let person = Frame { at: (EDGE, EDGE), high, holds: true, stays: false };
    boxed(&mut out, person, &[(&words.person, true)], &words.person);
    for one in &drawn {
        let holds = one.place.own + one.place.shared + one.place.doubtful > 0;
        let Said { rows, fate, stays } = &one.said;
        let below = format!("{} · {rows}", one.source);
        let whole = [&*one.source, &*one.place.table, rows, fate];
        let whole: Vec<&str> = whole.into_iter().filter(|text| !text.is_empty()).collect();
        let mut lines = vec![(one.place.table.as_str(), true), (&below, false)];
        lines.extend((!fate.is_empty()).then_some((fate.as_str(), false)));
        let frame = Frame { at: (one.x, one.y), high, holds, stays: *stays };
        boxed(&mut out, frame, &lines, &whole.join(" · "));
    }
    out.push_str("</svg>");
    out
}

/// Where arrows to a place begin: the person for identifiers, tables for references. A way names its
/// table only: one of the same source is meant before one of another.
fn origins(to: &Drawn<'_>, all: &[Drawn<'_>], high: usize) -> Vec<(usize, usize)> {
    let mut from = Vec::new();
    for way in &to.place.ways {
        let (Way::Below { table } | Way::Above { table }) = way else {
            from.push((EDGE + WIDTH, EDGE + high / 2));
            continue;
        };
        let same = |one: &&Drawn<'_>| one.place.table == *table;
        let near = |one: &&Drawn<'_>| same(one) && one.place.source == to.place.source;
        let found = all.iter().find(near).or_else(|| all.iter().find(same));
        from.extend(found.map(|one| (one.x + WIDTH, one.y + high / 2)));
    }
    from.sort_unstable();
    from.dedup();
    from
}

fn arrow(out: &mut String, (x, y): (usize, usize), (to_x, to_y): (usize, usize)) {
    let bend = GAP_X / 2;
    let _ = write!(
        out,
        "<path d=\"M{x} {y}C{} {y} {} {to_y} {} {to_y}\" fill=\"none\" stroke=\"currentColor\" stroke-opacity=\".45\" stroke-width=\"1.5\"/><path d=\"M{} {}L{to_x} {to_y}L{} {}\" fill=\"none\" stroke=\"currentColor\" stroke-opacity=\".6\" stroke-width=\"1.5\"/>",
        x + bend,
        to_x.saturating_sub(bend),
        to_x.saturating_sub(2),
        to_x.saturating_sub(7),
        to_y.saturating_sub(5),
        to_x.saturating_sub(7),
        to_y + 5,
    );
}

/// An arrow between two tables of one column, or from one to itself: out to the right and back, so that
/// it crosses no text.
fn turn(out: &mut String, x: usize, (from, to): (usize, usize)) {
    let bend = x + GAP_X / 2;
    let (from, to) = if from == to { (from.saturating_sub(9), to + 9) } else { (from, to) };
    let _ = write!(
        out,
        "<path d=\"M{x} {from}C{bend} {from} {bend} {to} {} {to}\" fill=\"none\" stroke=\"currentColor\" stroke-opacity=\".45\" stroke-width=\"1.5\"/><path d=\"M{} {}L{x} {to}L{} {}\" fill=\"none\" stroke=\"currentColor\" stroke-opacity=\".6\" stroke-width=\"1.5\"/>",
        x + 2,
        x + 7,
        to.saturating_sub(5),
        x + 7,
        to + 5,
    );
}

struct Frame {
    at: (usize, usize),
    high: usize,
    /// Something is in it.
    holds: bool,
    stays: bool,
}

/// A box with lines of text, the first of them large where it is a name.
fn boxed(out: &mut String, frame: Frame, lines: &[(&str, bool)], whole: &str) {
    let Frame { at: (x, y), high, holds, stays } = frame;
    let (fill, dash) = if holds { (".08", "") } else { ("0", " stroke-dasharray=\"5 4\"") };
    let thick = if stays { " stroke-width=\"3\"" } else { "" };
    let _ = write!(
        out,
        "<g><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{high}\" rx=\"8\" fill=\"currentColor\" fill-opacity=\"{fill}\" stroke=\"currentColor\" stroke-opacity=\".55\"{thick}{dash}/>",
        escape(whole)
    );
    // One line stands in the middle, more from above on.
    let first = if lines.len() == 1 { y + high / 2 + 5 } else { y + 22 };
    for (n, (text, name)) in lines.iter().enumerate() {
        let shape =
            if *name { "font-weight=\"600\"" } else { "fill-opacity=\".8\" font-size=\"12\"" };
        let down = first + if n == 0 { 0 } else { 3 + n * LINE };
        let _ = write!(
            out,
            "<text x=\"{}\" y=\"{down}\" fill=\"currentColor\" {shape}>{}</text>",
            x + 12,
            fitting(text)
        );
    }
    out.push_str("</g>");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(source: &str, table: &str, hop: usize, ways: Vec<Way>, own: u64) -> Place {
        let (source, table) = (source.to_owned(), table.to_owned());
        Place { source, table, hop, ways, own, shared: 0, doubtful: 0, failed: String::new() }
    }

    #[test]
    fn an_arrow_within_a_column_goes_round_the_boxes() {
        let way = || vec![Way::Below { table: "orders".into() }];
        let places = [place("a", "orders", 1, way(), 1), place("a", "addresses", 1, way(), 1)];
        let words = Words { title: String::new(), person: String::new() };
        let said = |_: &Place| Said { rows: String::new(), fate: String::new(), stays: false };
        let svg = draw(&places, &words, str::to_owned, said);
        let right = EDGE + 2 * (WIDTH + GAP_X) + WIDTH;
        let begins = format!("<path d=\"M{right} ");
        assert_eq!(svg.matches(&begins).count(), 2, "to itself, and down: {svg}");
        assert_eq!(svg.matches(&format!("L{right} ")).count(), 2, "both come back from the right");
        assert!(svg.contains(&format!("width=\"{}\"", right + EDGE + GAP_X / 2)), "with room");
    }

    #[test]
    fn every_table_is_drawn_with_an_arrow_for_each_way_and_nothing_is_markup() {
        let below = |table: &str| Way::Below { table: table.into() };
        let places = [
            place("a", "customers", 0, vec![Way::Identifier { column: "email".into() }], 1),
            place("a", "orders", 1, vec![below("customers")], 3),
            place("b", "<script>", 2, vec![below("orders"), below("gone")], 0),
        ];
        let words = Words { title: "\"Where\"".into(), person: "本人".into() };
        let said = |fate: &'static str, stays: bool| {
            move |one: &Place| Said { rows: format!("{} rows", one.own), fate: fate.into(), stays }
        };
        let svg = draw(&places, &words, str::to_uppercase, said("", false));
        assert_eq!(svg.matches("<rect").count(), 4);
        assert_eq!(svg.matches("<path").count(), 6, "a line and a head for each arrow");
        assert!(!svg.contains("<script>") && svg.contains("&lt;script&gt;"));
        assert!(!svg.contains("style") && svg.contains("stroke-dasharray"));
        let planned = draw(&places, &words, str::to_uppercase, said("<b>kept</b>", true));
        assert_eq!(planned.matches("&lt;b&gt;kept").count(), 6, "beside each box, and in it");
        assert_eq!(planned.matches("stroke-width=\"3\"").count(), 3, "the person's own is thin");
    }
}
