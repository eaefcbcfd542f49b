//! What is found in Chinese text and what is not; all persons and addresses are invented.

use crate::{Language, Options, text::find_with};

fn found(text: &str) -> Vec<(String, &str)> {
    let options = Options { language: Language::Chinese, ..Options::default() };
    find_with(text, &options)
        .iter()
        .map(|span| (span.entity().to_owned(), &text[span.start..span.end]))
        .collect()
}

#[track_caller]
fn holds(text: &str, expected: &[(&str, &str)]) {
    let all = found(text);
    for (entity, piece) in expected {
        assert!(
            all.iter().any(|(e, p)| e == entity && p == piece),
            "{entity} {piece} is not in {all:?}"
        );
    }
}

#[track_caller]
fn lacks(text: &str, entity: &str) {
    let all = found(text);
    assert!(all.iter().all(|(e, _)| e != entity), "{text}: {all:?}");
}

#[test]
fn an_address_is_one_span_from_province_to_room() {
    for (text, address) in [
        (
            "我住在北京市朝阳区建国路88号院3号楼2单元501室，欢迎来玩。",
            "北京市朝阳区建国路88号院3号楼2单元501室",
        ),
        (
            "江苏省苏州市昆山市玉山镇前进西路135号3栋2单元402室",
            "江苏省苏州市昆山市玉山镇前进西路135号3栋2单元402室",
        ),
        (
            "请寄到四川省成都市武侯区天府大道中段1388号美年广场B座1203",
            "四川省成都市武侯区天府大道中段1388号美年广场B座1203",
        ),
        ("地址：湖南省永州市道县梅花镇修宜村5组", "湖南省永州市道县梅花镇修宜村5组"),
        (
            "浙江省杭州市西湖区文三路 478 号 华星时代广场 A座 12层",
            "浙江省杭州市西湖区文三路 478 号 华星时代广场 A座 12层",
        ),
    ] {
        holds(text, &[("STREET_ADDRESS", address)]);
    }
}

#[test]
fn a_place_without_a_house_is_a_location() {
    holds("他下周去江苏省南京市出差。", &[("LOCATION", "江苏省南京市")]);
    holds("丽江市古城区的雨季很长。", &[("LOCATION", "丽江市古城区")]);
    lacks("他下周去江苏省南京市出差。", "STREET_ADDRESS");
}

#[test]
fn a_postal_code_stands_behind_its_label_or_beside_an_address() {
    for (text, code) in [
        ("邮编：518057", "518057"),
        ("邮政编码为100083。", "100083"),
        ("地址：上海市浦东新区世纪大道100号，邮编200120，收件人王小明", "200120"),
        ("郵政編碼 350001", "350001"),
        ("北京市朝阳区建国路88号 100022", "100022"),
        ("江苏省南京市玄武区中山路18号（210008）", "210008"),
        ("518057 广东省深圳市南山区科技园路12号", "518057"),
    ] {
        holds(text, &[("ZIP_CODE", code)]);
    }
    for text in [
        "邮编：998877",
        "邮编：5180577",
        "订单号518057已发货",
        "广东省深圳市 518057人",
        "验证码518057，请勿泄露",
        "北京市朝阳区建国路88号 100022元",
        "上海市去年销售200120件",
    ] {
        lacks(text, "ZIP_CODE");
    }
}

#[test]
fn a_date_or_a_line_is_no_house_number() {
    for text in ["他去上海8号回来。", "坐地铁8号线到北京西站。", "京沪高速3车道封闭。"]
    {
        lacks(text, "STREET_ADDRESS");
    }
}

#[test]
fn a_country_is_not_joined_to_the_next_name() {
    holds("他从美国北京代表处回来。", &[]);
    let all = found("中国上海，美国纽约。");
    assert!(all.iter().any(|(_, piece)| *piece == "上海"), "{all:?}");
}

#[test]
fn organisations_are_completed_to_their_branches() {
    for (text, name) in [
        ("北京市公安局朝阳分局刑侦支队负责此案。", "北京市公安局朝阳分局刑侦支队"),
        ("她在中国工商银行股份有限公司北京分行上班。", "中国工商银行股份有限公司北京分行"),
        ("公安部经济犯罪侦查局通报了案情。", "公安部经济犯罪侦查局"),
    ] {
        holds(text, &[("ORGANIZATION", name)]);
    }
}

#[test]
fn generic_words_are_no_organisations() {
    for text in ["这家公司的员工都很忙。", "相关部门已经介入调查。", "他在大学里学习。"]
    {
        lacks(text, "ORGANIZATION");
    }
}

#[test]
fn titles_are_no_part_of_a_name() {
    holds("请联系李女士。", &[("PERSON", "李"), ("TITLE", "女士")]);
    holds("欧阳娜娜女士，您好！", &[("PERSON", "欧阳娜娜"), ("TITLE", "女士")]);
    holds("王建民教授下周来访。", &[("PERSON", "王建民"), ("JOB_TITLE", "教授")]);
    holds("王老师和张总都在。", &[("PERSON", "王老师"), ("PERSON", "张总")]);
    holds("老王和小李昨天来过。", &[("PERSON", "老王"), ("PERSON", "小李")]);
}

#[test]
fn a_title_alone_names_nobody() {
    for text in ["女士优先。", "向老师学习。", "年轻时总爱思考。", "病人：医生，您轻点儿！"]
    {
        lacks(text, "PERSON");
    }
}

#[test]
fn foreign_and_minority_names_stay_whole() {
    holds("爱丽丝·约翰逊从伦敦来。", &[("PERSON", "爱丽丝·约翰逊"), ("LOCATION", "伦敦")]);
    holds("姓名：阿依古丽·买买提", &[("PERSON", "阿依古丽·买买提")]);
}

#[test]
fn forms_and_lines_without_sentences_tell_names() {
    for text in [
        "收货人：王小明 13800001234 广东省深圳市南山区科技园南路12号",
        "王小明13800001234广东省深圳市南山区粤海街道科技园南路12号",
        "13800001234 王小明",
        "王小明,13800001234,湖南省长沙市岳麓区麓山南路2号",
        "患者姓名 ： 王小明，男",
    ] {
        holds(text, &[("PERSON", "王小明")]);
    }
    for text in ["姓名：保密", "姓名,电话,地址", "联系人：先生", "客服热线 13800001234"]
    {
        lacks(text, "PERSON");
    }
}

#[test]
fn a_work_of_that_name_is_no_person() {
    lacks("昨晚我们看了《李雷》。", "PERSON");
}

#[test]
fn ages_are_told_in_years() {
    holds("患者，男，45岁。", &[("AGE", "45岁")]);
    holds("他今年三十五周岁。", &[("AGE", "三十五周岁")]);
    holds("女儿两个月，儿子3岁半。", &[("AGE", "3岁半")]);
    holds("年龄：62 性别：女", &[("AGE", "62")]);
    for text in
        ["18岁以上方可入内。", "岁月如歌，万岁！", "3-6岁儿童读物", "年龄：不限", "他活了500岁。"]
    {
        lacks(text, "AGE");
    }
}

#[test]
fn origin_is_told_by_country_and_label() {
    holds("国籍：中国 民族：汉", &[("NRP", "中国"), ("NRP", "汉")]);
    holds("一名法国籍男子", &[("NRP", "法国籍")]);
    lacks("这本国籍法的书很贵。", "NRP");
}

#[test]
fn occupations_stand_beside_names_or_labels() {
    holds("时任总经理陈刚出席。", &[("JOB_TITLE", "总经理"), ("PERSON", "陈刚")]);
    holds("职业：司机", &[("JOB_TITLE", "司机")]);
    lacks("老师说明天放假。", "JOB_TITLE");
}

#[test]
fn ordinary_text_names_nobody() {
    for text in [
        "这款茉莉花茶香气清新，适合送礼。",
        "订单已经发货，预计三天之内送到。",
        "明天下午开会，请大家准时参加。",
    ] {
        assert!(found(text).is_empty(), "{text}: {:?}", found(text));
    }
}
