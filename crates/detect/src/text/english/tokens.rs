//! Tokens of running text in Latin script: words, numbers and single punctuation marks with exact
//! byte offsets, found in one pass without copying. Shared by the tagger and by the grammars.
//!
//! ```text
//! "Dr. Anna O'Neil's flat, 12b Elm-St."  →  Dr. | Anna | O'Neil | 's | flat | , | 12b | Elm | - | St.
//! ```
//! A dot belongs to its word in initials (`J.`, `U.S.`) and known abbreviations; an e-mail address,
//! a web address and a run of Chinese characters are one token each.

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Letters, possibly with apostrophes or the dots of an abbreviation.
    Word,
    /// The tail of a contraction or a possessive: `'s`, `'re`, `’ll`.
    Clitic,
    /// Digits, possibly with inner dots and commas: `42`, `1,000`, `12.5`.
    Number,
    /// Letters and digits: `12b`, `3rd`, `A4`.
    Mixed,
    /// One punctuation mark or symbol.
    Mark,
    /// A run of Chinese, Japanese or Korean characters.
    Cjk,
    /// An e-mail address or a web address.
    Web,
}

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// No letter with a case.
    None,
    /// `word`
    Lower,
    /// `Word`
    Title,
    /// `WORD`, at least two letters.
    Upper,
    /// One capital letter, with or without its dot: `J`, `J.`
    Initial,
    /// Anything else: `McKay`, `iPhone`.
    Mixed,
}

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// What it is made of.
    pub kind: TokenKind,
    /// How it is written.
    pub case: Case,
    /// White space stands before it.
    pub spaced: bool,
    /// Line breaks before it: 0, 1, or 2 for a blank line or more.
    pub lines: u8,
    /// Ends with the dot of an abbreviation.
    pub dotted: bool,
}

impl Token {
    /// The token's text.
    pub fn text<'t>(&self, text: &'t str) -> &'t str {
        &text[self.start..self.end]
    }

    /// A word, a number or both: anything that is not a mark.
    pub fn is_wordlike(&self) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::Number | TokenKind::Mixed)
    }

    /// Starts with a capital letter.
    pub fn is_capitalised(&self) -> bool {
        matches!(self.case, Case::Title | Case::Upper | Case::Initial)
            || (self.case == Case::Mixed && self.kind == TokenKind::Word)
    }
}

/// The tokens of a text, in order.
pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, at: 0, chunk_end: 0, chunk_is_web: false, no_web_before: 0, glued_word: false }
}

/// Reads the text block by block into `block` and hands each to `each`: a block ends at a blank
/// line, or at a sentence's end once it holds 300 tokens, or at 600 tokens. Memory stays bounded for
/// any text.
pub fn blocks(text: &str, mut each: impl FnMut(&[Token])) {
    let mut block: Vec<Token> = Vec::with_capacity(600);
    for token in tokens(text) {
        let ends_before = token.lines >= 2
            || block.len() >= 600
            || (block.len() >= 300
                && (token.lines > 0 || block.last().is_some_and(|last| ends_sentence(last, text))));
        if ends_before && !block.is_empty() {
            each(&block);
            block.clear();
        }
        block.push(token);
    }
    if !block.is_empty() {
        each(&block);
    }
}

/// A mark that ends a sentence.
pub fn ends_sentence(token: &Token, text: &str) -> bool {
    token.kind == TokenKind::Mark
        && matches!(text.as_bytes()[token.start], b'.' | b'!' | b'?' | 0xE3 | 0xEF)
        && matches!(token.text(text), "." | "!" | "?" | "。" | "！" | "？")
}

/// Iterator over tokens.
#[derive(Debug, Clone)]
pub struct Tokens<'t> {
    text: &'t str,
    at: usize,
    /// End of the current run without white space, and whether it may hold an address of the net.
    chunk_end: usize,
    chunk_is_web: bool,
    /// No e-mail or web address starts before this byte: keeps the search linear.
    no_web_before: usize,
    /// The last token was a word that ends where we are.
    glued_word: bool,
}

/// Class of a character.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Upper,
    Lower,
    /// A letter without case, or a combining mark.
    Letter,
    Digit,
    Space,
    Line,
    Cjk,
    Mark,
}

const ASCII: [Class; 128] = {
    let mut table = [Class::Mark; 128];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = match byte as u8 {
            b'A'..=b'Z' => Class::Upper,
            b'a'..=b'z' => Class::Lower,
            b'0'..=b'9' => Class::Digit,
            b'\n' | b'\r' | 0x0B | 0x0C => Class::Line,
            b' ' | b'\t' => Class::Space,
            _ => Class::Mark,
        };
        byte += 1;
    }
    table
};

/// Class and length of the character at `at`.
#[inline]
fn class_at(text: &str, at: usize) -> Option<(Class, usize)> {
    let byte = *text.as_bytes().get(at)?;
    if byte < 128 {
        return Some((ASCII[usize::from(byte)], 1));
    }
    let c = text[at..].chars().next()?;
    Some((class_of(c), c.len_utf8()))
}

fn class_of(c: char) -> Class {
    match c {
        '\u{0300}'..='\u{036F}' => Class::Letter,
        '\u{2E80}'..='\u{2FDF}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30FF}'
        | '\u{3400}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7AF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{323AF}' => Class::Cjk,
        '\u{0085}' | '\u{2028}' | '\u{2029}' => Class::Line,
        c if c.is_uppercase() => Class::Upper,
        c if c.is_lowercase() => Class::Lower,
        c if c.is_alphabetic() => Class::Letter,
        c if c.is_numeric() => Class::Digit,
        c if c.is_whitespace() => Class::Space,
        _ => Class::Mark,
    }
}

/// What a run of letters and digits holds.
#[derive(Default)]
struct Run {
    uppers: u32,
    lowers: u32,
    letters: u32,
    digits: u32,
    first_upper: bool,
}

impl Run {
    fn add(&mut self, class: Class) {
        match class {
            Class::Upper => {
                self.first_upper |= self.uppers + self.lowers + self.letters + self.digits == 0;
                self.uppers += 1;
            }
            Class::Lower => self.lowers += 1,
            Class::Digit => self.digits += 1,
            _ => self.letters += 1,
        }
    }

    fn case(&self) -> Case {
        match (self.uppers, self.lowers) {
            (0, 0) => Case::None,
            (0, _) => Case::Lower,
            (1, 0) => Case::Initial,
            (_, 0) => Case::Upper,
            (1, _) if self.first_upper => Case::Title,
            _ => Case::Mixed,
        }
    }

    fn kind(&self) -> TokenKind {
        match (self.digits, self.uppers + self.lowers + self.letters) {
            (0, _) => TokenKind::Word,
            (_, 0) => TokenKind::Number,
            _ => TokenKind::Mixed,
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let (spaced, lines) = self.skip_space();
        let glued_word = self.glued_word && !spaced;
        self.glued_word = false;
        let start = self.at;
        let (class, length) = class_at(self.text, start)?;
        let mut token = Token {
            start,
            end: start + length,
            kind: TokenKind::Mark,
            case: Case::None,
            spaced,
            lines,
            dotted: false,
        };
        if start >= self.chunk_end {
            self.look_at_chunk();
        }
        match class {
            Class::Cjk => {
                token.kind = TokenKind::Cjk;
                token.end = self.end_of_cjk(start);
            }
            Class::Mark => {
                if let Some(end) = glued_word.then(|| clitic_end(self.text, start)).flatten() {
                    token.kind = TokenKind::Clitic;
                    token.case = Case::Lower;
                    token.end = end;
                }
            }
            _ => self.read_word(&mut token),
        }
        self.at = token.end;
        Some(token)
    }
}

impl Tokens<'_> {
    /// Moves past white space: whether there was any, and line breaks (0, 1 or 2 for more).
    fn skip_space(&mut self) -> (bool, u8) {
        let (begin, mut lines) = (self.at, 0u8);
        while let Some((class, length)) = class_at(self.text, self.at) {
            match class {
                Class::Space => {}
                Class::Line => {
                    // `\r\n` is one line break.
                    let bytes = self.text.as_bytes();
                    if !(bytes[self.at] == b'\r' && bytes.get(self.at + 1) == Some(&b'\n')) {
                        lines = (lines + 1).min(2);
                    }
                }
                _ => break,
            }
            self.at += length;
        }
        (self.at > begin, lines)
    }

    /// Finds the end of the run without white space that starts here, and whether it may hold an
    /// e-mail or web address.
    fn look_at_chunk(&mut self) {
        let bytes = &self.text.as_bytes()[self.at..];
        let length = bytes.iter().position(u8::is_ascii_whitespace).unwrap_or(bytes.len());
        let chunk = &bytes[..length];
        self.chunk_end = self.at + length;
        self.chunk_is_web = chunk.contains(&b'@')
            || chunk.windows(3).any(|w| w == b"://")
            || chunk.windows(4).any(|w| w.eq_ignore_ascii_case(b"www."))
            || (chunk.contains(&b'.') && holds_domain(chunk));
    }

    fn end_of_cjk(&self, start: usize) -> usize {
        let mut end = start;
        while let Some((Class::Cjk, length)) = class_at(self.text, end) {
            end += length;
        }
        end
    }

    /// Reads a word, a number or a mixture, or an address of the net that starts with one.
    fn read_word(&mut self, token: &mut Token) {
        if self.chunk_is_web
            && token.start >= self.no_web_before
            && let Some(end) = self.end_of_web(token.start)
        {
            token.kind = TokenKind::Web;
            token.end = end;
            return;
        }
        let mut run = Run::default();
        let mut end = token.start;
        while let Some((class, length)) = class_at(self.text, end) {
            match class {
                Class::Upper | Class::Lower | Class::Letter | Class::Digit => run.add(class),
                Class::Mark if self.joins(end, length, &run) => {}
                _ => break,
            }
            end += length;
        }
        token.end = end;
        token.kind = run.kind();
        token.case = run.case();
        self.glued_word = true;
        if token.kind == TokenKind::Word
            && self.text.as_bytes().get(end) == Some(&b'.')
            && let Some(end) = end_of_abbreviation(self.text, token.start, end)
        {
            token.end = end;
            token.dotted = true;
        }
    }

    /// The mark at `at` is inside the run: an apostrophe between letters (`O'Neil`) that starts no
    /// clitic, or a dot or comma between digits.
    fn joins(&self, at: usize, length: usize, run: &Run) -> bool {
        let after = class_at(self.text, at + length).map(|(class, _)| class);
        let mark = &self.text[at..at + length];
        if run.digits > 0 {
            let only_digits = run.uppers + run.lowers + run.letters == 0;
            return only_digits && matches!(mark, "." | ",") && after == Some(Class::Digit);
        }
        matches!(mark, "'" | "’")
            && matches!(after, Some(Class::Upper | Class::Lower | Class::Letter))
            && clitic_end(self.text, at).is_none()
    }

    /// End of the e-mail or web address that starts at `start`.
    fn end_of_web(&mut self, start: usize) -> Option<usize> {
        let chunk = &self.text.as_bytes()[start..self.chunk_end];
        let is_inner = |b: &u8| {
            !matches!(b, b'<' | b'>' | b'"' | b'(' | b')' | b'[' | b']' | b',' | b';' | b'|')
        };
        let length = chunk.iter().position(|b| !is_inner(b)).unwrap_or(chunk.len());
        let piece = &chunk[..length];
        let mut end = length;
        while end > 0
            && matches!(piece[end - 1], b'.' | b'!' | b'?' | b':' | b'\'' | b'-' | b'*' | b'_')
        {
            end -= 1;
        }
        let piece = &piece[..end];
        let has_scheme = piece.windows(3).any(|w| w == b"://");
        let is_web = has_scheme
            || piece.iter().position(|&b| b == b'@').is_some_and(|at| at + 2 < end)
            || piece.get(..4).is_some_and(|w| w.eq_ignore_ascii_case(b"www."))
            || holds_domain(piece);
        let end = start + end;
        if is_web && self.text.is_char_boundary(end) {
            return Some(end);
        }
        self.no_web_before = start + length;
        None
    }
}

/// End domains that make `name.end` a web address though nothing else says so; those that are
/// English words (`me`, `is`, `so`) are left out, since people forget the space after a full stop.
const ENDS: [&[u8]; 34] = [
    b"com", b"net", b"org", b"io", b"gov", b"edu", b"info", b"biz", b"eu", b"uk", b"de", b"fr",
    b"nl", b"pl", b"se", b"dk", b"fi", b"cz", b"hu", b"ch", b"es", b"pt", b"ru", b"cn", b"jp",
    b"br", b"au", b"ca", b"nz", b"za", b"ie", b"cy", b"dev", b"app",
];

/// A dot, then one of the known end domains, then no letter: `shop.example.com/x`.
fn holds_domain(chunk: &[u8]) -> bool {
    let mut rest = chunk;
    while let Some(dot) = rest.iter().position(|&b| b == b'.') {
        let glued = dot > 0 && (rest[dot - 1].is_ascii_alphanumeric() || rest[dot - 1] >= 128);
        rest = &rest[dot + 1..];
        let length = rest.iter().position(|b| !b.is_ascii_alphabetic()).unwrap_or(rest.len());
        if glued && ENDS.iter().any(|end| end.eq_ignore_ascii_case(&rest[..length])) {
            return true;
        }
    }
    false
}

/// End of the clitic that the apostrophe at `at` starts: `'s`, `'t`, `'re`, `'ve`, `'ll`, `'d`, `'m`.
fn clitic_end(text: &str, at: usize) -> Option<usize> {
    let rest = &text.as_bytes()[at..];
    let quote = if rest.first() == Some(&b'\'') {
        1
    } else if rest.starts_with("’".as_bytes()) {
        3
    } else {
        return None;
    };
    let letters = rest[quote..].iter().take(3).take_while(|b| b.is_ascii_alphabetic()).count();
    let end = at + quote + letters;
    if matches!(class_at(text, end), Some((Class::Upper | Class::Lower | Class::Letter, _))) {
        return None;
    }
    let tail = &rest[quote..quote + letters];
    [b"s".as_slice(), b"t", b"re", b"ve", b"ll", b"d", b"m"]
        .iter()
        .any(|clitic| clitic.eq_ignore_ascii_case(tail))
        .then_some(end)
}

/// Abbreviations that keep their dot, lower case; none is a word that often ends a sentence.
const ABBREVIATIONS: [&str; 44] = [
    "mr", "mrs", "ms", "mx", "dr", "drs", "prof", "st", "jr", "sr", "inc", "ltd", "co", "corp",
    "rev", "hon", "capt", "col", "gen", "lt", "sgt", "maj", "gov", "sen", "rep", "pres", "messrs",
    "mme", "mlle", "bros", "ave", "blvd", "rd", "apt", "ste", "dept", "univ", "ft", "mt", "esq",
    "cpl", "str", "ul", "bldg",
];

/// The word `start..dot` is followed by a dot: the end of the abbreviation it belongs to, if any.
/// Initials (`J.`), chains of short pieces (`U.S.A.`, `Ph.D.`), and known abbreviations.
fn end_of_abbreviation(text: &str, start: usize, dot: usize) -> Option<usize> {
    let word = &text[start..dot];
    let mut end = dot + 1;
    let single = word.chars().count() == 1;
    if word.len() > 4 && !single {
        return ABBREVIATIONS.iter().any(|a| a.eq_ignore_ascii_case(word)).then_some(end);
    }
    let mut pieces = 1;
    while let Some(next) = short_piece(text, end) {
        end = next;
        pieces += 1;
    }
    let short = word.chars().count() <= 2;
    if single || (pieces > 1 && short) {
        return Some(end);
    }
    ABBREVIATIONS.iter().any(|a| a.eq_ignore_ascii_case(word)).then_some(dot + 1)
}

/// One or two letters and a dot at `at`: the byte after the dot.
fn short_piece(text: &str, at: usize) -> Option<usize> {
    let mut end = at;
    let mut letters = 0;
    while let Some((Class::Upper | Class::Lower, length)) = class_at(text, end) {
        end += length;
        letters += 1;
        if letters > 2 {
            return None;
        }
    }
    (letters > 0 && text.as_bytes().get(end) == Some(&b'.')).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<&str> {
        tokens(text).map(|token| token.text(text)).collect()
    }

    #[test]
    fn names_contractions_and_abbreviations_are_cut_where_a_reader_would() {
        assert_eq!(
            words("Dr. Anna O'Neil's flat, 12b Elm-St. isn’t J.R.R. Möller’s."),
            [
                "Dr.", "Anna", "O'Neil", "'s", "flat", ",", "12b", "Elm", "-", "St.", "isn", "’t",
                "J.R.R.", "Möller", "’s", "."
            ]
        );
        assert_eq!(
            words("from the U.S. at 1,000.5 Ph.D. level."),
            ["from", "the", "U.S.", "at", "1,000.5", "Ph.D.", "level", "."]
        );
    }

    #[test]
    fn a_net_address_and_chinese_are_one_token_each() {
        assert_eq!(
            words("mail <anna.k@example.com>, see https://a.example/x?y=1. 我是Anna，你好"),
            [
                "mail",
                "<",
                "anna.k@example.com",
                ">",
                ",",
                "see",
                "https://a.example/x?y=1",
                ".",
                "我是",
                "Anna",
                "，",
                "你好"
            ]
        );
        assert_eq!(
            words("ok.he left shop.example.com/a"),
            ["ok", ".", "he", "left", "shop.example.com/a"]
        );
    }

    #[test]
    fn case_space_and_lines_are_told() {
        let text = "ANNA\r\nMcKay\n\n o J. x1";
        let all: Vec<_> = tokens(text).map(|t| (t.case, t.spaced, t.lines)).collect();
        assert_eq!(
            all,
            [
                (Case::Upper, false, 0),
                (Case::Mixed, true, 1),
                (Case::Lower, true, 2),
                (Case::Initial, true, 0),
                (Case::Lower, true, 0),
            ]
        );
    }

    #[test]
    fn blocks_hold_every_token_once() {
        let text = format!("{}\n\nEnd.", "One two. ".repeat(2000));
        let mut seen = Vec::new();
        blocks(&text, |block| {
            assert!(block.len() <= 600);
            seen.extend_from_slice(block);
        });
        assert_eq!(seen, tokens(&text).collect::<Vec<_>>());
    }

    #[test]
    fn long_runs_take_linear_time() {
        for text in ["a-".repeat(2_000_000), "a.@-,".repeat(1_000_000), "a.b".repeat(1_000_000)] {
            assert!(tokens(&text).count() > 0);
        }
    }

    proptest! {
        #[test]
        fn tokens_tile_the_text_but_for_white_space(text in "\\PC{0,60}|[a-zA-Z0-9@.:/' ’\n\r我ü-]{0,80}") {
            let mut at = 0;
            for token in tokens(&text) {
                prop_assert!(token.start >= at && token.end > token.start);
                prop_assert!(text[at..token.start].chars().all(char::is_whitespace));
                at = token.end;
            }
            prop_assert!(text[at..].chars().all(char::is_whitespace));
        }
    }
}
