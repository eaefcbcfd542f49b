//! Words for invented people. Any likeness is chance; domains are the reserved example ones.

/// Chinese family names and their pinyin.
pub const SURNAMES: &[(&str, &str)] = &[
    ("王", "wang"), ("李", "li"), ("张", "zhang"), ("刘", "liu"), ("陈", "chen"), ("杨", "yang"),
    ("赵", "zhao"), ("黄", "huang"), ("周", "zhou"), ("吴", "wu"), ("徐", "xu"), ("孙", "sun"),
    ("胡", "hu"), ("朱", "zhu"), ("高", "gao"), ("林", "lin"), ("何", "he"), ("郭", "guo"),
    ("马", "ma"), ("罗", "luo"), ("梁", "liang"), ("宋", "song"), ("郑", "zheng"), ("谢", "xie"),
    ("韩", "han"), ("唐", "tang"), ("冯", "feng"), ("于", "yu"), ("董", "dong"), ("萧", "xiao"),
    ("程", "cheng"), ("曹", "cao"), ("袁", "yuan"), ("邓", "deng"), ("许", "xu"), ("傅", "fu"),
    ("沈", "shen"), ("曾", "zeng"), ("彭", "peng"), ("吕", "lv"), ("苏", "su"), ("卢", "lu"),
    ("蒋", "jiang"), ("蔡", "cai"), ("贾", "jia"), ("丁", "ding"), ("魏", "wei"), ("薛", "xue"),
    ("叶", "ye"), ("阎", "yan"), ("余", "yu"), ("潘", "pan"), ("杜", "du"), ("戴", "dai"),
    ("夏", "xia"), ("钟", "zhong"), ("汪", "wang"), ("田", "tian"), ("任", "ren"), ("姜", "jiang"),
    ("欧阳", "ouyang"), ("司马", "sima"), ("上官", "shangguan"), ("诸葛", "zhuge"),
];

/// Chinese given names for men.
pub const GIVEN_MEN: &[(&str, &str)] = &[
    ("伟", "wei"), ("强", "qiang"), ("磊", "lei"), ("洋", "yang"), ("勇", "yong"), ("军", "jun"),
    ("杰", "jie"), ("涛", "tao"), ("超", "chao"), ("明", "ming"), ("刚", "gang"), ("平", "ping"),
    ("辉", "hui"), ("鹏", "peng"), ("浩然", "haoran"), ("子轩", "zixuan"), ("宇航", "yuhang"),
    ("俊杰", "junjie"), ("建国", "jianguo"), ("志强", "zhiqiang"), ("文博", "wenbo"),
    ("天佑", "tianyou"), ("思远", "siyuan"), ("嘉豪", "jiahao"), ("一鸣", "yiming"),
    ("晓东", "xiaodong"), ("海波", "haibo"), ("春生", "chunsheng"), ("国栋", "guodong"),
    ("振华", "zhenhua"), ("泽宇", "zeyu"), ("梓豪", "zihao"), ("云飞", "yunfei"), ("立新", "lixin"),
];

/// Chinese given names for women.
pub const GIVEN_WOMEN: &[(&str, &str)] = &[
    ("芳", "fang"), ("娜", "na"), ("敏", "min"), ("静", "jing"), ("丽", "li"), ("艳", "yan"),
    ("娟", "juan"), ("霞", "xia"), ("秀英", "xiuying"), ("桂英", "guiying"), ("婷", "ting"),
    ("雪", "xue"), ("玲", "ling"), ("萍", "ping"), ("欣怡", "xinyi"), ("梓涵", "zihan"),
    ("诗涵", "shihan"), ("雨桐", "yutong"), ("思琪", "siqi"), ("佳怡", "jiayi"), ("晓燕", "xiaoyan"),
    ("美玲", "meiling"), ("春梅", "chunmei"), ("海燕", "haiyan"), ("雅婷", "yating"),
    ("梦洁", "mengjie"), ("若曦", "ruoxi"), ("语嫣", "yuyan"), ("慧敏", "huimin"), ("文静", "wenjing"),
    ("月", "yue"), ("琳", "lin"), ("倩", "qian"), ("露", "lu"),
];

/// European given names: men.
pub const FIRST_MEN: &[&str] = &[
    "James", "Oliver", "Thomas", "Daniel", "Lukas", "Felix", "Paul", "Hugo", "Louis", "Arthur",
    "Henry", "George", "Liam", "Conor", "Sean", "Patrick", "Jonas", "Maximilian", "Antoine",
    "Julien", "Matteo", "William", "Edward", "Samuel", "Benjamin", "David", "Michael", "Peter",
    "Niall", "Sebastian", "Jürgen", "Étienne", "Robert", "Simon", "Adam",
];

/// European given names: women.
pub const FIRST_WOMEN: &[&str] = &[
    "Emma", "Olivia", "Charlotte", "Sophie", "Hannah", "Mia", "Léa", "Chloé", "Camille", "Alice",
    "Amelia", "Grace", "Aoife", "Niamh", "Siobhán", "Katharina", "Greta", "Marie", "Isabelle",
    "Margaux", "Elizabeth", "Victoria", "Sarah", "Rebecca", "Laura", "Julia", "Anna", "Helen",
    "Ruth", "Eleanor", "Ingrid", "Zoë", "Claire", "Nora", "Freya",
];

/// European family names.
pub const LAST: &[&str] = &[
    "Smith", "Jones", "Taylor", "Brown", "Clarke", "Walker", "Hughes", "Edwards", "Turner",
    "Bennett", "Murphy", "Kelly", "O'Sullivan", "Byrne", "Ryan", "O'Connor", "Müller", "Schmidt",
    "Schneider", "Fischer", "Weber", "Becker", "Hoffmann", "Krüger", "Martin", "Bernard", "Dubois",
    "Laurent", "Lefèvre", "Moreau", "Rousseau", "Garnier", "Fontaine", "Harrison", "Whitfield",
    "Ashworth", "Pemberton", "Gallagher", "Brennan", "Lindqvist", "Hartmann", "Vogel", "Keller",
    "Mercier", "Chevalier", "Marchand", "Fletcher", "Sinclair", "Campbell", "Stewart",
];

/// A Chinese district: province, city, district, region code (GB/T 2260), post code, latitude and
/// longitude of the city.
pub struct District {
    pub province: &'static str,
    pub city: &'static str,
    pub area: &'static str,
    pub code: &'static str,
    pub postal: &'static str,
    pub lat: f64,
    pub lon: f64,
}

const fn d(
    place: [&'static str; 3],
    code: &'static str,
    postal: &'static str,
    lat: f64,
    lon: f64,
) -> District {
    District { province: place[0], city: place[1], area: place[2], code, postal, lat, lon }
}

/// Where Chinese customers live.
pub const DISTRICTS: &[District] = &[
    d(["北京市", "北京市", "朝阳区"], "110105", "100020", 39.92, 116.44),
    d(["北京市", "北京市", "海淀区"], "110108", "100080", 39.96, 116.30),
    d(["上海市", "上海市", "徐汇区"], "310104", "200030", 31.19, 121.44),
    d(["上海市", "上海市", "浦东新区"], "310115", "200120", 31.22, 121.54),
    d(["浙江省", "杭州市", "西湖区"], "330106", "310012", 30.26, 120.13),
    d(["浙江省", "杭州市", "上城区"], "330102", "310002", 30.24, 120.17),
    d(["浙江省", "宁波市", "海曙区"], "330203", "315000", 29.87, 121.55),
    d(["江苏省", "南京市", "鼓楼区"], "320106", "210009", 32.07, 118.77),
    d(["江苏省", "苏州市", "姑苏区"], "320508", "215008", 31.31, 120.62),
    d(["福建省", "福州市", "鼓楼区"], "350102", "350001", 26.08, 119.30),
    d(["福建省", "厦门市", "思明区"], "350203", "361001", 24.45, 118.08),
    d(["福建省", "南平市", "武夷山市"], "350782", "354300", 27.76, 118.03),
    d(["广东省", "广州市", "天河区"], "440106", "510630", 23.12, 113.36),
    d(["广东省", "深圳市", "南山区"], "440305", "518052", 22.53, 113.93),
    d(["广东省", "潮州市", "湘桥区"], "445102", "521000", 23.67, 116.63),
    d(["四川省", "成都市", "锦江区"], "510104", "610011", 30.65, 104.08),
    d(["四川省", "成都市", "武侯区"], "510107", "610041", 30.64, 104.04),
    d(["云南省", "昆明市", "五华区"], "530102", "650031", 25.04, 102.70),
    d(["湖北省", "武汉市", "武昌区"], "420106", "430060", 30.55, 114.31),
    d(["湖南省", "长沙市", "岳麓区"], "430104", "410013", 28.23, 112.93),
    d(["陕西省", "西安市", "雁塔区"], "610113", "710061", 34.21, 108.94),
    d(["山东省", "青岛市", "市南区"], "370202", "266001", 36.07, 120.39),
    d(["安徽省", "黄山市", "屯溪区"], "341002", "245000", 29.70, 118.33),
    d(["重庆市", "重庆市", "渝中区"], "500103", "400010", 29.55, 106.57),
];

/// Chinese roads.
pub const ROADS: &[&str] = &[
    "文三路", "解放路", "人民路", "中山北路", "建设大道", "学院路", "和平街", "长江路", "莫干山路",
    "龙井路", "新华路", "青年路", "湖滨路", "科技园路", "茶园街", "梅家坞路", "东风路", "光明路",
];

/// A European city.
pub struct City {
    pub country: &'static str,
    pub region: &'static str,
    pub name: &'static str,
    /// `#` is a digit, `@` a letter.
    pub postal: &'static str,
    pub lat: f64,
    pub lon: f64,
}

const fn c(
    country: &'static str,
    region: &'static str,
    city: &'static str,
    postal: &'static str,
    at: (f64, f64),
) -> City {
    City { country, region, name: city, postal, lat: at.0, lon: at.1 }
}

/// Where European customers live.
pub const CITIES: &[City] = &[
    c("GB", "England", "London", "SE# #@@", (51.50, -0.09)),
    c("GB", "England", "Bristol", "BS# #@@", (51.45, -2.59)),
    c("GB", "England", "Leeds", "LS# #@@", (53.80, -1.55)),
    c("GB", "Scotland", "Edinburgh", "EH# #@@", (55.95, -3.19)),
    c("FR", "Île-de-France", "Paris", "750##", (48.86, 2.35)),
    c("FR", "Auvergne-Rhône-Alpes", "Lyon", "6900#", (45.76, 4.84)),
    c("FR", "Nouvelle-Aquitaine", "Bordeaux", "33##0", (44.84, -0.58)),
    c("DE", "Berlin", "Berlin", "10###", (52.52, 13.40)),
    c("DE", "Bayern", "München", "80###", (48.14, 11.58)),
    c("DE", "Hamburg", "Hamburg", "20###", (53.55, 9.99)),
    c("IE", "Leinster", "Dublin", "D0# @###", (53.35, -6.26)),
    c("IE", "Connacht", "Galway", "H91 @###", (53.27, -9.06)),
];

/// Streets by country.
pub fn streets(country: &str) -> &'static [&'static str] {
    match country {
        "FR" => &["rue de Rivoli", "rue Victor Hugo", "avenue Jean Jaurès", "rue du Marché", "quai des Fleurs"],
        "DE" => &["Hauptstraße", "Gartenweg", "Lindenallee", "Bahnhofstraße", "Am Markt"],
        "IE" => &["Patrick Street", "Main Street", "Quay Road", "Abbey Lane", "Harbour View"],
        _ => &["High Street", "Church Lane", "Victoria Road", "Station Road", "Mill Lane", "Kingsway"],
    }
}

/// Ethnic groups as forms list them, the most frequent first.
pub const ETHNIC: &[&str] = &["汉族", "汉族", "汉族", "汉族", "汉族", "汉族", "满族", "回族", "壮族", "苗族", "彝族", "畲族"];

/// Browsers.
pub const AGENTS: &[&str] = &[
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.49",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
];
