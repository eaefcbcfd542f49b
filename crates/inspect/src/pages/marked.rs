//! Findings in a text as a page shows them: the text in pieces, the list beside it, the kinds.

use detect::{Kind, Layer, Span};
use web::{Look, has_key};

/// A piece of the text, marked or not.
pub(crate) struct Piece {
    pub text: String,
    /// Index into the findings.
    pub found: Option<usize>,
}

/// One finding in words.
pub(crate) struct Finding {
    /// From 1, in the order of the text.
    pub number: usize,
    /// The entity's stable name.
    pub entity: String,
    /// The entity in words.
    pub kind: String,
    /// The path of its category.
    pub category: String,
    /// The category's sensitivity.
    pub level: &'static str,
    /// The text, masked unless asked for in full.
    pub shown: String,
    pub score: f64,
    /// How it was found.
    pub layer: String,
    /// The rule in words.
    pub rule: String,
    /// A check digit was verified, or the form is unmistakable.
    pub checked: bool,
    /// Line of the text, from 1.
    pub line: usize,
}

/// One kind that occurs, for the filter.
pub(crate) struct KindCount {
    pub entity: String,
    pub kind: String,
    pub level: &'static str,
    pub count: usize,
    pub chosen: bool,
}

/// What a page shows of a text.
pub(crate) struct Marked {
    pub pieces: Vec<Piece>,
    pub findings: Vec<Finding>,
    pub kinds: Vec<KindCount>,
}

/// What to show.
pub(crate) struct Show<'a> {
    /// Score a finding must have.
    pub least: f64,
    /// Entities; `None`: all.
    pub kinds: Option<&'a [String]>,
    /// Found texts in full in the list.
    pub full: bool,
}

/// The spans a reader chose to see.
pub(crate) fn chosen(spans: &[Span], show: &Show<'_>) -> Vec<Span> {
    spans
        .iter()
        .filter(|span| span.score >= show.least)
        .filter(|span| {
            show.kinds.is_none_or(|kinds| kinds.iter().any(|kind| kind == span.entity()))
        })
        .cloned()
        .collect()
}

impl Marked {
    /// A finding by its index.
    #[allow(clippy::trivially_copy_pass_by_ref)] // called from the template
    pub(crate) fn finding(&self, index: &usize) -> &Finding {
        &self.findings[*index]
    }

    /// Spans in order and without overlap, as detection gives them.
    pub(crate) fn new(look: &Look, text: &str, spans: &[Span], show: &Show<'_>) -> Self {
        let shown = chosen(spans, show);
        let mut pieces = Vec::with_capacity(shown.len() * 2 + 1);
        let mut findings = Vec::with_capacity(shown.len());
        let (mut at, mut line) = (0, 1);
        for (index, span) in shown.iter().enumerate() {
            if span.start > at {
                pieces.push(Piece { text: text[at..span.start].to_owned(), found: None });
            }
            line += text[at..span.start].matches('\n').count();
            let found = &text[span.start..span.end];
            pieces.push(Piece { text: found.to_owned(), found: Some(index) });
            findings.push(finding(look, span, found, index + 1, line, show.full));
            line += found.matches('\n').count();
            at = span.end;
        }
        if at < text.len() {
            pieces.push(Piece { text: text[at..].to_owned(), found: None });
        }
        Self { pieces, findings, kinds: kinds(look, spans, show) }
    }
}

fn finding(
    look: &Look,
    span: &Span,
    text: &str,
    number: usize,
    line: usize,
    full: bool,
) -> Finding {
    Finding {
        number,
        entity: span.entity().to_owned(),
        kind: explain::kind_name(look.lang, &span.kind),
        category: explain::category_path(look.lang, span.category()),
        level: level(span.category()),
        shown: if full {
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        } else {
            detect::mask(Some(span.category()), text)
        },
        score: span.score,
        layer: look.t(layer_key(span.layer)),
        rule: rule(look, span),
        checked: span.layer == Layer::Checked,
        line,
    }
}

fn kinds(look: &Look, spans: &[Span], show: &Show<'_>) -> Vec<KindCount> {
    let mut kinds: Vec<KindCount> = Vec::new();
    for span in spans.iter().filter(|span| span.score >= show.least) {
        if let Some(known) = kinds.iter_mut().find(|known| known.entity == span.entity()) {
            known.count += 1;
            continue;
        }
        kinds.push(KindCount {
            entity: span.entity().to_owned(),
            kind: explain::kind_name(look.lang, &span.kind),
            level: level(span.category()),
            count: 1,
            chosen: show.kinds.is_none_or(|kinds| kinds.iter().any(|kind| kind == span.entity())),
        });
    }
    kinds.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.kind.cmp(&b.kind)));
    kinds
}

fn level(category: &str) -> &'static str {
    detect::taxonomy().get(category).map_or("personal", |found| found.sensitivity.as_str())
}

fn layer_key(layer: Layer) -> &'static str {
    match layer {
        Layer::Custom => "try-layer-custom",
        Layer::Checked => "try-layer-checked",
        Layer::Pattern => "try-layer-pattern",
        Layer::Grammar => "try-layer-grammar",
        Layer::Model => "try-layer-model",
    }
}

/// The rule in words: what the handbook says of the entity, or what is known of the rule itself.
fn rule(look: &Look, span: &Span) -> String {
    let own = format!("try-rule-{}", span.rule.replace(['_', ' '], "-"));
    if has_key(look.lang, &own) {
        return look.t(&own);
    }
    match &span.kind {
        Kind::Known(entity) => explain::check_of(look.lang, *entity),
        Kind::Custom { .. } => String::new(),
    }
}
