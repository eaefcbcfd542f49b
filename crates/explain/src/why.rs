//! Why a column was judged so: what spoke for it, what was silent, what spoke against it.

use detect::{Evidence, Verdict};
use web::{Look, has_key};

use crate::{category_name, category_path, check, list_of};

/// Names shown of the columns beside it.
const BESIDE: usize = 6;

/// The column a verdict is about, as far as a page knows it. Texts may be empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// Column name.
    pub name: &'a str,
    /// Its comment.
    pub comment: &'a str,
    /// The database's own type name.
    pub data_type: &'a str,
    /// Part of the primary key, or of a foreign key.
    pub is_key: bool,
    /// The other columns of the store that hold personal data.
    pub beside: &'a [String],
}

/// Which way a piece of evidence points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stance {
    /// For the verdict.
    For,
    /// It did not decide.
    Silent,
    /// Against personal data.
    Against,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // called from the template
impl Stance {
    /// Symbol and style of the console's badges.
    pub fn badge(&self) -> &'static str {
        match self {
            Self::For => "ok",
            Self::Silent => "none",
            Self::Against => "warn",
        }
    }

    /// The text key of the word that stands for it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::For => "explain-for",
            Self::Silent => "explain-silent",
            Self::Against => "explain-against",
        }
    }
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which way it points.
    pub stance: Stance,
    /// What it is about: "Name", "Values".
    pub topic: String,
    /// One or two sentences.
    pub says: String,
    /// A share to draw: some of all.
    pub share: Option<(i64, i64)>,
}

/// One kind of personal data inside free text or JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Inside {
    /// The category's name.
    pub name: String,
    /// Its sensitivity's stable name.
    pub sensitivity: &'static str,
    /// Values that contain it.
    pub rows: i64,
    /// Of the values looked at, 0..=1.
    pub share: f64,
}

/// A kind of value and its share.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// The kind in words.
    pub name: String,
    /// Of the values looked at, 0..=1.
    pub share: f64,
}

/// A verdict explained; drawn by `explain/why.html` as `w`.
#[derive(Debug, Clone)]
pub struct Why {
    /// The evidence.
    pub lines: Vec<Line>,
    /// What the values look like, most frequent first.
    pub shares: Vec<Share>,
    /// What is inside free text, most frequent first.
    pub inside: Vec<Inside>,
    /// Personal data was found.
    pub found: bool,
    /// How sure that is, 0..=1.
    pub confidence: f64,
    /// "Sure", "Likely", "Please check".
    pub sure: String,
    /// What that means.
    pub sure_text: String,
}

impl Why {
    /// Explains a verdict, also one whose evidence an older version recorded.
    pub fn new(look: &Look, asked: &Asked<'_>, verdict: &Verdict) -> Self {
        let category = verdict.category.as_ref().map(detect::CategoryKey::as_str);
        let evidence = &verdict.evidence;
        let mut lines = Vec::new();
        lines.extend(detector_line(look, evidence));
        lines.push(name_line(look, asked, evidence, category.is_some()));
        lines.extend(comment_line(look, asked, evidence));
        lines.extend(type_line(look, asked, evidence, category.is_some()));
        lines.push(values_line(look, evidence, category));
        lines.extend(check_line(look, evidence, category));
        lines.extend(beside_line(look, asked, evidence));
        lines.extend(key_line(look, asked, category.is_some()));
        lines.sort_by_key(|line| line.stance != Stance::For);
        lines.extend(rival_line(look, verdict));
        let (sure, sure_text) = match category {
            Some(_) => how_sure(look, verdict.confidence),
            None => (String::new(), String::new()),
        };
        Self {
            lines,
            shares: shares(look, evidence),
            inside: inside(look, evidence),
            found: category.is_some(),
            confidence: verdict.confidence,
            sure,
            sure_text,
        }
    }
}

fn line(look: &Look, stance: Stance, topic: &str, says: String) -> Line {
    Line { stance, topic: look.t(topic), says, share: None }
}

fn has(evidence: &Evidence, reason: &str) -> bool {
    evidence.reasons.iter().any(|known| known == reason)
}

/// A company's own detector knew the column.
fn detector_line(look: &Look, evidence: &Evidence) -> Option<Line> {
    let name = evidence.detector.as_ref()?;
    let says = look.t1("explain-detector-for", "name", name);
    Some(line(look, Stance::For, "explain-detector", says))
}

/// What came second, and what the first had more.
fn rival_line(look: &Look, verdict: &Verdict) -> Option<Line> {
    let (rival, confidence) = verdict.evidence.runner_up.as_ref()?;
    let what = category_path(look.lang, rival.as_str());
    let second = look.t2("explain-rival-was", "what", what, "n", look.percent(*confidence));
    let lost = look.t(why_it_lost(verdict, *confidence));
    let says = look.t2("explain-rival-says", "second", second, "lost", lost);
    Some(line(look, Stance::Silent, "explain-rival", says))
}

/// The strongest thing that the winner has and a runner-up cannot have as well.
fn why_it_lost(verdict: &Verdict, rival: f64) -> &'static str {
    let evidence = &verdict.evidence;
    if verdict.category.is_none() {
        "explain-rival-too-little"
    } else if evidence.checksum {
        "explain-rival-check"
    } else if evidence.name_hint {
        "explain-rival-name"
    } else if evidence.comment_hint {
        "explain-rival-comment"
    } else if !evidence.neighbours.is_empty() {
        "explain-rival-beside"
    } else if verdict.confidence - rival < 0.1 {
        "explain-rival-close"
    } else {
        "explain-rival-values"
    }
}

/// What the values look like; kinds without a word here are left out.
fn shares(look: &Look, evidence: &Evidence) -> Vec<Share> {
    evidence
        .shares
        .iter()
        .map(|(kind, share)| (format!("explain-kind-{}", kind.replace('_', "-")), *share))
        .filter(|(key, share)| *share >= 0.005 && has_key(look.lang, key))
        .map(|(key, share)| Share { name: look.t(&key), share: share.min(1.0) })
        .collect()
}

fn name_line(look: &Look, asked: &Asked<'_>, evidence: &Evidence, found: bool) -> Line {
    let (stance, key) = if has(evidence, "pinyin") {
        (Stance::For, "explain-name-pinyin")
    } else if evidence.name_hint {
        (Stance::For, "explain-name-for")
    } else if found {
        (Stance::Silent, "explain-name-silent")
    } else {
        (Stance::Silent, "explain-name-none")
    };
    line(look, stance, "explain-name", look.t1(key, "name", asked.name))
}

fn comment_line(look: &Look, asked: &Asked<'_>, evidence: &Evidence) -> Option<Line> {
    let comment = asked.comment.trim();
    let (stance, key) = match (comment.is_empty(), evidence.comment_hint) {
        (true, false) => return None,
        // The comment may have been changed since.
        (true, true) => (Stance::For, "explain-comment-gone"),
        (false, true) => (Stance::For, "explain-comment-for"),
        (false, false) => (Stance::Silent, "explain-comment-silent"),
    };
    Some(line(look, stance, "explain-comment", look.t1(key, "comment", cut(comment, 80))))
}

fn type_line(look: &Look, asked: &Asked<'_>, evidence: &Evidence, found: bool) -> Option<Line> {
    let kind = asked.data_type.trim();
    if kind.is_empty() || !found {
        return None;
    }
    let (stance, key) = if evidence.type_hint {
        (Stance::For, "explain-type-for")
    } else {
        (Stance::Silent, "explain-type-silent")
    };
    Some(line(look, stance, "explain-type", look.t1(key, "type", kind)))
}

fn values_line(look: &Look, evidence: &Evidence, category: Option<&str>) -> Line {
    let (matched, all) = (i64::from(evidence.values_matched), i64::from(evidence.values_checked));
    let say = |stance, key: &str| {
        let says = look.t2(key, "n", look.number(matched), "all", look.number(all));
        line(look, stance, "explain-values", says)
    };
    let Some(category) = category else {
        return match all {
            0 => say(Stance::Silent, "explain-values-no-values-none"),
            _ => say(Stance::Against, "explain-values-none"),
        };
    };
    if all == 0 {
        return say(Stance::Silent, "explain-values-no-values");
    }
    if category == "free_text" {
        let mut drawn = if matched == 0 {
            say(Stance::Silent, "explain-values-text-none")
        } else {
            say(Stance::For, "explain-values-text")
        };
        drawn.share = (matched > 0).then_some((matched, all));
        return drawn;
    }
    if matched == 0 {
        return say(Stance::Silent, "explain-values-silent");
    }
    let different = i64::from(evidence.values_distinct);
    let stance =
        if has(evidence, "values") || matched * 2 >= all { Stance::For } else { Stance::Silent };
    let key = if matched == all { "explain-values-all" } else { "explain-values-some" };
    let what = category_name(look.lang, category);
    let numbers = look.t2(key, "n", look.number(matched), "all", look.number(all));
    let mut says = look.t2("explain-values-for", "numbers", numbers, "what", what);
    if different > 0 && different < all {
        says.push_str(&look.t("explain-gap"));
        says.push_str(&look.tn("explain-values-different", different));
    }
    Line { share: Some((matched, all)), ..line(look, stance, "explain-values", says) }
}

fn check_line(look: &Look, evidence: &Evidence, category: Option<&str>) -> Option<Line> {
    if !evidence.checksum {
        return None;
    }
    Some(line(look, Stance::For, "explain-check", look.t(check::key(category?))))
}

fn beside_line(look: &Look, asked: &Asked<'_>, evidence: &Evidence) -> Option<Line> {
    let spoke = has(evidence, "neighbour") || !evidence.neighbours.is_empty();
    // Those that spoke, as recorded; what an older version recorded does not name them.
    let beside =
        if evidence.neighbours.is_empty() { asked.beside } else { &evidence.neighbours[..] };
    if beside.is_empty() {
        let says = || look.t("explain-beside-gone");
        return spoke.then(|| line(look, Stance::For, "explain-beside", says()));
    }
    let names = &beside[..beside.len().min(BESIDE)];
    let mut list = list_of(look.lang, names);
    if beside.len() > BESIDE {
        list =
            look.t1("explain-beside-more", "names", names.join(look.t("explain-comma").as_str()));
    }
    let (stance, key) = if spoke {
        (Stance::For, "explain-beside-for")
    } else {
        (Stance::Silent, "explain-beside-silent")
    };
    Some(line(look, stance, "explain-beside", look.t1(key, "names", list)))
}

fn key_line(look: &Look, asked: &Asked<'_>, found: bool) -> Option<Line> {
    if !asked.is_key {
        return None;
    }
    Some(if found {
        line(look, Stance::For, "explain-key", look.t("explain-key-natural"))
    } else {
        line(look, Stance::Against, "explain-key", look.t("explain-key-pointer"))
    })
}

fn inside(look: &Look, evidence: &Evidence) -> Vec<Inside> {
    let all = f64::from(evidence.values_checked.max(1));
    evidence
        .inside
        .iter()
        .map(|found| Inside {
            name: category_path(look.lang, found.category.as_str()),
            sensitivity: detect::taxonomy()
                .get(found.category.as_str())
                .map_or("personal", |category| category.sensitivity.as_str()),
            rows: i64::from(found.rows),
            share: (f64::from(found.rows) / all).min(1.0),
        })
        .collect()
}

/// The confidence is calibrated: its number is a promise about many verdicts.
fn how_sure(look: &Look, confidence: f64) -> (String, String) {
    // As the percentage beside it is rounded.
    let right = look.percent(confidence).trim_end_matches('%').parse().unwrap_or(0).clamp(1, 99);
    let word = match right {
        90.. => "explain-sure-high",
        70.. => "explain-sure-middle",
        _ => "explain-sure-low",
    };
    (look.t(word), look.tn("explain-sure-means", right))
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
