//! The second factor: time-based codes (RFC 6238) and recovery codes.

use crate::{Web, WebError, secret};
use store::sqlx::{self, Row};
use totp_rs::{Builder, Secret, Totp};

/// Recovery codes given at enrolment.
const RECOVERY_CODES: usize = 10;

/// A fresh secret, base32.
pub(crate) fn new_secret() -> String {
    let mut bytes = [0; 20];
    secret::fill(&mut bytes);
    Secret::from(bytes).to_base32()
}

fn totp(secret: &str) -> Result<Totp, WebError> {
    let secret =
        Secret::try_from_base32(secret).map_err(|_| WebError::internal("a faulty TOTP secret"))?;
    Builder::new()
        .with_secret(secret)
        .build()
        .map_err(|_| WebError::internal("a short TOTP secret"))
}

/// The time step a code belongs to, if it is right now (± 30 s).
pub(crate) fn step_of(secret: &str, code: &str) -> Result<Option<i64>, WebError> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(None);
    }
    let now = (store::now() / 1_000_000) as u64;
    Ok(totp(secret)?.check(&digits, now).map(|step| step as i64))
}

/// The code of this moment; for tests and examples.
#[cfg(test)]
pub(crate) fn code_now(secret: &str) -> String {
    totp(secret).unwrap().generate((store::now() / 1_000_000) as u64).to_string()
}

/// The QR code an authenticator scans, as SVG without prolog.
pub(crate) fn qr_svg(secret: &str, login: &str) -> Result<String, WebError> {
    let label: String = url::form_urlencoded::byte_serialize(login.as_bytes()).collect();
    let uri = format!(
        "otpauth://totp/Privet:{}?secret={secret}&issuer=Privet",
        label.replace('+', "%20")
    );
    let code = qrcode::QrCode::new(uri.as_bytes()).map_err(WebError::internal)?;
    let svg = code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(208, 208).build();
    Ok(svg.find("<svg").map_or(String::new(), |at| svg[at..].to_owned()))
}

/// New recovery codes, to be shown once: `ab3k9-x7m2p`.
pub(crate) fn recovery_codes() -> Vec<String> {
    // No 0/o, 1/l/i: they are copied by hand.
    const LETTERS: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
    (0..RECOVERY_CODES)
        .map(|_| {
            let mut code = String::with_capacity(11);
            while code.len() < 11 {
                if code.len() == 5 {
                    code.push('-');
                }
                let mut byte = [0; 1];
                secret::fill(&mut byte);
                // Bytes beyond the last whole multiple are thrown away: every letter equally likely.
                if byte[0] < 248 {
                    code.push(char::from(LETTERS[usize::from(byte[0]) % 31]));
                }
            }
            code
        })
        .collect()
}

impl Web {
    /// What is stored of a recovery code. They are short, so the digest is keyed.
    pub(crate) fn recovery_hash(&self, user_id: &str, code: &str) -> String {
        let code: String = code.trim().to_lowercase();
        secret::mac(&self.inner.index_key, &["recovery", user_id, &code])
    }

    /// How many recovery codes a person has left.
    pub(crate) async fn recovery_left(&self, user_id: &str) -> Result<i64, WebError> {
        let row = sqlx::query("SELECT COUNT(*) FROM web_recovery_code WHERE user_id = $1")
            .bind(user_id)
            .fetch_one(self.store().reader())
            .await?;
        Ok(row.try_get(0)?)
    }

    /// Replaces a person's recovery codes.
    pub(crate) async fn set_recovery(
        &self,
        conn: &mut sqlx::AnyConnection,
        user_id: &str,
        codes: &[String],
    ) -> Result<(), WebError> {
        sqlx::query("DELETE FROM web_recovery_code WHERE user_id = $1")
            .bind(user_id)
            .execute(&mut *conn)
            .await?;
        for code in codes {
            sqlx::query("INSERT INTO web_recovery_code (user_id, hash) VALUES ($1, $2)")
                .bind(user_id)
                .bind(self.recovery_hash(user_id, code))
                .execute(&mut *conn)
                .await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_current_code_fits_and_another_does_not() {
        let secret = new_secret();
        let code = code_now(&secret);
        assert!(step_of(&secret, &code).unwrap().is_some());
        assert!(step_of(&secret, "12345").unwrap().is_none());
        assert!(step_of(&secret, "abcdef").unwrap().is_none());
    }

    #[test]
    fn the_qr_code_is_plain_svg() {
        let svg = qr_svg(&new_secret(), "li wei@example.com").unwrap();
        assert!(svg.starts_with("<svg") && !svg.contains("style="));
    }

    #[test]
    fn recovery_codes_differ_and_are_easy_to_copy() {
        let codes = recovery_codes();
        assert_eq!(codes.len(), 10);
        for code in &codes {
            assert_eq!(code.len(), 11);
            assert!(!code.contains(['0', 'o', '1', 'l', 'i']));
        }
        let unique: std::collections::HashSet<_> = codes.iter().collect();
        assert_eq!(unique.len(), 10);
    }
}
