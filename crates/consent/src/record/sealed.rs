//! What a record says of its customer's choices, sealed: what was chosen for which purpose, under which
//! notice, and who said so. A stolen database ties no customer to a purpose.
//!
//! The text is always as long: purposes are bits by their numbers in memory, so nobody can count them.
//! The key is one for each customer, derived (see [`vault::Derived`]), because decisions read everybody's
//! records at a start; so an erased customer's text is taken away ([`GONE`]).

use std::collections::BTreeMap;

use super::{Choice, Origin, Stored};
use crate::{Catalogue, Consent, ConsentError, Result, decide::Shape};

/// What stands in the column of a customer who was erased.
pub(crate) const GONE: &str = "";
/// How the choices begin in a record from before they were sealed: JSON.
const CLEAR: char = '{';
/// The choices are bits: the masks of [`Shape`], 8 bytes each.
const BITS: u8 = 1;
/// The choices are JSON: a purpose has no number, which no release has ever written.
const NAMES: u8 = 2;
/// JSON is filled up with spaces to a multiple of this.
const STEP: usize = 256;

/// What a record says, by the numbers of notice and purposes; by names in a record from before.
pub(crate) enum Said {
    /// As it is sealed.
    Shape(Origin, Shape),
    /// Sealed with names, or from before: the notice's number and the choices.
    Names(Option<Origin>, u16, BTreeMap<String, Choice>),
}

/// What is sealed of a record.
pub(crate) fn encode(catalogue: &Catalogue, stored: &Stored) -> Vec<u8> {
    let slots = stored.choices.iter().map(|(key, choice)| {
        let purpose = catalogue.purpose(key).ok()?;
        Some((purpose.slot, *choice))
    });
    let slots: Option<Vec<_>> = slots.collect();
    let origin = Origin::ALL.iter().position(|one| *one == stored.origin).unwrap_or(0) as u8;
    let notice = stored.notice_slot as u16;
    let form = if slots.is_some() { BITS } else { NAMES };
    let mut bytes = vec![form, origin];
    bytes.extend_from_slice(&notice.to_be_bytes());
    if let Some(said) = slots {
        let [_, masks @ ..] = Shape::new(notice, said).to_numbers();
        bytes.extend(masks.iter().flat_map(|mask| mask.to_be_bytes()));
    } else {
        bytes.extend(serde_json::to_vec(&stored.choices).unwrap_or_default());
        bytes.resize(bytes.len().next_multiple_of(STEP), b' ');
    }
    bytes
}

fn decode(bytes: &[u8]) -> Option<Said> {
    let ([form, origin, notice @ ..], body) = bytes.split_first_chunk::<4>()?;
    let origin = *Origin::ALL.get(usize::from(*origin))?;
    let notice = u16::from_be_bytes(*notice);
    if *form == NAMES {
        return Some(Said::Names(Some(origin), notice, serde_json::from_slice(body).ok()?));
    }
    let (masks, rest) = body.as_chunks::<8>();
    let [spoken, low, high] = masks else { return None };
    let number = |mask: &[u8; 8]| u64::from_be_bytes(*mask);
    let numbers = [notice.into(), number(spoken), number(low), number(high)];
    (*form == BITS && rest.is_empty())
        .then(|| Some(Said::Shape(origin, Shape::from_numbers(numbers)?)))?
}

/// The column in which the text opens, with its row.
fn place(id: &str) -> String {
    format!("consent_record/choices/{id}")
}

pub(crate) fn damaged(what: &str) -> ConsentError {
    ConsentError::Invalid(format!("a stored record is damaged: {what}"))
}

impl Consent {
    /// The text to keep in place of a record's choices, notice and origin.
    pub(crate) fn seal_said(&self, catalogue: &Catalogue, stored: &Stored) -> Result<String> {
        let plain = encode(catalogue, stored);
        Ok(self.inner.records.seal(&place(&stored.id), &stored.subject, &plain)?)
    }

    /// What a record says; `None` when its customer was erased. `slot` is the notice's column: it counts
    /// in a record from before.
    pub(crate) fn said(
        &self,
        id: &str,
        subject: &str,
        kept: &str,
        slot: i64,
    ) -> Result<Option<Said>> {
        if kept == GONE {
            return Ok(None);
        }
        if kept.starts_with(CLEAR) {
            let choices = serde_json::from_str(kept).map_err(|_| damaged("choices"))?;
            return Ok(Some(Said::Names(None, slot as u16, choices)));
        }
        let plain = self.inner.records.open(&place(id), subject, kept)?;
        decode(&plain).ok_or_else(|| damaged("choices")).map(Some)
    }

    /// Does something that opens records. What another server made in the meantime – a key, a purpose, a
    /// notice – may be unknown here: then once more, with everything read anew.
    pub(crate) async fn opening<T>(&self, read: impl Fn(&Catalogue) -> Result<T>) -> Result<T> {
        match read(&self.catalogue()) {
            Err(ConsentError::Vault(_) | ConsentError::Invalid(_)) => {
                self.refresh_keks().await?;
                self.refresh_catalogue().await?;
                read(&self.catalogue())
            }
            done => done,
        }
    }
}

impl Said {
    /// What it says to decisions. Purposes that nobody knows say nothing.
    pub(crate) fn shape(self, catalogue: &Catalogue) -> Shape {
        match self {
            Self::Shape(_, shape) => shape,
            Self::Names(_, notice, choices) => Shape::new(
                notice,
                choices
                    .iter()
                    .filter_map(|(key, choice)| Some((catalogue.purpose(key).ok()?.slot, *choice))),
            ),
        }
    }

    /// What was chosen, by purpose. An error when a purpose is not known here (yet).
    pub(crate) fn choices(self, catalogue: &Catalogue) -> Result<BTreeMap<String, Choice>> {
        match self {
            Self::Names(_, _, choices) => Ok(choices),
            Self::Shape(_, shape) => {
                let named = catalogue
                    .purposes()
                    .filter_map(|purpose| Some((purpose.key.clone(), shape.about(purpose.slot)?)));
                let choices: BTreeMap<_, _> = named.collect();
                if choices.len() as u32 == shape.spoken().count_ones() {
                    Ok(choices)
                } else {
                    Err(damaged("it names a purpose that is not there"))
                }
            }
        }
    }

    /// Who said so; `None` in a record from before, which has it in a column.
    pub(crate) fn origin(&self) -> Option<Origin> {
        match self {
            Self::Shape(origin, _) => Some(*origin),
            Self::Names(origin, ..) => *origin,
        }
    }

    /// The notice version's number in memory.
    pub(crate) fn notice_slot(&self) -> u16 {
        match self {
            Self::Shape(_, shape) => shape.notice,
            Self::Names(_, slot, _) => *slot,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Purpose, PurposeBody};
    use proptest::prelude::*;

    const CHOICES: [Choice; 4] =
        [Choice::Granted, Choice::Denied, Choice::Withdrawn, Choice::Pending];

    /// Purposes `p0` … `p63`, as many as there can be.
    fn catalogue() -> Catalogue {
        let purpose = |slot| Purpose {
            key: format!("p{slot}"),
            slot,
            version: 1,
            retired_at: None,
            body: PurposeBody::default(),
            created_at: 0,
            updated_at: 0,
        };
        Catalogue::new((0..64).map(purpose).collect(), Vec::new(), Vec::new())
    }

    fn stored(choices: BTreeMap<String, Choice>, notice_slot: i64, origin: Origin) -> Stored {
        Stored { choices, notice_slot, origin, ..super::super::store::nothing() }
    }

    proptest! {
        #[test]
        fn what_was_said_comes_back_and_its_length_says_nothing(
            choices in prop::collection::btree_map(
                (0_u16..64).prop_map(|slot| format!("p{slot}")), prop::sample::select(CHOICES.to_vec()), 0..64,
            ),
            slot in 0_i64..60_000, origin in prop::sample::select(Origin::ALL.to_vec()),
        ) {
            let catalogue = catalogue();
            let bytes = encode(&catalogue, &stored(choices.clone(), slot, origin));
            prop_assert_eq!(bytes.len(), 28);
            let said = decode(&bytes).unwrap();
            prop_assert_eq!((i64::from(said.notice_slot()), said.origin()), (slot, Some(origin)));
            prop_assert_eq!(said.choices(&catalogue).unwrap(), choices);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = decode(&bytes);
        }
    }

    #[test]
    fn a_purpose_without_a_number_is_kept_by_its_name() {
        let catalogue = catalogue();
        let choices = BTreeMap::from([
            ("p1".to_owned(), Choice::Granted),
            ("unknown".to_owned(), Choice::Denied),
        ]);

        let bytes = encode(&catalogue, &stored(choices.clone(), 3, Origin::Import));

        assert_eq!(bytes.len() % STEP, 0);
        let again = || decode(&bytes).unwrap();
        assert_eq!(again().shape(&catalogue).about(1), Some(Choice::Granted));
        assert_eq!(again().choices(&catalogue).unwrap(), choices);
    }

    #[test]
    fn a_purpose_that_another_server_made_is_asked_for_first() {
        let bytes = encode(
            &catalogue(),
            &stored(BTreeMap::from([("p5".to_owned(), Choice::Granted)]), 0, Origin::Api),
        );

        let said = decode(&bytes).unwrap();

        assert!(matches!(said.choices(&Catalogue::default()), Err(ConsentError::Invalid(_))));
    }
}
