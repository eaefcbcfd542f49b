//! Trains the linear-chain conditional random field: stochastic gradients of the log-likelihood,
//! with a step of its own for each weight (AdaGrad, Duchi et al. 2011).

use detect::english::features::{ROW_BITS, View, activate, look, style};
use detect::english::labels::{LABELS, OUTSIDE, may_follow};
use detect::english::tagger::{KNOTS, Lattice, best_path, continues};
use detect::english::{features, tokens};

use super::corpus::Document;
use super::random::Random;
use super::write::knots;

/// A stretch of tokens that the tagger would look at: rows of each token one after the other.
#[derive(Debug, Default, Clone)]
pub struct Stretch {
    rows: Vec<u32>,
    /// End of each token's rows.
    ends: Vec<u32>,
    labels: Vec<u8>,
}

/// How often a name's words are hidden from the lexicon, in percent, so that the model learns names
/// by context and spelling too.
pub const HIDDEN: usize = 30;

/// The stretches of a text. `lost` counts the entities that reach outside every stretch.
pub fn stretches(
    document: &Document,
    lexicon: features::Lexicon<'_>,
    hidden: usize,
    chance: &mut Random,
    lost: &mut usize,
) -> Vec<Stretch> {
    let mut made = Vec::new();
    let mut infos = Vec::new();
    tokens::blocks(&document.text, |block| {
        look(&document.text, block, lexicon, &mut infos);
        let mut labels = vec![OUTSIDE; block.len()];
        for (range, class) in &document.spans {
            let inside: Vec<usize> = (0..block.len())
                .filter(|&at| block[at].start < range.end && block[at].end > range.start)
                .collect();
            let whole = chance.percent(hidden);
            for (place, &at) in inside.iter().enumerate() {
                labels[at] = class.label(place, inside.len());
                if block[at].kind == tokens::TokenKind::Word
                    && (whole || chance.percent(hidden / 4))
                {
                    infos[at].mask = 0;
                    infos[at].word = features::UNKNOWN;
                    infos[at].phrase = 0;
                }
            }
        }
        activate(block, &mut infos);
        *lost += (0..block.len()).filter(|&at| labels[at] != OUTSIDE && !infos[at].active).count();
        let view = View { text: &document.text, tokens: block, infos: &infos, style: style(block) };
        let mut at = 0;
        while at < block.len() {
            let mut stretch = Stretch::default();
            while at < block.len() && infos[at].active {
                view.rows(at, |row| stretch.rows.push(row));
                stretch.ends.push(stretch.rows.len() as u32);
                stretch.labels.push(labels[at] as u8);
                at += 1;
            }
            // An entity cut by an outside token cannot be labelled: leave such a stretch out.
            let sound =
                stretch.labels.windows(2).all(|pair| may_follow(pair[0].into(), pair[1].into()))
                    && stretch.labels.first().is_none_or(|&l| may_follow(OUTSIDE, l.into()))
                    && stretch.labels.last().is_none_or(|&l| may_follow(l.into(), OUTSIDE));
            if sound && !stretch.labels.is_empty() {
                made.push(stretch);
            }
            at += 1;
        }
    });
    made
}

/// Weights in training.
pub struct Trainer {
    /// Weight of each row and label.
    pub rows: Vec<[f32; LABELS]>,
    /// Sums of squared gradients.
    squares: Vec<[f32; LABELS]>,
    /// Weight of each pair of labels in a row.
    pub transitions: [[f32; LABELS]; LABELS],
    transition_squares: [[f32; LABELS]; LABELS],
    rate: f32,
    decay: f32,
}

impl Trainer {
    /// Nothing learned yet.
    pub fn new(rate: f32, decay: f32) -> Self {
        let mut transitions = [[f32::NEG_INFINITY; LABELS]; LABELS];
        for (before, row) in transitions.iter_mut().enumerate() {
            for (after, weight) in row.iter_mut().enumerate() {
                if may_follow(before, after) {
                    *weight = 0.0;
                }
            }
        }
        Self {
            rows: vec![[0.0; LABELS]; 1 << ROW_BITS],
            squares: vec![[1e-2; LABELS]; 1 << ROW_BITS],
            transitions,
            transition_squares: [[1.0; LABELS]; LABELS],
            rate,
            decay,
        }
    }

    /// Sets the size of steps.
    pub fn set_rate(&mut self, rate: f32) {
        self.rate = rate;
    }

    fn emissions(&self, stretch: &Stretch) -> Vec<[f32; LABELS]> {
        let mut from = 0;
        stretch
            .ends
            .iter()
            .map(|&end| {
                let mut sums = [0.0; LABELS];
                for &row in &stretch.rows[from..end as usize] {
                    for (sum, weight) in sums.iter_mut().zip(&self.rows[row as usize]) {
                        *sum += weight;
                    }
                }
                from = end as usize;
                sums
            })
            .collect()
    }

    /// Learns one stretch; returns its negative log-likelihood before.
    pub fn learn(&mut self, stretch: &Stretch) -> f32 {
        let emissions = self.emissions(stretch);
        let transitions = self.transitions;
        let lattice = Lattice::new(&emissions, &transitions);
        let loss = -lattice.probability(0, &stretch.labels).max(1e-30).ln();
        if loss < 1e-3 {
            return loss;
        }
        let mut from = 0;
        for (at, &end) in stretch.ends.iter().enumerate() {
            let mut gradient = [0.0; LABELS];
            for (label, value) in gradient.iter_mut().enumerate() {
                let log = lattice.forward[at][label] + lattice.backward[at][label] - lattice.total;
                *value = -log.exp();
            }
            gradient[usize::from(stretch.labels[at])] += 1.0;
            if gradient.iter().any(|g| g.abs() > 1e-4) {
                for row in from..end as usize {
                    self.step(stretch.rows[row] as usize, &gradient);
                }
            }
            from = end as usize;
        }
        self.learn_transitions(stretch, &emissions, &lattice);
        loss
    }

    fn step(&mut self, row: usize, gradient: &[f32; LABELS]) {
        let (weights, squares) = (&mut self.rows[row], &mut self.squares[row]);
        for label in 0..LABELS {
            let slope = gradient[label] - self.decay * weights[label];
            squares[label] += slope * slope;
            weights[label] += self.rate * slope / squares[label].sqrt();
        }
    }

    fn learn_transitions(
        &mut self,
        stretch: &Stretch,
        emissions: &[[f32; LABELS]],
        lattice: &Lattice<'_>,
    ) {
        let mut gradient = [[0.0f32; LABELS]; LABELS];
        let old = self.transitions;
        let mut count = |before: usize, after: usize, log: f32| {
            if old[before][after] > f32::NEG_INFINITY {
                gradient[before][after] -= (log + old[before][after] - lattice.total).exp();
            }
        };
        for (at, emission) in emissions.iter().enumerate().skip(1) {
            for (before, forward) in lattice.forward[at - 1].iter().enumerate() {
                for (after, emission) in emission.iter().enumerate() {
                    count(before, after, forward + emission + lattice.backward[at][after]);
                }
            }
        }
        for pair in stretch.labels.windows(2) {
            gradient[usize::from(pair[0])][usize::from(pair[1])] += 1.0;
        }
        for (before, slopes) in gradient.iter().enumerate() {
            for (after, &slope) in slopes.iter().enumerate() {
                if slope != 0.0 {
                    self.transition_squares[before][after] += slope * slope;
                    self.transitions[before][after] +=
                        self.rate * slope / self.transition_squares[before][after].sqrt();
                }
            }
        }
    }
}

impl Trainer {
    /// What the probabilities of findings in held-out stretches are worth, at the knots.
    pub fn calibration(&self, held: &[Stretch]) -> [f32; KNOTS] {
        let mut findings = Vec::new();
        let (mut found, mut right, mut wanted) = (0usize, 0usize, 0usize);
        for stretch in held {
            let emissions = self.emissions(stretch);
            let lattice = Lattice::new(&emissions, &self.transitions);
            let labels = best_path(&emissions, &self.transitions);
            let gold = entities(&stretch.labels);
            wanted += gold.len();
            for (first, last) in entities(&labels) {
                let same = gold.contains(&(first, last))
                    && labels[first..=last] == stretch.labels[first..=last];
                found += 1;
                right += usize::from(same);
                findings.push((lattice.probability(first, &labels[first..=last]), same));
            }
        }
        println!(
            "held out: {wanted} entities, precision {:.4}, recall {:.4}",
            right as f64 / found.max(1) as f64,
            right as f64 / wanted.max(1) as f64
        );
        let knots = knots(&findings);
        println!("calibration {knots:.2?}");
        knots
    }
}

/// First and last token of each entity of a sequence of labels.
fn entities(labels: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < labels.len() {
        if usize::from(labels[at]) == OUTSIDE {
            at += 1;
            continue;
        }
        let mut last = at;
        while last + 1 < labels.len() && continues(labels[last].into(), labels[last + 1].into()) {
            last += 1;
        }
        found.push((at, last));
        at = last + 1;
    }
    found
}
