//! Invented organisations, and known ones.

use super::lists::Lists;
use super::places;
use super::random::Random;

/// An organisation's name.
pub fn organisation(lists: &Lists, form: &str, chance: &mut Random) -> String {
    match form {
        "public" => pattern(lists, "public bodies", chance),
        "school" => pattern(lists, "schools", chance),
        "club" => pattern(lists, "clubs", chance),
        "paper" => pattern(lists, "papers", chance),
        "company" => company(lists, chance),
        _ => match chance.below(100) {
            0..=49 => company(lists, chance),
            50..=64 => pattern(lists, "public bodies", chance),
            65..=74 => pattern(lists, "schools", chance),
            75..=81 => pattern(lists, "clubs", chance),
            82..=85 => pattern(lists, "papers", chance),
            _ => chance.pick(lists.own("organisations")).clone(),
        },
    }
}

fn company(lists: &Lists, chance: &mut Random) -> String {
    let base = match chance.below(100) {
        0..=19 => return chance.pick(&lists.companies).clone(),
        20..=34 => return chance.pick(lists.own("organisations")).clone(),
        35..=59 => brand(lists, chance),
        60..=66 => acronym(chance),
        67..=74 => pattern(lists, "partners", chance),
        75..=84 => pattern(lists, "two words", chance),
        _ => surname(lists, chance),
    };
    match chance.below(100) {
        0..=24 => format!("{base} {}", chance.pick(lists.own("legal forms"))),
        25..=29 => format!(
            "{base}, {}",
            chance.pick(&["Inc.", "Inc", "LLC", "Ltd.", "Ltd", "Corp.", "PLC"])
        ),
        30..=49 => format!("{base} {}", chance.pick(lists.own("trades"))),
        50..=54 => format!(
            "{base} {} {}",
            chance.pick(lists.own("trades")),
            chance.pick(lists.own("legal forms"))
        ),
        _ => base,
    }
}

fn surname(lists: &Lists, chance: &mut Random) -> String {
    if chance.percent(50) {
        let half = usize::from(chance.percent(40));
        return chance.pick(&lists.surnames[half]).clone();
    }
    let (_, people) = chance.pick(&lists.people);
    chance.pick(&people.surnames).clone()
}

fn acronym(chance: &mut Random) -> String {
    (0..chance.between(2, 5)).map(|_| char::from(b'A' + chance.below(26) as u8)).collect()
}

/// A word that looks like a brand.
fn brand(lists: &Lists, chance: &mut Random) -> String {
    let one = match chance.below(4) {
        0 => {
            let word = &chance.pick(&lists.words).1;
            word.chars().take(chance.between(3, 7)).filter(char::is_ascii_lowercase).collect()
        }
        1 => syllables(chance),
        _ => chance.pick(lists.own("brand beginnings")).clone(),
    };
    let mut name = match chance.below(4) {
        0 => one,
        1 => format!("{one}{}", syllables(chance)),
        _ => format!("{one}{}", chance.pick(lists.own("brand endings"))),
    };
    if name.is_empty() {
        name = syllables(chance);
    }
    let mut letters = name.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn syllables(chance: &mut Random) -> String {
    const ONSETS: [&str; 24] = [
        "b", "c", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "br", "cl",
        "dr", "fl", "pr", "st", "tr", "x",
    ];
    const NUCLEI: [&str; 9] = ["a", "e", "i", "o", "u", "ea", "io", "y", "oo"];
    const CODAS: [&str; 10] = ["", "", "", "n", "r", "x", "l", "s", "m", "t"];
    let mut word = String::new();
    for _ in 0..chance.between(2, 3) {
        for part in [&ONSETS[..], &NUCLEI, &CODAS] {
            let letters: &&str = chance.pick(part);
            word.push_str(letters);
        }
    }
    word
}

/// Fills a form of our own lists: `*` place, `^` country, `%` nationality, `~` surname, `@` word,
/// `&1` field.
fn pattern(lists: &Lists, section: &str, chance: &mut Random) -> String {
    let form = chance.pick(lists.own(section)).clone();
    let mut name = String::with_capacity(form.len() + 16);
    for c in form.chars() {
        match c {
            '*' => name += &places::town(lists, *chance.pick(&[2, 2, 3, 4]), chance).name,
            '^' => name.push_str(chance.pick::<String>(lists.own("countries"))),
            '%' => name.push_str(chance.pick::<String>(lists.own("nationalities"))),
            '~' => name += &surname(lists, chance),
            '@' => name.push_str(chance.pick::<String>(lists.own("name words"))),
            '$' => name.push_str(chance.pick::<String>(lists.own("fields"))),
            c => name.push(c),
        }
    }
    name
}
