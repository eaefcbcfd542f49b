//! Secrets: keys that issuers mark, tokens, private keys, password hashes, and values that look random
//! enough to be a secret behind a label.

/// Characters of a key behind its mark.
#[derive(Debug, Clone, Copy)]
enum Body {
    /// Capitals and digits.
    Upper,
    /// Letters and digits.
    Alnum,
    /// Letters, digits, `_` and `-` (base64url).
    Word,
    /// Hexadecimal digits in lower case.
    Hex,
    /// As [`Body::Word`], with dots between parts.
    Dotted,
}

impl Body {
    const fn has(self, c: u8) -> bool {
        match self {
            Self::Upper => c.is_ascii_uppercase() || c.is_ascii_digit(),
            Self::Alnum => c.is_ascii_alphanumeric(),
            Self::Word => c.is_ascii_alphanumeric() || c == b'_' || c == b'-',
            Self::Hex => matches!(c, b'0'..=b'9' | b'a'..=b'f'),
            Self::Dotted => c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.'),
        }
    }
}

/// A mark in front of a key: what issuers document or their secret scanning partners publish.
struct Mark {
    prefix: &'static str,
    body: Body,
    least: usize,
    most: usize,
}

const fn mark(prefix: &'static str, body: Body, least: usize, most: usize) -> Mark {
    Mark { prefix, body, least, most }
}

const MARKS: [Mark; 69] = [
    // Amazon Web Services (IAM identifiers reference), 20 characters.
    mark("AKIA", Body::Upper, 16, 16),
    mark("ASIA", Body::Upper, 16, 16),
    mark("ABIA", Body::Upper, 16, 16),
    mark("ACCA", Body::Upper, 16, 16),
    // Google Cloud: API keys, OAuth client secrets and access tokens.
    mark("AIza", Body::Word, 35, 35),
    mark("GOCSPX-", Body::Word, 28, 28),
    mark("ya29.", Body::Word, 30, 400),
    // GitHub (token formats, April 2021), GitLab (token prefixes).
    mark("ghp_", Body::Alnum, 36, 251),
    mark("gho_", Body::Alnum, 36, 251),
    mark("ghu_", Body::Alnum, 36, 251),
    mark("ghs_", Body::Alnum, 36, 251),
    mark("ghr_", Body::Alnum, 36, 251),
    mark("github_pat_", Body::Word, 40, 244),
    mark("glpat-", Body::Dotted, 20, 64),
    mark("gldt-", Body::Word, 20, 64),
    mark("glrt-", Body::Dotted, 20, 64),
    mark("glptt-", Body::Hex, 40, 40),
    // Slack.
    mark("xoxb-", Body::Word, 20, 250),
    mark("xoxp-", Body::Word, 20, 250),
    mark("xoxa-", Body::Word, 20, 250),
    mark("xoxr-", Body::Word, 20, 250),
    mark("xoxs-", Body::Word, 20, 250),
    mark("xapp-", Body::Word, 20, 250),
    // Stripe.
    mark("sk_live_", Body::Alnum, 16, 247),
    mark("sk_test_", Body::Alnum, 16, 247),
    mark("rk_live_", Body::Alnum, 16, 247),
    mark("rk_test_", Body::Alnum, 16, 247),
    mark("pk_live_", Body::Alnum, 16, 247),
    mark("whsec_", Body::Alnum, 24, 64),
    // OpenAI and Anthropic; DeepSeek and others use the bare `sk-`.
    mark("sk-ant-", Body::Word, 32, 160),
    mark("sk-proj-", Body::Word, 32, 200),
    mark("sk-svcacct-", Body::Word, 32, 200),
    mark("sk-or-v1-", Body::Hex, 64, 64),
    mark("sk-", Body::Alnum, 32, 64),
    // Chinese clouds: Alibaba, Tencent, Volcengine, Baidu.
    mark("LTAI", Body::Alnum, 12, 26),
    mark("AKID", Body::Alnum, 28, 36),
    mark("AKLT", Body::Alnum, 28, 48),
    mark("ALTAK", Body::Alnum, 20, 24),
    // Package registries.
    mark("npm_", Body::Alnum, 36, 36),
    mark("pypi-AgE", Body::Word, 50, 250),
    mark("rubygems_", Body::Hex, 48, 48),
    mark("dckr_pat_", Body::Word, 27, 36),
    mark("oy2", Body::Alnum, 43, 43),
    // Mail and messages: SendGrid, Mailgun, Twilio (below), Mailchimp has its data centre behind.
    mark("SG.", Body::Dotted, 60, 70),
    mark("key-", Body::Hex, 32, 32),
    mark("xkeysib-", Body::Word, 64, 90),
    mark("re_", Body::Word, 32, 36),
    // Hosting and infrastructure.
    mark("dop_v1_", Body::Hex, 64, 64),
    mark("doo_v1_", Body::Hex, 64, 64),
    mark("hvs.", Body::Word, 24, 200),
    mark("hvb.", Body::Word, 24, 300),
    mark("dapi", Body::Hex, 32, 34),
    mark("glsa_", Body::Word, 32, 48),
    mark("glc_", Body::Alnum, 32, 400),
    mark("lin_api_", Body::Alnum, 40, 40),
    mark("ntn_", Body::Alnum, 40, 50),
    mark("secret_", Body::Alnum, 43, 43),
    mark("hf_", Body::Alnum, 34, 37),
    mark("r8_", Body::Alnum, 37, 37),
    mark("shpat_", Body::Hex, 32, 32),
    mark("shpca_", Body::Hex, 32, 32),
    mark("shpss_", Body::Hex, 32, 32),
    mark("sq0atp-", Body::Word, 22, 22),
    mark("sq0csp-", Body::Word, 43, 43),
    mark("EAAA", Body::Word, 60, 60),
    mark("PMAK-", Body::Word, 59, 59),
    mark("pul-", Body::Hex, 40, 40),
    mark("sntrys_", Body::Word, 40, 250),
    mark("AGE-SECRET-KEY-1", Body::Upper, 58, 58),
];

/// Every mark, for a finder that looks for all at once.
pub fn marks() -> impl Iterator<Item = &'static str> {
    MARKS.iter().map(|mark| mark.prefix)
}

/// Length of the marked key at the start of `text`, when the whole word is one.
pub fn marked_key(text: &str) -> Option<usize> {
    let b = text.as_bytes();
    MARKS.iter().filter(|mark| b.starts_with(mark.prefix.as_bytes())).find_map(|mark| {
        let body = &b[mark.prefix.len()..];
        let length = body.iter().take(mark.most + 1).take_while(|c| mark.body.has(**c)).count();
        let length = trim_dots(&body[..length]);
        let ends = body.get(length).is_none_or(|c| !c.is_ascii_alphanumeric() && *c != b'_');
        let fits = (mark.least..=mark.most).contains(&length) && ends;
        (fits && is_random(&body[..length])).then_some(mark.prefix.len() + length)
    })
}

fn trim_dots(body: &[u8]) -> usize {
    body.iter().rposition(|c| *c != b'.' && *c != b'-').map_or(0, |at| at + 1)
}

/// Not a placeholder such as `xxxxxxxx` or `your_key_here`: at least eight different characters, or six
/// where the alphabet is hexadecimal.
fn is_random(body: &[u8]) -> bool {
    let mut seen = [false; 128];
    let mut different = 0;
    for c in body {
        let slot = &mut seen[usize::from(c & 127)];
        different += usize::from(!*slot);
        *slot = true;
    }
    different >= 7
}

/// Twilio's account, key and application identifiers: two letters, 32 hexadecimal digits.
pub fn twilio(value: &str) -> bool {
    value.len() == 34
        && ["AC", "SK", "AP"].iter().any(|prefix| value.starts_with(prefix))
        && value[2..].bytes().all(|c| Body::Hex.has(c))
        && is_random(&value.as_bytes()[2..])
}

/// A bot token of Telegram: 8–10 digits, colon, 35 characters.
pub fn telegram_bot(value: &str) -> bool {
    value.split_once(':').is_some_and(|(id, secret)| {
        (8..=10).contains(&id.len())
            && super::digits::all_digits(id.as_bytes())
            && secret.len() == 35
            && secret.starts_with("AA")
            && secret.bytes().all(|c| Body::Word.has(c))
    })
}

/// JSON Web Token (RFC 7519): three base64url parts, the first a JSON object.
pub fn jwt(value: &str) -> bool {
    let mut parts = value.split('.');
    let (Some(head), Some(claims), Some(mac), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    head.starts_with("eyJ")
        && head.len() >= 12
        && claims.len() >= 8
        && mac.len() >= 4
        && value.bytes().all(|c| Body::Dotted.has(c) || c == b'=')
}

/// A PEM private key (RFC 7468; OpenSSH and PGP armour): whole block or at least its head.
pub fn private_key(value: &str) -> bool {
    value.trim_start().strip_prefix("-----BEGIN ").is_some_and(|rest| {
        rest.split("-----").next().is_some_and(|label| {
            label.ends_with("PRIVATE KEY") || label.ends_with("PRIVATE KEY BLOCK")
        })
    })
}

/// A key, token or private key that its form gives away.
pub fn api_key(value: &str) -> bool {
    private_key(value)
        || marked_key(value) == Some(value.len())
        || twilio(value)
        || telegram_bot(value)
}

/// A stored password: modular crypt format (`$2b$…`, `$argon2id$…`), PHC strings, and the formats of
/// Django, Werkzeug and LDAP.
pub fn password_hash(value: &str) -> bool {
    const PREFIXES: [&str; 9] = [
        "pbkdf2_sha256$",
        "pbkdf2:sha256",
        "scrypt:",
        "{SSHA}",
        "{SHA512}",
        "{bcrypt}",
        "{CRYPT}",
        "argon2$",
        "bcrypt$",
    ];
    if let Some(rest) = value.strip_prefix('$') {
        let scheme = rest.split('$').next().unwrap_or_default();
        return rest.matches('$').count() >= 2
            && value.len() >= 26
            && !value.contains(char::is_whitespace)
            && (matches!(
                scheme,
                "1" | "2a" | "2b" | "2x" | "2y" | "5" | "6" | "7" | "y" | "gy" | "apr1" | "scrypt"
            ) || scheme.starts_with("argon2")
                || scheme.starts_with("pbkdf2"));
    }
    value.len() >= 30
        && !value.contains(char::is_whitespace)
        && PREFIXES.iter().any(|prefix| value.starts_with(prefix))
}

/// Shannon's entropy of a value's bytes, in bits a byte.
pub fn entropy(value: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in value {
        counts[usize::from(*byte)] += 1;
    }
    let total = value.len().max(1) as f64;
    counts
        .iter()
        .filter(|n| **n > 0)
        .map(|n| {
            let share = f64::from(*n) / total;
            -share * share.log2()
        })
        .sum()
}

/// Random enough for a key behind a label such as `api_key:`: 16–512 characters, digits and letters
/// mixed, at least three bits a character (English words stay below with their few characters).
pub fn random_secret(value: &str) -> bool {
    let b = value.as_bytes();
    (16..=512).contains(&b.len())
        && b.iter().all(|c| c.is_ascii_alphanumeric() || b"+/=_-.~".contains(c))
        && b.iter().any(u8::is_ascii_digit)
        && b.iter().any(u8::is_ascii_alphabetic)
        && entropy(b) >= 3.0
}

/// A password written behind its label: 6–64 characters of at least two classes (letters, digits,
/// signs), none of them space; hidden ones (`****`) and variables (`${…}`) are not.
pub fn written_password(value: &str) -> bool {
    let b = value.as_bytes();
    if !(6..=64).contains(&b.len()) || !b.iter().all(u8::is_ascii_graphic) {
        return false;
    }
    let letters = b.iter().any(u8::is_ascii_alphabetic);
    let digits = b.iter().any(u8::is_ascii_digit);
    let signs = b.iter().any(|c| b"!@#$%^&*+=?~".contains(c));
    let hidden = b.iter().filter(|c| matches!(c, b'*' | b'.')).count() * 2 >= b.len();
    let variable = value.contains("${")
        || value.contains("{{")
        || value.contains('(')
        || value.contains("://")
        || value.starts_with(['$', '<', '%', '&', '*', '@'])
        || is_path(value);
    usize::from(letters) + usize::from(digits) + usize::from(signs) >= 2
        && (letters || digits && signs)
        && !hidden
        && !variable
}

/// A field or constant of a program: `form.password`, `secret.0`, `Config::SECRET`.
fn is_path(value: &str) -> bool {
    let part = |part: &str| {
        part.len() == 1 && part.as_bytes()[0].is_ascii_digit()
            || part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    value.contains("::") || value.contains('.') && value.split('.').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_keys_are_known_by_their_marks() {
        for good in [
            "AKIAIOSFODNN7EXAMPLE",
            "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
            "LTAI5tQnKxyz8R7vFakeKey1",
            "glpat-Xy7_zQ12abCDefGh90-k",
            "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",
            "AC0123456789abcdef0123456789abcdef",
            "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawE",
        ] {
            assert!(api_key(good), "{good}");
        }
        for bad in [
            "AKIA rocks",
            "sk-1",
            "AKIAXXXXXXXXXXXXXXXX",
            "ghp_short",
            "sk-learn",
            "hf_transformers",
            "key-value",
            "SG.1",
        ] {
            assert!(!api_key(bad), "{bad}");
        }
        assert_eq!(marked_key("AKIAIOSFODNN7EXAMPLE, and more"), Some(20));
        assert_eq!(marked_key("AKIAIOSFODNN7EXAMPLETOOLONG"), None);
    }

    #[test]
    fn tokens_and_private_keys_have_their_forms() {
        assert!(jwt("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"));
        assert!(!jwt("eyJ.a.b") && !jwt("a.b.c"));
        assert!(private_key("-----BEGIN RSA PRIVATE KEY-----\nMIIE"));
        assert!(private_key("-----BEGIN PGP PRIVATE KEY BLOCK-----"));
        assert!(!private_key("-----BEGIN CERTIFICATE-----") && !api_key("-----BEGIN"));
    }

    #[test]
    fn password_hashes_name_their_scheme() {
        assert!(password_hash("$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW"));
        assert!(password_hash("$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$RdescudvJCsgt3ub+b4d"));
        assert!(password_hash("pbkdf2_sha256$260000$abcdefgh$0123456789abcdef="));
        assert!(!password_hash("$12.50") && !password_hash("hunter2"));
    }

    #[test]
    fn labelled_secrets_look_random() {
        assert!(random_secret("wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"));
        assert!(!random_secret("internationalization") && !random_secret("aaaaaaaaaaaaaaaa1"));
        assert!(
            written_password("hunter2")
                && written_password("P@ssw0rd!")
                && written_password("Abc123456")
        );
        for bad in [
            "required",
            "${DB_PASS}",
            "********",
            "12345678",
            "abc",
            "get_env(1)",
            "<secret1>",
            "secret.0",
            "&Pass1",
        ] {
            assert!(!written_password(bad), "{bad}");
        }
        assert!(entropy(b"aaaa") < 0.01 && (entropy(b"abcd") - 2.0).abs() < 1e-9);
    }
}
