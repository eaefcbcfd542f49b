//! Finds persons, organisations, places, groups, street addresses and occupations in English text
//! with a linear-chain conditional random field over hashed features.
//!
//! The model (`models/en.bin`, made by `cargo xtask models en`) is read where it lies, without
//! decoding. Only stretches of tokens that may belong to a name are looked at; each is labelled by
//! the best path (Viterbi 1967), and each entity found is scored by its marginal probability
//! (forward–backward), mapped to the share of such findings that were right on held-out data.

use std::sync::LazyLock;

use super::features::{Info, Lexicon, ROW_BITS, View, activate, look, style};
use super::labels::{Class, LABELS, Label, OUTSIDE, class_of, may_end, may_follow, may_start};
use super::tokens::Token;
use crate::text::{Layer, Span};

/// The model's file.
static FILE: &[u8] = include_bytes!("../../../models/en.bin");

static MODEL: LazyLock<Option<Model<'static>>> = LazyLock::new(|| Model::read(FILE));

/// First bytes of the file; the digit changes with the features.
pub const MAGIC: &[u8; 8] = b"PRIVEN03";

/// Knots of the map from marginal probability to the share that was right.
pub const KNOTS: usize = 11;

/// A model, lying in its file.
#[derive(Debug)]
pub struct Model<'m> {
    lexicon: Lexicon<'m>,
    rows: &'m [[u8; LABELS]],
    /// What one step of a weight is worth.
    step: f32,
    transitions: [[f32; LABELS]; LABELS],
    /// e to the power of each transition.
    odds: [[f32; LABELS]; LABELS],
    knots: [f32; KNOTS],
}

impl<'m> Model<'m> {
    /// Reads a file: magic, step (`f32`), transitions (256 `f32`), knots (11 `f32`), number of
    /// lexicon slots (`u32`), the slots, the weights (`i8`, 16 a row). `None` if it is not one.
    pub fn read(file: &'m [u8]) -> Option<Self> {
        let rest = file.strip_prefix(MAGIC)?;
        let (numbers, rest) = rest.split_at_checked((1 + LABELS * LABELS + KNOTS) * 4)?;
        let (numbers, _) = numbers.as_chunks::<4>();
        let number = |at: usize| f32::from_le_bytes(numbers[at]);
        let (slots, rest) = rest.split_first_chunk::<4>()?;
        let slots = u32::from_le_bytes(*slots) as usize;
        let (slots, rows) = rest.split_at_checked(slots * 4)?;
        let (slots, _) = slots.as_chunks::<4>();
        let (rows, _) = rows.as_chunks::<LABELS>();
        if slots.is_empty() || rows.len() != 1 << ROW_BITS {
            return None;
        }
        let mut transitions = [[f32::NEG_INFINITY; LABELS]; LABELS];
        for (before, row) in transitions.iter_mut().enumerate() {
            for (after, weight) in row.iter_mut().enumerate() {
                if may_follow(before, after) {
                    *weight = number(1 + before * LABELS + after);
                }
            }
        }
        let mut knots = [0.0; KNOTS];
        for (at, knot) in knots.iter_mut().enumerate() {
            *knot = number(1 + LABELS * LABELS + at);
        }
        let odds = odds(&transitions);
        Some(Self { lexicon: Lexicon::new(slots), rows, step: number(0), transitions, odds, knots })
    }

    /// The lexicon.
    pub fn lexicon(&self) -> Lexicon<'m> {
        self.lexicon
    }

    fn emission(&self, view: &View<'_>, at: usize) -> [f32; LABELS] {
        let mut sums = [0i16; LABELS];
        view.rows(at, |row| {
            let weights = &self.rows[row as usize];
            for (sum, &weight) in sums.iter_mut().zip(weights) {
                *sum += i16::from(weight.cast_signed());
            }
        });
        sums.map(|sum| f32::from(sum) * self.step)
    }

    /// The share of findings with this marginal probability that are right.
    fn calibrate(&self, marginal: f32) -> f32 {
        let scaled = marginal.clamp(0.0, 1.0) * (KNOTS - 1) as f32;
        let low = (scaled as usize).min(KNOTS - 2);
        let part = scaled - low as f32;
        self.knots[low] * (1.0 - part) + self.knots[low + 1] * part
    }
}

/// An entity: tokens `first..=last` of the block, and its probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entity {
    /// What it is.
    pub class: Class,
    /// First token.
    pub first: usize,
    /// Last token.
    pub last: usize,
    /// Marginal probability under the model, 0..=1, not calibrated.
    pub marginal: f32,
}

/// A tagger with the embedded model; `None` if the file is not one.
pub fn embedded() -> Option<Tagger<'static>> {
    MODEL.as_ref().map(Tagger::new)
}

/// A model with the space it works in, used again block after block.
pub struct Tagger<'m> {
    model: &'m Model<'m>,
    infos: Vec<Info>,
    emissions: Vec<[f32; LABELS]>,
    back: Vec<[u8; LABELS]>,
    labels: Vec<u8>,
    entities: Vec<Entity>,
}

impl<'m> Tagger<'m> {
    /// A tagger with this model.
    pub fn new(model: &'m Model<'m>) -> Self {
        Self {
            model,
            infos: Vec::new(),
            emissions: Vec::new(),
            back: Vec::new(),
            labels: Vec::new(),
            entities: Vec::new(),
        }
    }

    /// Adds what is found in a block.
    pub fn find(&mut self, text: &str, tokens: &[Token], found: &mut Vec<Span>) {
        self.look(text, tokens);
        self.find_seen(text, tokens, found);
    }

    /// Adds what is found in the block that was last [looked](Self::look) at.
    pub fn find_seen(&mut self, text: &str, tokens: &[Token], found: &mut Vec<Span>) {
        let model = self.model;
        // An occupation is labelled so that it is not taken for a name; by itself it tells nothing
        // about a person, and the grammars report it where it does.
        let entities =
            self.tag_seen(text, tokens).iter().filter(|entity| entity.class != Class::Job);
        let entities = entities
            .map(|entity| (entity, tokens[entity.first].start..tokens[entity.last].end))
            .filter(|(_, range)| !starts_a_code(text, range.end));
        found.extend(entities.map(|(entity, range)| {
            let score = f64::from(model.calibrate(entity.marginal));
            Span::new(range, entity.class.entity(), score, Layer::Model, "tagger")
        }));
    }

    /// What the model's lists know about the tokens of a block; [`Self::find_seen`] comes next.
    pub fn look(&mut self, text: &str, tokens: &[Token]) -> &[Info] {
        look(text, tokens, self.model.lexicon, &mut self.infos);
        &self.infos
    }

    /// The entities in a block, in order.
    pub fn tag(&mut self, text: &str, tokens: &[Token]) -> &[Entity] {
        self.look(text, tokens);
        self.tag_seen(text, tokens)
    }

    /// The entities in the block that was last looked at.
    fn tag_seen(&mut self, text: &str, tokens: &[Token]) -> &[Entity] {
        self.entities.clear();
        let mut infos = std::mem::take(&mut self.infos);
        activate(tokens, &mut infos);
        let view = View { text, tokens, infos: &infos, style: style(tokens) };
        let mut at = 0;
        while at < tokens.len() {
            let length = infos[at..].iter().take_while(|info| info.active).count();
            if length > 0 {
                self.tag_stretch(&view, at, length);
            }
            at += length + 1;
        }
        self.infos = infos;
        &self.entities
    }

    /// Labels the tokens `from..from + length`, all around which is outside.
    fn tag_stretch(&mut self, view: &View<'_>, from: usize, length: usize) {
        self.emissions.clear();
        self.emissions.extend((from..from + length).map(|at| self.model.emission(view, at)));
        best_path_into(&self.emissions, &self.model.transitions, &mut self.back, &mut self.labels);
        if self.labels.iter().all(|&label| usize::from(label) == OUTSIDE) {
            return;
        }
        let model = self.model;
        let lattice = Lattice::with_odds(&self.emissions, &model.transitions, &model.odds);
        let mut at = 0;
        while at < length {
            let Some(class) = class_of(self.labels[at].into()) else {
                at += 1;
                continue;
            };
            let mut last = at;
            while last + 1 < length
                && continues(self.labels[last].into(), self.labels[last + 1].into())
            {
                last += 1;
            }
            let marginal = lattice.probability(at, &self.labels[at..=last]);
            let (first, end) = (from + at, from + last);
            match self.entities.last_mut() {
                // Two persons with nothing between them are one whose name the labels cut.
                Some(before)
                    if class == Class::Person
                        && before.class == Class::Person
                        && before.last + 1 == first =>
                {
                    before.last = end;
                    before.marginal = before.marginal.min(marginal);
                }
                _ => self.entities.push(Entity { class, first, last: end, marginal }),
            }
            at = last + 1;
        }
    }
}

/// `LT` in `LT-12345678` begins a number of somebody's making.
fn starts_a_code(text: &str, end: usize) -> bool {
    match text.as_bytes()[end..] {
        [b'-' | b'_' | b'#', digit, ..] => digit.is_ascii_digit(),
        _ => false,
    }
}

/// Viterbi: the best sequence of labels for the emissions of a stretch with nothing around it.
pub fn best_path(emissions: &[[f32; LABELS]], transitions: &[[f32; LABELS]; LABELS]) -> Vec<u8> {
    let mut labels = Vec::new();
    best_path_into(emissions, transitions, &mut Vec::new(), &mut labels);
    labels
}

/// The same with space to work in.
fn best_path_into(
    emissions: &[[f32; LABELS]],
    transitions: &[[f32; LABELS]; LABELS],
    back: &mut Vec<[u8; LABELS]>,
    labels: &mut Vec<u8>,
) {
    back.clear();
    let mut best = emissions[0];
    for (label, score) in best.iter_mut().enumerate() {
        *score += transitions[OUTSIDE][label];
    }
    for emission in &emissions[1..] {
        let mut next = [f32::NEG_INFINITY; LABELS];
        let mut from = [0u8; LABELS];
        for (before, row) in transitions.iter().enumerate() {
            for after in 0..LABELS {
                let score = best[before] + row[after];
                if score > next[after] {
                    next[after] = score;
                    from[after] = before as u8;
                }
            }
        }
        for (score, emitted) in next.iter_mut().zip(emission) {
            *score += emitted;
        }
        best = next;
        back.push(from);
    }
    let mut label = OUTSIDE;
    let mut top = f32::NEG_INFINITY;
    for (candidate, &score) in best.iter().enumerate() {
        if may_end(candidate) && score + transitions[candidate][OUTSIDE] > top {
            top = score + transitions[candidate][OUTSIDE];
            label = candidate;
        }
    }
    labels.clear();
    labels.resize(emissions.len(), 0);
    for at in (0..emissions.len()).rev() {
        labels[at] = label as u8;
        if at > 0 {
            label = usize::from(back[at - 1][label]);
        }
    }
}

/// `after` is in the same entity as `before`.
pub fn continues(before: Label, after: Label) -> bool {
    match before {
        13..=15 => before == after,
        _ => !may_start(after),
    }
}

/// Sums over all sequences of labels of a stretch, forward and backward, scaled at each token.
pub struct Lattice<'s> {
    emissions: &'s [[f32; LABELS]],
    transitions: &'s [[f32; LABELS]; LABELS],
    /// Logarithms of the sums over all beginnings that end in a label, and over all ends after it.
    pub forward: Vec<[f32; LABELS]>,
    /// See `forward`; without the label's own emission.
    pub backward: Vec<[f32; LABELS]>,
    /// Logarithm of the sum over all sequences.
    pub total: f32,
}

impl<'s> Lattice<'s> {
    /// Sums up a stretch that is preceded and followed by outside.
    pub fn new(emissions: &'s [[f32; LABELS]], transitions: &'s [[f32; LABELS]; LABELS]) -> Self {
        Self::with_odds(emissions, transitions, &odds(transitions))
    }

    /// The same with e to the power of each transition at hand.
    fn with_odds(
        emissions: &'s [[f32; LABELS]],
        transitions: &'s [[f32; LABELS]; LABELS],
        odds: &[[f32; LABELS]; LABELS],
    ) -> Self {
        let length = emissions.len();
        let mut forward = Vec::with_capacity(length);
        let mut current = emissions[0];
        for (label, value) in current.iter_mut().enumerate() {
            *value += transitions[OUTSIDE][label];
        }
        forward.push(current);
        for emission in &emissions[1..] {
            let (top, weights) = exponents(&current);
            let mut sums = [0.0f32; LABELS];
            for (before, row) in odds.iter().enumerate() {
                for after in 0..LABELS {
                    sums[after] += weights[before] * row[after];
                }
            }
            for label in 0..LABELS {
                current[label] = sums[label].ln() + top + emission[label];
            }
            forward.push(current);
        }
        let ends: [f32; LABELS] = std::array::from_fn(|label| transitions[label][OUTSIDE]);
        let mut backward = vec![ends; length];
        let mut current = ends;
        for at in (0..length - 1).rev() {
            let ahead = std::array::from_fn(|label| current[label] + emissions[at + 1][label]);
            let (top, weights) = exponents(&ahead);
            for label in 0..LABELS {
                let sum: f32 = odds[label].iter().zip(&weights).map(|(a, b)| a * b).sum();
                current[label] = sum.ln() + top;
            }
            backward[at] = current;
        }
        let (top, weights) =
            exponents(&std::array::from_fn(|label| forward[length - 1][label] + ends[label]));
        let total = weights.iter().sum::<f32>().ln() + top;
        Self { emissions, transitions, forward, backward, total }
    }

    /// Probability that the tokens from `at` on have these labels.
    pub fn probability(&self, at: usize, labels: &[u8]) -> f32 {
        let mut sum = self.forward[at][usize::from(labels[0])];
        for (offset, pair) in labels.windows(2).enumerate() {
            let (before, after) = (usize::from(pair[0]), usize::from(pair[1]));
            sum += self.transitions[before][after] + self.emissions[at + offset + 1][after];
        }
        let last = at + labels.len() - 1;
        sum += self.backward[last][usize::from(labels[labels.len() - 1])];
        (sum - self.total).exp().clamp(0.0, 1.0)
    }
}

fn odds(transitions: &[[f32; LABELS]; LABELS]) -> [[f32; LABELS]; LABELS] {
    transitions.map(|row| row.map(f32::exp))
}

/// The largest of the values, and e to the power of each value less that.
fn exponents(values: &[f32; LABELS]) -> (f32, [f32; LABELS]) {
    let top = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    (top, values.map(|value| (value - top).exp()))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;

    use super::*;
    use crate::text::english::tokens::blocks;

    fn found(text: &str) -> Vec<(Class, &str)> {
        let model = MODEL.as_ref().expect("the embedded model");
        let mut tagger = Tagger::new(model);
        let mut found = Vec::new();
        blocks(text, |tokens| {
            for entity in tagger.tag(text, tokens) {
                found.push((
                    entity.class,
                    &text[tokens[entity.first].start..tokens[entity.last].end],
                ));
            }
        });
        found
    }

    #[test]
    fn people_are_found_in_any_case_and_language() {
        for (text, name) in [
            ("Please forward this to Ingeborg Thalmann before noon.", "Ingeborg Thalmann"),
            ("my name is patrice delmonte and i lost my phone", "patrice delmonte"),
            ("PLEASE CALL HENRIETTA OSGOOD TODAY", "HENRIETTA OSGOOD"),
            ("Regards,\nTomasz Wielgosz", "Tomasz Wielgosz"),
            ("I spoke with Mrs. Abernathy last week.", "Abernathy"),
            ("The form was signed by J. R. Castellanos.", "J. R. Castellanos"),
            ("Dr. Nguyễn Thị Hoa will see you now.", "Nguyễn Thị Hoa"),
            ("Could Oyelaran's passport be renewed?", "Oyelaran"),
            ("联系人是 Margaret Fenwick，请回电", "Margaret Fenwick"),
            ("Kenji Morikawa wrote the report.", "Kenji Morikawa"),
        ] {
            let found = found(text);
            assert!(found.contains(&(Class::Person, name)), "{text}: {found:?}");
        }
    }

    #[test]
    fn places_organisations_and_groups_are_told_apart() {
        for (text, class, name) in [
            ("She moved to Portugal last year.", Class::Place, "Portugal"),
            ("our office in Winnipeg is closed", Class::Place, "Winnipeg"),
            (
                "He works for Halvorsen Shipping Ltd. now.",
                Class::Organization,
                "Halvorsen Shipping Ltd.",
            ),
            (
                "The University of Tartu was founded long ago.",
                Class::Organization,
                "University of Tartu",
            ),
            ("A Norwegian singer won the prize.", Class::Group, "Norwegian"),
            ("I live at 48 Larkspur Avenue in Leeds.", Class::Street, "48 Larkspur Avenue"),
        ] {
            let found = found(text);
            assert!(found.contains(&(class, name)), "{text}: {found:?}");
        }
    }

    #[test]
    fn ordinary_sentences_hold_no_person() {
        for text in [
            "Will you mark this as done? I may come later.",
            "The meeting has been moved to half past ten on Monday.",
            "Please reset your password and try again.",
            "This Agreement shall be governed by the law of the place of delivery.",
            "i hope the rose will bloom in june",
            "Total Due: $45.00, Payment Terms: Net 30",
            "",
            "....... !!! ??? --- 12345",
        ] {
            let found = found(text);
            assert!(found.iter().all(|f| f.0 != Class::Person), "{text}: {found:?}");
        }
    }

    #[test]
    fn the_model_is_read_in_no_time() {
        let start = Instant::now();

        let model = Model::read(FILE);

        assert!(model.is_some());
        assert!(start.elapsed().as_millis() < 150, "{:?}", start.elapsed());
        assert!(FILE.len() <= 8_000_000);
    }

    #[test]
    fn what_is_no_model_is_refused() {
        assert!(Model::read(b"").is_none());
        assert!(Model::read(&FILE[..FILE.len() - 1]).is_none());
        assert!(Model::read(&FILE[1..]).is_none());
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_every_span_lies_on_characters(
            text in "\\PC{0,80}|([A-Z][a-zé]{1,8}[ .,'\n-]{1,2}){0,20}"
        ) {
            let mut spans = Vec::new();
            let mut tagger = embedded().unwrap();
            blocks(&text, |tokens| tagger.find(&text, tokens, &mut spans));
            let mut at = 0;
            for span in spans {
                prop_assert!(span.start >= at && span.end > span.start);
                prop_assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
                prop_assert!((0.0..=1.0).contains(&span.score));
                at = span.end;
            }
        }
    }
}
