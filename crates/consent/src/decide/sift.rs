//! A list, sifted with memory as it is at each moment.

use super::{List, Sieve, Tally};
use crate::{Consent, Result, SubjectId};

/// A list on its way through memory: every piece is answered with a state that is not older than its
/// bound.
pub struct Sift {
    consent: Consent,
    sieve: Sieve,
}

impl Consent {
    /// Begins to sift a list. Fails while decisions are not in memory.
    pub fn sift(&self, list: List) -> Result<Sift> {
        self.catalogue().purpose(&list.purpose)?;
        self.loaded_memory()?;
        Ok(Sift {
            consent: self.clone(),
            sieve: Sieve::watching(self.vault(), list, self.watched()),
        })
    }
}

impl Sift {
    /// The next piece of the list; appends the answers.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let memory = self.consent.loaded_memory()?;
        let catalogue = self.consent.catalogue();
        self.sieve.push(&memory, &catalogue, ::store::now(), piece, out)
    }

    /// The end of the list.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Result<()> {
        let memory = self.consent.loaded_memory()?;
        let catalogue = self.consent.catalogue();
        self.sieve.finish(&memory, &catalogue, ::store::now(), out)
    }

    /// The watched customers on the list since the last call; for [`Consent::asked_about`].
    pub fn met(&mut self) -> Vec<SubjectId> {
        self.sieve.met()
    }

    /// So far.
    pub fn tally(&self) -> Tally {
        self.sieve.tally()
    }
}
