//! The calendar of duties for calendar programs (RFC 5545): one all-day event for each day that is due.

use jiff::civil::Date;

use crate::{Duty, Standing};

/// Octets of a line, RFC 5545 §3.1.
const LINE: usize = 75;

/// Duties as a calendar; `zh` for the Chinese words, `base` is the console's address.
pub fn calendar(name: &str, duties: &[Duty], zh: bool, base: &str, stamp: &str) -> String {
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Privet//Duties//EN".to_owned(),
        "CALSCALE:GREGORIAN".to_owned(),
        format!("X-WR-CALNAME:{}", escaped(name)),
    ];
    for duty in duties.iter().filter(|duty| duty.standing != Standing::Unknown) {
        let Some(due) = duty.due else { continue };
        let Ok(next) = due.tomorrow() else { continue };
        let text = duty.fact.text.get(zh);
        lines.extend([
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}-{due}@privet", duty.fact.id),
            format!("DTSTAMP:{stamp}"),
            format!("DTSTART;VALUE=DATE:{}", basic(due)),
            format!("DTEND;VALUE=DATE:{}", basic(next)),
            format!("SUMMARY:{}", escaped(text)),
            format!("DESCRIPTION:{}", escaped(duty.fact.cite.get(zh))),
            format!("URL:{base}/console/duties/{}", duty.fact.id),
            "TRANSP:TRANSPARENT".to_owned(),
            "BEGIN:VALARM".to_owned(),
            "ACTION:DISPLAY".to_owned(),
            "TRIGGER:-P7D".to_owned(),
            format!("DESCRIPTION:{}", escaped(text)),
            "END:VALARM".to_owned(),
            "END:VEVENT".to_owned(),
        ]);
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|line| folded(line)).collect()
}

fn basic(day: Date) -> String {
    day.strftime("%Y%m%d").to_string()
}

/// TEXT values, RFC 5545 §3.3.11.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// Longer lines go on after a line break and a space; no character is torn apart.
fn folded(line: &str) -> String {
    let (mut out, mut used) = (String::with_capacity(line.len() + 2), 0);
    for letter in line.chars() {
        if used + letter.len_utf8() > LINE {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(letter);
        used += letter.len_utf8();
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_between_characters_and_joined_again_are_the_same() {
        let line = format!("SUMMARY:{}", "每年向网信部门报告，".repeat(20));

        let folded = folded(&line);

        assert!(folded.split("\r\n").all(|one| one.len() <= LINE), "{folded}");
        assert_eq!(folded.trim_end().replace("\r\n ", ""), line);
    }

    #[test]
    fn commas_and_breaks_are_escaped() {
        assert_eq!(escaped("a, b; c\\\nd"), "a\\, b\\; c\\\\\\nd");
    }
}
