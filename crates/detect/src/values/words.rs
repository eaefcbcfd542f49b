//! Words for jobs, companies, nations, groups and places, in `data/value_words.toml`.

use std::{collections::HashSet, sync::OnceLock};

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    jobs: String,
    job_endings: Vec<String>,
    zh_jobs: Vec<String>,
    nations: String,
    ethnic: String,
    company_endings: String,
    zh_companies: Vec<String>,
    place_heads: String,
    place_tails: String,
    place_endings: Vec<String>,
}

struct Words {
    jobs: HashSet<String>,
    job_endings: Vec<String>,
    zh_jobs: Vec<String>,
    nations: HashSet<String>,
    ethnic: HashSet<String>,
    company_endings: HashSet<String>,
    zh_companies: Vec<String>,
    place_heads: HashSet<String>,
    place_tails: HashSet<String>,
    place_endings: Vec<String>,
}

/// The lists.
///
/// # Panics
/// Never in a released build: a test parses the embedded file.
fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| {
        let file: File = match toml::from_str(include_str!("../../data/value_words.toml")) {
            Ok(file) => file,
            Err(why) => panic!("the embedded value_words.toml is broken: {why}"),
        };
        let set = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        Words {
            jobs: set(&file.jobs),
            job_endings: file.job_endings,
            zh_jobs: file.zh_jobs,
            nations: set(&file.nations),
            ethnic: set(&file.ethnic),
            company_endings: set(&file.company_endings),
            zh_companies: file.zh_companies,
            place_heads: set(&file.place_heads),
            place_tails: set(&file.place_tails),
            place_endings: file.place_endings,
        }
    })
}

/// Words of a value, without brackets and commas.
fn parts(folded: &str) -> impl DoubleEndedIterator<Item = &str> {
    folded.split([' ', ',', '/', '(', ')', '&', '-', '\'']).filter(|w| !w.is_empty())
}

/// A job title: one of its words is a word for a job. Takes folded text.
pub fn is_job(folded: &str) -> bool {
    let lists = words();
    folded.len() <= 60
        && parts(folded).count() <= 6
        && parts(folded).any(|word| {
            lists.jobs.contains(word)
                || word.len() >= 7
                    && lists.job_endings.iter().any(|end| word.ends_with(end.as_str()))
        })
}

/// A Chinese job title.
pub fn is_chinese_job(value: &str) -> bool {
    value.chars().count() >= 2 && words().zh_jobs.iter().any(|end| value.ends_with(end.as_str()))
}

/// A company's name by its legal form, or as partners are listed: `Smith, Brown and Jones`, `Smith-Jones`.
/// Takes folded text.
pub fn is_company(folded: &str) -> bool {
    let last = folded.rsplit(' ').next().unwrap_or(folded);
    let formed = folded.contains(' ')
        && (words().company_endings.contains(last)
            || words().company_endings.contains(last.trim_matches(['.', ',', '(', ')'])));
    formed || folded.contains(", ") && folded.contains(" and ") || folded.contains(" & ")
}

/// A Chinese company or institution.
pub fn is_chinese_company(value: &str) -> bool {
    words().zh_companies.iter().any(|end| value.ends_with(end.as_str()))
}

/// An adjective of a nation. Takes folded text.
pub fn is_nation(folded: &str) -> bool {
    words().nations.contains(folded)
}

/// A racial or ethnic group. Takes folded text.
pub fn is_ethnic(folded: &str) -> bool {
    let mut all = folded.split([' ', '/', '-', ',', '(', ')']).filter(|w| !w.is_empty()).peekable();
    all.peek().is_some() && all.all(|w| words().ethnic.contains(w))
}

/// Built as names of places are. Takes folded text.
pub fn is_place_shaped(folded: &str) -> bool {
    let lists = words();
    let (Some(first), Some(last)) = (parts(folded).next(), parts(folded).next_back()) else {
        return false;
    };
    let several = first.len() < folded.len();
    several && (lists.place_heads.contains(first) || lists.place_tails.contains(last))
        || last.len() >= 6 && lists.place_endings.iter().any(|end| last.ends_with(end.as_str()))
}

/// A month or a day of the week, in English or shortened. Takes folded text.
pub fn is_calendar(folded: &str) -> bool {
    const WORDS: &str = " january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun ";
    !folded.contains(' ') && WORDS.contains(&format!(" {folded} "))
}

/// ISO 3166-1 codes of the larger countries.
pub fn is_country_code(value: &str) -> bool {
    const CODES: &str = " AD AE AF AR AT AU BD BE BG BR CA CH CL CN CO CZ DE DK EE EG ES FI FR GB GR HK HR HU ID IE IL IN IR IS IT JP KE KR LT LU LV MA MX MY NG NL NO NZ PE PH PK PL PT RO RU SA SE SG SI SK TH TR TW UA UK US VN ZA USA GBR DEU FRA CHN JPN ESP ITA CAN AUS IND BRA NLD POL ";
    (2..=3).contains(&value.len()) && CODES.contains(&format!(" {value} "))
}

/// Codes of the states of the United States and Australia and of the provinces of Canada.
pub fn is_state_code(value: &str) -> bool {
    const CODES: &str = " AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY PR GU VI AS MP AB BC MB NB NL NS NT NU ON PE QC SK YT NSW QLD VIC TAS ACT ";
    (2..=3).contains(&value.len()) && CODES.contains(&format!(" {value} "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_companies_nations_and_groups_are_known_by_their_words() {
        assert!(
            is_job("senior software engineer")
                && is_job("engineer, civil")
                && is_job("it-projektleiter")
        );
        assert!(!is_job("green tea") && !is_job("berlin"));
        assert!(
            is_chinese_job("软件工程师")
                && is_chinese_job("销售经理")
                && !is_chinese_job("茉莉花茶")
        );
        assert!(
            is_company("exotic liquids ltd")
                && is_company("smith, brown and jones")
                && is_company("muller gmbh")
        );
        assert!(!is_company("jane smith") && !is_company("berlin"));
        assert!(is_chinese_company("深圳市某某科技有限公司") && !is_chinese_company("王小明"));
        assert!(is_nation("chinese") && !is_nation("chair"));
        assert!(
            is_ethnic("black or african american")
                && is_ethnic("white")
                && !is_ethnic("navy")
                && !is_ethnic("")
        );
    }

    #[test]
    fn places_are_known_by_how_they_are_built() {
        assert!(
            is_place_shaped("north janeville")
                && is_place_shaped("gunnarhamn")
                && is_place_shaped("cedar rapids")
        );
        assert!(!is_place_shaped("jane") && !is_place_shaped("red") && !is_place_shaped(""));
        assert!(
            is_state_code("TX")
                && !is_state_code("XX")
                && is_country_code("DE")
                && !is_country_code("de")
        );
    }
}
