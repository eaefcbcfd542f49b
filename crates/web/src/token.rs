//! API tokens (being built)

/// A token as listed.
#[derive(Debug, Clone)]
pub struct ApiToken {}
/// The bearer of an API request.
#[derive(Debug, Clone)]
pub struct Token {}
