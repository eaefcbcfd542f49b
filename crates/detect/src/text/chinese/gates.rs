//! The gates of a GRU cell, sixteen or however many numbers the processor takes at once.
//!
//! update z = σ(Wz x + Rz h + b), reset r = σ(Wr x + Rr h + b), candidate n = tanh(Wn x + bw + r ∘
//! (Rn h + br)), next h = n + z ∘ (h - n): Cho et al. 2014, arXiv:1406.1078, in the form with the
//! reset after the product (ONNX `linear_before_reset`).

#![allow(clippy::inline_always)] // vector code goes where the processor's level is known

use fearless_simd::{Level, Simd, dispatch, prelude::*};

use super::{matrix::ZERO, network::HIDDEN, weights::Direction};

/// A direction's scales and biases in the form the gates need.
pub struct Gates {
    input_scales: Vec<f32>,
    recurrent_scales: Vec<f32>,
    /// Both biases of update and reset added; those of the candidate apart.
    update_bias: Vec<f32>,
    reset_bias: Vec<f32>,
    input_bias: Vec<f32>,
    recurrent_bias: Vec<f32>,
}

impl Gates {
    /// From the weights of a direction.
    pub fn new(direction: &Direction) -> Self {
        let (input, recurrent) = direction.bias.split_at(3 * HIDDEN);
        let both: Vec<f32> = input.iter().zip(recurrent).map(|(a, b)| a + b).collect();
        Self {
            input_scales: direction.input.scales.clone(),
            recurrent_scales: direction.recurrent.scales.iter().map(|s| s / 127.0).collect(),
            update_bias: both[..HIDDEN].to_vec(),
            reset_bias: both[HIDDEN..2 * HIDDEN].to_vec(),
            input_bias: input[2 * HIDDEN..].to_vec(),
            recurrent_bias: recurrent[2 * HIDDEN..].to_vec(),
        }
    }

    /// Moves one hidden state a step on; `input` and `recurrent` are the sums of the three gates,
    /// `scale` that of the input row. `bytes` becomes the state as input of products.
    pub fn step(
        &self,
        level: Level,
        (input, scale): (&[i32], f32),
        recurrent: &[i32],
        hidden: &mut [f32],
        bytes: &mut [u8],
    ) {
        dispatch!(level, simd => step(simd, self, (input, scale), recurrent, hidden, bytes));
    }
}

#[inline(always)]
fn step<S: Simd>(
    simd: S,
    gates: &Gates,
    (input, scale): (&[i32], f32),
    recurrent: &[i32],
    hidden: &mut [f32],
    bytes: &mut [u8],
) {
    let scale = S::f32s::splat(simd, scale);
    let one = S::f32s::splat(simd, 1.0);
    let middle = S::f32s::splat(simd, f32::from(ZERO) + 0.5);
    let mut rounded = [0i32; HIDDEN];
    for at in (0..HIDDEN).step_by(S::f32s::LEN) {
        let [first, second, third] = [at, HIDDEN + at, 2 * HIDDEN + at];
        let (wx, ws) = (input, &gates.input_scales);
        let (rh, rs) = (recurrent, &gates.recurrent_scales);

        let update = product(simd, wx, ws, first) * scale
            + product(simd, rh, rs, first)
            + floats(simd, &gates.update_bias, at);
        let reset = product(simd, wx, ws, second) * scale
            + product(simd, rh, rs, second)
            + floats(simd, &gates.reset_bias, at);
        // One division serves both: 1/a = b·(1/ab).
        let (a, b) = (one + exp(simd, -update), one + exp(simd, -reset));
        let inverse = one / (a * b);
        let (update, reset) = (inverse * b, inverse * a);

        let inner = product(simd, rh, rs, third) + floats(simd, &gates.recurrent_bias, at);
        let outer = product(simd, wx, ws, third) * scale + floats(simd, &gates.input_bias, at);
        let candidate = outer + reset * inner;
        let candidate = one - (one + one) / (one + exp(simd, candidate + candidate));
        let next = candidate + update * (floats(simd, hidden, at) - candidate);
        next.store_slice(&mut hidden[at..][..S::f32s::LEN]);

        // Adding a half and cutting rounds; the state lies between -1 and 1.
        let shifted: S::i32s = (next * S::f32s::splat(simd, 127.0) + middle).to_int();
        shifted.store_slice(&mut rounded[at..][..S::f32s::LEN]);
    }
    for (byte, rounded) in bytes.iter_mut().zip(rounded) {
        *byte = rounded as u8;
    }
}

#[inline(always)]
fn floats<S: Simd>(simd: S, from: &[f32], at: usize) -> S::f32s {
    S::f32s::from_slice(simd, &from[at..][..S::f32s::LEN])
}

/// Sums times their outputs' scales.
#[inline(always)]
fn product<S: Simd>(simd: S, sums: &[i32], scales: &[f32], at: usize) -> S::f32s {
    let sums: S::f32s = S::i32s::from_slice(simd, &sums[at..][..S::f32s::LEN]).to_float();
    sums * floats(simd, scales, at)
}

/// e to the x with a relative error below 3e-6, for x from -40 to 40 (beyond, as at the border).
#[inline(always)]
fn exp<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    // e^x = 2^y = 2^whole · 2^part, the part in -1/2..=1/2 by its Taylor series.
    let border = S::f32s::splat(simd, 40.0);
    let y = x.min(border).max(-border) * S::f32s::splat(simd, std::f32::consts::LOG2_E);
    let whole = y.round_ties_even();
    let part = y - whole;
    let mut power = S::f32s::splat(simd, 0.001_333_355_8);
    for coefficient in [0.009_618_129, 0.055_504_11, 0.240_226_5, std::f32::consts::LN_2, 1.0] {
        power = power.mul_add(part, S::f32s::splat(simd, coefficient));
    }
    // The exponent of a float stands from bit 23 on, 127 more than it says.
    let exponent: S::i32s = (whole + S::f32s::splat(simd, 127.0)).to_int();
    power * (exponent << 23).bitcast::<S::f32s>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_close_to_the_exact_one() {
        #[inline(always)]
        fn all<S: Simd>(simd: S, numbers: &mut [f32]) {
            for chunk in numbers.chunks_exact_mut(S::f32s::LEN) {
                exp(simd, S::f32s::from_slice(simd, chunk)).store_slice(chunk);
            }
        }
        let exact: Vec<f32> = (0..1600u16).map(|i| f32::from(i) / 20.0 - 40.0).collect();

        let mut found = exact.clone();
        dispatch!(Level::new(), simd => all(simd, &mut found));

        for (x, found) in exact.iter().zip(found) {
            assert!((found / x.exp() - 1.0).abs() < 5e-6, "e^{x} is not {found}");
        }
    }
}
