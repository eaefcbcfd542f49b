//! Keyed sketches: how much two fields' values overlap, without revealing any value.

/// Builds the sketch of a field's sampled values under the deployment's key (usage
/// `datamap/sketch`); "" when there is too little to compare.
pub fn build(_key: &[u8; 32], _values: &[&str]) -> String {
    String::new()
}
