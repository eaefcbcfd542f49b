//! Chinese: words of the rules, and the length of sentences and clauses in characters.

use crate::{
    matcher,
    model::{Language, Spot},
    reading::Reading,
    rules::{Rule, rule},
};

/// Adds what is found and says what was measured.
pub fn check(text: &str, spots: &mut Vec<Spot>) -> Reading {
    matcher::words(text, Language::Chinese, spots);
    let get = |code: &str| rule(code, Some(Language::Chinese));
    let (long, endless) = (get("long-sentence"), get("endless-sentence"));
    let clause_rule = get("long-clause");
    let mut counts = Vec::new();
    let mut sentence = Run::default();
    let mut clause = Run::default();
    let mut within = false;
    for (at, c) in text.char_indices() {
        let ends_sentence = matches!(c, '。' | '！' | '？' | '；' | '\n' | '!' | '?' | ';');
        let ends_clause =
            ends_sentence || matches!(c, '，' | '：' | '、' | ',' | ':' | '（' | '）' | '—');
        if ends_clause {
            clause.close(clause_rule, None, spots);
            within = false;
        }
        if ends_sentence {
            counts.extend(sentence.close(long, endless, spots));
            continue;
        }
        // A foreign word or a number counts as one character.
        let joined = c.is_ascii_alphanumeric();
        let counted = c.is_alphanumeric() && !(joined && within);
        within = joined;
        if counted || (joined && sentence.count > 0) {
            sentence.extend(at..at + c.len_utf8(), counted);
            clause.extend(at..at + c.len_utf8(), counted);
        }
    }
    clause.close(clause_rule, None, spots);
    counts.extend(sentence.close(long, endless, spots));
    Reading::of(&counts, 0)
}

/// Characters on their way to an end.
#[derive(Default)]
struct Run {
    start: usize,
    end: usize,
    count: usize,
}

impl Run {
    fn extend(&mut self, range: std::ops::Range<usize>, counted: bool) {
        if self.count == 0 {
            self.start = range.start;
        }
        self.end = range.end;
        self.count += usize::from(counted);
    }

    /// Ends it: its length, and a finding by the weightier of two rules whose limit it passes.
    fn close(
        &mut self,
        rule: Option<&'static Rule>,
        harder: Option<&'static Rule>,
        spots: &mut Vec<Spot>,
    ) -> Option<usize> {
        let Self { start, end, count } = std::mem::take(self);
        let passed = |rule: &&Rule| rule.limit.is_some_and(|limit| count as f64 > limit);
        if let Some(rule) = harder.filter(passed).or(rule.filter(passed)) {
            spots.push(Spot::measured(rule, start..end, count as f64));
        }
        (count > 0).then_some(count)
    }
}
