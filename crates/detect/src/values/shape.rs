//! Counts of a value's characters: the cheap first look.

use crate::words::is_han;

/// Characters by class.
#[derive(Debug, Default)]
pub struct Shape {
    pub chars: usize,
    pub digits: usize,
    /// Letters other than Chinese characters.
    pub letters: usize,
    pub han: usize,
    pub spaces: usize,
    pub at: usize,
    pub dots: usize,
    pub colons: usize,
    pub hyphens: usize,
    pub punctuation_cjk: usize,
}

impl Shape {
    /// Counts; reads at most 4,096 characters.
    pub fn of(value: &str) -> Self {
        let mut shape = Self::default();
        for c in value.chars().take(4096) {
            shape.chars += 1;
            match c {
                '0'..='9' => shape.digits += 1,
                ' ' | '\t' | '\n' | '\r' | '\u{3000}' => shape.spaces += 1,
                '@' => shape.at += 1,
                '.' => shape.dots += 1,
                ':' => shape.colons += 1,
                '-' => shape.hyphens += 1,
                '，' | '。' | '；' | '！' | '？' | '、' | '：' => shape.punctuation_cjk += 1,
                _ if is_han(c) => shape.han += 1,
                _ if c.is_alphabetic() => shape.letters += 1,
                _ => {}
            }
        }
        shape
    }
}
