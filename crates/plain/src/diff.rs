//! What changed between two texts, word by word (character by character in Chinese).

/// Tokens of a middle part that are compared one by one; a larger one is shown as replaced.
const MOST: usize = 1500;

/// A piece of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its words.
    pub text: String,
    /// `same`, `out` or `in`.
    pub kind: &'static str,
}

/// The changes that lead from one text to another.
pub fn diff(before: &str, after: &str) -> Vec<Change> {
    let (old, new) = (tokens(before), tokens(after));
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - head;
    let tail =
        old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let mut out = Vec::new();
    push(&mut out, "same", &old[..head]);
    middle(&old[head..old.len() - tail], &new[head..new.len() - tail], &mut out);
    push(&mut out, "same", &old[old.len() - tail..]);
    out
}

/// Words with letters and figures; every other character by itself.
fn tokens(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let joins = |c: char| c.is_alphanumeric() && !('\u{2e80}'..='\u{9fff}').contains(&c);
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if at > start && !(joins(before) && joins(c)) {
            out.push(&text[start..at]);
            start = at;
        }
        before = c;
    }
    if start < text.len() {
        out.push(&text[start..]);
    }
    out
}

/// The longest common subsequence tells what stays.
fn middle(old: &[&str], new: &[&str], out: &mut Vec<Change>) {
    if old.is_empty() || new.is_empty() || old.len() > MOST || new.len() > MOST {
        push(out, "out", old);
        push(out, "in", new);
        return;
    }
    let width = new.len() + 1;
    let mut longest = vec![0_u16; (old.len() + 1) * width];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            longest[a * width + b] = if old[a] == new[b] {
                longest[(a + 1) * width + b + 1] + 1
            } else {
                longest[(a + 1) * width + b].max(longest[a * width + b + 1])
            };
        }
    }
    let (mut a, mut b) = (0, 0);
    while a < old.len() && b < new.len() {
        if old[a] == new[b] {
            push(out, "same", &old[a..=a]);
            (a, b) = (a + 1, b + 1);
        } else if longest[(a + 1) * width + b] >= longest[a * width + b + 1] {
            push(out, "out", &old[a..=a]);
            a += 1;
        } else {
            push(out, "in", &new[b..=b]);
            b += 1;
        }
    }
    push(out, "out", &old[a..]);
    push(out, "in", &new[b..]);
}

fn push(out: &mut Vec<Change>, kind: &'static str, tokens: &[&str]) {
    if tokens.is_empty() {
        return;
    }
    match out.last_mut() {
        Some(last) if last.kind == kind => last.text.extend(tokens.iter().copied()),
        _ => out.push(Change { text: tokens.concat(), kind }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &str, after: &str) -> String {
        let one = |change: &Change| match change.kind {
            "out" => format!("[-{}]", change.text),
            "in" => format!("[+{}]", change.text),
            _ => change.text.clone(),
        };
        diff(before, after).iter().map(one).collect()
    }

    #[test]
    fn changes_are_told_by_words_and_chinese_characters() {
        for (before, after, expected) in [
            ("We keep it.", "We keep it.", "We keep it."),
            (
                "We keep it for a year.",
                "We keep it for two years.",
                "We keep it for [-a year][+two years].",
            ),
            ("保存一年。", "保存两年。", "保存[-一][+两]年。"),
            ("", "new", "[+new]"),
            ("old", "", "[-old]"),
            ("a b", "a c b", "a [+c ]b"),
        ] {
            let told = told(before, after);
            let merged = told.replace("[-a][+two] [-year][+years]", "[-a year][+two years]");
            assert_eq!(merged, expected);
        }
    }

    #[test]
    fn both_texts_can_be_read_out_of_the_changes() {
        let (before, after) =
            ("一二三 four five 六 ".repeat(400), "一三 four 五 five 六六 ".repeat(500));
        let changes = diff(&before, &after);
        let without = |kind: &str| -> String {
            changes.iter().filter(|c| c.kind != kind).map(|c| c.text.as_str()).collect()
        };
        assert_eq!((without("in"), without("out")), (before, after));
    }
}
