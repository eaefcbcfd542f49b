//! What Lantern Tea sells. Nothing in here is anybody's data.

use serde_json::Value;

use super::{random::Random, table::row};

/// A tea or a thing to make it with.
pub struct Product {
    pub id: i64,
    pub title: String,
    pub title_zh: String,
    pub category: i64,
    pub cents: i64,
}

const CATEGORIES: [(&str, i64); 8] = [
    ("Tea", 0),
    ("Green tea", 1),
    ("Oolong", 1),
    ("Black tea", 1),
    ("White tea", 1),
    ("Pu'er", 1),
    ("Teaware", 0),
    ("Gifts", 0),
];

/// Name, Chinese name, category, price in cents.
const GOODS: [(&str, &str, i64, i64); 18] = [
    ("West Lake Longjing", "西湖龙井", 2, 3_800),
    ("Biluochun", "碧螺春", 2, 3_400),
    ("Huangshan Maofeng", "黄山毛峰", 2, 2_900),
    ("Anji White Leaf", "安吉白茶", 2, 3_100),
    ("Tieguanyin", "铁观音", 3, 2_700),
    ("Da Hong Pao", "大红袍", 3, 5_200),
    ("Phoenix Dancong", "凤凰单丛", 3, 4_600),
    ("Rougui", "肉桂", 3, 4_900),
    ("Jin Jun Mei", "金骏眉", 4, 5_600),
    ("Lapsang Souchong", "正山小种", 4, 2_200),
    ("Dianhong Gold", "滇红金芽", 4, 2_400),
    ("Silver Needle", "白毫银针", 5, 4_400),
    ("White Peony", "白牡丹", 5, 2_600),
    ("Ripe Pu'er Cake", "熟普洱饼", 6, 3_300),
    ("Raw Pu'er Cake", "生普洱饼", 6, 4_100),
    ("Gaiwan, celadon", "青瓷盖碗", 7, 1_900),
    ("Clay teapot", "紫砂壶", 7, 8_900),
    ("Lantern gift box", "灯下礼盒", 8, 6_800),
];

const SIZES: [(&str, &str, i64); 3] =
    [("sample", "试饮装", 35), ("tin", "罐装", 100), ("refill", "补充装", 170)];

/// All goods in all sizes.
pub fn products() -> Vec<Product> {
    let mut products = Vec::new();
    for (title, title_zh, category, cents) in GOODS {
        for (size, size_zh, percent) in SIZES {
            products.push(Product {
                id: products.len() as i64 + 1,
                title: format!("{title}, {size}"),
                title_zh: format!("{title_zh} {size_zh}"),
                category,
                cents: cents * percent / 100,
            });
        }
    }
    products
}

/// Rows of `products`.
pub fn product_rows(random: &mut Random, products: &[Product]) -> Vec<Vec<Value>> {
    products
        .iter()
        .map(|product| {
            row![
                product.id,
                format!("LT-{}-{:03}", product.category, product.id),
                product.title,
                product.title_zh,
                product.category,
                product.cents as f64 / 100.0,
                "EUR",
                random.between(2, 30) * 25,
                random.between(2022, 2026),
                random.between(0, 400)
            ]
        })
        .collect()
}

/// Rows of `categories`.
pub fn category_rows() -> Vec<Vec<Value>> {
    CATEGORIES
        .iter()
        .zip(1..)
        .map(|((name, parent), id)| {
            row![id, name, if *parent == 0 { Value::Null } else { Value::from(*parent) }]
        })
        .collect()
}
