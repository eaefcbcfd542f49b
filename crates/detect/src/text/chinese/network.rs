//! The network: characters in, a score for every tag out. Several sentences go through together,
//! so that the weights, read once, serve all.

use fearless_simd::Level;

use super::{
    gates::Gates,
    matrix::{Matrix, ROWS, ZERO},
    weights::{Direction, Weights},
};

/// Numbers of a character's row in the embedding.
pub const WIDTH: usize = 128;

/// Numbers of a hidden state.
pub const HIDDEN: usize = 128;

/// Sentences that go through together.
pub const BATCH: usize = 16;

/// Rows of input that are multiplied together: several steps of few sentences.
const AHEAD: usize = 64;

/// The network, ready to run.
pub struct Network {
    /// Its numbers.
    pub weights: Weights,
    gates: [[Gates; 2]; 2],
    level: Level,
}

/// What a run works in; kept from run to run.
#[derive(Default)]
pub struct Scratch {
    inputs: Vec<u8>,
    scales: Vec<f32>,
    states: Vec<u8>,
    hidden: Vec<f32>,
    input_sums: Vec<i32>,
    state_sums: Vec<i32>,
    lower: Vec<u8>,
    upper: Vec<u8>,
}

impl Network {
    /// Readies weights for the processor at hand.
    pub fn new(weights: Weights) -> Self {
        let gates = weights.layers.each_ref().map(|layer| layer.each_ref().map(Gates::new));
        Self { weights, gates, level: Level::new() }
    }

    /// Scores of all tags ([`Self::stride`] numbers) for each character of each sentence, sentence
    /// after sentence. Sentences are rows of the embedding, at most [`BATCH`], longest first.
    pub fn scores(&self, sentences: &[&[u16]], scratch: &mut Scratch, scores: &mut Vec<f32>) {
        debug_assert!(sentences.len() <= BATCH);
        debug_assert!(sentences.is_sorted_by(|a, b| a.len() >= b.len()));
        let Scratch { lower, upper, .. } = scratch;
        let (mut lower, mut upper) = (std::mem::take(lower), std::mem::take(upper));
        self.layer(0, sentences, scratch, &mut lower, |sentence, at, row| {
            let index = usize::from(sentences[sentence][at]);
            row.copy_from_slice(self.weights.embedding.row(index));
            self.weights.embedding.scales[index]
        });
        let starts = starts(sentences);
        self.layer(1, sentences, scratch, &mut upper, |sentence, at, row| {
            row.copy_from_slice(&lower[(starts[sentence] + at) * 2 * HIDDEN..][..2 * HIDDEN]);
            1.0 / 127.0
        });
        self.linear(&mut upper, scratch, scores);
        (scratch.lower, scratch.upper) = (lower, upper);
    }

    /// Numbers per character in the scores.
    pub fn stride(&self) -> usize {
        self.weights.linear.stride()
    }

    /// One layer, both directions. `load` writes the input of a character and tells its scale; `out`
    /// becomes the states, forward and backward side by side.
    fn layer(
        &self,
        layer: usize,
        sentences: &[&[u16]],
        scratch: &mut Scratch,
        out: &mut Vec<u8>,
        load: impl Fn(usize, usize, &mut [u8]) -> f32,
    ) {
        let characters: usize = sentences.iter().map(|s| s.len()).sum();
        out.clear();
        out.resize(characters * 2 * HIDDEN, ZERO);
        for backward in [false, true] {
            let side = usize::from(backward);
            let direction = &self.weights.layers[layer][side];
            let gates = &self.gates[layer][side];
            self.direction(direction, gates, backward, sentences, scratch, out, &load);
        }
    }

    #[allow(clippy::too_many_arguments)] // one loop, called from one place
    fn direction(
        &self,
        direction: &Direction,
        gates: &Gates,
        backward: bool,
        sentences: &[&[u16]],
        scratch: &mut Scratch,
        out: &mut [u8],
        load: &impl Fn(usize, usize, &mut [u8]) -> f32,
    ) {
        let starts = starts(sentences);
        let longest = sentences.first().map_or(0, |s| s.len());
        let active = |step: usize| sentences.partition_point(|s| s.len() > step);
        let at = |s: usize, step: usize| {
            if backward { sentences[s].len() - 1 - step } else { step }
        };
        let (width, stride) = (direction.input.shape().1, direction.input.stride());
        let Scratch { inputs, scales, states, hidden, input_sums, state_sums, .. } = scratch;
        renew(states, BATCH * HIDDEN, ZERO);
        renew(hidden, BATCH * HIDDEN, 0.0);
        renew(state_sums, BATCH * direction.recurrent.stride(), 0);
        renew(inputs, AHEAD * width, ZERO);
        renew(input_sums, AHEAD * stride, 0);

        let mut step = 0;
        while step < longest {
            // The input's share of the gates does not wait for the states: steps ahead at once.
            let until = longest.min(step + AHEAD / active(step));
            scales.clear();
            for ahead in step..until {
                for s in 0..active(ahead) {
                    let row = &mut inputs[scales.len() * width..][..width];
                    scales.push(load(s, at(s, ahead), row));
                }
            }
            self.multiply(&direction.input, scales.len(), inputs, input_sums);
            let mut rows = scales.iter().zip(input_sums.chunks_exact(stride));
            for step in step..until {
                let active = active(step);
                self.multiply(&direction.recurrent, active, states, state_sums);
                let recurrent = state_sums.chunks_exact(direction.recurrent.stride());
                let states = hidden.chunks_exact_mut(HIDDEN).zip(states.chunks_exact_mut(HIDDEN));
                for (s, (recurrent, (hidden, bytes))) in
                    recurrent.zip(states).enumerate().take(active)
                {
                    let Some((scale, input)) = rows.next() else { return };
                    gates.step(self.level, (input, *scale), recurrent, hidden, bytes);
                    let side = if backward { HIDDEN } else { 0 };
                    out[(starts[s] + at(s, step)) * 2 * HIDDEN + side..][..HIDDEN]
                        .copy_from_slice(bytes);
                }
            }
            step = until;
        }
    }

    fn multiply(&self, matrix: &Matrix, rows: usize, inputs: &[u8], sums: &mut [i32]) {
        let (_, width) = matrix.shape();
        let rows = if rows == 1 { 1 } else { rows.next_multiple_of(ROWS) };
        matrix.multiply(self.level, &inputs[..rows * width], &mut sums[..rows * matrix.stride()]);
    }

    /// From states to scores.
    fn linear(&self, states: &mut Vec<u8>, scratch: &mut Scratch, scores: &mut Vec<f32>) {
        let matrix = &self.weights.linear;
        let (_, width) = matrix.shape();
        let characters = states.len() / width;
        let rows = characters.next_multiple_of(ROWS);
        states.resize(rows * width, ZERO);
        renew(&mut scratch.input_sums, rows * matrix.stride(), 0);
        self.multiply(matrix, rows, states, &mut scratch.input_sums);
        scores.clear();
        for sums in scratch.input_sums.chunks_exact(matrix.stride()).take(characters) {
            let scaled = sums.iter().zip(&matrix.scales).zip(&self.weights.linear_bias);
            scores.extend(scaled.map(|((sum, scale), bias)| *sum as f32 * (scale / 127.0) + bias));
            scores.resize(scores.len().next_multiple_of(matrix.stride()), f32::NEG_INFINITY);
        }
    }
}

fn renew<T: Copy>(buffer: &mut Vec<T>, length: usize, value: T) {
    buffer.clear();
    buffer.resize(length, value);
}

/// Index of each sentence's first character among all.
fn starts(sentences: &[&[u16]]) -> [usize; BATCH] {
    let mut starts = [0; BATCH];
    let mut sum = 0;
    for (start, sentence) in starts.iter_mut().zip(sentences) {
        *start = sum;
        sum += sentence.len();
    }
    starts
}
