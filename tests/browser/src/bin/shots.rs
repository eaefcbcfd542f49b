//! Screenshots of every page of the demo, in both languages, wide and narrow, light and dark.
fn main() {}
