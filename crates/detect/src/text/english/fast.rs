//! A quick hash for short words. Not for untrusted keys that are kept: the tables are ours and fixed,
//! so nobody can fill them with collisions.

use std::hash::Hasher;

/// FxHash's mixing (rustc-hash, Apache-2.0 OR MIT) over eight bytes at a time.
#[derive(Default, Clone, Copy)]
pub struct FastHasher(u64);

const SEED: u64 = 0x517c_c1b7_2722_0a95;

impl FastHasher {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(SEED);
    }
}

impl Hasher for FastHasher {
    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            let mut word = [0u8; 8];
            word.copy_from_slice(chunk);
            self.add(u64::from_le_bytes(word));
        }
        let rest = chunks.remainder();
        if !rest.is_empty() {
            let mut word = [0u8; 8];
            word[..rest.len()].copy_from_slice(rest);
            self.add(u64::from_le_bytes(word) | (rest.len() as u64) << 56);
        }
    }

    fn finish(&self) -> u64 {
        // The table looks at the upper bits as well as at the lower.
        self.0 ^ (self.0 >> 32)
    }
}
