//! A letter as a mail server hands it on (RFC 5322), read for who wrote what.

use mail_parser::{MessageParser, MimeHeaders as _};
use serde::{Deserialize, Serialize};

/// Bytes of a letter at most: with its attachments, which are not looked into.
pub(super) const LARGEST: usize = 4 * 1024 * 1024;

/// Characters that are kept of its words.
const LONGEST: usize = 40_000;

/// A letter. `Debug` shows nothing of it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Message {
    /// The one address in `From`, or "" where there is none, or more than one: nobody can then be asked.
    pub from: String,
    /// What they call themselves.
    pub name: String,
    /// The subject.
    pub subject: String,
    /// The words, as plain text.
    pub text: String,
    /// How many files came with it; they are not kept.
    pub files: usize,
    /// A machine sent it: an automatic answer, a report of a mail server.
    pub automatic: bool,
    /// It came over a list, as mailboxes of teams often are, or to many: somebody reads it first.
    pub list: bool,
    /// By this the same letter is known when it comes again.
    pub id: String,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Message(…)")
    }
}

fn short(text: &str, most: usize) -> String {
    text.trim().chars().filter(|c| !c.is_control() || *c == '\n').take(most).collect()
}

impl Message {
    /// Reads a letter; `None` for what is none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let letter = MessageParser::default().parse(bytes)?;
        let mut senders = letter.from()?.iter();
        let (first, more) = (senders.next()?, senders.next().is_some());
        // `From` twice, or two people in it: mail programs show either, so neither is asked.
        let froms = letter.headers().iter().filter(|one| one.name().eq_ignore_ascii_case("from"));
        let unclear = more || froms.count() > 1;
        let from = first.address().filter(|_| !unclear).unwrap_or_default().trim().to_owned();
        Some(Self {
            from,
            name: short(first.name().unwrap_or_default(), 200),
            subject: short(letter.subject().unwrap_or_default(), 400),
            text: short(&letter.body_text(0).unwrap_or_default(), LONGEST),
            files: letter.attachments().filter(|part| !part.is_message()).count(),
            automatic: is_automatic(&letter),
            list: is_list(&letter),
            id: letter.message_id().unwrap_or_default().to_owned(),
        })
    }
}

fn head(letter: &mail_parser::Message<'_>, name: &'static str) -> String {
    letter.header_raw(name).map(|text| text.trim().to_ascii_lowercase()).unwrap_or_default()
}

/// RFC 3834 (`Auto-Submitted`) and reports of mail servers (RFC 3464), which have no way back.
fn is_automatic(letter: &mail_parser::Message<'_>) -> bool {
    let auto = head(letter, "Auto-Submitted");
    let report = letter.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart")
            && kind.subtype().is_some_and(|sub| sub.eq_ignore_ascii_case("report"))
    });
    let nowhere = letter.header_raw("Return-Path").is_some_and(|path| path.trim() == "<>");
    (!auto.is_empty() && auto != "no") || report || nowhere
}

/// RFC 2919, and what older programs write.
fn is_list(letter: &mail_parser::Message<'_>) -> bool {
    let bulk = ["bulk", "list", "junk"].contains(&head(letter, "Precedence").as_str());
    bulk || ["List-Id", "List-Unsubscribe"].iter().any(|name| letter.header_raw(*name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Message {
        Message::read(text.replace('\n', "\r\n").as_bytes()).expect("a letter")
    }

    #[test]
    fn sender_subject_and_words_are_read_in_every_coding() {
        let one = read(
            "From: =?UTF-8?B?5p2O6Zu3?= <Li@Example.com>\nTo: privacy@lantern.example\nMessage-ID: <a@b>\nSubject: =?GB2312?B?yb6z/c7StcS49sjL0MXPog==?=\nContent-Type: text/plain; charset=utf-8\n\n请删除\n",
        );
        assert_eq!((one.from.as_str(), one.name.as_str()), ("Li@Example.com", "李雷"));
        assert_eq!(one.subject, "删除我的个人信息");
        assert_eq!((one.text.as_str(), one.id.as_str()), ("请删除", "a@b"));
        assert!(!one.automatic);
        let html = read(
            "From: li@example.com\nSubject: x\nContent-Type: text/html; charset=utf-8\n\n<p>Please <b>delete</b> my data</p><script>alert(1)</script>\n",
        );
        assert!(html.text.contains("delete") && !html.text.contains('<'), "{}", html.text.len());
    }

    #[test]
    fn what_machines_send_is_known() {
        for head in [
            "Auto-Submitted: auto-replied",
            "Return-Path: <>",
            "Content-Type: multipart/report; boundary=x",
        ] {
            let letter = format!("From: li@example.com\n{head}\nSubject: delete my data\n\nx\n");
            assert!(read(&letter).automatic, "{head}");
        }
        for head in ["Precedence: bulk", "List-Id: <privacy.lantern.example>"] {
            let letter = read(&format!("From: li@example.com\n{head}\nSubject: x\n\nx\n"));
            assert!(letter.list && !letter.automatic, "{head}: a team's mailbox may be a list");
        }
        assert!(!read("From: li@example.com\nAuto-Submitted: no\nSubject: x\n\nx\n").automatic);
    }

    #[test]
    fn two_senders_are_none() {
        let two = read("From: li@example.com, eve@example.com\nSubject: x\n\nx\n");
        assert_eq!(two.from, "");
        let twice = read("From: li@example.com\nFrom: eve@example.com\nSubject: x\n\nx\n");
        assert_eq!(twice.from, "");
        assert!(Message::read(b"").is_none());
    }
}
