//! Where the root key is kept when not in a file of ours: a hardware module spoken to by PKCS#11, or a
//! key service that speaks Vault's transit interface (HashiCorp Vault, OpenBao and others). Both hold a
//! key that never leaves them and wrap our root with it; they are asked at the start, at a rotation of
//! the root, and at no other time. Callers need [`Transit`] and [`Token`], and give them to
//! [`store::Store::open_with`] as [`store::KeyProvider`]s.

mod token;
mod transit;

pub use token::{Token, TokenConfig};
pub use transit::{Transit, TransitConfig};

/// The first line of a file that holds a secret: editors end it with a line break.
fn secret_in(path: &std::path::Path) -> Result<String, store::ProviderError> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        store::ProviderError(format!("{} cannot be read: {error}", path.display()))
    })?;
    match text.lines().next().map(str::trim) {
        Some(line) if !line.is_empty() => Ok(line.to_owned()),
        _ => Err(store::ProviderError(format!("{} is empty", path.display()))),
    }
}
