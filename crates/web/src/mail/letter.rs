//! A letter: texts from the room's Fluent file, in the reader's language, as plain text and as simple
//! HTML that every mail program draws.

use crate::{Lang, lang};
use askama::Template;
use fluent_bundle::FluentValue;
use serde::{Deserialize, Serialize};

/// Whom a letter goes to. `Debug` prints nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient(lettre::Address);

impl Recipient {
    /// Parses an address; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        text.trim().parse().ok().map(Self)
    }

    /// The address itself.
    pub fn reveal(&self) -> &str {
        self.0.as_ref()
    }
}

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recipient(…)")
    }
}

/// A letter before it is sealed.
#[derive(Clone)]
pub struct Letter {
    /// The text key it is made from; also its name in the console's list.
    pub kind: &'static str,
    /// Language.
    pub lang: Lang,
    /// To whom.
    pub to: Recipient,
    subject: String,
    paragraphs: Vec<String>,
    action: Option<Action>,
    why: String,
    headers: Vec<(String, String)>,
}

#[derive(Clone)]
struct Action {
    label: String,
    url: String,
}

/// What is sealed and later sent.
#[derive(Serialize, Deserialize)]
pub(super) struct Written {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub headers: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "web/letter.htm")]
struct Html<'a> {
    letter: &'a Letter,
    organisation: &'a str,
}

#[derive(Template)]
#[template(path = "web/letter.txt")]
struct Text<'a> {
    letter: &'a Letter,
    organisation: &'a str,
}

impl Letter {
    /// From the texts `KIND-subject`, `KIND-text` (paragraphs apart by an empty line) and `KIND-why`
    /// (the small print: why the reader gets this), each with the variables given.
    pub fn new(kind: &'static str, lang: Lang, to: Recipient, args: &[(&str, &str)]) -> Self {
        let args: Vec<_> =
            args.iter().map(|(name, value)| (*name, FluentValue::from(*value))).collect();
        let text = |part: &str| lang::translate(lang, &format!("{kind}-{part}"), &args);
        Self {
            kind,
            lang,
            to,
            subject: one_line(&text("subject")),
            paragraphs: text("text").split("\n\n").map(one_line).collect(),
            action: None,
            why: one_line(&text("why")),
            headers: Vec::new(),
        }
    }

    /// Adds a button that leads somewhere; its label is the text `KIND-action`.
    #[must_use]
    pub fn with_action(mut self, url: &str) -> Self {
        let label = lang::translate(self.lang, &format!("{}-action", self.kind), &[]);
        self.action = Some(Action { label, url: url.to_owned() });
        self
    }

    /// Adds a header such as `List-Unsubscribe`.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), one_line(value)));
        self
    }

    pub(super) fn write(&self, organisation: &str) -> Result<Written, askama::Error> {
        Ok(Written {
            to: self.to.reveal().to_owned(),
            subject: self.subject.clone(),
            text: Text { letter: self, organisation }.render()?,
            html: Html { letter: self, organisation }.render()?,
            headers: self.headers.clone(),
        })
    }
}

/// Line breaks inside a text file's paragraph are only layout; in a header they would be an attack.
fn one_line(text: &str) -> String {
    let zh_break = |a: Option<char>, b: Option<char>| {
        a.zip(b).is_some_and(|(a, b)| !a.is_ascii() && !b.is_ascii())
    };
    let mut out = String::with_capacity(text.len());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        // Chinese has no space where a line of the file ends.
        if !out.is_empty() && !zh_break(out.chars().next_back(), line.chars().next()) {
            out.push(' ');
        }
        out.extend(line.chars().filter(|c| !c.is_control()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(lang: Lang) -> Letter {
        let to = Recipient::parse("li@example.com").unwrap();
        Letter::new("web-mail-hello", lang, to, &[("organisation", "A & <B>")])
            .with_action("https://p.example.com/x?a=1&b=2")
    }

    #[test]
    fn a_letter_is_written_as_text_and_as_html_in_both_languages() {
        for (lang, word) in [(Lang::En, "test"), (Lang::ZhCn, "测试")] {
            let written = letter(lang).write("A & <B>").unwrap();

            assert!(written.subject.contains(word), "{}", written.subject);
            assert!(written.text.contains("https://p.example.com/x?a=1&b=2"));
            assert!(written.html.contains("https://p.example.com/x?a=1&#38;b=2"));
            assert!(!written.html.contains("<B>"), "{}", written.html);
            assert!(!written.text.contains('⟦'), "{}", written.text);
        }
    }

    #[test]
    fn no_text_breaks_out_of_its_header() {
        let to = Recipient::parse("li@example.com").unwrap();
        let args = [("organisation", "A\r\nBcc: x@example.com")];
        let written = Letter::new("web-mail-hello", Lang::En, to, &args)
            .with_header("List-Id", "a\r\nBcc: x@example.com")
            .write("A")
            .unwrap();

        assert!(!written.subject.contains(['\r', '\n']));
        assert!(!written.headers[0].1.contains(['\r', '\n']));
    }

    #[test]
    fn a_recipient_is_not_printed() {
        let to = Recipient::parse(" li@example.com ").unwrap();

        assert_eq!(format!("{to:?}"), "Recipient(…)");
        assert!(Recipient::parse("nobody").is_none());
    }
}
