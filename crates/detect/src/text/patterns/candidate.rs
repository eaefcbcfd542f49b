//! Number-like pieces of a text, cut once and offered to every rule.
//!
//! A *group* is a maximal run of ASCII letters and digits. Groups join into one candidate over a
//! single space, `-`, `.` or `/` where both sides hold digits or short runs of capitals
//! (`GB82 WEST 1234`, `QQ 12 34 56 C`). A joined candidate comes whole, then by its stretches of one
//! separator from the first to the last group with digits, then group by group.

use std::ops::Range;

/// Longest stretch joined; identity numbers end well before. Longer ones come in overlapping windows
/// so that the work stays linear.
pub const LONGEST_JOIN: usize = 64;
/// Bytes of a candidate kept in [`Candidate::compact`].
pub const LONGEST_COMPACT: usize = 128;
/// Letters of a group that joins without digits (`WEST`, `QQ`, `C`).
const MOST_LETTERS: usize = 4;

/// Bits of [`Candidate::separators`].
pub mod separator {
    /// A single space.
    pub const SPACE: u8 = 1;
    /// A hyphen.
    pub const DASH: u8 = 2;
    /// A dot.
    pub const DOT: u8 = 4;
    /// A slash.
    pub const SLASH: u8 = 8;
}

/// A piece of text that may be an identifier.
#[derive(Debug, Clone)]
pub struct Candidate<'t> {
    /// The whole text, for a look around.
    pub text: &'t str,
    /// Where the candidate stands in it.
    pub range: Range<usize>,
    /// Its letters and digits in upper case, without separators; cut after [`LONGEST_COMPACT`].
    pub compact: &'t str,
    /// Digits in `compact`.
    pub digits: usize,
    /// Letters in `compact`.
    pub letters: usize,
    /// Which separators stand inside: bits of [`separator`].
    pub separators: u8,
}

impl<'t> Candidate<'t> {
    /// The candidate as written.
    pub fn written(&self) -> &'t str {
        &self.text[self.range.clone()]
    }

    /// Where its groups of letters and digits stand in the text.
    pub fn groups(&self) -> impl Iterator<Item = Range<usize>> + use<'t> {
        let (bytes, end) = (self.text.as_bytes(), self.range.end);
        let mut at = self.range.start;
        std::iter::from_fn(move || {
            while at < end && !bytes[at].is_ascii_alphanumeric() {
                at += 1;
            }
            let start = at;
            while at < end && bytes[at].is_ascii_alphanumeric() {
                at += 1;
            }
            (start < at).then_some(start..at)
        })
    }
}

/// Cuts texts into candidates; its buffers serve a whole text.
#[derive(Debug, Default)]
pub struct Cutter {
    groups: Vec<Group>,
    compact: String,
    taken: Vec<Range<usize>>,
}

/// A group of a stretch.
#[derive(Debug, Clone, Copy)]
struct Group {
    start: usize,
    end: usize,
    /// Where it starts in the compact form.
    compact: usize,
    digits: usize,
    /// The separator before it; zero for the first.
    joint: u8,
}

impl Cutter {
    /// Offers the candidates around the digit at `digit`, looking back no further than `floor`. A range
    /// that `judge` answers is taken: later candidates that touch it are not offered.
    /// Answers where the next search starts, always after `digit`.
    pub fn offer(
        &mut self,
        text: &str,
        digit: usize,
        floor: usize,
        mut judge: impl FnMut(&Candidate<'_>) -> Option<Range<usize>>,
    ) -> usize {
        let cut_at = self.cut(text.as_bytes(), digit, floor);
        self.taken.clear();
        let last = self.groups.len() - 1;
        if last > 0 {
            self.judge(text, 0, last, &mut judge);
            self.judge_rest(text, &mut judge);
            self.judge_tight(text, &mut judge);
        }
        for at in 0..=last {
            if self.groups[at].digits > 0 {
                self.judge(text, at, at, &mut judge);
            }
        }
        cut_at.unwrap_or(self.groups[last].end).max(digit + 1)
    }

    /// After a taken piece what follows it is offered as a whole again: two cards in a row.
    fn judge_rest(
        &mut self,
        text: &str,
        judge: &mut impl FnMut(&Candidate<'_>) -> Option<Range<usize>>,
    ) {
        let last = self.groups.len() - 1;
        while let Some(end) = self.taken.last().map(|taken| taken.end) {
            let before = self.taken.len();
            match self.groups.iter().position(|group| group.start >= end) {
                Some(next) if next < last => self.judge(text, next, last, judge),
                _ => return,
            }
            if self.taken.len() == before {
                return;
            }
        }
    }

    /// Offers the stretches of one separator, from their first to their last group with digits.
    fn judge_tight(
        &mut self,
        text: &str,
        judge: &mut impl FnMut(&Candidate<'_>) -> Option<Range<usize>>,
    ) {
        let groups = self.groups.len();
        let mut first = 0;
        while first + 1 < groups {
            let joint = self.groups[first + 1].joint;
            let mut last = first + 1;
            while last + 1 < groups && self.groups[last + 1].joint == joint {
                last += 1;
            }
            let digits = |at: &usize| self.groups[*at].digits > 0;
            let from = (first..=last).find(digits);
            let to = (first..=last).rev().find(digits);
            if let (Some(from), Some(to)) = (from, to)
                && from < to
                && (from, to) != (0, groups - 1)
            {
                self.judge(text, from, to, judge);
            }
            first = last;
        }
    }

    /// Offers the groups `first..=last` as one candidate.
    fn judge(
        &mut self,
        text: &str,
        first: usize,
        last: usize,
        judge: &mut impl FnMut(&Candidate<'_>) -> Option<Range<usize>>,
    ) {
        let groups = &self.groups[first..=last];
        let range = self.groups[first].start..self.groups[last].end;
        if self.taken.iter().any(|t| t.start < range.end && range.start < t.end) {
            return;
        }
        let compact_end = self.groups.get(last + 1).map_or(self.compact.len(), |g| g.compact);
        let compact = &self.compact[self.groups[first].compact..compact_end];
        let digits = groups.iter().map(|g| g.digits).sum();
        let candidate = Candidate {
            text,
            range,
            compact,
            digits,
            letters: compact.len() - digits,
            separators: groups[1..].iter().fold(0, |bits, g| bits | g.joint),
        };
        if let Some(range) = judge(&candidate) {
            self.taken.push(range);
        }
    }

    /// Collects the groups around `digit`. Answers where the next window starts when the stretch goes
    /// on beyond [`LONGEST_JOIN`].
    fn cut(&mut self, bytes: &[u8], digit: usize, floor: usize) -> Option<usize> {
        self.groups.clear();
        self.compact.clear();
        let first = first_group(bytes, digit, floor);
        let (mut at, mut joint) = (first, 0);
        loop {
            let end = self.take_group(bytes, at, joint);
            let next = joining(bytes, end)?;
            if next.start - first >= LONGEST_JOIN && self.groups.len() > 1 {
                let middle = self.groups.iter().find(|g| g.start >= first + LONGEST_JOIN / 2);
                return middle.map(|group| group.start);
            }
            (at, joint) = (next.start, next.joint);
        }
    }

    /// Takes the group that starts at `start`; answers its end.
    fn take_group(&mut self, bytes: &[u8], start: usize, joint: u8) -> usize {
        let compact = self.compact.len();
        let mut digits = 0;
        let mut end = start;
        while let Some(byte) = bytes.get(end).filter(|b| b.is_ascii_alphanumeric()) {
            if self.compact.len() < LONGEST_COMPACT {
                self.compact.push(char::from(byte.to_ascii_uppercase()));
                digits += usize::from(byte.is_ascii_digit());
            }
            end += 1;
        }
        self.groups.push(Group { start, end, compact, digits, joint });
        end
    }
}

/// Start of the stretch that holds the digit: its group, and up to two short groups of capitals
/// before it.
fn first_group(bytes: &[u8], digit: usize, floor: usize) -> usize {
    let start_of = |end: usize| {
        let mut start = end;
        while start > floor && bytes[start - 1].is_ascii_alphanumeric() {
            start -= 1;
        }
        start
    };
    let mut first = start_of(digit);
    for _ in 0..2 {
        if first < floor + 2 || separator_of(bytes[first - 1]) == 0 {
            break;
        }
        let before = start_of(first - 1);
        if !is_short_capitals(&bytes[before..first - 1]) {
            break;
        }
        first = before;
    }
    first
}

/// The group that joins after the one that ends at `end`.
struct Next {
    start: usize,
    joint: u8,
}

fn joining(bytes: &[u8], end: usize) -> Option<Next> {
    let joint = separator_of(*bytes.get(end)?);
    let start = end + 1;
    if joint == 0 || !bytes.get(start)?.is_ascii_alphanumeric() {
        return None;
    }
    // A group with digits joins, of letters only a few capitals.
    let mut at = start;
    while bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
        at += 1;
    }
    let digits = bytes.get(at).is_some_and(u8::is_ascii_digit);
    (digits || is_short_capitals(&bytes[start..at])).then_some(Next { start, joint })
}

fn is_short_capitals(group: &[u8]) -> bool {
    (1..=MOST_LETTERS).contains(&group.len()) && group.iter().all(u8::is_ascii_uppercase)
}

fn separator_of(byte: u8) -> u8 {
    match byte {
        b' ' => separator::SPACE,
        b'-' => separator::DASH,
        b'.' => separator::DOT,
        b'/' => separator::SLASH,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(text: &str) -> Vec<String> {
        let mut cutter = Cutter::default();
        let mut all = Vec::new();
        let mut at = 0;
        while let Some(digit) = text[at..].find(|c: char| c.is_ascii_digit()) {
            at = cutter.offer(text, at + digit, at, |candidate| {
                assert_eq!(candidate.digits + candidate.letters, candidate.compact.len());
                all.push(candidate.written().to_owned());
                None
            });
        }
        all
    }

    #[test]
    fn groups_join_over_single_separators() {
        assert_eq!(offered("GB82 WEST 1234")[0], "GB82 WEST 1234");
        assert_eq!(offered("number QQ 12 34 C.")[0], "QQ 12 34 C");
        assert_eq!(offered("身份证11010519491231002X。"), ["11010519491231002X"]);
        assert_eq!(offered("no 12  34"), ["12", "34"]);
    }

    #[test]
    fn stretches_of_one_separator_come_before_groups() {
        assert_eq!(
            offered("SSN 536-90-4399 or"),
            ["SSN 536-90-4399", "536-90-4399", "536", "90", "4399"]
        );
    }

    #[test]
    fn what_is_taken_is_not_offered_again() {
        let mut seen = Vec::new();
        Cutter::default().offer("SSN 536-90-4399", 4, 0, |c| {
            seen.push(c.written().to_owned());
            (c.digits == 9).then_some(4..15)
        });
        assert_eq!(seen, ["SSN 536-90-4399"]);
    }

    #[test]
    fn long_stretches_come_in_overlapping_windows() {
        let text = "4111 ".repeat(200);
        let all = offered(text.trim_end());
        let whole = |needle: &str| all.iter().filter(|c| c.contains(needle)).count();
        assert!(whole("4111 4111 4111 4111") >= 20);
        assert!(all.iter().all(|c| c.len() <= LONGEST_JOIN + 8));
        assert!(all.len() < 2000);
    }

    #[test]
    fn a_very_long_group_is_one_candidate() {
        let text = format!("x {} y", "1".repeat(100_000));
        assert_eq!(offered(&text).len(), 1);
    }
}
