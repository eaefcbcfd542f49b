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
    tokens::blocks(text, |block| {
        read_block(text, block, &mut bits, |block| {
            let from = found.len();
            for grammar in GRAMMARS {
                grammar(block, found);
            }
            if let Some(tagger) = &mut tagger {
                tagger.find(text, block.tokens, found);
            }
            join::join(text, found, from);
        });
    });
}

/// Adds the sensitive terms alone.
pub fn find_terms(text: &str, found: &mut Vec<Span>) {
    let mut bits = Vec::new();
    tokens::blocks(text, |block| {
        read_block(text, block, &mut bits, |block| terms::find(block, found));
    });
}

/// Looks every word of a block up and hands the block on.
fn read_block(text: &str, tokens: &[Token], bits: &mut Vec<u64>, then: impl FnOnce(&Block)) {
    let words = words::words();
    bits.clear();
    bits.extend(tokens.iter().map(|token| match token.kind {
        TokenKind::Word | TokenKind::Mixed => words.bits(token.text(text)),
        _ => 0,
    }));
    let all = bits.iter().fold(0, |all, bits| all | bits);
    then(&Block { text, tokens, bits, all });
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
            read_block(text, block, &mut bits, |block| grammar(block, &mut found));
        });
        found.into_iter().map(|s| (s.rule, text[s.start..s.end].to_owned())).collect()
    }
}
