//! What a column's name says: a dictionary of English, Chinese and pinyin names, and the words around
//! a phrase that turn its meaning (`product_name`, `email_verified`, 产品名称).

mod dictionary;

use std::collections::HashMap;

pub use dictionary::{Dictionary, dictionary};

use crate::words;

/// How far a name alone goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Sampled values must agree.
    Weak,
    /// Decides in a store about people.
    People,
    /// Decides.
    Strong,
}

/// What a name points at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hint {
    /// Category key.
    pub category: &'static str,
    /// How far it goes.
    pub strength: Strength,
    /// Found through pinyin.
    pub pinyin: bool,
}

/// What a column's name says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Said {
    /// It points at a category.
    Personal(Hint),
    /// It says that the column is no personal data.
    Never,
    /// It says nothing useful: `c1`, `field_3`, `value`.
    Nothing,
    /// Words we do not know, or words about something else.
    Other,
}

/// [`Dictionary::read`] with a small memory: siblings of a table are asked again for every column.
pub fn read_cached(name: &str) -> Said {
    thread_local! {
        static SEEN: std::cell::RefCell<HashMap<String, Said>> = std::cell::RefCell::default();
    }
    SEEN.with_borrow_mut(|seen| {
        if let Some(said) = seen.get(name) {
            return *said;
        }
        if seen.len() > 4096 {
            seen.clear();
        }
        let said = dictionary().read(name);
        seen.insert(name.to_owned(), said);
        said
    })
}

impl Dictionary {
    /// What a column's name (or a comment used as one) says. Nested paths are judged by their last
    /// part, with the part before it as context.
    pub fn read(&self, name: &str) -> Said {
        let lower = name.to_lowercase();
        if words::has_han(&lower) {
            let said = self.read_chinese(&lower);
            if said != Said::Other {
                return said;
            }
        }
        let tokens = self.tokens(name);
        if is_uninformative(&tokens) {
            return Said::Nothing;
        }
        let said = self.read_tokens(&tokens);
        let vague = !matches!(said, Said::Personal(hint) if hint.strength == Strength::Strong);
        // Shortened words say more written out: `ctry_nm` is no person's name.
        match self.spelled_out(&tokens).filter(|_| vague && said != Said::Never) {
            Some(full) => match self.read_tokens(&full) {
                Said::Other => said,
                spelled => spelled,
            },
            None => said,
        }
    }

    fn read_tokens(&self, tokens: &[String]) -> Said {
        let whole = tokens.join(" ");
        if self.never.contains(&whole) {
            return Said::Never;
        }
        let mut best: Option<(usize, usize, Hint)> = None;
        for start in 0..tokens.len() {
            for end in (start + 1..=tokens.len().min(start + 6)).rev() {
                let phrase = tokens[start..end].join(" ");
                let hint = self.phrases.get(&phrase).or_else(|| {
                    let mut stemmed = tokens[start..end].to_vec();
                    if let Some(last) = stemmed.last_mut() {
                        *last = words::stem(last);
                    }
                    self.phrases.get(&stemmed.join(" "))
                });
                let Some(hint) = hint else { continue };
                // The longest phrase wins, then the one further right: the head of an English name.
                let better = best.is_none_or(|(s, e, _)| (end - start, end) > (e - s, e));
                if better {
                    best = Some((start, end, *hint));
                }
            }
        }
        match best {
            Some((start, end, hint)) => self.in_context(tokens, start, end, hint),
            None if self.ends_with_never(tokens) => Said::Never,
            None => Said::Other,
        }
    }

    /// Judges a found phrase by the words around it.
    fn in_context(&self, tokens: &[String], start: usize, end: usize, hint: Hint) -> Said {
        let rest = &tokens[end..];
        let harmless =
            |w: &String| self.harmless.contains(w) || w.bytes().all(|b| b.is_ascii_digit());
        let id_after = rest.iter().any(|w| {
            matches!(w.as_str(), "id" | "ids" | "key" | "pk" | "fk" | "sk" | "guid" | "uuid")
        });
        // `is_email`, `has_phone`, `phone_id` say something about the field.
        let asks = start > 0
            && matches!(
                tokens[0].as_str(),
                "is" | "has" | "can" | "should" | "count" | "num" | "enable" | "allow"
            );
        // `avg_salary`, `log_wage`: a statistic of many, not one person's.
        let statistic = start > 0
            && matches!(
                tokens[0].as_str(),
                "avg" | "average" | "mean" | "median" | "log" | "ln" | "std" | "pct" | "percent"
            );
        if id_after
            || asks
            || statistic
            || rest.iter().any(|w| self.after.contains(w) && !harmless(w))
        {
            return Said::Never;
        }
        // An unknown word before a bare `name`: `rownames`, `baker name`. Values must show people.
        let strange_head = hint.category == "identity.name"
            && hint.strength == Strength::People
            && end - start == 1
            && start > 0
            && !self.is_about_people(&tokens[start - 1])
            && !harmless(&tokens[start - 1]);
        let tail_strange = strange_head || !rest.iter().all(harmless);
        // Only the word right before the phrase makes it a thing: `product_name`, but
        // `company_contact_name` is a person's.
        let thing = start > 0 && self.is_thing(&tokens[start - 1]);
        let owned = hint.strength < Strength::Strong
            || matches!(hint.category, "identity.name" | "free_text");
        if thing && owned {
            return Said::Never;
        }
        let strength = if tail_strange { Strength::Weak } else { hint.strength };
        Said::Personal(Hint { strength, ..hint })
    }

    /// A word for people: `customer`, `emp`, `patient`.
    fn is_about_people(&self, word: &str) -> bool {
        let stem = words::stem(word);
        self.stores.values().flatten().any(|w| *w == stem || w == word)
    }

    fn is_thing(&self, word: &str) -> bool {
        self.things.contains(word) || self.things.contains(&words::stem(word))
    }

    /// `unit_price_usd`, `billing_total`.
    fn ends_with_never(&self, tokens: &[String]) -> bool {
        (0..tokens.len()).any(|start| self.never.contains(&tokens[start..].join(" ")))
    }

    fn read_chinese(&self, name: &str) -> Said {
        let last =
            name.rsplit(['.', '_', '-', ' ']).find(|part| words::has_han(part)).unwrap_or(name);
        let name =
            if self.chinese.iter().any(|(w, _)| last.contains(w.as_str())) { last } else { name };
        let hit = self.chinese.iter().find(|(word, _)| name.contains(word.as_str()));
        let never = self
            .zh_never
            .iter()
            .filter(|w| name.contains(w.as_str()))
            .map(|w| w.chars().count())
            .max();
        let Some((word, hint)) = hit else {
            return if never.is_some() { Said::Never } else { Said::Other };
        };
        if never.is_some_and(|n| n >= word.chars().count()) {
            return Said::Never;
        }
        let (before, after) = name.split_once(word.as_str()).unwrap_or((name, ""));
        let about_field =
            self.zh_after.iter().any(|w| after.contains(w.as_str()) || before.contains("是否"));
        if about_field
            && hint.category != "minor.is_minor"
            && hint.category != "behaviour.privacy_choice"
            && !word.starts_with("是否")
        {
            return Said::Never;
        }
        let thing = self.zh_things.iter().any(|w| before.ends_with(w.as_str()));
        if thing
            && (hint.strength < Strength::Strong
                || hint.category == "identity.name" && !word.contains("联系人"))
        {
            return Said::Never;
        }
        Said::Personal(*hint)
    }
}

/// Numbers that a company gives to people: the name alone cannot tell them from plain keys.
pub fn is_company_number(category: &str) -> bool {
    matches!(category, "identity.customer_id" | "identity.employee_id" | "identity.student_id")
}

/// Names that a program or a hurried person gave: `c1`, `col_3`, `field7`, `column12`, `字段1`, `x`.
fn is_uninformative(tokens: &[String]) -> bool {
    const EMPTY: [&str; 22] = [
        "c",
        "col",
        "column",
        "field",
        "f",
        "v",
        "val",
        "value",
        "x",
        "attr",
        "attribute",
        "a",
        "unnamed",
        "var",
        "字段",
        "列",
        "data",
        "text",
        "string",
        "key",
        "element",
        "positive",
    ];
    tokens.iter().all(|t| {
        EMPTY.contains(&t.as_str())
            || t.bytes().all(|b| b.is_ascii_digit())
            || (t.len() == 1 && t.is_ascii())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(name: &str) -> Option<&'static str> {
        match dictionary().read(name) {
            Said::Personal(hint) => Some(hint.category),
            _ => None,
        }
    }

    #[test]
    fn english_names_are_read_however_they_are_written() {
        for (name, category) in [
            ("Email", "contact.email"),
            ("customerEmail", "contact.email"),
            ("EMAIL_ADDR", "contact.email"),
            ("e_mail_2", "contact.email"),
            ("PhoneNumber", "contact.phone"),
            ("mob", "contact.phone"),
            ("tel_no", "contact.phone"),
            ("FirstName", "identity.given_name"),
            ("firstname", "identity.given_name"),
            ("lname", "identity.family_name"),
            ("customername", "identity.name"),
            ("cust_nm", "identity.name"),
            ("DOB", "identity.birth_date"),
            ("date_of_birth", "identity.birth_date"),
            ("ssn", "identity.national_id"),
            ("id_card_no", "identity.national_id"),
            ("cert_no", "identity.national_id"),
            ("BillingAddress", "location.address"),
            ("address2", "location.address"),
            ("user.address.zip", "location.postal_code"),
            ("ShipPostalCode", "location.postal_code"),
            ("credit_card_number", "finance.bank_card"),
            ("last_login_ip", "device.ip_address"),
            ("user_agent", "device.user_agent"),
            ("password_hash", "credential.password_hash"),
            ("TitleOfCourtesy", "identity.salutation"),
            ("wx_openid", "social.wechat_id"),
            ("emergency_contact_name", "family.emergency_contact"),
            ("is_minor", "minor.is_minor"),
        ] {
            assert_eq!(said(name), Some(category), "{name}");
        }
    }

    #[test]
    fn chinese_and_pinyin_names_are_read() {
        for (name, category) in [
            ("姓名", "identity.name"),
            ("客户姓名", "identity.name"),
            ("手机号码", "contact.phone"),
            ("联系电话1", "contact.phone"),
            ("身份证号", "identity.national_id"),
            ("收货地址", "location.address"),
            ("xingming", "identity.name"),
            ("shoujihao", "contact.phone"),
            ("sfzh", "identity.national_id"),
            ("kehu_xingming", "identity.name"),
            ("kehuxingming", "identity.name"),
            ("csrq", "identity.birth_date"),
            ("yhkh", "finance.bank_card"),
            ("youxiang", "contact.email"),
            ("是否未成年", "minor.is_minor"),
            ("监护人电话", "minor.guardian"),
            ("公司联系人", "identity.name"),
        ] {
            assert_eq!(said(name), Some(category), "{name}");
        }
    }

    #[test]
    fn names_of_things_and_facts_about_fields_are_not_personal() {
        for name in [
            "product_name",
            "ProductName",
            "CompanyName",
            "track_name",
            "album_title",
            "event_name",
            "file_name",
            "hostname",
            "email_verified",
            "phone_type",
            "is_email",
            "email_sent_at",
            "address_id",
            "UnitPrice",
            "Total",
            "quantity",
            "email_opt_in_date",
            "产品名称",
            "公司名称",
            "手机型号状态",
            "是否手机验证",
            "订单号",
            "dingdanhao",
            "shipped_date",
            "order_date",
            "composer",
            "genre_id",
        ] {
            assert_eq!(said(name), None, "{name}");
        }
    }

    #[test]
    fn names_that_say_nothing_are_known() {
        for name in ["c1", "col_3", "column12", "字段1", "F7", "value", "_c0"] {
            assert_eq!(dictionary().read(name), Said::Nothing, "{name}");
        }
    }
}
