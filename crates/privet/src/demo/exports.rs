//! The folder where exports end up, as in every company: the delivery partner's list in GB18030, a
//! newsletter export, web analytics as Parquet, a price list.

use std::{fs, path::Path, sync::Arc};

use anyhow::{Context, Result};
use parquet::{
    basic::Compression,
    data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};

use super::{
    names::AGENTS,
    people::{Person, moment},
    random::Random,
    shop::at,
    tea, tickets,
};

const DELIVERIES: usize = 2_500;
const WEB_EVENTS: usize = 8_000;

/// Makes the folder and its files.
pub fn make(dir: &Path, customers: &[Person]) -> Result<()> {
    for sub in ["support", "delivery", "newsletter", "analytics", "catalogue"] {
        fs::create_dir_all(dir.join(sub))
            .with_context(|| format!("{} could not be made", dir.join(sub).display()))?;
    }
    tickets::make(&dir.join("support/tickets.jsonl"), customers)?;
    deliveries(&dir.join("delivery/签收记录_2026-10.csv"), customers)?;
    newsletter(&dir.join("newsletter/subscribers_2026-10.tsv"), customers)?;
    web_events(&dir.join("analytics/web_events_2026-10.parquet"), customers)?;
    price_list(&dir.join("catalogue/price_list.csv"))
}

fn deliveries(path: &Path, customers: &[Person]) -> Result<()> {
    let mut random = Random::new(0xde11);
    let chinese: Vec<&Person> = customers.iter().filter(|person| person.chinese).collect();
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record([
        "运单号",
        "收件人",
        "手机号",
        "收货地址",
        "邮编",
        "签收时间",
        "重量(kg)",
        "运费",
    ])?;
    for _ in 0..DELIVERIES {
        let person = random.pick(&chinese);
        let weight = random.between(2, 40) as f64 / 10.0;
        csv.write_record([
            format!("SF{}", random.digits(12)),
            person.full.clone(),
            person.phone.clone(),
            person.address.line(),
            person.address.postal.clone(),
            at(moment(&mut random, 31)),
            weight.to_string(),
            format!("{}.00", random.between(6, 28)),
        ])?;
    }
    let text = String::from_utf8(csv.into_inner()?)?;
    let (bytes, _, _) = encoding_rs::GB18030.encode(&text);
    Ok(fs::write(path, bytes)?)
}

fn newsletter(path: &Path, customers: &[Person]) -> Result<()> {
    let mut random = Random::new(0x7e11);
    let mut tsv = csv::WriterBuilder::new().delimiter(b'\t').from_path(path)?;
    tsv.write_record(["email", "first_name", "language", "opens", "last_click"])?;
    for person in customers {
        if !random.chance(60) {
            continue;
        }
        let language = if person.chinese { "zh" } else { "en" };
        let clicked = at(moment(&mut random, 90));
        let opens = random.between(0, 40).to_string();
        tsv.write_record([&person.email, &person.first, language, &opens, &clicked])?;
    }
    Ok(tsv.flush()?)
}

fn price_list(path: &Path) -> Result<()> {
    let mut csv = csv::Writer::from_path(path)?;
    csv.write_record(["sku", "title", "title_zh", "price_eur"])?;
    for product in tea::products() {
        csv.write_record([
            format!("LT-{}-{:03}", product.category, product.id),
            product.title,
            product.title_zh,
            format!("{:.2}", product.cents as f64 / 100.0),
        ])?;
    }
    Ok(csv.flush()?)
}

/// One row of web analytics.
struct Hit<'a> {
    at: i64,
    person: &'a Person,
    session: String,
    agent: &'static str,
    page: &'static str,
    took: i32,
}

fn web_events(path: &Path, customers: &[Person]) -> Result<()> {
    const SCHEMA: &str = "message web_event {
      REQUIRED INT64 event_time (TIMESTAMP(MICROS,true));
      REQUIRED BYTE_ARRAY session_id (STRING);
      REQUIRED BYTE_ARRAY client_ip (STRING);
      REQUIRED BYTE_ARRAY user_agent (STRING);
      REQUIRED BYTE_ARRAY page (STRING);
      REQUIRED BYTE_ARRAY device_id (STRING);
      REQUIRED INT32 load_ms;
    }";
    let hits = hits(customers);
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let properties =
        Arc::new(WriterProperties::builder().set_compression(Compression::SNAPPY).build());
    let mut writer = SerializedFileWriter::new(fs::File::create(path)?, schema, properties)?;
    for part in hits.chunks(2_000) {
        let mut group = writer.next_row_group()?;
        let times: Vec<i64> = part.iter().map(|hit| hit.at).collect();
        let mut column = group.next_column()?.context("the schema has no time column")?;
        column.typed::<Int64Type>().write_batch(&times, None, None)?;
        column.close()?;
        let texts: [fn(&Hit) -> String; 5] = [
            |hit| hit.session.clone(),
            |hit| hit.person.ip.clone(),
            |hit| hit.agent.to_owned(),
            |hit| hit.page.to_owned(),
            |hit| hit.person.device.clone(),
        ];
        for text in texts {
            let values: Vec<ByteArray> =
                part.iter().map(|hit| ByteArray::from(text(hit).into_bytes())).collect();
            let mut column = group.next_column()?.context("the schema has too few columns")?;
            column.typed::<ByteArrayType>().write_batch(&values, None, None)?;
            column.close()?;
        }
        let took: Vec<i32> = part.iter().map(|hit| hit.took).collect();
        let mut column = group.next_column()?.context("the schema has no last column")?;
        column.typed::<Int32Type>().write_batch(&took, None, None)?;
        column.close()?;
        group.close()?;
    }
    writer.close()?;
    Ok(())
}

fn hits(customers: &[Person]) -> Vec<Hit<'_>> {
    let mut random = Random::new(0x0003_eb17);
    let seconds_of = |at: jiff::civil::DateTime| {
        at.to_zoned_datetime(jiff::tz::TimeZone::UTC).map_or(0, |z| z.timestamp().as_second())
    };
    (0..WEB_EVENTS)
        .map(|_| Hit {
            at: seconds_of(moment(&mut random, 31)) * 1_000_000,
            person: random.pick(customers),
            session: random.hex(24),
            agent: random.pick::<&str>(AGENTS),
            page: random.pick::<&str>(&[
                "/",
                "/tea/longjing",
                "/cart",
                "/journal/water",
                "/account",
            ]),
            took: random.between(40, 2_400) as i32,
        })
        .collect()
}
