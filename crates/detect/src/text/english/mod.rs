//! Names, organisations, places and addresses in English text (and what other Latin script writes in
//! the same forms). Tokens are cut once, each word is looked up once; the grammars walk over the
//! tokens, and what they find is joined with the tagger's findings.

mod address;
mod age;
mod fast;
pub mod features;
mod join;
pub mod labels;
mod organisations;
mod places;
pub mod tagger;
mod terms;
mod titles;
pub mod tokens;
mod words;

use super::Span;
use features::{Info, knows};
use tokens::{Token, TokenKind};
use words::Block;

/// The grammars, in the order they run.
const GRAMMARS: [fn(&Block, &mut Vec<Span>); 6] =
    [address::find, titles::find, age::find, terms::find, places::find, organisations::find];

/// Adds what is found in `text`.
pub fn find(text: &str, found: &mut Vec<Span>) {
    if !text.bytes().any(|b| b.is_ascii_alphabetic()) {
        return;
    }
    let mut bits = Vec::with_capacity(600);
    let mut tagger = tagger::embedded();
    tokens::blocks(text, |tokens| {
        let known = tagger.as_mut().map_or(&[][..], |tagger| tagger.look(text, tokens));
        look_up(text, tokens, known, &mut bits);
        let from = found.len();
        let block = Block::new(text, tokens, &bits);
        for grammar in GRAMMARS {
            grammar(&block, found);
        }
        if let Some(tagger) = &mut tagger {
            tagger.find_seen(text, tokens, found);
        }
        join::join(text, found, from);
    });
}

/// Adds the sensitive terms alone.
pub fn find_terms(text: &str, found: &mut Vec<Span>) {
    let mut bits = Vec::new();
    tokens::blocks(text, |tokens| {
        look_up(text, tokens, &[], &mut bits);
        terms::find(&Block::new(text, tokens, &bits), found);
    });
}

/// What each word of a block may be. The names of people that the tagger's lists know count beside our
/// own.
fn look_up(text: &str, tokens: &[Token], known: &[Info], bits: &mut Vec<u64>) {
    let words = words::words();
    bits.clear();
    bits.extend(tokens.iter().map(|token| match token.kind {
        TokenKind::Word | TokenKind::Mixed => words.bits(token.text(text)),
        _ => 0,
    }));
    for (bits, info) in bits.iter_mut().zip(known) {
        if info.mask & knows::GIVEN != 0 {
            *bits |= words::GIVEN;
        }
        if info.mask & knows::SURNAME != 0 {
            *bits |= words::SURNAME;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What one grammar finds: rules and texts.
    pub fn found_by(
        text: &str,
        grammar: fn(&Block, &mut Vec<Span>),
    ) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        let mut bits = Vec::new();
        tokens::blocks(text, |block| {
            look_up(text, block, &[], &mut bits);
            grammar(&Block::new(text, block, &bits), &mut found);
        });
        found.into_iter().map(|s| (s.rule, text[s.start..s.end].to_owned())).collect()
    }
}
