//! Places: addresses, postal codes, coordinates.

use std::sync::OnceLock;

use regex::Regex;

use crate::lexicon::lexicon;

/// A Chinese address: an administrative part and a street or building part, or a street with number.
pub fn is_chinese_address(value: &str) -> bool {
    static DETAIL: OnceLock<Option<Regex>> = OnceLock::new();
    static AREA: OnceLock<Option<Regex>> = OnceLock::new();
    let detail = DETAIL.get_or_init(|| {
        Regex::new(r"(路|街|道|巷|弄|胡同|大道|村|组|小区|花园|苑|大厦|广场|中心|园区|公寓|镇|乡|屯|庄).{0,12}[0-9０-９一二三四五六七八九十]+\s*(号|栋|幢|座|单元|室|楼|层|弄|村|组|巷|#)|[0-9０-９]+\s*(号|栋|幢|弄)[^，。]{0,8}[0-9０-９]*\s*(室|楼|单元|号|栋)").ok()
    });
    let area = AREA.get_or_init(|| {
        Regex::new(r"^(.{2,8}(省|自治区|特别行政区))?.{2,8}(市|自治州|地区|盟|州).{1,9}(区|县|市|旗|镇|街道|路|街|道)").ok()
    });
    if value.chars().count() > 100 {
        return false;
    }
    let hit = |regex: &Option<Regex>| regex.as_ref().is_some_and(|r| r.is_match(value));
    hit(detail) || hit(area) && value.chars().count() >= 6 && !value.contains(['。', '？', '！'])
}

/// A Chinese province or city, with or without 省/市/区 and the like.
pub fn is_chinese_place(value: &str) -> bool {
    let lists = lexicon();
    let bare = value
        .trim_end_matches("特别行政区")
        .trim_end_matches("维吾尔自治区")
        .trim_end_matches("壮族自治区")
        .trim_end_matches("回族自治区")
        .trim_end_matches("自治区")
        .trim_end_matches(['省', '市']);
    lists.cities.contains(bare)
        || lists.provinces.iter().any(|p| p == bare)
        || value.chars().count() >= 3
            && value.chars().count() <= 8
            && value.ends_with(['省', '市', '县', '区', '州'])
}

/// A Chinese province, municipality or autonomous region.
pub fn is_chinese_province(value: &str) -> bool {
    let lists = lexicon();
    lists.provinces.iter().any(|p| {
        value.strip_prefix(p.as_str()).is_some_and(|rest| {
            matches!(
                rest,
                "" | "省"
                    | "市"
                    | "自治区"
                    | "壮族自治区"
                    | "回族自治区"
                    | "维吾尔自治区"
                    | "特别行政区"
                    | "區"
                    | "縣"
            )
        })
    })
}

/// A Chinese city, county or district.
pub fn is_chinese_city(value: &str) -> bool {
    let count = value.chars().count();
    lexicon().cities.contains(value.trim_end_matches('市'))
        || (2..=9).contains(&count) && value.ends_with(['市', '县', '縣', '州'])
        || (3..=4).contains(&count) && value.ends_with(['区', '區'])
}

/// A street address in a language of Latin letters.
pub fn is_street_address(value: &str) -> bool {
    static STREET: OnceLock<Option<Regex>> = OnceLock::new();
    let regex = STREET.get_or_init(|| {
        Regex::new(
            r"(?xi)
            ^\s*\#?\d{1,6}[a-z]?(\s?[-/]\s?\d{1,5}[a-z]?)?[\s,]+(\S+\s+){0,5}?\S*(street|st|avenue|ave|av|road|rd|boulevard|blvd|lane|ln|drive|dr|way|court|ct|place|pl|square|sq|terrace|parkway|pkwy|highway|hwy|circle|crescent|close|loop|plaza|alley|row|walk|manor|trail|quay|mews|rise|gardens|grove|hill)\b\.?
            |^\s*\d{1,5},?\s+(rue|avenue|av\.|boulevard|bd|place|chemin|quai|cours|all[ée]e|via|calle)\s
            |^(rue|rua|via|calle|av\.|avda\.?|avenida|carrera|c/|pra[çc]a|piazza|corso|viale|strada|ulica|ul\.|alameda)\s.{2,40}\d
            |^\p{L}[\p{L}\s.'’-]{1,30}(stra(ß|ss)e|str\.|weg|platz|gasse|allee|ring|damm|ufer|gatan|v[äa]gen|vej|gade|straat|laan|gt\.|g\.|katu)\s*\d+
            |\b(apt|apartment|suite|ste|unit|floor|p\.?\s?o\.?\s?box|c/o)\b\.?\s*\#?\w?\d",
        )
        .ok()
    });
    value.chars().any(|c| c.is_ascii_digit()) && regex.as_ref().is_some_and(|r| r.is_match(value))
}

/// Words and the number of a house, before or after them: `297 Cour Foncivade`, `Veropellonkuja 71`,
/// `Aminlaan 2, 2200SB, Anloo`. Other things are built so too: only for columns among people.
pub fn is_address_shaped(value: &str) -> bool {
    let street = value.split([',', '\n']).next().unwrap_or(value).trim();
    let words: Vec<&str> = street.split_whitespace().collect();
    let is_number = |w: &str| {
        let digits = w.bytes().take_while(u8::is_ascii_digit).count();
        let rest = w[digits..].trim_matches(['.', '-', '/']);
        (1..=5).contains(&digits)
            && rest.len() <= 3
            && rest.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let is_word = |w: &str| w.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    let named = words.iter().filter(|w| is_word(w)).count();
    let capital = words.iter().any(|w| w.chars().next().is_some_and(char::is_uppercase));
    let long = words.iter().map(|w| w.chars().count()).max().unwrap_or(0) >= 4;
    (2..=9).contains(&words.len())
        && capital
        && long
        && named >= 1
        && (is_number(first) || is_number(last) && is_word(first))
}

/// Postal codes that cannot be anything else: UK, Canada, ZIP+4, Netherlands, Japan, Poland, Portugal.
pub fn is_clear_postcode(value: &str) -> bool {
    static CODES: OnceLock<Option<Regex>> = OnceLock::new();
    let regex = CODES.get_or_init(|| {
        Regex::new(
            r"^(GIR 0AA|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[ABCEGHJ-NPRSTVXY]\d[A-Z] \d[A-Z]\d|\d{5}-\d{4}|\d{4} [A-Z]{2}|\d{3}-\d{4}|\d{2}-\d{3}|\d{4}-\d{3}|\d{5}-\d{3})$",
        )
        .ok()
    });
    regex.as_ref().is_some_and(|r| r.is_match(value))
}

/// Anything short enough with digits that some country uses as a postal code.
pub fn is_loose_postcode(value: &str) -> bool {
    let b = value.as_bytes();
    (3..=10).contains(&b.len())
        && b.iter().all(|c| c.is_ascii_alphanumeric() || b" -".contains(c))
        && b.iter().filter(|c| c.is_ascii_digit()).count() >= 2
}

/// One decimal number in the range of a longitude, with at least three places.
pub fn is_coordinate(value: &str) -> bool {
    let places = value.rsplit_once('.').map_or(0, |(_, p)| p.len());
    places >= 3 && value.parse::<f64>().is_ok_and(|n| n.abs() <= 180.0)
}

/// The same with four to eight places, as positions are stored.
pub fn is_fine_coordinate(value: &str) -> bool {
    let places = value.rsplit_once('.').map_or(0, |(_, p)| p.len());
    (4..=8).contains(&places) && is_coordinate(value)
}

/// `31.2304, 121.4737`.
pub fn is_coordinate_pair(value: &str) -> bool {
    let inner = value.trim_start_matches(['(', '[']).trim_end_matches([')', ']']);
    inner.split_once([',', ';', ' ']).is_some_and(|(a, b)| {
        let (a, b) = (a.trim(), b.trim_matches([' ', ',']));
        is_coordinate(a) && is_coordinate(b)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_addresses_have_a_street_or_districts() {
        for good in [
            "广东省深圳市南山区科技园路12号",
            "上海市浦东新区张江路88弄3号502室",
            "浙江省杭州市西湖区文三路",
            "朝阳区建国路93号院8号楼",
            "幸福小区3栋2单元101室",
        ] {
            assert!(is_chinese_address(good), "{good}");
        }
        for bad in ["茉莉花茶100克", "请尽快发货", "一号仓库", "北京", "第3批次"]
        {
            assert!(!is_chinese_address(bad), "{bad}");
        }
        assert!(
            is_chinese_place("广东省") && is_chinese_place("深圳") && !is_chinese_place("红茶")
        );
    }

    #[test]
    fn street_addresses_have_a_number_and_a_street() {
        for good in [
            "47 MySakila Drive",
            "507 - 20th Ave. E. Apt. 2A",
            "Obere Str. 57",
            "120 Hanover Sq.",
            "Av. dos Lusíadas, 43",
            "1 Infinite Loop",
            "69 Salisbury Street",
            "23, rue de Lille",
            "Theodor-Heuss-Straße 34",
            "1600 Amphitheatre Parkway",
            "P.O. Box 555",
        ] {
            assert!(is_street_address(good), "{good}");
        }
        for bad in [
            "Queso Cabrales",
            "10 boxes x 20 bags",
            "24 - 12 oz bottles",
            "Track 12",
            "Street Fighter",
            "3 days",
        ] {
            assert!(!is_street_address(bad), "{bad}");
        }
    }

    #[test]
    fn postal_codes_are_clear_or_loose() {
        assert!(
            is_clear_postcode("WA1 1DP")
                && is_clear_postcode("T2P 2G3")
                && is_clear_postcode("98052-8300")
        );
        assert!(
            is_clear_postcode("1012 AB")
                && !is_clear_postcode("12345")
                && !is_clear_postcode("ALFKI")
        );
        assert!(
            is_loose_postcode("12209")
                && is_loose_postcode("S-958 22")
                && !is_loose_postcode("London")
        );
    }

    #[test]
    fn coordinates_are_in_range() {
        assert!(
            is_coordinate("31.2304")
                && is_coordinate("-121.47370")
                && !is_coordinate("3.99")
                && !is_coordinate("999.1234")
        );
        assert!(
            is_coordinate_pair("31.2304, 121.4737")
                && is_coordinate_pair("(31.230,121.473)")
                && !is_coordinate_pair("1.2, 3.4")
        );
    }
}
