//! Which row of the embedding a character has, and what the tags are called.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::{Context, Result};

/// Characters and the rows of the embedding that they use.
pub struct Characters {
    /// Row (an index of `ids`) of each character, by code point. A character that is not here has
    /// the row of unknown characters, the first.
    pub rows: BTreeMap<u32, u32>,
    /// Row in the published embedding of each row kept.
    pub ids: Vec<usize>,
}

/// The rows that a character can reach. The published vocabulary also holds 50,000 words; the
/// network is asked character by character and never sees their rows, so they are left out and
/// change nothing.
pub fn characters(words: &str, widths: &str) -> Result<Characters> {
    // Of two lines for the same word the reference keeps the later.
    let vocabulary: HashMap<&str, usize> = pairs(words)
        .map(|(id, word)| Ok((word, id.parse()?)))
        .collect::<Result<_>>()
        .context("word.dic: an id is not a number")?;
    let widths: HashMap<&str, &str> = pairs(widths).collect();
    let unknown = *vocabulary.get("OOV").context("word.dic has no OOV")?;

    let single = |word: &&str| word.chars().count() == 1;
    let all: BTreeSet<&str> =
        vocabulary.keys().chain(widths.keys()).copied().filter(single).collect();
    let mut ids = vec![unknown];
    let mut row_of = HashMap::from([(unknown, 0)]);
    let mut rows = BTreeMap::new();
    for character in all {
        let folded = widths.get(character).copied().unwrap_or(character);
        let Some(&id) = vocabulary.get(folded) else { continue };
        let row = *row_of.entry(id).or_insert_with(|| {
            ids.push(id);
            ids.len() as u32 - 1
        });
        rows.extend(character.chars().map(|c| (u32::from(c), row)));
    }
    Ok(Characters { rows, ids })
}

/// Names of the tags by number; of two names the later stands, as in the reference (`nr` and `PER`
/// share a number). Numbers without a name are the CRF's start and stop, which never win.
pub fn tags(text: &str) -> Result<Vec<String>> {
    let mut names: Vec<Option<String>> = Vec::new();
    for (id, name) in pairs(text) {
        let id: usize = id.parse().context("tag.dic: an id is not a number")?;
        if names.len() <= id {
            names.resize(id + 1, None);
        }
        names[id] = Some(name.to_owned());
    }
    names.into_iter().enumerate().map(|(i, n)| n.with_context(|| format!("no tag {i}"))).collect()
}

fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split('\n').filter_map(|line| line.split_once('\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_share_rows_by_width_and_words_are_left_out() {
        let found = characters("0\ta\n1\tb\n2\t一个\n3\tOOV\n", "Ａ\ta\n萬\tz\n").unwrap();

        assert_eq!(found.ids, [3, 0, 1]);
        assert_eq!(found.rows, BTreeMap::from([(0x61, 1), (0x62, 2), (0xFF21, 1)]));
    }

    #[test]
    fn the_later_of_two_names_of_a_tag_stands() {
        assert_eq!(tags("0\tnr-B\n1\tnr-I\n0\tPER-B\n").unwrap(), ["PER-B", "nr-I"]);
        assert!(tags("1\tx\n").is_err(), "a number without a name is told");
    }
}
