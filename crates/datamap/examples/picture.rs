//! Writes the data-flow picture of a generated company: `picture N [zh] > FILE.svg`.

use datamap::flows::{model, svg};

struct Plain(bool);

impl model::Words for Plain {
    fn t(&self, key: &str) -> String {
        let zh = self.0;
        let pick = |en: &str, cn: &str| if zh { cn.to_owned() } else { en.to_owned() };
        match key {
            "flows-head-origins" => pick("Where data comes from", "数据从哪里来"),
            "flows-head-systems" => pick("Systems", "系统"),
            "flows-head-recipients" => pick("Who receives it", "谁接收数据"),
            "flows-head-loose" => pick("No flow known yet", "尚未发现流向"),
            "flows-list-separator" => pick(", ", "、"),
            other => other.rsplit('-').next().unwrap_or_default().to_owned(),
        }
    }
    fn tn(&self, _key: &str, n: i64) -> String {
        if self.0 { format!("{n} 个个人信息字段") } else { format!("{n} personal fields") }
    }
    fn category(&self, key: &str) -> String {
        key.to_owned()
    }
    fn country(&self, code: &str) -> String {
        datamap::systems::countries::name(code, self.0)
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let systems = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(6);
    let chinese = arguments.next().is_some();
    let picture = model::sample_picture(systems, chinese);
    let start = std::time::Instant::now();
    let text = svg::draw(&picture, &Plain(chinese), svg::Target::File, "");
    eprintln!("{systems} systems, {} arrows: {:?}", picture.edges.len(), start.elapsed());
    println!("{text}");
}
