//! Products of small matrices of bytes, where nearly all time of the Chinese network goes.
//!
//! Inputs are bytes from 1 to 255 that stand for -127 to 127, weights are signed bytes; sums are
//! exact in 32 bits, so every kernel gives the same numbers. Which runs is decided at run time:
//! with AVX-512 VNNI, four products and their sum are one instruction; elsewhere (AVX2, SSE2, NEON)
//! the compiler vectorises products of 16-bit numbers.

#![allow(clippy::inline_always)] // vector code goes where the processor's level is known

use fearless_simd::{Level, Simd, dispatch};

/// Rows that are multiplied together; products have one row or a multiple of this.
pub const ROWS: usize = 4;

/// Outputs that are computed together.
const PANEL: usize = 64;

/// What an input byte of zero looks like.
pub const ZERO: u8 = 128;

/// Rows of bytes, each with its scale.
pub struct Bytes {
    /// One a row.
    pub scales: Vec<f32>,
    /// Bytes in a row.
    pub width: usize,
    shifted: Vec<u8>,
}

impl Bytes {
    /// From signed bytes.
    pub fn new(scales: Vec<f32>, width: usize, signed: &[u8]) -> Self {
        Self { scales, width, shifted: signed.iter().map(|b| b.wrapping_add(ZERO)).collect() }
    }

    /// A row, as input for a product.
    pub fn row(&self, index: usize) -> &[u8] {
        &self.shifted[index * self.width..][..self.width]
    }
}

/// A matrix of signed bytes with a scale for each output.
pub struct Matrix {
    /// One an output.
    pub scales: Vec<f32>,
    inputs: usize,
    /// Where sums start: undoes that inputs are shifted by [`ZERO`].
    start: Vec<i32>,
    layout: Layout,
}

/// Weights in the order in which a kernel reads them; outputs are padded to whole panels.
enum Layout {
    /// For each panel, for each four inputs, for each output: four weights.
    #[cfg(target_arch = "x86_64")]
    Quads(Vec<i8>),
    /// For each panel, for each two inputs, for each output: two weights.
    Pairs(Vec<i16>),
}

impl Matrix {
    /// From signed bytes, a row an output.
    pub fn new(scales: Vec<f32>, inputs: usize, signed: &[u8]) -> Self {
        Self::for_level(Level::new(), scales, inputs, signed)
    }

    fn for_level(level: Level, scales: Vec<f32>, inputs: usize, signed: &[u8]) -> Self {
        let padded = scales.len().next_multiple_of(PANEL);
        let weight = |output: usize, input: usize| match signed.get(output * inputs + input) {
            Some(byte) if output < scales.len() && input < inputs => byte.cast_signed(),
            _ => 0,
        };
        let sum = |output| (0..inputs).map(|i| i32::from(weight(output, i))).sum::<i32>();
        let start = (0..padded).map(|output| -i32::from(ZERO) * sum(output)).collect();
        let group = group(level);
        let mut ordered = Vec::with_capacity(padded * inputs);
        for panel in (0..padded).step_by(PANEL) {
            for first in (0..inputs).step_by(group) {
                for output in panel..panel + PANEL {
                    ordered.extend((first..first + group).map(|input| weight(output, input)));
                }
            }
        }
        #[cfg(target_arch = "x86_64")]
        if level.as_avx512().is_some() {
            return Self { scales, inputs, start, layout: Layout::Quads(ordered) };
        }
        // These kernels shift the inputs back themselves: sums start at zero.
        let layout = Layout::Pairs(ordered.into_iter().map(i16::from).collect());
        Self { scales, inputs, start: vec![0; padded], layout }
    }

    /// Outputs and inputs.
    pub fn shape(&self) -> (usize, usize) {
        (self.scales.len(), self.inputs)
    }

    /// Outputs.
    pub fn outputs(&self) -> usize {
        self.scales.len()
    }

    /// Numbers in a row of a product: the outputs, padded.
    pub fn stride(&self) -> usize {
        self.start.len()
    }

    /// Multiplies each row of `inputs` into a row of `sums`: one row or whole blocks of [`ROWS`].
    pub fn multiply(&self, level: Level, inputs: &[u8], sums: &mut [i32]) {
        match &self.layout {
            #[cfg(target_arch = "x86_64")]
            Layout::Quads(weights) => {
                if let Some(avx512) = level.as_avx512() {
                    multiply_quads(avx512, self.inputs, &self.start, weights, inputs, sums);
                }
            }
            Layout::Pairs(weights) => {
                dispatch!(level, simd => multiply_pairs(simd, self.inputs, weights, inputs, sums));
            }
        }
    }
}

/// Inputs that lie together in the layout of a level.
fn group(level: Level) -> usize {
    #[cfg(target_arch = "x86_64")]
    if level.as_avx512().is_some() {
        return 4;
    }
    let _ = level;
    2
}

#[cfg(target_arch = "x86_64")]
fearless_simd::kernel!(
    fn multiply_quads(
        avx512: Avx512,
        depth: usize,
        start: &[i32],
        weights: &[i8],
        inputs: &[u8],
        sums: &mut [i32],
    ) {
        use fearless_simd::{i8x64, i32x16, prelude::*};
        use std::arch::x86_64::{
            __m512i, _mm512_add_epi32, _mm512_dpbusd_epi32, _mm512_set1_epi32,
        };

        let stride = start.len();
        let load = |w: &[i8; 256]| -> [__m512i; 4] {
            std::array::from_fn(|i| i8x64::from_slice(avx512, &w[64 * i..][..64]).into())
        };
        let store = |sums: [__m512i; 4], out: &mut [i32]| {
            for (sum, out) in sums.into_iter().zip(out.chunks_exact_mut(16)) {
                let sum: i32x16<_> = sum.simd_into(avx512);
                sum.store_slice(out);
            }
        };
        for (panel, panel_weights) in weights.chunks_exact(PANEL * depth).enumerate() {
            let first = panel * PANEL;
            let (weights, _) = panel_weights.as_chunks::<256>();
            let starts: [__m512i; 4] = std::array::from_fn(|i| {
                i32x16::from_slice(avx512, &start[first + 16 * i..][..16]).into()
            });
            if inputs.len() == depth {
                // A row alone waits for its own sums: two sets of them halve that.
                let (mut even, mut odd) = (starts, [_mm512_set1_epi32(0); 4]);
                let (quads, _) = inputs.as_chunks::<8>();
                for (quad, w) in quads.iter().zip(weights.as_chunks::<2>().0) {
                    let [a, b, c, d, e, f, g, h] = *quad;
                    let a = _mm512_set1_epi32(i32::from_le_bytes([a, b, c, d]));
                    let b = _mm512_set1_epi32(i32::from_le_bytes([e, f, g, h]));
                    for ((even, odd), (v, w)) in
                        even.iter_mut().zip(&mut odd).zip(load(&w[0]).into_iter().zip(load(&w[1])))
                    {
                        *even = _mm512_dpbusd_epi32(*even, a, v);
                        *odd = _mm512_dpbusd_epi32(*odd, b, w);
                    }
                }
                let sum = std::array::from_fn(|i| _mm512_add_epi32(even[i], odd[i]));
                store(sum, &mut sums[first..][..PANEL]);
                continue;
            }
            let blocks =
                inputs.chunks_exact(ROWS * depth).zip(sums.chunks_exact_mut(ROWS * stride));
            for (block, out) in blocks {
                let (a, rest) = block.split_at(depth);
                let (b, rest) = rest.split_at(depth);
                let (c, d) = rest.split_at(depth);
                let quads = |row| <[u8]>::as_chunks::<4>(row).0.iter();
                let all = quads(a).zip(quads(b)).zip(quads(c)).zip(quads(d)).zip(weights);
                let mut sum = [starts; ROWS];
                for ((((a, b), c), d), w) in all {
                    let w = load(w);
                    for (sum, quad) in sum.iter_mut().zip([a, b, c, d]) {
                        let quad = _mm512_set1_epi32(i32::from_le_bytes(*quad));
                        for (sum, w) in sum.iter_mut().zip(w) {
                            *sum = _mm512_dpbusd_epi32(*sum, quad, w);
                        }
                    }
                }
                for (sum, out) in sum.into_iter().zip(out.chunks_exact_mut(stride)) {
                    store(sum, &mut out[first..][..PANEL]);
                }
            }
        }
    }
);

/// Outputs whose sums fit registers of every level.
const TILE: usize = 16;

#[inline(always)]
fn multiply_pairs<S: Simd>(_: S, depth: usize, weights: &[i16], inputs: &[u8], sums: &mut [i32]) {
    let rows = inputs.len() / depth;
    let stride = sums.len() / rows.max(1);
    for (panel, weights) in weights.chunks_exact(PANEL * depth).enumerate() {
        let all = inputs.chunks_exact(depth).zip(sums.chunks_exact_mut(stride));
        for (row, out) in all {
            let out = &mut out[panel * PANEL..][..PANEL];
            for (tile, out) in out.chunks_exact_mut(TILE).enumerate() {
                let mut sum = [0i32; TILE];
                let pairs = row.as_chunks::<2>().0.iter();
                for (pair, w) in pairs.zip(weights.as_chunks::<{ 2 * PANEL }>().0) {
                    let [a, b] = pair.map(|x| i16::from(x) - i16::from(ZERO));
                    let w = &w[2 * TILE * tile..][..2 * TILE];
                    for (sum, [v, w]) in sum.iter_mut().zip(w.as_chunks::<2>().0) {
                        *sum += i32::from(*v) * i32::from(a) + i32::from(*w) * i32::from(b);
                    }
                }
                out.copy_from_slice(&sum);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every level this processor has, and plain arithmetic as the judge.
    fn levels() -> Vec<Level> {
        let best = Level::new();
        let mut all = vec![best];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(best.as_avx2().map(Level::Avx2));
            all.extend(best.as_sse4_2().map(Level::Sse4_2));
            all.extend(best.as_sse2().map(Level::Sse2));
        }
        all
    }

    #[test]
    fn every_kernel_gives_the_exact_product() {
        let (rows, outputs, depth) = (8usize, 70usize, 128usize);
        let mut state = 1u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let signed: Vec<u8> = (0..outputs * depth).map(|_| random()).collect();
        let inputs: Vec<u8> = (0..rows * depth).map(|_| random().max(1)).collect();

        for level in levels() {
            let matrix = Matrix::for_level(level, vec![1.0; outputs], depth, &signed);
            let mut sums = vec![0; rows * matrix.stride()];
            let (row, first) = (inputs.split_at(depth).0, sums.split_at_mut(matrix.stride()).0);
            matrix.multiply(level, row, first);
            let alone = first.to_vec();
            matrix.multiply(level, &inputs, &mut sums);

            assert_eq!(alone, sums[..matrix.stride()]);
            for row in 0..rows {
                for output in 0..outputs {
                    let expected: i32 = (0..depth)
                        .map(|i| {
                            (i32::from(inputs[row * depth + i]) - i32::from(ZERO))
                                * i32::from(signed[output * depth + i].cast_signed())
                        })
                        .sum();
                    let found = sums[row * matrix.stride() + output];
                    assert_eq!(found, expected, "{level:?}, row {row}, output {output}");
                }
            }
        }
    }
}
