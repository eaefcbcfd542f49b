//! What a pack must be before it is law here. Everything wrong is told at once, each with its line:
//! whoever mends a pack of a thousand facts should not have to mend it a thousand times.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use crate::{
    Condition, Extension, Fact, Kind, Law, Pack, PackHead, Problem, Reason, Regime, Status, Text,
    Unit,
};

/// A file as it is written, or a piece of it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub pack: Option<Spanned<PackHead>>,
    #[serde(default, rename = "regime")]
    pub regimes: Vec<Spanned<Regime>>,
    #[serde(default, rename = "fact")]
    pub facts: Vec<Spanned<Fact>>,
}

/// Reads a file; what cannot be read is left out and told.
pub(crate) fn read(name: &str, text: &str) -> (File, Vec<Problem>) {
    let place = Place { name, text };
    let whole = match toml::from_str::<File>(text) {
        Ok(file) => return (file, Vec::new()),
        Err(error) => error,
    };
    let (mut file, mut problems) = (File::default(), Vec::new());
    for piece in pieces(text) {
        match toml::from_str::<File>(&text[piece.clone()]) {
            Ok(read) => {
                file.pack = file.pack.take().or(read.pack.map(|one| moved(one, piece.start)));
                file.regimes.extend(read.regimes.into_iter().map(|one| moved(one, piece.start)));
                file.facts.extend(read.facts.into_iter().map(|one| moved(one, piece.start)));
            }
            Err(error) => {
                let start = error.span().map_or(0, |span| span.start);
                problems.push(place.at(piece.start + start, form(&error)));
            }
        }
    }
    if problems.is_empty() {
        problems.push(place.at(whole.span().map_or(0, |span| span.start), form(&whole)));
    }
    (file, problems)
}

fn form(error: &toml::de::Error) -> Reason {
    Reason::Form(error.message().trim().replace('\n', "; "))
}

fn moved<T>(one: Spanned<T>, by: usize) -> Spanned<T> {
    let span = one.span();
    Spanned::new(span.start + by..span.end + by, one.into_inner())
}

/// The file cut before every line that begins a table.
fn pieces(text: &str) -> Vec<Range<usize>> {
    let mut starts = vec![0];
    starts.extend(text.match_indices("\n[").map(|(at, _)| at + 1));
    starts.push(text.len());
    starts.windows(2).map(|pair| pair[0]..pair[1]).filter(|piece| !piece.is_empty()).collect()
}

/// Where something stands.
struct Place<'a> {
    name: &'a str,
    text: &'a str,
}

impl Place<'_> {
    fn line(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or(self.text);
        before.matches('\n').count() + 1
    }

    fn at(&self, offset: usize, reason: Reason) -> Problem {
        Problem { file: self.name.to_owned(), line: self.line(offset), reason }
    }

    /// The line of a key in the table that begins here, or the table's own.
    fn key(&self, table: usize, key: &str) -> usize {
        let rest = self.text.get(table..).unwrap_or_default();
        let end = rest.find("\n[").unwrap_or(rest.len());
        let mut from = table;
        for line in rest[..end].split_inclusive('\n') {
            let name = line.split(['=', '.']).next().unwrap_or_default().trim();
            if name == key && line.contains('=') {
                return from;
            }
            from += line.len();
        }
        table
    }
}

/// Checks what was read; `others` are the packs it will stand beside, if they are known.
pub(crate) fn check(name: &str, text: &str, file: &File, others: Option<&Law>) -> Vec<Problem> {
    let mut checker = Checker { place: Place { name, text }, problems: Vec::new(), table: 0 };
    // A head that is there and could not be read was told of already.
    if file.pack.is_some() || !text.contains("[pack]") {
        checker.head(file, others);
    }
    for regime in &file.regimes {
        checker.table = regime.span().start;
        checker.regime(regime.get_ref());
    }
    let head = file.pack.as_ref().map(Spanned::get_ref).filter(|head| head.amends);
    let base = head.and_then(|head| others?.packs().find(|one| one.head.id == head.id));
    for fact in &file.facts {
        checker.table = fact.span().start;
        checker.fact(fact.get_ref(), file, base);
    }
    checker.overlaps(file);
    checker.references(file, others);
    checker.problems
}

struct Checker<'a> {
    place: Place<'a>,
    problems: Vec<Problem>,
    /// Where the table at hand begins.
    table: usize,
}

impl Checker<'_> {
    fn wrong(&mut self, key: &str, reason: Reason) {
        let offset = self.place.key(self.table, key);
        self.problems.push(self.place.at(offset, reason));
    }

    fn rule(&mut self, key: &str, why: impl Into<String>) {
        self.wrong(key, Reason::Rule(why.into()));
    }

    fn head(&mut self, file: &File, others: Option<&Law>) {
        let Some(head) = &file.pack else {
            let missing = "the file has no [pack] with id, version, name and as_of";
            self.problems.push(self.place.at(0, Reason::Rule(missing.to_owned())));
            return;
        };
        self.table = head.span().start;
        let head = head.get_ref();
        self.id(&head.id);
        if head.version.trim().is_empty() {
            self.rule("version", "the version is empty; write one that sorts after the last");
        }
        self.both("name", &head.name);
        if head.amends {
            let base = others.and_then(|law| law.packs().find(|one| one.head.id == head.id));
            match base {
                None => {
                    self.rule("amends", format!("no pack `{}` is in use to be changed", head.id));
                }
                Some(base) => self.removes(head, base),
            }
        } else if !head.removes.is_empty() {
            self.rule("removes", "only a pack that `amends` another can remove facts of it");
        }
    }

    fn removes(&mut self, head: &PackHead, base: &Pack) {
        for id in &head.removes {
            if !base.facts.iter().any(|fact| fact.id == *id) {
                self.wrong("removes", Reason::UnknownReference(id.clone()));
            }
        }
    }

    fn id(&mut self, id: &str) {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
        if id.is_empty() || !id.chars().all(good) {
            self.rule("id", format!("`{id}` cannot be an id; use a–z, 0–9, `.`, `_` and `-`"));
        }
    }

    fn both(&mut self, key: &str, text: &Text) {
        for (language, words) in [("en", &text.en), ("zh", &text.zh)] {
            if words.trim().is_empty() {
                self.rule(key, format!("`{key}.{language}` is empty; write it in both languages"));
            }
        }
    }

    fn dates(&mut self, from: Option<Date>, to: Option<Date>) {
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            self.rule("to", format!("it ends on {to}, before it begins on {from}"));
        }
    }

    fn regime(&mut self, regime: &Regime) {
        self.id(&regime.id);
        self.both("name", &regime.name);
        self.both("cite", &regime.cite);
        self.dates(regime.from, regime.to);
        for place in &regime.places {
            let (country, part) = place.split_once('-').unwrap_or((place, "X"));
            let capital =
                |text: &str| text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
            if country.len() != 2 || !capital(country) || part.is_empty() || !capital(part) {
                self.rule("places", format!("`{place}` is no ISO 3166 code such as DE or US-CA"));
            }
        }
        if !regime.zone.is_empty() && jiff::tz::TimeZone::get(&regime.zone).is_err() {
            self.rule("zone", format!("there is no time zone `{}`", regime.zone));
        }
        self.conditions(&regime.when);
    }

    fn fact(&mut self, fact: &Fact, file: &File, base: Option<&Pack>) {
        self.id(&fact.id);
        let amended = base.is_some_and(|pack| pack.regimes.iter().any(|one| one.id == fact.regime));
        if !amended && !file.regimes.iter().any(|known| known.get_ref().id == fact.regime) {
            self.wrong("regime", Reason::UnknownRegime(fact.regime.clone()));
        }
        self.both("text", &fact.text);
        self.both("cite", &fact.cite);
        if let Some(word) = &fact.word {
            self.both("word", word);
        }
        self.dates(fact.from, fact.to);
        self.number(fact);
        self.longer("extension", fact.extension.as_ref());
        self.longer("every", fact.every.as_ref());
        self.clock(fact);
        self.conditions(&fact.when);
        if !fact.due.is_empty() && day_of_year(&fact.due).is_none() {
            self.rule("due", format!("`{}` is no day of the year such as 01-31", fact.due));
        }
        let listed = matches!(fact.kind, Kind::NoticeItem | Kind::RecordField);
        if listed && fact.list.is_none() {
            self.rule("kind", "say in `list` to which checklist it belongs");
        }
    }

    fn number(&mut self, fact: &Fact) {
        match (fact.value, fact.unit) {
            (Some(value), None) => {
                self.wrong("value", Reason::Unit(format!("{value} of what? Give its `unit`")));
            }
            (None, Some(_)) => {
                self.wrong("unit", Reason::Unit("a `unit` without a `value`".to_owned()));
            }
            (Some(_), Some(unit)) => {
                if let Some(wants) = misfit(fact.kind, unit) {
                    self.wrong("unit", Reason::Unit(wants.to_owned()));
                }
            }
            (None, None) => {}
        }
    }

    fn longer(&mut self, key: &str, more: Option<&Extension>) {
        let Some(more) = more else { return };
        if !more.unit.is_time() {
            self.wrong(key, Reason::Unit(format!("`{key}` needs a unit of time")));
        }
        if more.value == 0 {
            self.rule(key, format!("`{key}` of nothing"));
        }
    }

    fn clock(&mut self, fact: &Fact) {
        if fact.extension.is_some() && fact.value.is_none() {
            self.rule("extension", "an `extension` of a deadline without a number");
        }
        if fact.kind != Kind::Clock {
            return;
        }
        if fact.value.is_none() && fact.word.is_none() {
            let lacks = "a clock needs a `value` with a unit of time, or the law's own `word`";
            self.wrong("kind", Reason::Unit(lacks.to_owned()));
        }
        if fact.clock_start.trim().is_empty() {
            self.rule("kind", "a clock needs a `clock_start`: what starts it");
        }
    }

    fn conditions(&mut self, when: &[Vec<Condition>]) {
        for list in when {
            if list.is_empty() {
                let always = "an empty list of conditions always holds; leave `when` out instead";
                self.wrong("when", Reason::Condition(always.to_owned()));
            }
            for condition in list {
                if let Some(why) = unjudgeable(condition) {
                    self.wrong("when", Reason::Condition(why));
                }
            }
        }
    }

    /// Two statements of one id that hold on one day. Proposals may stand beside the law they change.
    fn overlaps(&mut self, file: &File) {
        let facts = file.facts.iter().map(|fact| {
            let it = fact.get_ref();
            (it.id.as_str(), it.status, it.from, it.to, fact.span().start)
        });
        self.overlap(facts);
        let regimes = file.regimes.iter().map(|regime| {
            let it = regime.get_ref();
            (it.id.as_str(), it.status, it.from, it.to, regime.span().start)
        });
        self.overlap(regimes);
    }

    fn overlap<'a>(
        &mut self,
        all: impl Iterator<Item = (&'a str, Status, Option<Date>, Option<Date>, usize)>,
    ) {
        type Held = (Status, Date, Date);
        let mut seen: BTreeMap<&str, Vec<Held>> = BTreeMap::new();
        for (id, status, from, to, table) in all {
            let (from, to) = (from.unwrap_or(Date::MIN), to.unwrap_or(Date::MAX));
            let before = seen.entry(id).or_default();
            let both = before
                .iter()
                .find(|(other, since, until)| *other == status && *since <= to && from <= *until);
            if let Some((_, since, _)) = both {
                let day = from.max(*since);
                let day = if day == Date::MIN { "every day".to_owned() } else { day.to_string() };
                self.table = table;
                self.wrong("id", Reason::Overlap { id: id.to_owned(), day });
            }
            before.push((status, from, to));
        }
    }

    fn references(&mut self, file: &File, others: Option<&Law>) {
        let own = |id: &str| file.facts.iter().any(|fact| fact.get_ref().id == id);
        let pack = file.pack.as_ref().map_or("", |pack| &pack.get_ref().id);
        for fact in &file.facts {
            self.table = fact.span().start;
            let fact = fact.get_ref();
            // Facts of other packs are only known once those are.
            let Some(others) = others else { continue };
            let known = |id: &str| own(id) || others.facts().any(|fact| fact.id == id);
            for id in fact.refers.iter().filter(|id| !known(id)) {
                self.wrong("refers", Reason::UnknownReference(id.clone()));
            }
            let elsewhere = others.packs().filter(|other| other.head.id != pack);
            for other in elsewhere.filter(|other| other.facts.iter().any(|one| one.id == fact.id)) {
                let why = format!("`{}` stands in the pack `{}` already", fact.id, other.head.id);
                self.rule("id", why);
            }
        }
    }
}

/// What a unit should be, where it cannot be this.
fn misfit(kind: Kind, unit: Unit) -> Option<&'static str> {
    match kind {
        Kind::Clock if !unit.is_time() => Some("a clock runs on a unit of time"),
        Kind::Retention if !unit.is_time() => Some("a retention period needs a unit of time"),
        // Days to cure before a fine stand with fines.
        Kind::Fine if matches!(unit, Unit::People | Unit::Age) => {
            Some("a fine is money, per cent, or the days to cure")
        }
        _ => None,
    }
}

/// Why a condition can never be judged.
fn unjudgeable(condition: &Condition) -> Option<String> {
    let metric = condition.metric.as_str();
    let numbers = condition.at_least.is_some() || condition.below.is_some();
    match (condition.metric.is_number(), numbers, condition.is) {
        (true, false, None) => Some(format!("`{metric}` is a number: give `at_least` or `below`")),
        (true, _, Some(_)) => Some(format!("`{metric}` is a number: it cannot be `is`")),
        (false, true, _) => Some(format!("`{metric}` is yes or no: give `is`")),
        (false, false, None) => Some(format!("`{metric}` needs `is`")),
        _ => match (condition.at_least, condition.below) {
            (Some(from), Some(to)) if from >= to => {
                Some(format!("no `{metric}` is at least {from} and below {to}"))
            }
            (_, Some(0)) => Some(format!("no `{metric}` is below 0")),
            _ => None,
        },
    }
}

/// Month and day of `01-31`.
pub(crate) fn day_of_year(text: &str) -> Option<(i8, i8)> {
    let (month, day) = text.split_once('-')?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    // 2028 is a leap year: 29 February is a day of some years.
    Date::new(2028, month, day).ok().map(|_| (month, day))
}
