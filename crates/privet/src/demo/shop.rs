//! The web shop's database.

use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use super::{
    names::AGENTS,
    people::{Person, moment},
    random::Random,
    table::{Database, row},
    tea::{self, Product},
    words,
};

const ORDERS: usize = 9_000;

/// Makes `shop.db`.
pub async fn make(path: &Path, customers: &[Person]) -> Result<()> {
    let mut random = Random::new(0x0005_409d);
    let products = tea::products();
    let mut shop = Database::create(path, include_str!("shop.sql")).await?;
    shop.fill("customers", &customer_rows(&mut random, customers)).await?;
    shop.fill("addresses", &address_rows(customers)).await?;
    shop.fill("categories", &tea::category_rows()).await?;
    shop.fill("products", &tea::product_rows(&mut random, &products)).await?;
    let orders = Orders::invent(&mut random, customers, &products);
    shop.fill("orders", &orders.heads).await?;
    shop.fill("order_items", &orders.items).await?;
    shop.fill("payments", &orders.payments).await?;
    shop.fill("gift_messages", &orders.gifts).await?;
    shop.fill("reviews", &review_rows(&mut random, customers, &products)).await?;
    shop.fill("loyalty_cards", &loyalty_rows(&mut random, customers)).await?;
    shop.fill("stock_movements", &stock_rows(&mut random, &products)).await?;
    shop.fill("shipping_rates", &rate_rows()).await?;
    shop.fill("shop_settings", &setting_rows()).await?;
    shop.finish().await
}

fn customer_rows(random: &mut Random, customers: &[Person]) -> Vec<Vec<Value>> {
    customers
        .iter()
        .enumerate()
        .map(|(index, person)| {
            row![
                index + 1,
                person.number,
                person.first,
                person.last,
                person.email,
                person.phone,
                person.birth.to_string(),
                if person.woman { "F" } else { "M" },
                if person.chinese { "zh-CN" } else { "en" },
                random.hex(64),
                at(person.since),
                random.chance(8)
            ]
        })
        .collect()
}

fn address_rows(customers: &[Person]) -> Vec<Vec<Value>> {
    customers
        .iter()
        .enumerate()
        .map(|(index, person)| {
            let address = &person.address;
            row![
                index + 1,
                index + 1,
                person.full,
                address.street,
                address.city,
                address.region,
                address.postal,
                address.country,
                person.phone
            ]
        })
        .collect()
}

#[derive(Default)]
struct Orders {
    heads: Vec<Vec<Value>>,
    items: Vec<Vec<Value>>,
    payments: Vec<Vec<Value>>,
    gifts: Vec<Vec<Value>>,
}

impl Orders {
    fn invent(random: &mut Random, customers: &[Person], products: &[Product]) -> Self {
        let mut all = Self::default();
        for id in 1..=ORDERS {
            let buyer = random.below(customers.len());
            all.add(random, id, buyer, &customers[buyer], products);
        }
        all
    }

    fn add(
        &mut self,
        random: &mut Random,
        id: usize,
        buyer: usize,
        person: &Person,
        products: &[Product],
    ) {
        let currency = if person.chinese { "CNY" } else { "EUR" };
        let mut cents = 0;
        for line in 1..=random.between(1, 4) {
            let product = random.pick(products);
            let quantity = random.between(1, 3);
            cents += quantity * product.cents;
            self.items.push(row![id, line, product.id, quantity, money(product.cents)]);
        }
        let placed = at(moment(random, 700));
        self.heads.push(row![
            id,
            format!("SO{}{id:06}", &placed[..4]),
            buyer + 1,
            buyer + 1,
            random.pick(&["paid", "shipped", "delivered", "delivered", "returned"]),
            money(cents),
            currency,
            person.ip,
            random.pick(AGENTS),
            if random.chance(12) { Value::from("TEA10") } else { Value::Null },
            placed
        ]);
        self.pay(random, id, person, cents, &placed);
        if random.chance(8) {
            let gift = words::gift_message(random, person);
            self.gifts.push(row![self.gifts.len() + 1, id, gift]);
        }
    }

    fn pay(&mut self, random: &mut Random, id: usize, person: &Person, cents: i64, placed: &str) {
        let method = if person.chinese && random.chance(70) { "wechat_pay" } else { "card" };
        let by_card = method == "card";
        let only_card = |text: String| if by_card { Value::from(text) } else { Value::Null };
        let expiry = format!("{:02}/{}", random.between(1, 12), random.between(27, 31));
        self.payments.push(row![
            id,
            id,
            method,
            only_card(person.full.clone()),
            only_card(person.card.clone()),
            only_card(expiry),
            money(cents),
            format!("pi_{}", random.hex(20)),
            placed
        ]);
    }
}

fn review_rows(random: &mut Random, customers: &[Person], products: &[Product]) -> Vec<Vec<Value>> {
    (1..=1_500)
        .map(|id| {
            let by = random.below(customers.len());
            let body = words::review(random, customers[by].chinese);
            let rating = random.between(2, 5);
            row![id, random.pick(products).id, by + 1, rating, body, at(moment(random, 600))]
        })
        .collect()
}

fn loyalty_rows(random: &mut Random, customers: &[Person]) -> Vec<Vec<Value>> {
    (0..customers.len())
        .filter_map(|index| {
            let card = format!("88{}{index:04}", random.digits(5));
            let tier = *random.pick(&["green", "green", "white", "black"]);
            let points = random.between(0, 9_000);
            let issued = moment(random, 900).date().to_string();
            random.chance(45).then(|| row![card, index + 1, tier, points, issued])
        })
        .collect()
}

fn stock_rows(random: &mut Random, products: &[Product]) -> Vec<Vec<Value>> {
    (1..=2_000)
        .map(|id| {
            let reason = *random.pick(&["sale", "restock", "damage", "count"]);
            row![
                id,
                random.pick(products).id,
                random.between(-20, 60),
                reason,
                at(moment(random, 300))
            ]
        })
        .collect()
}

fn rate_rows() -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    for (zone, base, currency) in [("CN-E", 600, "CNY"), ("CN-W", 900, "CNY"), ("EU", 490, "EUR")] {
        for step in 1..=8_i64 {
            rows.push(row![zone, step * 500, money(base + step * 110), currency]);
        }
    }
    rows
}

fn setting_rows() -> Vec<Vec<Value>> {
    vec![
        row!["checkout.guest", "true"],
        row!["currency.default", "EUR"],
        row!["theme", "lantern-2026"],
        row!["invoice.prefix", "LT"],
    ]
}

fn money(cents: i64) -> f64 {
    cents as f64 / 100.0
}

/// As SQLite's own functions write it.
pub fn at(moment: jiff::civil::DateTime) -> String {
    moment.strftime("%Y-%m-%d %H:%M:%S").to_string()
}
