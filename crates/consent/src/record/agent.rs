//! How a choice was made, with everything taken off that points at one person.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The network of an address: the first 24 bits of IPv4, the first 48 of IPv6 – enough to say from
/// where, too little to say who.
pub fn truncated(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            format!("{}/24", Ipv4Addr::new(a, b, c, 0))
        }
        IpAddr::V6(ip) => {
            if let Some(ip) = ip.to_ipv4_mapped() {
                return truncated(IpAddr::V4(ip));
            }
            let [a, b, c, ..] = ip.segments();
            format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

/// The page without query and fragment, which often hold a person's data; 500 characters at most.
pub fn page_without_person(page: &str) -> String {
    let end = page.find(['?', '#']).unwrap_or(page.len());
    let page = page[..end].split_once("://").map_or(page[..end].to_owned(), |(scheme, rest)| {
        // `user:password@host` is a person's too.
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = host.rsplit('@').next().unwrap_or(host);
        format!("{scheme}://{host}/{path}")
    });
    page.chars().filter(|c| !c.is_control()).take(500).collect()
}

/// Families of programs by a mark. Order matters: everybody claims to be Safari, many to be Chrome.
const FAMILIES: [(&str, &str); 8] = [
    ("micromessenger", "wechat"),
    ("alipayclient", "alipay"),
    ("edg", "edge"),
    ("firefox", "firefox"),
    ("fxios", "firefox"),
    ("chrome", "chrome"),
    ("crios", "chrome"),
    ("safari", "safari"),
];

/// The class of a program: `mobile`, `tablet`, `desktop`, `app`, `bot` or `other`, with its family.
pub fn user_agent_class(agent: &str) -> String {
    if agent.is_empty() {
        return String::new();
    }
    let low = agent.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| low.contains(word));
    let device = if has(&["bot", "crawler", "spider", "headless", "curl/", "python-"]) {
        "bot"
    } else if has(&["ipad", "tablet"]) || (has(&["android"]) && !has(&["mobile"])) {
        "tablet"
    } else if has(&["iphone", "mobile", "harmonyos"]) {
        "mobile"
    } else if has(&["windows nt", "macintosh", "x11", "cros"]) {
        "desktop"
    } else {
        "other"
    };
    let family = FAMILIES.iter().find(|(mark, _)| low.contains(mark)).map_or("other", |(_, f)| f);
    format!("{device}/{family}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_cut_to_its_network() {
        let cut = |text: &str| truncated(text.parse().unwrap());
        assert_eq!(cut("203.0.113.77"), "203.0.113.0/24");
        assert_eq!(cut("2001:db8:1:2:3:4:5:6"), "2001:db8:1::/48");
        assert_eq!(cut("::ffff:203.0.113.77"), "203.0.113.0/24");
    }

    #[test]
    fn a_page_loses_what_may_name_a_person() {
        assert_eq!(
            page_without_person("https://x.example/a?email=li@example.com#t"),
            "https://x.example/a"
        );
        assert_eq!(page_without_person("https://li:secret@x.example/a"), "https://x.example/a");
        assert_eq!(page_without_person("/join"), "/join");
    }

    #[test]
    fn programs_are_told_apart_roughly() {
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1";
        assert_eq!(user_agent_class(iphone), "mobile/safari");
        let wechat = "Mozilla/5.0 (Linux; Android 14; V) Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.44";
        assert_eq!(user_agent_class(wechat), "mobile/wechat");
        assert_eq!(
            user_agent_class(
                "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
            ),
            "desktop/firefox"
        );
        assert_eq!(user_agent_class("curl/8.0"), "bot/other");
        assert_eq!(user_agent_class(""), "");
    }
}
