//! Free text as people write it, in both languages, often with personal data inside.

use super::{people::Person, random::Random};

/// On a card in a parcel.
pub fn gift_message(random: &mut Random, from: &Person) -> String {
    if from.chinese {
        let friend = random.pick(&["妈妈", "小雨", "李老师", "爸爸", "外婆", "阿静"]);
        match random.below(3) {
            0 => {
                format!("{friend}，生日快乐！喝到好茶记得给我打电话 {}。{}", from.phone, from.full)
            }
            1 => format!("祝{friend}身体健康，新年快乐。{}敬上", from.full),
            _ => format!("{friend}：这是今年的新茶，慢慢喝。想你的{}", from.first),
        }
    } else {
        let friend = random.pick(&["Grandma", "Tom", "Alice", "Mum and Dad", "Professor Hill"]);
        match random.below(3) {
            0 => format!(
                "Happy birthday {friend}! Ring me on {} once you tried it. Love, {}",
                from.phone, from.first
            ),
            1 => format!("Dear {friend}, thank you for everything. {}", from.full),
            _ => format!("For {friend}, to be shared on a rainy day. x {}", from.first),
        }
    }
}

/// Under a product; names nobody.
pub fn review(random: &mut Random, chinese: bool) -> String {
    let texts: &[&str] = if chinese {
        &[
            "茶香很浓，回甘明显，包装也精致。",
            "物流有点慢，但是茶叶新鲜，还会回购。",
            "第二泡最好喝，适合下午办公的时候。",
            "性价比一般，碎末稍多。",
            "送长辈很合适，他们很喜欢。",
        ]
    } else {
        &[
            "Lovely aroma, and the second infusion is even better.",
            "Arrived late, but the leaves are fresh and whole.",
            "A bit pricey for the amount, still my favourite oolong.",
            "Smoky, deep, perfect with breakfast.",
            "The tin was dented; the tea itself is excellent.",
        ]
    };
    (*random.pick(texts)).to_owned()
}

/// A note that staff keep about a customer.
pub fn note(random: &mut Random, about: &Person) -> String {
    if about.chinese {
        match random.below(6) {
            0 => format!("客户{}来电，手机改为{}，以后送货打这个号码。", about.full, about.phone),
            1 => format!("{}要求开发票，邮箱 {}，抬头个人。", about.full, about.email),
            2 => format!("地址更正：{}，联系人{}。", about.address.line(), about.full),
            3 => format!("实名登记已核对，身份证号{}。", about.resident_id),
            4 => "客户有糖尿病，只推荐不加糖的产品。".to_owned(),
            _ => "喜欢岩茶，预算500元左右，节前再联系。".to_owned(),
        }
    } else {
        match random.below(6) {
            0 => format!("{} called, new number is {}, please update.", about.full, about.phone),
            1 => format!("Send the invoice to {} from now on.", about.email),
            2 => format!("Moved house: {}. Leave with the neighbour.", about.address.line()),
            3 => format!("Refund to card {} agreed with {}.", about.card, about.first),
            4 => "Customer is pregnant, asked which teas are free of caffeine.".to_owned(),
            _ => "Prefers smoky blacks; wants to hear about the spring harvest.".to_owned(),
        }
    }
}

/// What a customer writes to support.
pub fn question(random: &mut Random, from: &Person, order: &str) -> String {
    if from.chinese {
        match random.below(4) {
            0 => format!("你好，订单{order}还没收到，我的电话是{}，请尽快处理。", from.phone),
            1 => format!("我是{}，收货地址写错了，应该是{}。", from.full, from.address.line()),
            2 => format!("请把电子发票发到{}，谢谢。", from.email),
            _ => "请问明前龙井什么时候到货？".to_owned(),
        }
    } else {
        match random.below(4) {
            0 => format!(
                "Hi, order {order} has not arrived. You can reach me on {}. {}",
                from.phone, from.full
            ),
            1 => format!(
                "Please change the delivery address to {}. Thanks, {}",
                from.address.line(),
                from.first
            ),
            2 => format!("Could you resend the invoice to {}?", from.email),
            _ => "When will the first flush be back in stock?".to_owned(),
        }
    }
}

/// What support answers.
pub fn answer(random: &mut Random, chinese: bool) -> &'static str {
    let texts: &[&'static str] = if chinese {
        &["您好，已为您催促快递，请耐心等待。", "已修改，感谢您的反馈。", "发票已发送，请查收。"]
    } else {
        &[
            "We have asked the courier and will write again tomorrow.",
            "Done, thank you for telling us.",
            "The invoice is on its way.",
        ]
    };
    random.pick::<&str>(texts)
}
