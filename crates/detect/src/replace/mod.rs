//! Hides what was found: in a text ([`anonymize`]) or in single values ([`Replacer::value`]), for
//! samples on screen, exports and test data. Operators are those that other anonymisers know, and
//! `fake`: another value of the same form, the same one for the same value and key, so that joins and
//! counts still hold. Different keys give inventions that nobody can link.
//!
//! # What an invention promises
//! The form is kept (separators, length, script, case), check digits are right, and where a range is
//! reserved for tests or can belong to nobody, the invention is taken from it. It is not promised that
//! two values never become the same one: of *n* values drawn from *N* inventions, the odds that any two
//! meet are about 1 − e^(−n²/2N). Latin full names: N ≈ 50,000; Chinese three-character names: ≈ 2
//! million; mainland mobiles with a given prefix: 10⁸; cards of one issuer: 10⁹; identity numbers of
//! one province and decade: ≈ 3.6 million. Who holds the key and a guess can test the guess: keep keys
//! as secret as the data.

mod fake;
mod key;
mod operator;
mod splice;

pub use fake::{Birth, FakeRules, Region};
pub use key::Key;
pub use operator::{Digest, Operator, ReplaceError, Replacer};
pub use splice::{Anonymized, Item, Target, anonymize, splice};
