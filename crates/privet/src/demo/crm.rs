//! The customer database of the Chinese sales team: pinyin and Chinese column names, notes, classes
//! for children, and the staff list that somebody put beside it.

use std::path::Path;

use anyhow::Result;
use jiff::ToSpan;
use serde_json::Value;

use super::{
    names::{GIVEN_MEN, GIVEN_WOMEN, SURNAMES},
    people::{Person, luhn, moment, today},
    random::Random,
    shop::at,
    table::{Database, row},
    words,
};

/// Makes `crm.db`.
pub async fn make(path: &Path, customers: &[Person], staff: &[Person]) -> Result<()> {
    let mut random = Random::new(0x0000_0c23);
    let mut crm = Database::create(path, include_str!("crm.sql")).await?;
    crm.fill("contacts", &contact_rows(&mut random, customers)).await?;
    crm.fill("companies", &company_rows(&mut random, customers)).await?;
    crm.fill("notes", &note_rows(&mut random, customers)).await?;
    crm.fill("客户回访", &visit_rows(&mut random, customers)).await?;
    crm.fill("tea_classes", &class_rows(&mut random)).await?;
    crm.fill("kids_class_registrations", &children_rows(&mut random, customers)).await?;
    crm.fill("employees", &staff_rows(&mut random, staff)).await?;
    crm.fill("call_log", &call_rows(&mut random, customers)).await?;
    crm.fill("sys_dict", &dict_rows()).await?;
    crm.fill("sys_job_log", &job_rows(&mut random)).await?;
    crm.finish().await
}

fn contact_rows(random: &mut Random, customers: &[Person]) -> Vec<Vec<Value>> {
    customers
        .iter()
        .zip(1..)
        .map(|(person, id)| {
            let only_chinese = |text: &str| {
                if text.is_empty() { Value::Null } else { Value::from(text) }
            };
            row![
                id,
                person.number,
                person.full,
                if person.woman { "女" } else { "男" },
                person.phone,
                person.email,
                only_chinese(&person.resident_id),
                person.birth.to_string(),
                only_chinese(person.ethnic),
                person.address.line(),
                only_chinese(&person.wechat),
                random.pick(&["小程序", "门店", "官网", "展会", "朋友推荐"]),
                at(person.since)
            ]
        })
        .collect()
}

fn company_rows(random: &mut Random, customers: &[Person]) -> Vec<Vec<Value>> {
    const KINDS: [&str; 4] = ["茶馆", "酒店", "贸易有限公司", "文化传播有限公司"];
    const PLACES: [&str; 6] = ["云栖", "竹里", "听雨", "山外", "青瓦", "半日闲"];
    (1..=300)
        .map(|id| {
            let contact = random.pick(customers);
            let name = format!("{}{}", random.pick(&PLACES), random.pick(&KINDS));
            let industry = *random.pick(&["餐饮", "酒店", "零售", "贸易"]);
            row![
                id,
                name,
                credit_code(random),
                contact.full,
                contact.phone,
                contact.email,
                industry,
                random.between(5, 900)
            ]
        })
        .collect()
}

/// GB 32100-2015: unified social credit code with its check character (MOD 31).
fn credit_code(random: &mut Random) -> String {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let body = format!("91330106MA{}", random.digits(7));
    let sum: usize = body
        .bytes()
        .zip(WEIGHTS)
        .map(|(byte, weight)| ALPHABET.iter().position(|c| *c == byte).unwrap_or(0) * weight)
        .sum();
    format!("{body}{}", char::from(ALPHABET[(31 - sum % 31) % 31]))
}

fn note_rows(random: &mut Random, customers: &[Person]) -> Vec<Vec<Value>> {
    (1..=3_000)
        .map(|id| {
            let about = random.below(customers.len());
            let body = words::note(random, &customers[about]);
            row![id, about + 1, random.between(1, 60), body, at(moment(random, 500))]
        })
        .collect()
}

fn visit_rows(random: &mut Random, customers: &[Person]) -> Vec<Vec<Value>> {
    (1..=800)
        .map(|id| {
            let person = random.pick(customers);
            let remark = words::review(random, true);
            let visited = at(moment(random, 200));
            row![id, person.full, person.phone, visited, random.between(1, 5), remark]
        })
        .collect()
}

fn class_rows(random: &mut Random) -> Vec<Vec<Value>> {
    const TITLES: [&str; 4] =
        ["小小茶艺师", "Tea for beginners", "周末亲子茶课", "Gongfu tea workshop"];
    (1..=40)
        .map(|id| {
            let starts = at(moment(random, 365));
            row![id, random.pick(&TITLES), starts, random.between(6, 20), random.between(8, 60)]
        })
        .collect()
}

fn children_rows(random: &mut Random, customers: &[Person]) -> Vec<Vec<Value>> {
    (1..=420)
        .map(|id| {
            let guardian = random.pick(customers);
            let child = child_name(random, guardian);
            let birth = today().saturating_sub(random.between(5 * 365, 13 * 365).days());
            let allergies = match random.below(6) {
                0 => Value::from("花生过敏"),
                1 => Value::from("allergic to nuts"),
                2 => Value::from("乳糖不耐受"),
                3 => Value::from("asthma"),
                _ => Value::Null,
            };
            row![
                id,
                random.between(1, 40),
                child,
                birth.to_string(),
                guardian.full,
                guardian.phone,
                guardian.email,
                allergies,
                at(moment(random, 365))
            ]
        })
        .collect()
}

fn child_name(random: &mut Random, guardian: &Person) -> String {
    let given = if random.chance(50) { GIVEN_WOMEN } else { GIVEN_MEN };
    let given = random.pick(given).0;
    if guardian.chinese {
        format!("{}{given}", guardian.last)
    } else {
        format!(
            "{} {}",
            random.pick(&["Lily", "Max", "Ella", "Finn", "Ava", "Noah"]),
            guardian.last
        )
    }
}

fn staff_rows(random: &mut Random, staff: &[Person]) -> Vec<Vec<Value>> {
    const DEPARTMENTS: [&str; 5] = ["门店", "客服", "市场部", "仓储", "财务"];
    staff
        .iter()
        .map(|person| {
            let (last, _) = random.pick(SURNAMES);
            let (first, _) = random.pick(GIVEN_WOMEN);
            let bank_card = luhn(&format!("622848{}", random.digits(12)));
            row![
                person.number,
                person.full,
                random.pick(&DEPARTMENTS),
                person.email,
                person.phone,
                person.since.date().to_string(),
                random.between(60, 320) * 100,
                bank_card,
                format!("{last}{first}"),
                format!("13900{}", random.digits(6))
            ]
        })
        .collect()
}

fn call_rows(random: &mut Random, customers: &[Person]) -> Vec<Vec<Value>> {
    (1..=2_500)
        .map(|id| {
            let caller = &random.pick(customers).phone;
            let agent = format!("E{:05}", random.between(1, 60));
            let started = at(moment(random, 180));
            row![id, random.pick(&["in", "out"]), caller, random.between(10, 900), agent, started]
        })
        .collect()
}

fn dict_rows() -> Vec<Vec<Value>> {
    [
        ("order_status", "1", "待付款"),
        ("order_status", "2", "已发货"),
        ("order_status", "3", "已完成"),
        ("contact_source", "mp", "小程序"),
        ("contact_source", "store", "门店"),
        ("level", "a", "重点"),
        ("level", "b", "普通"),
    ]
    .iter()
    .zip(1..)
    .map(|((kind, code, label), sort)| row![kind, code, label, sort])
    .collect()
}

fn job_rows(random: &mut Random) -> Vec<Vec<Value>> {
    (1..=500)
        .map(|id| {
            let job = *random.pick(&["sync_orders", "send_reminders", "rebuild_index"]);
            let result = *random.pick(&["ok", "ok", "ok", "retry"]);
            row![id, job, result, random.between(20, 9_000), at(moment(random, 30))]
        })
        .collect()
}
