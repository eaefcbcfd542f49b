//! A document as templates draw it, in one language.

use law::Text;

use crate::{
    changes::{SectionChanges, Turn},
    document::{Block, Document, Setting},
};

/// A piece of a sentence; a link where it has an address.
pub(crate) struct Piece {
    pub text: String,
    pub href: String,
}

/// A sentence's pieces.
pub(crate) type Pieces = Vec<Piece>;

/// Addresses of pages and mail in a sentence become links.
pub(crate) fn pieces(text: &str) -> Pieces {
    let mut out: Pieces = Vec::new();
    let mut plain = String::new();
    let word = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'*+=%".contains(c);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| word(c) != word(first)).unwrap_or(rest.len());
        let (token, after) = rest.split_at(end);
        let bare = token.trim_end_matches(['.', ':', '?', '!', '\'']);
        let href = if !word(first) {
            None
        } else if bare.starts_with("https://") || bare.starts_with("http://") {
            Some(bare.to_owned())
        } else if is_mail(bare) {
            Some(format!("mailto:{bare}"))
        } else {
            None
        };
        match href {
            Some(href) => {
                if !plain.is_empty() {
                    out.push(Piece { text: std::mem::take(&mut plain), href: String::new() });
                }
                out.push(Piece { text: bare.to_owned(), href });
                plain.push_str(&token[bare.len()..]);
            }
            None => plain.push_str(token),
        }
        rest = after;
    }
    if !plain.is_empty() {
        out.push(Piece { text: plain, href: String::new() });
    }
    out
}

fn is_mail(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let part = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-._+".contains(c));
    !name.is_empty() && host.contains('.') && part(name) && part(host)
}

/// A block.
pub(crate) struct BlockView {
    pub title: String,
    pub icon: String,
    pub is_list: bool,
    pub sentences: Vec<Pieces>,
}

impl BlockView {
    pub fn of(block: &Block, zh: bool) -> Self {
        let texts = block.sentences.iter().map(|s| s.text.get(zh)).filter(|text| !text.is_empty());
        Self {
            title: block.title.get(zh).to_owned(),
            icon: block.icon.clone(),
            is_list: block.setting == Setting::List,
            sentences: texts.map(pieces).collect(),
        }
    }
}

/// A section.
pub(crate) struct SectionView {
    pub key: String,
    pub icon: String,
    pub title: String,
    pub blocks: Vec<BlockView>,
}

/// All sections.
pub(crate) fn sections(document: &Document, zh: bool) -> Vec<SectionView> {
    document
        .sections
        .iter()
        .map(|section| SectionView {
            key: section.key.clone(),
            icon: section.icon.clone(),
            title: section.title.get(zh).to_owned(),
            blocks: section.blocks.iter().map(|block| BlockView::of(block, zh)).collect(),
        })
        .collect()
}

/// One changed sentence.
pub(crate) struct ChangeView {
    pub turn: &'static str,
    pub badge: &'static str,
    pub title: String,
    pub before: Vec<plain::Change>,
    pub after: Vec<plain::Change>,
}

/// The changes of a section.
pub(crate) struct ChangesView {
    pub key: String,
    pub icon: String,
    pub title: String,
    pub changes: Vec<ChangeView>,
}

/// Changes in one language; those that changed only the other language's words are left out.
pub(crate) fn changed(all: &[SectionChanges], zh: bool) -> Vec<ChangesView> {
    let get = |text: &Text| text.get(zh).to_owned();
    let mut out = Vec::new();
    for section in all {
        let mut changes = Vec::new();
        for change in &section.changes {
            let (before, after) = (get(&change.before), get(&change.after));
            if before == after {
                continue;
            }
            let told = plain::diff(&before, &after);
            let keep = |not: &str| -> Vec<plain::Change> {
                told.iter().filter(|piece| piece.kind != not).cloned().collect()
            };
            changes.push(ChangeView {
                turn: change.turn.as_str(),
                badge: match change.turn {
                    Turn::Added => "ok",
                    Turn::Removed => "none",
                    Turn::Changed => "info",
                },
                title: get(&change.title),
                before: keep("in"),
                after: keep("out"),
            });
        }
        if !changes.is_empty() {
            let (key, icon) = (section.key.clone(), section.icon.clone());
            out.push(ChangesView { key, icon, title: get(&section.title), changes });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let one = |piece: &Piece| match piece.href.as_str() {
            "" => piece.text.clone(),
            href => format!("[{}]({href})", piece.text),
        };
        pieces(text).iter().map(one).collect()
    }

    #[test]
    fn addresses_become_links_and_stops_do_not() {
        assert_eq!(
            told("See https://a.example/privacy."),
            "See [https://a.example/privacy](https://a.example/privacy)."
        );
        assert_eq!(
            told("请写信至privacy@tea.example。"),
            "请写信至[privacy@tea.example](mailto:privacy@tea.example)。"
        );
        assert_eq!(
            told("no links @ all, javascript:alert(1)"),
            "no links @ all, javascript:alert(1)"
        );
    }
}
