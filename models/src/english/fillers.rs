//! What stands in sentences beside names: dates, numbers, products, words.

use super::lists::Lists;
use super::random::Random;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Text for a slot that is no entity of the tagger's. An unknown slot names one of our own lists.
pub fn fill(lists: &Lists, name: &str, form: &str, chance: &mut Random) -> String {
    match name {
        "date" => date(chance),
        "month" => (*chance.pick(&MONTHS)).to_owned(),
        "day" => (*chance.pick(&DAYS)).to_owned(),
        "year" => chance.between(1850, 2026).to_string(),
        "time" => match chance.below(3) {
            0 => format!("{}:{:02}", chance.between(0, 23), chance.below(60)),
            1 => format!("{} {}", chance.between(1, 12), chance.pick(&["am", "pm", "AM", "PM"])),
            _ => format!(
                "{}:{:02} {}",
                chance.between(1, 12),
                chance.below(60),
                chance.pick(&["am", "p.m."])
            ),
        },
        "num" => chance.between(2, 99).to_string(),
        "big" => format!("{},{:03}", chance.between(1, 999), chance.below(1000)),
        "age" => chance.between(18, 91).to_string(),
        "zip" => match chance.below(3) {
            0 => format!("{:05}", chance.below(100_000)),
            1 => format!("{:04} {}{}", chance.below(10_000), letter(chance), letter(chance)),
            _ => format!(
                "{}{}{} {}{}{}",
                letter(chance),
                letter(chance),
                chance.between(1, 20),
                chance.below(10),
                letter(chance),
                letter(chance)
            ),
        },
        "phone" => format!(
            "{}{} {} {}",
            chance.pick(&["+", "0", "00"]),
            chance.between(10, 999),
            chance.between(100, 999),
            chance.between(1000, 9999)
        ),
        "email" => format!(
            "{}@{}",
            word(lists, 2, chance),
            chance.pick(&["example.com", "example.org", "mail.example", "corp.example"])
        ),
        "url" => format!("https://{}.example/{}", word(lists, 2, chance), word(lists, 2, chance)),
        "id" => format!("{}{}-{}", letter(chance), letter(chance), chance.between(1000, 999_999)),
        "amount" => format!(
            "{}{}{}",
            chance.pick(&["$", "€", "£", "USD ", "EUR "]),
            chance.between(5, 9999),
            chance.pick(&["", "", ".50", ".99", ",000"])
        ),
        "word" => word(lists, 2, chance),
        "rare" => word(lists, 4, chance),
        "Word" => capital(&word(lists, 3, chance)),
        "CAPS" => word(lists, 2, chance).to_uppercase(),
        "code" => (0..chance.between(2, 4)).map(|_| letter(chance)).collect(),
        _ => {
            let list = lists.own(if form.is_empty() { name } else { form });
            assert!(!list.is_empty(), "no list for the slot `{name}:{form}`");
            chance.pick(list).clone()
        }
    }
}

/// An English word of at most this rarity.
fn word(lists: &Lists, rarity: u8, chance: &mut Random) -> String {
    loop {
        let (class, word) = chance.pick(&lists.words);
        if *class <= rarity && word.bytes().all(|b| b.is_ascii_lowercase()) {
            return word.clone();
        }
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

fn letter(chance: &mut Random) -> char {
    char::from(b'A' + chance.below(26) as u8)
}

fn date(chance: &mut Random) -> String {
    let (day, month) = (chance.between(1, 28), chance.below(12));
    let year = chance.between(1930, 2026);
    match chance.below(6) {
        0 => format!("{year}-{:02}-{day:02}", month + 1),
        1 => format!("{day:02}/{:02}/{year}", month + 1),
        2 => format!("{} {day}, {year}", MONTHS[month]),
        3 => format!("{day} {} {year}", MONTHS[month]),
        4 => format!("{} {day}", MONTHS[month]),
        _ => format!("{} {}", &MONTHS[month][..3], year),
    }
}

/// An occupation as sentences write it.
pub fn job(lists: &Lists, chance: &mut Random) -> String {
    if chance.percent(60) {
        return chance.pick(lists.own("jobs")).clone();
    }
    // `Engineer, civil` is how catalogues write a civil engineer.
    let job = chance.pick(&lists.jobs);
    let job = job.split('/').next().unwrap_or(job);
    let name = match job.split_once(", ") {
        Some((head, kind)) => format!("{kind} {head}"),
        None => job.to_owned(),
    };
    if chance.percent(70) { name.to_lowercase() } else { name }
}
