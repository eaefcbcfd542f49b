//! Reads the model file that `cargo xtask models zh` writes.
//!
//! All numbers are little-endian. `rows(n, k)` means n f32 scales, then n·k signed bytes; a weight
//! is its byte times its row's scale.
//!
//! | field | form |
//! |---|---|
//! | magic, version | `PVZH`, u32 = 1 |
//! | checksum of the rest | u64, FNV-1a |
//! | characters c, rows r, width w, tags t | u32 each |
//! | code points, rising; the row of each | c × u32, c × u16 |
//! | tag names | t × (u8 length, bytes) |
//! | embedding | rows(r, w) |
//! | two layers × two directions: input weights, recurrent weights | each u32 n, u32 k, rows(n, k) |
//! | … and biases: input, recurrent | 2·n × f32 |
//! | linear layer, bias | u32 t, u32 k, rows(t, k), t × f32 |
//! | transitions, from × to | t·t × f32 |

use super::matrix::{Bytes, Matrix};

const VERSION: u32 = 1;

/// The network's numbers.
pub struct Weights {
    codes: Vec<u32>,
    rows: Vec<u16>,
    /// Names of the tags: `PER-B`, `PER-I`, …
    pub tags: Vec<String>,
    /// A row for each character.
    pub embedding: Bytes,
    /// Layers, lower first; forward then backward.
    pub layers: [[Direction; 2]; 2],
    /// From both directions' hidden states to scores of tags.
    pub linear: Matrix,
    /// Added to those scores.
    pub linear_bias: Vec<f32>,
    /// Score of a tag (column) after a tag (row).
    pub transitions: Vec<f32>,
}

/// One direction of a GRU layer; gates in the order update, reset, hidden.
pub struct Direction {
    /// From the input.
    pub input: Matrix,
    /// From the last hidden state.
    pub recurrent: Matrix,
    /// Input bias, recurrent bias.
    pub bias: Vec<f32>,
}

/// Why a model file cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Not a model file, or of another version.
    #[error("not a Chinese model of version {VERSION}: run `cargo xtask models zh`")]
    Kind,
    /// Damaged.
    #[error("the Chinese model is damaged: run `cargo xtask models zh`")]
    Damaged,
}

impl Weights {
    /// Reads a model file.
    pub fn read(file: &[u8]) -> Result<Self, Unusable> {
        let mut header = Reader(file);
        if header.take(4).ok() != Some(b"PVZH") || header.number().ok() != Some(VERSION as usize) {
            return Err(Unusable::Kind);
        }
        let checksum = header.take(8)?;
        if checksum != fnv1a(header.0).to_le_bytes() {
            return Err(Unusable::Damaged);
        }
        Self::read_body(&mut header)
    }

    fn read_body(from: &mut Reader<'_>) -> Result<Self, Unusable> {
        let [characters, rows, width, tags] =
            [from.number()?, from.number()?, from.number()?, from.number()?];
        let codes = from.take(characters * 4)?.as_chunks::<4>().0;
        let codes = codes.iter().map(|b| u32::from_le_bytes(*b)).collect();
        let row_of = from.take(characters * 2)?.as_chunks::<2>().0;
        let row_of = row_of.iter().map(|b| u16::from_le_bytes(*b)).collect();
        let names = (0..tags).map(|_| from.name()).collect::<Result<_, _>>()?;
        let embedding = from.rows(rows, width)?;
        let mut direction = || -> Result<Direction, Unusable> {
            let input = from.matrix()?;
            let recurrent = from.matrix()?;
            let bias = from.floats(2 * input.outputs())?;
            Ok(Direction { input, recurrent, bias })
        };
        let layers = [[direction()?, direction()?], [direction()?, direction()?]];
        let linear = from.matrix()?;
        let linear_bias = from.floats(tags)?;
        let transitions = from.floats(tags * tags)?;
        let weights = Self {
            codes,
            rows: row_of,
            tags: names,
            embedding,
            layers,
            linear,
            linear_bias,
            transitions,
        };
        if from.0.is_empty() && weights.fits() { Ok(weights) } else { Err(Unusable::Damaged) }
    }

    /// Whether the parts have the extents that inference relies on.
    fn fits(&self) -> bool {
        use super::network::{HIDDEN, WIDTH};
        let directions = |layer: usize, inputs| {
            self.layers[layer].iter().all(|d| {
                d.input.shape() == (3 * HIDDEN, inputs)
                    && d.recurrent.shape() == (3 * HIDDEN, HIDDEN)
            })
        };
        self.embedding.width == WIDTH
            && directions(0, WIDTH)
            && directions(1, 2 * HIDDEN)
            && self.linear.shape() == (self.tags.len(), 2 * HIDDEN)
            && self.tags.len() <= super::decode::MOST_TAGS
            && self.rows.iter().all(|row| usize::from(*row) < self.embedding.scales.len())
    }

    /// Row of the embedding for a character; the first is that of unknown ones.
    pub fn row(&self, character: char) -> u16 {
        let found = self.codes.binary_search(&u32::from(character));
        found.map_or(0, |index| self.rows[index])
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Unusable> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Unusable::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<usize, Unusable> {
        let bytes = self.take(4)?.first_chunk().ok_or(Unusable::Damaged)?;
        Ok(u32::from_le_bytes(*bytes) as usize)
    }

    fn name(&mut self) -> Result<String, Unusable> {
        let length = self.take(1)?.first().copied().unwrap_or(0);
        let bytes = self.take(length.into())?;
        str::from_utf8(bytes).map(str::to_owned).map_err(|_| Unusable::Damaged)
    }

    fn floats(&mut self, count: usize) -> Result<Vec<f32>, Unusable> {
        let bytes = self.take(count * 4)?.as_chunks::<4>().0;
        Ok(bytes.iter().map(|b| f32::from_le_bytes(*b)).collect())
    }

    fn rows(&mut self, rows: usize, width: usize) -> Result<Bytes, Unusable> {
        let scales = self.floats(rows)?;
        Ok(Bytes::new(scales, width, self.take(rows * width)?))
    }

    fn matrix(&mut self) -> Result<Matrix, Unusable> {
        let (outputs, inputs) = (self.number()?, self.number()?);
        let scales = self.floats(outputs)?;
        let bytes = self.take(outputs * inputs)?;
        Ok(Matrix::new(scales, inputs, bytes))
    }
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, b| {
        (hash ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_or_foreign_file_is_told() {
        let mut file = super::super::MODEL.to_vec();
        assert!(Weights::read(&file).is_ok());

        *file.last_mut().unwrap() ^= 1;
        assert_eq!(Weights::read(&file).err(), Some(Unusable::Damaged));
        assert_eq!(Weights::read(&file[..10]).err(), Some(Unusable::Damaged));
        assert_eq!(Weights::read(b"PVEN\x01\0\0\0").err(), Some(Unusable::Kind));
        assert_eq!(Weights::read(b"").err(), Some(Unusable::Kind));
    }

    #[test]
    fn wide_and_traditional_characters_share_the_row_of_the_plain_one() {
        let weights = Weights::read(super::super::MODEL).unwrap();
        assert_eq!(weights.row('，'), weights.row(','));
        assert_eq!(weights.row('萬'), weights.row('万'));
        assert_ne!(weights.row('万'), weights.row('千'));
        assert_eq!(weights.row('\u{10FFFF}'), 0);
    }
}
