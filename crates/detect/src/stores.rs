//! What a store is about: people, what people did, or things. A bare `name` or `city` is personal in
//! the first, not in the last.

use std::{cell::RefCell, collections::HashSet};

use crate::{
    names::{Said, Strength, dictionary},
    words,
};

/// What a store is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// People: customers, employees, patients.
    People,
    /// What people did: orders, tickets, addresses.
    Dealings,
    /// Things: products, tracks, cities.
    Things,
    /// Cannot tell.
    Unknown,
}

/// A store as its name, comment and columns show it.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// What it is about.
    pub about: About,
    /// The people in it are children.
    pub children: bool,
    /// Other columns certainly hold personal data.
    pub personal_neighbours: bool,
    /// Its name or comment says that it is about people.
    pub named_for_people: bool,
    /// Its columns are called like values: a file without a header, whose first row was taken for one.
    pub headerless: bool,
}

/// Whose data a store's name points at, in the order of the words' weight.
const PEOPLE: [&str; 16] = [
    "children",
    "patients",
    "students",
    "candidates",
    "employees",
    "suppliers",
    "customers",
    "members",
    "subscribers",
    "visitors",
    "guests",
    "tenants",
    "contacts",
    "authors",
    "users",
    "minors",
];

/// The last store looked at: name, comment, columns and the answer.
type Seen = (String, String, Vec<String>, Look);

/// Looks at a store. The columns of a table come one after another, so the last answer is kept.
pub fn look(store: &str, comment: &str, siblings: &[&str]) -> Look {
    thread_local! {
        static LAST: RefCell<Option<Seen>> = const { RefCell::new(None) };
    }
    LAST.with_borrow_mut(|last| {
        if let Some((old_store, old_comment, old_siblings, look)) = last
            && old_store == store
            && old_comment == comment
            && old_siblings.iter().map(String::as_str).eq(siblings.iter().copied())
        {
            return *look;
        }
        let look = look_afresh(store, comment, siblings);
        let siblings = siblings.iter().map(|s| (*s).to_owned()).collect();
        *last = Some((store.to_owned(), comment.to_owned(), siblings, look));
        look
    })
}

fn look_afresh(store: &str, comment: &str, siblings: &[&str]) -> Look {
    let people = people_words(store).or_else(|| people_words(comment));
    let mut about = about_name(store);
    if about == About::Unknown && !comment.is_empty() {
        about = about_name(comment);
    }
    let certain = certain_categories(siblings);
    if about == About::Unknown && certain.len() >= 2 {
        about = About::People;
    }
    // Labels, lines, lists of things sent: somebody's name and a way to reach them.
    let named =
        certain.contains("identity.name") && certain.iter().any(|c| c.starts_with("contact."));
    if about == About::Things && named {
        about = About::Dealings;
    }
    Look {
        about,
        children: people == Some("children"),
        personal_neighbours: !certain.is_empty(),
        named_for_people: people.is_some() && about != About::Things,
        headerless: certain.is_empty() && siblings.iter().any(|name| is_value(name)),
    }
}

/// A name that is a value: no column is called `li.lei@example.com`. Years and dates are names of columns.
fn is_value(name: &str) -> bool {
    use crate::values::{Kind, kinds};
    name.len() >= 7
        && kinds(name).any(&[
            Kind::Email,
            Kind::MobileCn,
            Kind::IdCn,
            Kind::Iban,
            Kind::PhoneIntl,
            Kind::Uuid,
        ])
}

/// Guesses whose data a store holds (`customers`, `employees`, `suppliers`, `visitors`, …) from its
/// name and its personal columns' names; `None` when nothing points at people.
pub fn people_category(store: &str, columns: &[&str]) -> Option<&'static str> {
    if let Some(found) = people_words(store) {
        return Some(found);
    }
    // Whose identifier or name do the columns carry?
    let owners: Vec<&'static str> = columns.iter().filter_map(|column| owner(column)).collect();
    if let Some(most) = owners.iter().max_by_key(|o| (owners.iter().filter(|x| x == o).count(), *o))
    {
        let dealing = about_name(store) == About::Dealings && *most == "contacts";
        return Some(if dealing { "customers" } else { most });
    }
    let certain = certain_categories(columns);
    match about_name(store) {
        About::Dealings if certain.iter().all(|c| traces(c)) && !certain.is_empty() => {
            Some("visitors")
        }
        About::Dealings if !certain.is_empty() => Some("customers"),
        About::Things => None,
        _ if certain.contains("identity.employee_id") || certain.contains("finance.salary") => {
            Some("employees")
        }
        _ if certain.iter().any(|c| c.starts_with("health")) => Some("patients"),
        _ if certain.iter().all(|c| traces(c)) && !certain.is_empty() => Some("visitors"),
        _ if certain.len() >= 2 => Some("contacts"),
        _ => None,
    }
}

/// What a website sees of anybody.
fn traces(category: &str) -> bool {
    ["device", "behaviour", "location.coordinates"].iter().any(|root| category.starts_with(root))
}

/// `customer_name` belongs to customers.
fn owner(column: &str) -> Option<&'static str> {
    let tokens = dictionary().tokens(column);
    let han = words::has_han(column);
    let personal = tokens.len() > 1 || han;
    personal
        .then(|| people_words(tokens.first().map_or("", String::as_str)))
        .flatten()
        .filter(|o| *o != "users" || han)
}

/// Categories that siblings' names alone prove.
fn certain_categories(siblings: &[&str]) -> HashSet<&'static str> {
    siblings
        .iter()
        .filter_map(|name| match crate::names::read_cached(name) {
            Said::Personal(hint) if hint.strength == Strength::Strong => Some(hint.category),
            _ => None,
        })
        .filter(|category| {
            !matches!(
                *category,
                "behaviour.browsing"
                    | "behaviour.search"
                    | "device.user_agent"
                    | "behaviour.privacy_choice"
                    | "contact.website"
            )
        })
        .collect()
}

/// The words of a store's name that say something, singular.
fn telling_words(store: &str) -> Vec<String> {
    let file = store.rsplit(['/', '\\']).next().unwrap_or(store);
    let neutral = &dictionary().store_words.neutral;
    dictionary()
        .tokens(file)
        .into_iter()
        .map(|w| words::stem(&w))
        .filter(|w| !w.bytes().all(|b| b.is_ascii_digit()) && !neutral.contains(w))
        .collect()
}

fn people_words(store: &str) -> Option<&'static str> {
    if store.is_empty() {
        return None;
    }
    let lower = store.to_lowercase();
    let tokens = telling_words(store);
    let joined = format!(" {} ", tokens.join(" "));
    // The word nearest the end is the head: "customer_contacts" are contacts of customers, but
    // people still; the weightier category wins a tie.
    let mut best: Option<(usize, std::cmp::Reverse<usize>, &'static str)> = None;
    for (rank, category) in PEOPLE.into_iter().enumerate() {
        for word in dictionary().stores.get(category).into_iter().flatten() {
            let at = if words::has_han(word) {
                lower.rfind(word.as_str())
            } else {
                joined.rfind(&format!(" {word} "))
            };
            if let Some(at) = at {
                let candidate = (at, std::cmp::Reverse(rank), category);
                if best.is_none_or(|b| (candidate.0, candidate.1) > (b.0, b.1)) {
                    best = Some(candidate);
                }
            }
        }
    }
    best.map(|(_, _, category)| category)
}

fn about_name(store: &str) -> About {
    let lower = store.to_lowercase();
    let tokens = telling_words(store);
    let last_two = tokens.len().checked_sub(2).map(|at| tokens[at..].join(" "));
    let head = tokens.last();
    let lists = &dictionary().store_words;
    let in_list = |list: &[String]| {
        list.iter().any(|w| {
            if words::has_han(w) {
                lower.trim_end_matches(['表', '信', '息']).ends_with(w.as_str())
            } else {
                head.is_some_and(|h| h == w) || last_two.as_ref().is_some_and(|h| h == w)
            }
        })
    };
    let people_head = head.is_some_and(|h| people_words(h).is_some())
        || last_two.as_ref().is_some_and(|h| h.contains(' ') && is_people_phrase(h));
    if people_head {
        return About::People;
    }
    if in_list(&lists.things) {
        return About::Things;
    }
    if in_list(&lists.dealings) {
        return About::Dealings;
    }
    if people_words(store).is_some() { About::People } else { About::Unknown }
}

fn is_people_phrase(phrase: &str) -> bool {
    dictionary().stores.values().flatten().any(|w| w == phrase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_are_about_people_dealings_or_things() {
        for (store, about) in [
            ("customers", About::People),
            ("Customer", About::People),
            ("customer_list", About::People),
            ("t_user_info", About::People),
            ("客户信息表", About::People),
            ("exports/subscribers.csv", About::People),
            ("staff", About::People),
            ("Shippers", About::People),
            ("orders", About::Dealings),
            ("Invoice", About::Dealings),
            ("support_tickets", About::Dealings),
            ("address", About::Dealings),
            ("products", About::Things),
            ("Track", About::Things),
            ("Artist", About::Things),
            ("EmployeeTerritories", About::Things),
            ("city", About::Things),
            ("商品", About::Things),
            ("zxcv", About::Unknown),
        ] {
            assert_eq!(look(store, "", &[]).about, about, "{store}");
        }
        assert_eq!(look("zxcv", "", &["email", "first_name"]).about, About::People);
        assert!(look("children", "", &[]).children);
    }

    #[test]
    fn people_categories_come_from_store_and_columns() {
        for (store, columns, people) in [
            ("customers", &[][..], Some("customers")),
            ("hr_employees", &[], Some("employees")),
            ("患者信息", &[], Some("patients")),
            ("Suppliers", &[], Some("suppliers")),
            ("orders", &["customer_name", "ship_address"], Some("customers")),
            ("orders", &["ship_address"], Some("customers")),
            ("web_sessions", &["ip"], Some("visitors")),
            ("newsletter", &["email"], Some("subscribers")),
            ("products", &["name", "price"], None),
            ("x", &["a", "b"], None),
        ] {
            assert_eq!(people_category(store, columns), people, "{store}");
        }
    }
}
