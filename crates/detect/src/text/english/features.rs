//! What the English tagger looks at: for each token that may belong to a name, the rows of the
//! model's weight table that speak about it. Trainer and tagger share this file, so that what was
//! learned is what is asked.
//!
//! A linear-chain model (Lafferty, McCallum, Pereira 2001) over hashed features (Weinberger et al.
//! 2009): words and their neighbours, word shapes, beginnings and ends of words, and what a
//! [`Lexicon`] of fingerprints knows about a word.

use super::tokens::{Case, Token, TokenKind};

/// What the lexicon can know about a word or phrase.
pub mod knows {
    /// A frequent given name.
    pub const GIVEN: u16 = 1;
    /// A rarer given name.
    pub const GIVEN_RARE: u16 = 1 << 1;
    /// A frequent family name.
    pub const SURNAME: u16 = 1 << 2;
    /// A rarer family name.
    pub const SURNAME_RARE: u16 = 1 << 3;
    /// A large town, country or state.
    pub const PLACE: u16 = 1 << 4;
    /// A small place.
    pub const PLACE_SMALL: u16 = 1 << 5;
    /// Stands inside names of places.
    pub const PLACE_PART: u16 = 1 << 6;
    /// A nationality, religion or political group.
    pub const GROUP: u16 = 1 << 7;
    /// Legal form or word that organisations' names hold: `Ltd`, `bank`, `university`.
    pub const ORG_WORD: u16 = 1 << 8;
    /// A known organisation.
    pub const ORG: u16 = 1 << 9;
    /// An occupation.
    pub const JOB: u16 = 1 << 10;
    /// A title before a name: `Mr`, `Captain`.
    pub const TITLE: u16 = 1 << 11;
    /// Two bits, how common as an English word: 0 not one, 1 rare … 3 very common.
    pub const ENGLISH_SHIFT: u16 = 12;
    /// A word of street names: `street`, `rue`, `ulica`.
    pub const STREET: u16 = 1 << 14;
    /// Starts phrases that the lexicon knows.
    pub const STARTS: u16 = 1 << 15;
    /// All bits that say “part of a name”.
    pub const NAMES: u16 = GIVEN | GIVEN_RARE | SURNAME | SURNAME_RARE | PLACE | PLACE_SMALL;
}

/// Longest phrase of the lexicon, in tokens.
pub const PHRASE_LONGEST: usize = 5;

/// Words and phrases by fingerprint, so that no list of people can be read from it: 4 bytes a slot
/// (16-bit fingerprint, 16 bits of what is [known](knows)), open addressing. A word it does not hold is taken for one that it holds about once in 20,000 times.
#[derive(Debug, Clone, Copy)]
pub struct Lexicon<'m> {
    slots: &'m [[u8; 4]],
}

impl<'m> Lexicon<'m> {
    /// Reads a table, which has empty slots.
    pub fn new(slots: &'m [[u8; 4]]) -> Self {
        Self { slots }
    }

    /// What is known about the word or phrase with this hash; 0 for nothing.
    #[inline]
    pub fn get(&self, hash: u64) -> u16 {
        let (mut at, print) = place(hash, self.slots.len());
        loop {
            let [a, b, c, d] = self.slots[at];
            let mask = u16::from_le_bytes([c, d]);
            if mask == 0 || u16::from_le_bytes([a, b]) == print {
                return mask;
            }
            at += 1;
            if at == self.slots.len() {
                at = 0;
            }
        }
    }
}

/// First slot and fingerprint of a hash; for who builds a [`Lexicon`].
#[inline]
pub fn place(hash: u64, slots: usize) -> (usize, u16) {
    let mixed = mix(hash);
    ((((mixed >> 32) * slots as u64) >> 32) as usize, mixed as u16)
}

#[inline]
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (value ^ (value >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9)
}

/// Hash of a word in lower case, digits as `0`.
pub fn word_hash(word: &str) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325u64;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
    if word.is_ascii() {
        for byte in word.bytes() {
            add(if byte.is_ascii_digit() { b'0' } else { byte.to_ascii_lowercase() });
        }
    } else {
        let mut buffer = [0; 4];
        for c in word.chars().flat_map(char::to_lowercase) {
            // Both apostrophes are one.
            let c = if c == '’' { '\'' } else { c };
            c.encode_utf8(&mut buffer).bytes().for_each(&mut add);
        }
    }
    hash
}

/// Hash of a phrase from the hashes of its words.
pub fn phrase_hash(words: impl IntoIterator<Item = u64>) -> u64 {
    words.into_iter().fold(1, |hash, word| mix(hash.rotate_left(17) ^ word))
}

/// What is known about a token of a block.
#[derive(Debug, Clone, Copy)]
pub struct Info {
    /// Hash of the word as it is.
    hash: u64,
    /// Hash of the word; [`UNKNOWN`] if the lexicon does not know it.
    pub word: u64,
    /// What the lexicon knows.
    pub mask: u16,
    /// Kind and case.
    pub shape: u8,
    /// Place in a known phrase: 0 none; else what the phrase is (1 place, 2 organisation,
    /// 3 group) × 4 + position (0 first, 1 inside, 2 last).
    pub phrase: u8,
    /// The same word follows a given name elsewhere in the block: `Anna Holm … Holm`.
    pub echo: bool,
    /// May belong to a name: gets features; all others are certainly outside.
    pub active: bool,
}

/// Stands for every word that the lexicon does not know.
pub const UNKNOWN: u64 = 0x0055_4E4B;

impl Info {
    /// How common as an English word, 0..=3.
    pub fn english(&self) -> u8 {
        (self.mask >> knows::ENGLISH_SHIFT) as u8 & 3
    }

    fn letter_case(self) -> u8 {
        self.shape & 7
    }
}

fn shape(token: &Token) -> u8 {
    let case = match token.case {
        Case::None => 0,
        Case::Lower => 1,
        Case::Title => 2,
        Case::Upper => 3,
        Case::Initial => 4,
        Case::Mixed => 5,
    };
    let kind = match token.kind {
        TokenKind::Word => 0,
        TokenKind::Clitic => 1,
        TokenKind::Number => 2,
        TokenKind::Mixed => 3,
        TokenKind::Mark => 4,
        TokenKind::Cjk => 5,
        TokenKind::Web => 6,
    };
    case | kind << 3 | u8::from(token.dotted) << 6
}

/// Looks at every token of a block: fills `infos`; [`activate`] comes next.
pub fn look(text: &str, tokens: &[Token], lexicon: Lexicon<'_>, infos: &mut Vec<Info>) {
    infos.clear();
    infos.extend(tokens.iter().map(|token| {
        let hash = word_hash(token.text(text));
        let lettered = matches!(token.kind, TokenKind::Word);
        let mask = if lettered { lexicon.get(hash) } else { 0 };
        let known = mask != 0 || !lettered;
        Info {
            hash,
            word: if known { hash } else { UNKNOWN },
            mask,
            shape: shape(token),
            phrase: 0,
            echo: false,
            active: false,
        }
    }));
    find_phrases(lexicon, infos);
    find_echoes(tokens, infos);
}

/// Marks the phrases that the lexicon knows, longest first.
fn find_phrases(lexicon: Lexicon<'_>, infos: &mut [Info]) {
    let mut at = 0;
    while at < infos.len() {
        let mut next = at + 1;
        if infos[at].mask & knows::STARTS != 0 {
            let limit = PHRASE_LONGEST.min(infos.len() - at);
            let mut hash = phrase_hash([infos[at].hash]);
            let mut found = None;
            for length in 2..=limit {
                hash = mix(hash.rotate_left(17) ^ infos[at + length - 1].hash);
                let mask = lexicon.get(hash);
                if mask & (knows::PLACE | knows::PLACE_SMALL | knows::ORG | knows::GROUP) != 0 {
                    found = Some((length, mask));
                }
            }
            if let Some((length, mask)) = found {
                let class = match mask {
                    m if m & knows::ORG != 0 => 2,
                    m if m & knows::GROUP != 0 => 3,
                    _ => 1,
                };
                for (offset, info) in infos[at..at + length].iter_mut().enumerate() {
                    let position = if offset == 0 { 0 } else { 1 + u8::from(offset + 1 == length) };
                    info.phrase = class * 4 + position;
                }
                next = at + length;
            }
        }
        at = next;
    }
}

/// Most family names of a block that are remembered.
const ECHOES: usize = 24;

/// Marks words that stand alone here and after a given name elsewhere.
fn find_echoes(tokens: &[Token], infos: &mut [Info]) {
    let is_given = |at: usize, infos: &[Info]| {
        tokens[at].is_capitalised() && infos[at].mask & (knows::GIVEN | knows::GIVEN_RARE) != 0
    };
    let mut surnames = [0u64; ECHOES];
    let mut count = 0;
    for at in 1..tokens.len() {
        let before = if at > 1 && tokens[at - 1].case == Case::Initial { at - 2 } else { at - 1 };
        if count < ECHOES && tokens[at].is_capitalised() && is_given(before, infos) {
            surnames[count] = infos[at].hash;
            count += 1;
        }
    }
    if count == 0 {
        return;
    }
    for at in 0..tokens.len() {
        let follows = at > 0 && is_given(at - 1, infos);
        if tokens[at].is_capitalised() && !follows {
            infos[at].echo = surnames[..count].contains(&infos[at].hash);
        }
    }
}

/// Longest stretch between two candidates that is read with them: `Bank of the West`.
const GAP: usize = 3;

/// Decides which tokens may belong to a name.
pub fn activate(tokens: &[Token], infos: &mut [Info]) {
    let mut last: Option<usize> = None;
    for at in 0..tokens.len() {
        if !is_candidate(&tokens[at], &infos[at]) {
            continue;
        }
        let mut from = at;
        if let Some(before) = last
            && at - before <= GAP + 1
        {
            from = before;
        } else {
            while from > 0 && at - from < 2 && is_numeric(&tokens[from - 1]) {
                from -= 1;
            }
        }
        infos[from..=at].iter_mut().for_each(|info| info.active = true);
        last = Some(at);
        let mut after = at + 1;
        while after < tokens.len() && after - at <= 2 && is_numeric(&tokens[after]) {
            infos[after].active = true;
            after += 1;
        }
    }
}

fn is_numeric(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Number | TokenKind::Mixed)
}

fn is_candidate(token: &Token, info: &Info) -> bool {
    if info.phrase != 0 {
        return true;
    }
    match token.kind {
        TokenKind::Word if token.case == Case::Lower => {
            let english = info.english();
            english == 0
                || (english == 1 && info.mask & knows::NAMES != 0)
                || info.mask & (knows::GIVEN | knows::GROUP | knows::PLACE) != 0
        }
        TokenKind::Word => token.case != Case::None,
        _ => false,
    }
}

/// Rows of the weight table are this many bits of a feature's hash.
pub const ROW_BITS: u32 = 18;

#[inline]
fn row(template: u64, value: u64) -> u32 {
    (mix(value ^ template.wrapping_mul(0xD6E8_FEB8_6659_FD93)) >> (64 - ROW_BITS)) as u32
}

#[inline]
fn pair(a: u64, b: u64) -> u64 {
    (a ^ 0x51_7C_C1_B7).wrapping_mul(0x9FB2_1C65_1E98_DF25).rotate_left(23) ^ b
}

/// How a block is written, for names in texts without capitals or all in capitals.
pub fn style(tokens: &[Token]) -> u8 {
    let (mut upper, mut lower, mut title) = (0, 0, 0);
    for token in tokens.iter().filter(|t| t.kind == TokenKind::Word) {
        match token.case {
            Case::Upper => upper += 1,
            Case::Lower => lower += 1,
            Case::Title | Case::Mixed => title += 1,
            _ => {}
        }
    }
    match (upper, lower, title) {
        (u, l, t) if u > 2 * (l + t) => 1,
        (_, l, t) if t == 0 && l > 0 => 2,
        (_, l, t) if t > l => 3,
        _ => 0,
    }
}

/// A block with its infos, ready for questions.
#[derive(Debug, Clone, Copy)]
pub struct View<'b> {
    /// The text.
    pub text: &'b str,
    /// Its tokens.
    pub tokens: &'b [Token],
    /// What is known about them.
    pub infos: &'b [Info],
    /// How the block is written: [`style`].
    pub style: u8,
}

/// Beyond the block.
const OUTSIDE: Info =
    Info { hash: 7, word: 7, mask: 0, shape: 0x7F, phrase: 0, echo: false, active: false };

impl View<'_> {
    fn info(&self, at: usize, offset: isize) -> Info {
        at.checked_add_signed(offset).and_then(|i| self.infos.get(i)).copied().unwrap_or(OUTSIDE)
    }

    /// A token stands first in its sentence (1), first in its line (2), or neither (0).
    fn opening(&self, at: usize) -> u64 {
        let token = &self.tokens[at];
        if at == 0 || token.lines > 0 {
            return 2;
        }
        let before = &self.tokens[at - 1];
        let opens = before.kind == TokenKind::Mark
            && matches!(before.text(self.text), "." | "!" | "?" | "\"" | "“" | ":" | "…");
        u64::from(opens)
    }

    /// The nearest word in lower case to the left (`step` −1) or right (+1) within 5 tokens.
    fn nearest_plain(&self, at: usize, step: isize) -> u64 {
        let mut place = at;
        for _ in 0..5 {
            let Some(next) = place.checked_add_signed(step).filter(|&n| n < self.tokens.len())
            else {
                return 1;
            };
            place = next;
            let token = &self.tokens[place];
            if token.kind == TokenKind::Word && token.case == Case::Lower {
                return self.infos[place].word;
            }
            if token.kind == TokenKind::Mark && matches!(token.text(self.text), "." | "!" | "?") {
                return 2;
            }
        }
        3
    }

    /// Gives every row that speaks about the token at `at` to `emit`.
    #[inline]
    pub fn rows(&self, at: usize, mut emit: impl FnMut(u32)) {
        let token = &self.tokens[at];
        let [b2, b1, me, n1, n2] = [-2, -1, 0, 1, 2].map(|offset| self.info(at, offset));
        let opening = self.opening(at);
        let style = u64::from(self.style);
        let shape = u64::from(me.shape) | opening << 8;
        let mask = u64::from(me.mask);
        let kind = class(me);
        let lines = u64::from(token.lines > 0) | u64::from(self.line_after(at)) << 1;

        // What it is.
        emit(row(1, me.word));
        emit(row(2, pair(me.word, u64::from(me.letter_case()) | style << 4)));
        emit(row(3, shape));
        emit(row(4, pair(mask, shape | style << 16)));
        emit(row(5, pair(kind, u64::from(me.phrase) << 8 | style)));
        emit(row(6, u64::from(me.phrase)));
        // What stands around it.
        emit(row(7, b1.word));
        emit(row(8, n1.word));
        emit(row(9, pair(b2.word, kind & 7)));
        emit(row(10, pair(n2.word, kind & 7)));
        emit(row(11, pair(b1.word, kind)));
        emit(row(12, pair(n1.word, kind)));
        emit(row(13, pair(pair(b2.word, b1.word), kind & 7)));
        emit(row(14, pair(pair(n1.word, n2.word), kind & 7)));
        emit(row(15, pair(pair(b1.word, n1.word), kind & 7)));
        emit(row(16, pair(b1.word, me.word)));
        emit(row(17, pair(me.word, n1.word)));
        // Classes in a row.
        let (before, after) = (class(b1), class(n1));
        emit(row(18, pair(before, kind)));
        emit(row(19, pair(kind, after)));
        emit(row(20, pair(pair(before, kind), after)));
        emit(row(21, pair(pair(class(b2), before), kind)));
        emit(row(22, pair(pair(kind, after), class(n2))));
        emit(row(23, pair(u64::from(b1.shape) << 16 | u64::from(n1.shape), shape)));
        emit(row(24, pair(u64::from(b1.phrase) << 8 | u64::from(n1.phrase), kind)));
        // Wider context.
        emit(row(25, pair(self.nearest_plain(at, -1), kind & 7)));
        emit(row(26, pair(self.nearest_plain(at, 1), kind & 7)));
        emit(row(27, pair(lines, kind)));
        emit(row(28, pair(lines << 8 | style, pair(before, after))));
        let spaced = u64::from(token.spaced)
            | u64::from(self.tokens.get(at + 1).is_some_and(|next| next.spaced)) << 1;
        emit(row(29, pair(spaced, shape)));
        emit(row(34, pair(u64::from(me.echo), kind & 7)));
        if token.kind == TokenKind::Word {
            self.spelling(at, kind, emit);
        }
    }

    /// The next token stands on another line, or there is none.
    fn line_after(&self, at: usize) -> bool {
        self.tokens.get(at + 1).is_none_or(|next| next.lines > 0)
    }

    /// Rows for beginnings, ends and pieces of the word: names of any language look like names.
    #[inline]
    fn spelling(&self, at: usize, kind: u64, mut emit: impl FnMut(u32)) {
        // At most 24 letters; lower case, with marks for both ends.
        let mut letters = [0u32; 26];
        let mut length = 1;
        for c in self.tokens[at].text(self.text).chars().take(24) {
            letters[length] = if c.is_ascii() {
                u32::from(c.to_ascii_lowercase())
            } else {
                c.to_lowercase().next().map_or(0, u32::from)
            };
            length += 1;
        }
        letters[0] = 1;
        letters[length] = 2;
        length += 1;
        let piece = |from: usize, to: usize| {
            letters[from..to].iter().fold(0u64, |hash, &c| {
                (hash ^ u64::from(c)).wrapping_mul(0x0000_0100_0000_01B3).rotate_left(9)
            })
        };
        let known = kind & 7;
        for ending in 2..=4 {
            if length > ending + 1 {
                emit(row(30, pair(piece(length - 1 - ending, length), known)));
            }
        }
        for beginning in 2..=3 {
            if length > beginning + 1 {
                emit(row(31, pair(piece(0, beginning + 1), known)));
            }
        }
        emit(row(32, pair(length as u64, known)));
        // Pieces only for what English dictionaries do not hold.
        if self.infos[at].english() < 2 {
            for from in 1..length.saturating_sub(3).min(10) {
                emit(row(33, piece(from, from + 3)));
            }
        }
    }
}

/// A small class for a token: case and what the lexicon knows, without rare against frequent.
#[inline]
fn class(info: Info) -> u64 {
    use knows::{
        GIVEN, GIVEN_RARE, GROUP, JOB, ORG, ORG_WORD, PLACE, PLACE_SMALL, STREET, SURNAME,
    };
    use knows::{SURNAME_RARE, TITLE};
    let has = |bits: u16| u64::from(info.mask & bits != 0);
    u64::from(info.letter_case())
        | has(GIVEN | GIVEN_RARE) << 3
        | has(SURNAME | SURNAME_RARE) << 4
        | has(PLACE | PLACE_SMALL) << 5
        | has(GROUP) << 6
        | has(ORG | ORG_WORD) << 7
        | has(JOB) << 8
        | has(TITLE) << 9
        | has(STREET) << 10
        | u64::from(info.english() >= 2) << 11
        | u64::from(info.shape >> 3 & 7) << 12
        | u64::from(info.mask == 0) << 16
        | has(GIVEN) << 17
}
