//! All layers together.

use crate::find_in_text;

fn found(text: &str) -> Vec<(&'static str, &str)> {
    find_in_text(text)
        .into_iter()
        .map(|s| match s.kind {
            crate::text::Kind::Known(entity) => (entity.category(), &text[s.start..s.end]),
            crate::text::Kind::Custom { .. } => ("custom", &text[s.start..s.end]),
        })
        .collect()
}

#[test]
fn a_stated_name_is_found_whole() {
    for (text, name) in [
        ("My name is John Smith", "John Smith"),
        ("My name is John Q. Smith, hello", "John Q. Smith"),
        ("my name is Anna Maria Schmidt.", "Anna Maria Schmidt"),
    ] {
        assert!(found(text).contains(&("identity.name", name)), "{text}: {:?}", found(text));
    }
}

#[test]
fn identifiers_are_found_in_chinese_text() {
    let text = "客户张伟先生来电，手机13812345678，邮箱 li.lei@example.com，身份证11010519491231002X，车牌粤B12345。";
    let all = found(text);
    for expected in [
        ("identity.name", "张伟"),
        ("contact.phone", "13812345678"),
        ("contact.email", "li.lei@example.com"),
        ("identity.national_id", "11010519491231002X"),
        ("vehicle.plate", "粤B12345"),
    ] {
        assert!(all.contains(&expected), "{expected:?} in {all:?}");
    }
}

#[test]
fn identifiers_are_found_in_english_text() {
    let text = "Spoke with Jane Smith (jane@example.org, +1 425-555-0142). Card 4111 1111 1111 1111, lives at 12 Main Street.";
    let all = found(text);
    for expected in [
        ("identity.name", "Jane Smith"),
        ("contact.email", "jane@example.org"),
        ("contact.phone", "+1 425-555-0142"),
        ("finance.bank_card", "4111 1111 1111 1111"),
        ("location.address", "12 Main Street"),
    ] {
        assert!(all.contains(&expected), "{expected:?} in {all:?}");
    }
}

#[test]
fn addresses_and_names_are_found_by_their_words() {
    assert!(
        found("送到广东省深圳市南山区科技园路12号3栋").iter().any(|f| f.0 == "location.address")
    );
    assert!(found("收件人：王小明，请电联").contains(&("identity.name", "王小明")));
    assert!(found("请联系李女士").contains(&("identity.name", "李")));
    assert!(found("Dear Mr. Anderson, thank you").contains(&("identity.name", "Anderson")));
}

#[test]
fn ordinary_text_holds_nothing() {
    for text in [
        "订单号20240131123456已发货，共3件，金额128.00元",
        "10 boxes x 20 bags, released 15",
        "Version 1.2.3 of the product, see page 12",
        "这款茉莉花茶香气清新，适合送礼",
        "",
    ] {
        assert!(found(text).is_empty(), "{text}: {:?}", found(text));
    }
}

#[test]
fn a_text_full_of_capitals_holds_no_person() {
    // It does hold a place, the Rockies.
    let text = "A Epic Drama of a Feminist And a Mad Scientist who must Battle a Teacher in \
                The Canadian Rockies";
    assert!(found(text).iter().all(|f| f.0 != "identity.name"), "{:?}", found(text));
}

#[test]
fn spans_are_in_order_and_do_not_overlap() {
    let spans = find_in_text("a@b.com 13812345678 c@d.org 王先生 4111111111111111");
    assert!(spans.windows(2).all(|w| w[0].end <= w[1].start));
    assert!(spans.len() >= 4);
}

#[test]
fn latin_words_among_chinese_ones_are_left_to_chinese() {
    let soft = |text: &str| -> Vec<String> {
        find_in_text(text)
            .into_iter()
            .filter(|span| span.layer == crate::Layer::Model && span.rule == "tagger")
            .map(|span| text[span.start..span.end].to_owned())
            .collect()
    };
    for text in ["今天做了一个 PPT 的演示，大家都说 NICE 很棒", "好开心[ing]，支持 LTE 手机"]
    {
        assert_eq!(soft(text), Vec::<String>::new(), "{text}");
    }
    let spans = soft("请联系 Margaret Oyelaran 女士确认");
    assert!(spans.iter().any(|s| s.contains("Oyelaran")), "{spans:?}");
}
