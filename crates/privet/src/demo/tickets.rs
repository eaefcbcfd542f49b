//! Support tickets as the help-desk tool exports them: JSON Lines with nested messages.

use std::{io::Write, path::Path};

use anyhow::{Context, Result};
use serde_json::json;

use super::{
    people::{Person, moment},
    random::Random,
    words,
};

const TICKETS: usize = 2_000;

/// Makes `tickets.jsonl`.
pub fn make(path: &Path, customers: &[Person]) -> Result<()> {
    let mut random = Random::new(0x0071_c4e7);
    let file = std::fs::File::create(path)
        .with_context(|| format!("{} could not be made", path.display()))?;
    let mut out = std::io::BufWriter::new(file);
    for id in 1..=TICKETS {
        let person = random.pick(customers);
        let ticket = ticket(&mut random, id, person);
        serde_json::to_writer(&mut out, &ticket)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

fn ticket(random: &mut Random, id: usize, person: &Person) -> serde_json::Value {
    let order = format!("SO2026{:06}", random.between(1, 9_000));
    let opened = moment(random, 365).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let question = words::question(random, person, &order);
    let answer = words::answer(random, person.chinese);
    json!({
        "id": format!("T{id:06}"),
        "opened_at": opened,
        "channel": random.pick(&["email", "chat", "wechat", "phone"]),
        "status": random.pick(&["open", "solved", "solved", "solved"]),
        "customer": {
            "name": person.full,
            "email": person.email,
            "phone": person.phone,
        },
        "order_no": order,
        "messages": [
            {"from": "customer", "text": question},
            {"from": "agent", "text": answer},
        ],
        "tags": [random.pick(&["delivery", "invoice", "product", "return"])],
    })
}
