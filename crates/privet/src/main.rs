//! Privet.
fn main() {}
