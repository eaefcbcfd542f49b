//! Invented people: names of many languages in the forms in which texts write them.

use super::lists::Lists;
use super::random::Random;

/// An invented person.
#[derive(Debug, Clone)]
pub struct Person {
    /// Given name, or two.
    pub given: String,
    /// Middle name or initial, often empty.
    pub middle: String,
    /// Family name with its particle.
    pub surname: String,
    /// `Jr.`, `III` or empty.
    pub suffix: String,
    /// A title that fits any text.
    pub title: String,
}

/// Invents a person.
pub fn invent(lists: &Lists, chance: &mut Random) -> Person {
    let (mut given, mut surname) = if chance.percent(38) {
        (american(&lists.given, chance), american(&lists.surnames, chance))
    } else {
        let (_, people) = chance.pick(&lists.people);
        let (_, others) = chance.pick(&lists.people);
        let surnames = if chance.percent(8) { &others.surnames } else { &people.surnames };
        (chance.pick(&people.given).clone(), chance.pick(surnames).clone())
    };
    if chance.percent(3) {
        given = blend(&given, &american(&lists.given, chance));
        surname = blend(&surname, &american(&lists.surnames, chance));
    }
    match chance.below(100) {
        0..=3 => {
            let (_, people) = chance.pick(&lists.people);
            surname = format!("{surname}-{}", chance.pick(&people.surnames));
        }
        4..=6 => surname = format!("{} {surname}", chance.pick(lists.own("particles"))),
        7..=9 => {
            let (_, people) = chance.pick(&lists.people);
            surname = format!("{surname} {}", chance.pick(&people.surnames));
        }
        10 => surname = format!("{}{surname}", chance.pick(lists.own("joined particles"))),
        _ => {}
    }
    if chance.percent(3) {
        let (_, people) = chance.pick(&lists.people);
        let joint = if chance.percent(60) { "-" } else { " " };
        given = format!("{given}{joint}{}", chance.pick(&people.given));
    }
    let middle = match chance.below(100) {
        0..=12 => format!("{}.", capital(chance)),
        13..=16 => capital(chance).to_string(),
        17..=24 => american(&lists.given, chance),
        _ => String::new(),
    };
    let suffix = if chance.percent(3) {
        (*chance.pick(&["Jr.", "Jr", "Sr.", "II", "III", "IV"])).to_owned()
    } else {
        String::new()
    };
    Person { given, middle, surname, suffix, title: chance.pick(lists.own("titles")).clone() }
}

fn american(halves: &[Vec<String>; 2], chance: &mut Random) -> String {
    let half = usize::from(chance.percent(45));
    chance.pick(&halves[half]).clone()
}

fn capital(chance: &mut Random) -> char {
    char::from(b'A' + chance.below(26) as u8)
}

/// A name that nobody has: the beginning of one and the end of another.
fn blend(one: &str, other: &str) -> String {
    let one: Vec<char> = one.chars().collect();
    let other: Vec<char> = other.chars().collect();
    let mut name: String = one[..one.len().div_ceil(2)].iter().collect();
    name.extend(other[other.len() / 2..].iter().flat_map(|c| c.to_lowercase()));
    name
}

impl Person {
    /// Given, middle and family name.
    pub fn full(&self) -> String {
        let middle =
            if self.middle.is_empty() { String::new() } else { format!(" {}", self.middle) };
        let suffix = match self.suffix.as_str() {
            "" => String::new(),
            // The comma before `Jr.` is a matter of taste.
            s if s.starts_with('J') && self.given.len().is_multiple_of(2) => format!(", {s}"),
            s => format!(" {s}"),
        };
        format!("{}{middle} {}{suffix}", self.given, self.surname)
    }

    /// Given and family name.
    pub fn plain(&self) -> String {
        format!("{} {}", self.given, self.surname)
    }

    /// The title that stands before the name (outside of it), and the name in this form.
    pub fn form(&self, form: &str, chance: &mut Random) -> (String, String) {
        let initial = self.given.chars().next().unwrap_or('A');
        let bare = match form {
            "first" => self.given.clone(),
            "last" => self.surname.clone(),
            "full" => {
                if chance.percent(70) {
                    self.plain()
                } else {
                    self.full()
                }
            }
            "plain" => self.plain(),
            "rev" => format!("{}, {}", self.surname, self.given),
            "caps" => format!("{} {}", self.given, self.surname.to_uppercase()),
            "init" => match chance.below(5) {
                0 => format!("{initial} {}", self.surname),
                1 => format!("{initial}.{}. {}", capital(chance), self.surname),
                2 => format!("{initial}. {}. {}", capital(chance), self.surname),
                _ => format!("{initial}. {}", self.surname),
            },
            "titled" => {
                let name = match chance.below(10) {
                    0..=5 => self.surname.clone(),
                    6 => self.form("init", chance).1,
                    _ => self.plain(),
                };
                return (format!("{} ", self.title), name);
            }
            _ => match chance.below(100) {
                0..=44 => self.plain(),
                45..=54 => self.full(),
                55..=79 => self.given.clone(),
                80..=84 => self.surname.clone(),
                85..=90 => return self.form("init", chance),
                _ => return self.form("titled", chance),
            },
        };
        (String::new(), bare)
    }
}
