//! Invented places and street addresses.

use super::lists::{Lists, Place};
use super::random::Random;

/// A place: country, state, town of any size, or a landmark.
pub fn place(lists: &Lists, form: &str, chance: &mut Random) -> String {
    let class = match form {
        "country" => 0,
        "state" => 1,
        "city" => *chance.pick(&[2, 2, 2, 3, 3, 4, 4]),
        "big" => 2,
        "small" => *chance.pick(&[3, 4, 4]),
        _ => *chance.pick(&[0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4]),
    };
    if form.is_empty() && chance.percent(7) {
        return landmark(lists, chance);
    }
    if class == 0 && chance.percent(55) {
        return chance.pick(lists.own("countries")).clone();
    }
    if class <= 2 && form.is_empty() && chance.percent(25) {
        return chance.pick(lists.own("famous places")).clone();
    }
    town(lists, class, chance).name.clone()
}

/// A place of the class whose name can stand in a sentence.
pub fn town<'a>(lists: &'a Lists, class: usize, chance: &mut Random) -> &'a Place {
    loop {
        let place = chance.pick(&lists.places[class]);
        if place.name.len() <= 28 && !place.name.contains('(') {
            return place;
        }
    }
}

fn landmark(lists: &Lists, chance: &mut Random) -> String {
    let name = match chance.below(3) {
        0 => chance.pick(&lists.surnames[1]).clone(),
        _ => town(lists, *chance.pick(&[2, 3, 4]), chance).name.clone(),
    };
    chance.pick(lists.own("landmarks")).replace('*', &name)
}

/// A street with its house number, in the form of some country.
pub fn street(lists: &Lists, chance: &mut Random) -> String {
    let number = match chance.below(10) {
        0 => format!("{}{}", chance.between(1, 200), chance.pick(&["a", "b", "A", "B", "C"])),
        1 => format!("{}-{}", chance.between(1, 90), chance.between(91, 180)),
        2 | 3 => chance.between(1000, 19_999).to_string(),
        _ => chance.between(1, 999).to_string(),
    };
    let english = chance.percent(55);
    let name = match chance.below(6) {
        0 | 1 => chance.pick(&lists.surnames[0]).clone(),
        2 => chance.pick(lists.own("street names")).clone(),
        3 => town(lists, 4, chance).name.clone(),
        4 => {
            let (_, people) = chance.pick(&lists.people);
            format!("{} {}", chance.pick(&people.given), chance.pick(&people.surnames))
        }
        _ => {
            let (_, people) = chance.pick(&lists.people);
            chance.pick(&people.surnames).clone()
        }
    };
    if english {
        let direction = if chance.percent(12) {
            format!(
                "{} ",
                chance.pick(&["N", "S", "E", "W", "North", "South", "East", "West", "N.", "S."])
            )
        } else {
            String::new()
        };
        let unit = if chance.percent(22) {
            let unit = chance.pick(&["Apt", "Apt.", "Suite", "Unit", "Flat", "Room", "#", "Floor"]);
            let comma = *chance.pick(&[", ", ", ", " ", " ", "\n", "\n "]);
            format!("{comma}{unit} {}", chance.between(1, 999))
        } else {
            String::new()
        };
        let kind = chance.pick(lists.own("streets"));
        return format!("{number} {direction}{name} {kind}{unit}");
    }
    let form = chance.pick(lists.own("foreign streets"));
    form.replace('*', &name).replace('#', &number)
}
