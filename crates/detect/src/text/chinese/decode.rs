//! The likeliest row of tags: Viterbi over the network's scores and the scores of one tag following
//! another (Viterbi 1967, doi:10.1109/TIT.1967.1054010).

/// Most tags a model may have.
pub const MOST_TAGS: usize = 64;

/// Finds the likeliest row of tags.
pub struct Decoder {
    tags: usize,
    /// Padded rows: from, then to.
    transitions: Vec<[f32; MOST_TAGS]>,
    /// Largest difference between two transitions.
    spread: f32,
}

impl Decoder {
    /// From `tags` squared transitions, a row for each tag before.
    pub fn new(tags: usize, transitions: &[f32]) -> Self {
        let rows = transitions.chunks_exact(tags).map(|row| {
            let mut padded = [f32::NEG_INFINITY; MOST_TAGS];
            padded[..tags].copy_from_slice(row);
            padded
        });
        let least = transitions.iter().copied().fold(f32::INFINITY, f32::min);
        let most = transitions.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        Self { tags, transitions: rows.collect(), spread: most - least }
    }

    /// Tags for one sentence; `scores` holds [`MOST_TAGS`] numbers a character.
    pub fn decode(&self, scores: &[f32]) -> Vec<u8> {
        let (steps, _) = scores.as_chunks::<MOST_TAGS>();
        let Some((first, rest)) = steps.split_first() else { return Vec::new() };
        let mut best = *first;
        let mut came_from = Vec::with_capacity(rest.len());
        for step in rest {
            let (next, from) = self.step(&best, step);
            best = next;
            came_from.push(from);
        }
        let mut tag = argmax(&best[..self.tags]);
        let mut path = vec![tag; steps.len()];
        for (slot, from) in path.iter_mut().rev().skip(1).zip(came_from.iter().rev()) {
            tag = from[usize::from(tag)];
            *slot = tag;
        }
        path
    }

    /// A tag whose score is behind the best one's by more than any transition can make up for is
    /// the predecessor of none; that leaves one or two to try.
    fn step(
        &self,
        best: &[f32; MOST_TAGS],
        scores: &[f32; MOST_TAGS],
    ) -> ([f32; MOST_TAGS], [u8; MOST_TAGS]) {
        let most = best.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut next = [f32::NEG_INFINITY; MOST_TAGS];
        let mut from = [0u8; MOST_TAGS];
        for (tag, (score, row)) in best.iter().zip(&self.transitions).enumerate() {
            if *score < most - self.spread {
                continue;
            }
            for ((next, from), transition) in next.iter_mut().zip(&mut from).zip(row) {
                let candidate = score + transition;
                let better = candidate > *next;
                *next = if better { candidate } else { *next };
                *from = if better { tag as u8 } else { *from };
            }
        }
        for (next, score) in next.iter_mut().zip(scores) {
            *next += score;
        }
        (next, from)
    }
}

fn argmax(scores: &[f32]) -> u8 {
    let mut best = 0;
    for (tag, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = tag;
        }
    }
    best as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All rows of tags, tried one by one.
    fn brute(tags: usize, transitions: &[f32], scores: &[[f32; MOST_TAGS]]) -> f32 {
        let mut best = f32::NEG_INFINITY;
        for code in 0..tags.pow(scores.len() as u32) {
            let path: Vec<usize> =
                (0..scores.len()).map(|i| code / tags.pow(i as u32) % tags).collect();
            best = best.max(total(tags, transitions, scores, &path));
        }
        best
    }

    fn total(tags: usize, transitions: &[f32], scores: &[[f32; MOST_TAGS]], path: &[usize]) -> f32 {
        let own: f32 = scores.iter().zip(path).map(|(s, t)| s[*t]).sum();
        own + path.windows(2).map(|w| transitions[w[0] * tags + w[1]]).sum::<f32>()
    }

    #[test]
    fn the_path_found_is_the_best_of_all() {
        let mut state = 7u32;
        let mut random = |spread: f32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 16_777_216.0 * spread
        };
        for _ in 0..50 {
            let transitions: Vec<f32> = (0..16).map(|_| random(0.4)).collect();
            let scores: Vec<[f32; MOST_TAGS]> = (0..5)
                .map(|_| {
                    std::array::from_fn(|i| if i < 4 { random(1.0) } else { f32::NEG_INFINITY })
                })
                .collect();

            let path = Decoder::new(4, &transitions).decode(scores.as_flattened());

            let path: Vec<usize> = path.into_iter().map(usize::from).collect();
            let found = total(4, &transitions, &scores, &path);
            assert!((found - brute(4, &transitions, &scores)).abs() < 1e-5);
        }
    }
}
