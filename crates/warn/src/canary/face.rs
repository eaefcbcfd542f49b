//! What a canary is called. Telephone numbers are from the range that North America keeps for fiction
//! (555-0100 to 555-0199, ATIS-0300115 §6), so that no call and no message reaches a real person.

use consent::{Identifier, IdentifierKind, Subject};
use serde::{Deserialize, Serialize};

const FIRST: [&str; 24] = [
    "Anna", "Bernd", "Clara", "David", "Elena", "Felix", "Greta", "Henry", "Irene", "Jonas",
    "Karin", "Lars", "Marta", "Nils", "Olga", "Paul", "Rosa", "Simon", "Tessa", "Uwe", "Vera",
    "Walter", "Wei", "Jing",
];
const LAST: [&str; 24] = [
    "Adler",
    "Brandt",
    "Carlsen",
    "Dietrich",
    "Ekberg",
    "Falk",
    "Gruber",
    "Hartmann",
    "Iversen",
    "Jansen",
    "Keller",
    "Lindqvist",
    "Moser",
    "Nyberg",
    "Oberlin",
    "Petersen",
    "Rosen",
    "Sandberg",
    "Thorsen",
    "Ullman",
    "Vogel",
    "Winter",
    "Zhou",
    "Liang",
];
/// Area codes in use for long.
const AREAS: [&str; 12] =
    ["202", "206", "212", "213", "214", "303", "312", "404", "415", "503", "617", "713"];

/// Name and identifiers of a canary. `Debug` prints nothing: it must not be told from others in a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Face {
    /// A full name.
    pub name: String,
    /// An address at a domain of the company.
    pub email: String,
    /// A fictional number in E.164.
    pub phone: String,
    /// A customer number.
    pub number: String,
}

impl std::fmt::Debug for Face {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Face(…)")
    }
}

impl Face {
    /// A new one. The domain was checked by [`sound_domain`].
    pub fn invent(domain: &str) -> Self {
        let pick = |list: &[&str]| list[below(list.len())].to_owned();
        let (first, last) = (pick(&FIRST), pick(&LAST));
        let tail = 10 + below(90);
        let address = format!("{}.{}{tail}@{domain}", first.to_lowercase(), last.to_lowercase());
        Self {
            name: format!("{first} {last}"),
            email: address,
            phone: format!("+1{}55501{:02}", pick(&AREAS), below(100)),
            number: format!("7{:08}", below(100_000_000)),
        }
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(super) fn write(&self) -> String {
        serde_json::json!(self).to_string()
    }

    /// As a customer. What cannot be read as an identifier is left out; the number always can.
    pub fn subject(&self) -> Subject {
        let all = [
            (IdentifierKind::Email, &self.email),
            (IdentifierKind::Phone, &self.phone),
            (IdentifierKind::CustomerId, &self.number),
        ];
        let read =
            all.into_iter().filter_map(|(kind, text)| Identifier::parse(kind, text, "US").ok());
        match Subject::new(read.collect()) {
            Ok(subject) => subject,
            Err(_) => unreachable!("a customer number of digits is an identifier"),
        }
    }

    /// As a line of CSV: name, e-mail, phone, number.
    pub fn cells(&self) -> [&str; 4] {
        [&self.name, &self.email, &self.phone, &self.number]
    }
}

/// Whether an address at this domain can be one.
pub fn sound_domain(domain: &str) -> bool {
    Identifier::parse(IdentifierKind::Email, &format!("a@{domain}"), "US").is_ok()
}

/// Chance enough to be unlike others; nothing depends on it being secret.
fn below(n: usize) -> usize {
    let bits = store::new_id()
        .bytes()
        .rev()
        .take(12)
        .fold(0_u64, |bits, byte| bits.wrapping_mul(31).wrapping_add(u64::from(byte)));
    (bits % n.max(1) as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_face_has_three_identifiers_and_no_real_number() {
        for _ in 0..500 {
            let face = Face::invent("tea.example");
            assert_eq!(face.subject().identifiers().len(), 3, "{}", face.write());
            assert_eq!(&face.phone[5..10], "55501");
        }
        assert_eq!(format!("{:?}", Face::invent("tea.example")), "Face(…)");
    }

    #[test]
    fn a_domain_must_be_one() {
        assert!(sound_domain("mail.lantern.example"));
        for bad in ["", "lantern", "a b.example", "x@y.example", "-x.example"] {
            assert!(!sound_domain(bad), "{bad}");
        }
    }
}
