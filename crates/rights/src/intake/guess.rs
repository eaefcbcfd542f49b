//! What somebody asks for, by the words of a letter. Pure.
//!
//! One kind and no other is a guess good enough to begin with: the person confirms it by the link in
//! their letter, where they read what was understood. Anything else waits for somebody who can read.

use crate::Kind;

/// Words of each kind, folded: those by which people ask, in English and Chinese. What a company or a law
/// calls it comes first. A word that two kinds share stands with neither.
const WORDS: [(Kind, &[&str]); 9] = [
    (
        Kind::Access,
        &[
            "subject access",
            "access request",
            "article 15",
            "art. 15",
            "right of access",
            "right to know",
            "copy of my data",
            "copy of my personal",
            "copy of all personal",
            "what data you hold",
            "what information you hold",
            "what you hold about me",
            "查阅",
            "复制我的个人信息",
            "个人信息副本",
        ],
    ),
    (
        Kind::Erasure,
        &[
            "delete my",
            "erase my",
            "erasure",
            "deletion of my",
            "remove my data",
            "remove my personal",
            "remove all my",
            "right to be forgotten",
            "article 17",
            "art. 17",
            "close my account and delete",
            "删除我",
            "删除本人",
            "删除个人信息",
            "注销账号",
            "注销账户",
            "被遗忘权",
        ],
    ),
    (
        Kind::Correction,
        &[
            "correct my",
            "rectify",
            "rectification",
            "article 16",
            "art. 16",
            "my address is wrong",
            "my name is wrong",
            "wrong in your records",
            "更正",
            "信息有误",
        ],
    ),
    (
        Kind::Portability,
        &[
            "portability",
            "machine-readable",
            "machine readable",
            "transfer my data to",
            "article 20",
            "art. 20",
            "可携带",
            "转移我的个人信息",
        ],
    ),
    (
        Kind::Restriction,
        &[
            "restrict the processing",
            "restriction of processing",
            "article 18",
            "art. 18",
            "限制处理",
        ],
    ),
    (
        Kind::Objection,
        &[
            "i object",
            "objection to",
            "opt out",
            "opt-out",
            "do not sell",
            "do not share my",
            "stop using my data",
            "article 21",
            "art. 21",
            "拒绝处理",
            "不同意用于",
            "停止使用我的",
        ],
    ),
    (
        Kind::WithdrawAll,
        &[
            "withdraw my consent",
            "withdraw all consent",
            "revoke my consent",
            "撤回同意",
            "撤回我的同意",
        ],
    ),
    (
        Kind::HumanReview,
        &["automated decision", "human review", "article 22", "art. 22", "自动化决策", "人工复核"],
    ),
    (Kind::Complaint, &["complain", "complaint", "投诉"]),
];

/// The words of a letter as they are compared: without case, with single spaces, and without what was
/// quoted from an earlier one.
fn folded(subject: &str, text: &str) -> String {
    let own = text.lines().take_while(|line| !begins_quote(line));
    let own = own.filter(|line| !line.trim_start().starts_with('>'));
    let mut all = subject.to_lowercase();
    for line in own {
        all.push(' ');
        all.push_str(&line.to_lowercase());
    }
    all.split_whitespace().collect::<Vec<_>>().join(" ").replace(['’', '‘'], "'")
}

fn begins_quote(line: &str) -> bool {
    let line = line.trim();
    let wrote = line.starts_with("On ") && line.ends_with("wrote:");
    let marks = [
        "-----Original Message",
        "________________________________",
        "发件人:",
        "发件人：",
        "From:",
        "Von:",
    ];
    wrote || marks.iter().any(|mark| line.starts_with(mark)) || line.ends_with("写道：")
}

/// Where words stand in a text by themselves: "objectives" has no "i object" in "AI objectives".
fn places<'t>(all: &'t str, words: &str) -> impl Iterator<Item = usize> + 't {
    let latin = words.is_ascii();
    let length = words.len();
    all.match_indices(words).map(|(at, _)| at).collect::<Vec<_>>().into_iter().filter(move |at| {
        let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let whole =
            !letter(all[..*at].chars().next_back()) && !letter(all[*at + length..].chars().next());
        !latin || whole
    })
}

/// Whether somebody says that they do not want it: a few letters before the words.
fn is_denied(all: &str, at: usize) -> bool {
    let before: Vec<char> = all[..at].chars().rev().take(14).collect();
    let before: String = before.into_iter().rev().collect();
    ["not ", "n't ", "never ", "without ", "不要", "不用", "不想", "请勿", "别"]
        .iter()
        .any(|word| before.contains(word))
}

/// The kind that a letter asks for: `None` where it names none, more than one, or says not to.
pub fn guess(subject: &str, text: &str) -> Option<Kind> {
    let all = folded(subject, text);
    let named =
        |words: &&(Kind, &[&str])| words.1.iter().any(|one| places(&all, one).next().is_some());
    let mut found = WORDS.iter().filter(named);
    let first = found.next()?;
    // Somebody who complains that something was not deleted asks for two things: a person reads it.
    let only = found.next().is_none();
    let denied = first.1.iter().any(|one| places(&all, one).any(|at| is_denied(&all, at)));
    (only && !denied).then_some(first.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_understood() {
        for (subject, text, kind) in [
            ("Subject Access Request", "Please tell me everything.", Kind::Access),
            ("Hello", "Please DELETE my account and\nall data.", Kind::Erasure),
            ("", "I would like to exercise my right to be\nforgotten.", Kind::Erasure),
            ("请删除我的个人信息", "谢谢", Kind::Erasure),
            ("个人信息", "我要查阅你们持有的我的信息", Kind::Access),
            ("My data", "Please rectify my date of birth", Kind::Correction),
            ("CCPA", "Do not sell my personal information", Kind::Objection),
            ("同意", "我要撤回同意", Kind::WithdrawAll),
        ] {
            assert_eq!(guess(subject, text), Some(kind), "{subject} / {text}");
        }
    }

    #[test]
    fn what_is_unclear_waits_for_a_reader() {
        for (subject, text) in [
            ("Order 1234", "Where is my parcel?"),
            ("Both", "Give me a copy of my data, then delete my account."),
            ("Complaint", "You did not delete my data."),
            ("Re: your request", "Thanks!\n\nOn Monday, ACME wrote:\n> please delete my data"),
            ("Re: hello", "Thanks!\n> delete my account"),
            ("Re: hello", "Thanks!\n\nFrom: privacy@lantern.example\nSent: Monday\nDelete my data"),
            ("AI", "our AI objectives"),
            ("Careful", "Please do not delete my account!"),
            ("你好", "请不要删除我的账号"),
            ("", ""),
        ] {
            assert_eq!(guess(subject, text), None, "{subject} / {text}");
        }
    }
}
