//! Cookies: the few we read and write. Values are ASCII tokens, so no encoding is needed.

use axum::http::{HeaderMap, HeaderValue, header};

/// The value of a cookie in a request.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// How a cookie is set.
#[derive(Debug, Clone, Copy)]
pub struct Jar {
    /// Served over HTTPS: cookies are `Secure` and carry the `__Host-` prefix.
    pub secure: bool,
}

impl Jar {
    /// The full name of a cookie under this transport.
    pub fn name(self, name: &str) -> String {
        if self.secure { format!("__Host-privet_{name}") } else { format!("privet_{name}") }
    }

    /// Reads one of ours.
    pub fn read<'a>(self, headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
        read(headers, &self.name(name)).filter(|value| !value.is_empty())
    }

    /// A `Set-Cookie` value; `max_age` in seconds, 0 removes it, `None` lasts until the browser
    /// closes.
    pub fn set(self, name: &str, value: &str, max_age: Option<i64>) -> HeaderValue {
        let mut text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax", self.name(name));
        if self.secure {
            text.push_str("; Secure");
        }
        if let Some(seconds) = max_age {
            text.push_str("; Max-Age=");
            text.push_str(&seconds.to_string());
        }
        HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=1; privet_lang=zh-CN;b=2"));
        assert_eq!(Jar { secure: false }.read(&headers, "lang"), Some("zh-CN"));
        assert_eq!(Jar { secure: true }.read(&headers, "lang"), None);
    }

    #[test]
    fn cookies_over_https_are_host_bound() {
        let value = Jar { secure: true }.set("session", "x", None);
        let text = value.to_str().unwrap();
        assert!(text.starts_with("__Host-privet_session=x; Path=/; HttpOnly; SameSite=Lax"));
        assert!(text.ends_with("; Secure"));
    }
}
