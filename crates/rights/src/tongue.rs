//! The language that somebody wrote in, by its script and its commonest words. Good enough to tell staff
//! that they need somebody who reads it; nothing is decided by it. Pure.

use crate::Private;

/// Languages that are known by name: the ends of `rights-language-…`, as tags (BCP 47).
const KNOWN: [&str; 22] = [
    "ar", "de", "el", "en", "es", "fa", "fr", "he", "hi", "id", "it", "ja", "ko", "nl", "pl", "pt",
    "ru", "th", "tr", "uk", "vi", "zh",
];

/// Words by which languages in Latin letters are told apart: short, common, and rarely of another one.
const WORDS: [(&str, &[&str]); 10] = [
    (
        "en",
        &["the", "and", "of", "to", "my", "you", "please", "is", "that", "your", "have", "with"],
    ),
    ("fr", &["le", "les", "des", "je", "vous", "et", "mes", "votre", "est", "une", "pour", "que"]),
    (
        "de",
        &["ich", "und", "die", "der", "das", "sie", "bitte", "meine", "mir", "nicht", "ist", "zu"],
    ),
    ("es", &["el", "los", "mis", "por", "favor", "que", "usted", "una", "y", "es", "datos", "del"]),
    ("it", &["il", "di", "che", "miei", "per", "vi", "sono", "della", "dei", "mi", "dati", "e"]),
    ("pt", &["os", "meus", "uma", "por", "você", "que", "não", "dados", "em", "do", "da", "favor"]),
    (
        "nl",
        &["het", "een", "mijn", "ik", "van", "en", "u", "niet", "graag", "gegevens", "dat", "te"],
    ),
    (
        "pl",
        &["proszę", "moje", "moich", "danych", "nie", "się", "jest", "o", "dane", "i", "w", "na"],
    ),
    (
        "tr",
        &[
            "ve",
            "bir",
            "lütfen",
            "bu",
            "benim",
            "verilerimi",
            "için",
            "kişisel",
            "istiyorum",
            "ile",
        ],
    ),
    ("id", &["saya", "yang", "dan", "data", "untuk", "mohon", "tidak", "ini", "anda", "dengan"]),
];

/// What somebody wrote in, where it is neither English nor Chinese, which these pages speak: what they
/// said it is, else what it looks like. "" where it is one of those, or cannot be told; `other` for a
/// language without a name here.
pub(crate) fn of(private: &Private) -> &'static str {
    let tag = match private.language.as_str() {
        "" => guess(&private.words),
        told => primary(told).map_or("other", |tag| known(&tag)),
    };
    if matches!(tag, "en" | "zh") { "" } else { tag }
}

fn known(tag: &str) -> &'static str {
    KNOWN.into_iter().find(|one| *one == tag).unwrap_or("other")
}

/// The language of a tag, `pt` of `pt-BR`, or `None` for what is no tag.
pub(crate) fn primary(tag: &str) -> Option<String> {
    let mut parts = tag.trim().split(['-', '_']);
    let first = parts.next()?.to_ascii_lowercase();
    let letters = (2..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_lowercase());
    let rest = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    (letters && parts.all(rest)).then_some(first)
}

/// Tells languages of one script apart by their letters.
type Within = fn(&[char]) -> &'static str;

/// What a text looks like, or "".
pub(crate) fn guess(text: &str) -> &'static str {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).collect();
    let of = |is: fn(char) -> bool| letters.iter().filter(|c| is(**c)).count();
    let kana = of(|c| matches!(c, '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'));
    let han = of(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'));
    // A Chinese text may name something in kana; a Japanese one is never without them for long.
    if kana >= 3 && kana * 8 >= han {
        return "ja";
    }
    let scripts: [(usize, Within); 9] = [
        (han * 2, |_| "zh"),
        (of(|c| matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}')) * 2, |_| "ko"),
        (of(|c| matches!(c, '\u{600}'..='\u{6ff}' | '\u{fb50}'..='\u{fefc}')), arabic),
        (of(|c| matches!(c, '\u{590}'..='\u{5ff}')), |_| "he"),
        (of(|c| matches!(c, '\u{e00}'..='\u{e7f}')), |_| "th"),
        (of(|c| matches!(c, '\u{900}'..='\u{97f}')), |_| "hi"),
        (of(|c| matches!(c, '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}')), |_| "el"),
        (of(|c| matches!(c, '\u{400}'..='\u{52f}')), cyrillic),
        (of(|c| c < '\u{250}' || matches!(c, '\u{1e00}'..='\u{1eff}')), |_| "latin"),
    ];
    let most = scripts.iter().max_by_key(|one| one.0).filter(|one| one.0 >= 4);
    match most.map(|one| (one.1)(&letters)) {
        Some("latin") => latin(text),
        Some(tag) => tag,
        None if letters.len() >= 4 => "other",
        None => "",
    }
}

fn arabic(letters: &[char]) -> &'static str {
    let persian = letters.iter().any(|c| matches!(c, 'پ' | 'چ' | 'ژ' | 'گ' | 'ک' | 'ی'));
    if persian { "fa" } else { "ar" }
}

fn cyrillic(letters: &[char]) -> &'static str {
    let any = |set: &str| letters.iter().any(|c| set.contains(*c));
    match (any("іїєґІЇЄҐ"), any("ыэёЫЭЁ"), any("јљњћђџўЈЉЊЋЂЏЎ")) {
        (true, false, false) => "uk",
        (false, _, false) => "ru",
        _ => "other",
    }
}

fn latin(text: &str) -> &'static str {
    let text = text.to_lowercase();
    // No other language has so many letters with two marks.
    let marked = |c: char| matches!(c, 'ơ' | 'ư' | 'đ' | '\u{1ea0}'..='\u{1ef9}');
    if text.chars().filter(|c| marked(*c)).count() >= 3 {
        return "vi";
    }
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphabetic() && c != '@' && c != '.')
        .filter(|word| !word.contains('@'))
        .flat_map(|word| word.split('.'))
        .collect();
    let count = |own: &[&str]| words.iter().filter(|word| own.contains(word)).count();
    let mut all = WORDS.map(|(tag, own)| (count(own), tag));
    all.sort_unstable_by_key(|one| std::cmp::Reverse(one.0));
    // Two words, and more of them than of any other language: less is a guess.
    if all[0].0 >= 2 && all[0].0 > all[1].0 { all[0].1 } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_in_is_told() {
        for (tag, text) in [
            (
                "fr",
                "Bonjour, je souhaite obtenir une copie de mes données et savoir pour quoi vous les utilisez.",
            ),
            (
                "de",
                "Guten Tag, bitte löschen Sie alle meine Daten. Ich nutze das Konto nicht mehr.",
            ),
            ("es", "Por favor, borren mis datos. Ya no quiero que los usen."),
            ("it", "Vorrei che cancellaste i miei dati, per favore. Non sono più vostro cliente."),
            ("pt", "Por favor, apaguem os meus dados. Não quero mais uma conta em seu site."),
            (
                "nl",
                "Ik wil graag dat u mijn gegevens verwijdert. Het account gebruik ik niet meer.",
            ),
            ("pl", "Proszę o usunięcie moich danych, konto nie jest mi potrzebne."),
            ("tr", "Lütfen kişisel verilerimi silin, bu hesabı artık istemiyorum."),
            ("id", "Mohon hapus data pribadi saya yang ada di toko ini."),
            ("vi", "Tôi muốn xóa dữ liệu cá nhân của tôi được lưu ở đây."),
            ("ja", "私の個人情報を削除してください。アカウントはもう使いません。"),
            ("ko", "제 개인정보를 삭제해 주세요."),
            ("ar", "أرجو حذف بياناتي الشخصية من متجركم."),
            ("fa", "لطفاً اطلاعات شخصی من را پاک کنید."),
            ("he", "אנא מחקו את המידע האישי שלי."),
            ("th", "กรุณาลบข้อมูลส่วนบุคคลของฉัน"),
            ("hi", "कृपया मेरा व्यक्तिगत डेटा हटा दें।"),
            ("el", "Παρακαλώ διαγράψτε τα δεδομένα μου."),
            ("ru", "Прошу удалить мои персональные данные, вы их больше не используете."),
            ("uk", "Прошу видалити мої персональні дані."),
            ("other", "Խնդրում եմ ջնջել իմ տվյալները"),
            ("en", "Please send me a copy of my data, and tell me who has it."),
            ("zh", "请删除我的个人信息，谢谢。我买过「お茶」。"),
            ("", "li.lei@example.com 4711"),
            ("", "Lantern Tea"),
            ("", ""),
        ] {
            assert_eq!(guess(text), tag, "{text}");
        }
    }

    #[test]
    fn only_what_these_pages_do_not_speak_is_marked() {
        let written = |language: &str, words: &str| {
            of(&Private { language: language.into(), words: words.into(), ..Private::default() })
        };
        assert_eq!(written("", "Please delete my data and the account."), "");
        assert_eq!(written("", "请删除我的个人信息"), "");
        assert_eq!(written("pt-BR", ""), "pt");
        assert_eq!(written("sw", "Please delete my data and the account."), "other");
        assert_eq!(written("en-GB", "Bitte löschen Sie meine Daten"), "", "they said so");
    }

    #[test]
    fn tags_are_read_and_other_things_are_none() {
        assert_eq!(primary("pt-BR").as_deref(), Some("pt"));
        assert_eq!(primary(" FR ").as_deref(), Some("fr"));
        for text in ["", "f", "french", "fr/x", "12", "fr-", "法语"] {
            assert_eq!(primary(text), None, "{text}");
        }
    }
}
