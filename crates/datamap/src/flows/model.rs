//! The picture's content: who stands in it and what flows between them. Pure.

use std::collections::BTreeSet;

use detect::Sensitivity;

/// What a node is; decides its shape and its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeKind {
    /// People give the data themselves, at a touchpoint.
    DirectOrigin,
    /// Another organisation gives it.
    ThirdPartyOrigin,
    /// A system of ours.
    System,
    /// Works on our behalf.
    Processor,
    /// Decides for itself.
    Controller,
    /// Decides together with us.
    JointController,
    /// A public authority.
    Authority,
}

impl NodeKind {
    /// The kind of a recipient row; unknown text counts as a controller, the stricter reading.
    pub fn of_recipient(kind: &str) -> Self {
        match kind {
            "processor" => Self::Processor,
            "joint_controller" => Self::JointController,
            "authority" => Self::Authority,
            _ => Self::Controller,
        }
    }

    /// Direct or third party.
    pub fn is_origin(self) -> bool {
        matches!(self, Self::DirectOrigin | Self::ThirdPartyOrigin)
    }

    /// Stands in the last column.
    pub fn is_recipient(self) -> bool {
        !self.is_origin() && self != Self::System
    }

    /// Stable name for classes and message keys (`flows-kind-NAME`).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DirectOrigin => "direct",
            Self::ThirdPartyOrigin => "third-party",
            Self::System => "system",
            Self::Processor => "processor",
            Self::Controller => "controller",
            Self::JointController => "joint-controller",
            Self::Authority => "authority",
        }
    }
}

/// One end of flows.
#[derive(Debug, Clone)]
pub struct Node {
    /// `system:ID`, `recipient:ID`, `origin:ID`.
    pub id: String,
    /// Shape and column.
    pub kind: NodeKind,
    /// Name.
    pub name: String,
    /// Owner of a system, provider's contract: one more line, or "".
    pub note: String,
    /// Transfer safeguard of a recipient (key `recipients-safeguard-KEY`), or "".
    pub safeguard: String,
    /// ISO 3166-1 alpha-2, or "".
    pub country: String,
    /// Personal fields found in it.
    pub fields: i64,
    /// The highest sensitivity in it.
    pub sensitivity: Sensitivity,
}

/// Why an arrow is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeKind {
    /// A row of the flow table.
    Flow,
    /// A source's origin says so.
    Origin,
    /// A processing activity names the recipient.
    Activity,
}

/// One arrow.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The flow's id, or a name made of both ends.
    pub id: String,
    /// Index of the node it leaves.
    pub from: usize,
    /// Index of the node it reaches.
    pub to: usize,
    /// Why it is there.
    pub kind: EdgeKind,
    /// Said by a person (else discovered).
    pub declared: bool,
    /// `equal_values`, `view`, `foreign_key`, or "".
    pub reason: String,
    /// 0..=1.
    pub confidence: f64,
    /// Category keys.
    pub categories: Vec<String>,
    /// The highest sensitivity of what flows.
    pub sensitivity: Sensitivity,
    /// It is not known which way the data goes.
    pub undirected: bool,
    /// The evidence was not found again by the last scan.
    pub stale: bool,
    /// What people wrote about it.
    pub description: String,
}

/// The whole picture.
#[derive(Debug, Clone, Default)]
pub struct Picture {
    /// Nodes.
    pub nodes: Vec<Node>,
    /// Arrows.
    pub edges: Vec<Edge>,
}

/// What a reader wants to see; empty fields ask for everything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// At least this sensitive.
    pub sensitivity: Sensitivity,
    /// This category or one below it.
    pub category: String,
    /// This node and its neighbours.
    pub node: String,
    /// `declared` or `discovered`.
    pub found: String,
    /// Nodes in this country and what they exchange.
    pub country: String,
}

impl Filter {
    /// Whether anything is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn wants(&self, edge: &Edge, nodes: &[Node]) -> bool {
        let (from, to) = (&nodes[edge.from], &nodes[edge.to]);
        let below = format!("{}.", self.category);
        let category = self.category.is_empty()
            || edge.categories.iter().any(|key| *key == self.category || key.starts_with(&below));
        let found = match self.found.as_str() {
            "declared" => edge.declared,
            "discovered" => !edge.declared,
            _ => true,
        };
        edge.sensitivity >= self.sensitivity
            && category
            && found
            && (self.node.is_empty() || from.id == self.node || to.id == self.node)
            && (self.country.is_empty()
                || from.country == self.country
                || to.country == self.country)
    }

    fn keeps_alone(&self, node: &Node) -> bool {
        // A room without arrows answers questions about places and sensitivity, not about flows.
        self.category.is_empty()
            && self.found.is_empty()
            && (self.node.is_empty() || node.id == self.node)
            && (self.country.is_empty() || node.country == self.country)
            && (self.sensitivity == Sensitivity::None || node.sensitivity >= self.sensitivity)
    }
}

impl Picture {
    /// The part that a filter asks for.
    #[must_use]
    pub fn filtered(&self, filter: &Filter) -> Self {
        let edges: Vec<&Edge> =
            self.edges.iter().filter(|e| filter.wants(e, &self.nodes)).collect();
        let touched: BTreeSet<usize> = edges.iter().flat_map(|e| [e.from, e.to]).collect();
        let kept: Vec<usize> = (0..self.nodes.len())
            .filter(|i| {
                let alone = !self.nodes[*i].kind.is_origin() && filter.keeps_alone(&self.nodes[*i]);
                touched.contains(i) || alone
            })
            .collect();
        let mut place = vec![usize::MAX; self.nodes.len()];
        for (new, old) in kept.iter().enumerate() {
            place[*old] = new;
        }
        Self {
            nodes: kept.iter().map(|i| self.nodes[*i].clone()).collect(),
            edges: edges
                .into_iter()
                .map(|e| Edge { from: place[e.from], to: place[e.to], ..e.clone() })
                .collect(),
        }
    }

    /// Indices of the arrows at a node.
    pub fn edges_of(&self, node: usize) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |e| e.from == node || e.to == node)
    }
}

/// The words around the picture, in the reader's language.
pub trait Words {
    /// A translated text.
    fn t(&self, key: &str) -> String;
    /// A translated text with `$n`.
    fn tn(&self, key: &str, n: i64) -> String;
    /// A category's name.
    fn category(&self, key: &str) -> String;
    /// A country's name.
    fn country(&self, code: &str) -> String;
}

/// A picture made from a seed, for tests, benchmarks and design work. No real company.
pub fn sample_picture(systems: usize, chinese: bool) -> Picture {
    let names_en = [
        "Web shop",
        "Customer relations (CRM)",
        "Marketing automation",
        "Support desk",
        "Data warehouse",
        "Loyalty programme",
        "Warehouse management",
        "Accounting",
        "Recommendation engine",
    ];
    let names_zh = [
        "网上商城",
        "客户关系管理系统",
        "营销自动化平台",
        "客服工单",
        "数据仓库",
        "会员积分计划",
        "仓储管理",
        "财务系统",
        "个性化推荐引擎",
    ];
    let names = if chinese { names_zh } else { names_en };
    let say = |en: &str, zh: &str| if chinese { zh.to_owned() } else { en.to_owned() };
    let mut picture = Picture::default();
    let levels = [Sensitivity::Personal, Sensitivity::Confidential, Sensitivity::Sensitive];
    for i in 0..systems {
        let round = i / names.len();
        let name = names[i % names.len()];
        picture.nodes.push(Node {
            id: format!("system:{i}"),
            kind: NodeKind::System,
            name: if round == 0 { name.to_owned() } else { format!("{name} {}", round + 1) },
            note: say(
                ["E-commerce", "Sales", "Marketing", "Service"][i % 4],
                ["电商部", "销售部", "市场部", "客服部"][i % 4],
            ),
            safeguard: String::new(),
            country: ["CN", "CN", "DE", "SG", "IE"][i % 5].to_owned(),
            fields: ((i * 37 + 11) % 90) as i64,
            sensitivity: levels[(i * 5 + 2) % 3],
        });
    }
    let recipients = [
        (NodeKind::Processor, say("Parcel delivery", "云雀快递"), "CN"),
        (NodeKind::Processor, say("Mail sender", "晨钟邮件服务"), "US"),
        (NodeKind::Controller, say("Payment provider", "汇通支付"), "CN"),
        (NodeKind::JointController, say("Ad alliance", "广告联盟"), "SG"),
        (NodeKind::Authority, say("Tax office", "税务机关"), "CN"),
        (NodeKind::Processor, say("Cloud hosting", "云托管"), "DE"),
    ];
    for (i, (kind, name, country)) in recipients.into_iter().enumerate().take(2 + systems) {
        picture.nodes.push(Node {
            id: format!("recipient:{i}"),
            kind,
            name,
            note: if country == "US" {
                say("Standard contractual clauses", "标准合同条款")
            } else {
                String::new()
            },
            safeguard: String::new(),
            country: country.to_owned(),
            fields: 0,
            sensitivity: Sensitivity::None,
        });
    }
    let origins = [
        (NodeKind::DirectOrigin, say("Registration form", "注册表单"), ""),
        (NodeKind::DirectOrigin, say("Shop counter", "门店柜台"), ""),
        (NodeKind::ThirdPartyOrigin, say("Harbour Leads Ltd", "海港数据有限公司"), "SG"),
    ];
    for (i, (kind, name, country)) in origins.into_iter().enumerate() {
        picture.nodes.push(Node {
            id: format!("origin:{i}"),
            kind,
            name,
            note: String::new(),
            safeguard: String::new(),
            country: country.to_owned(),
            fields: 0,
            sensitivity: Sensitivity::None,
        });
    }
    sample_edges(&mut picture, systems, &levels);
    picture
}

fn sample_edges(picture: &mut Picture, systems: usize, levels: &[Sensitivity]) {
    let first_recipient = systems;
    let recipients = picture.nodes.iter().filter(|n| n.kind.is_recipient()).count();
    let first_origin = systems + recipients;
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for i in 1..systems {
        if i % 11 != 10 {
            pairs.push(((i * 13 + i / 7) % i.min(23), i));
            if i % 3 != 0 {
                pairs.push(((i * i + 2) % i, i));
            }
        }
    }
    if systems > 4 {
        pairs.push((4, 2));
    }
    for i in 0..systems.min(recipients + systems / 6) {
        pairs.push((i * 3 % systems, first_recipient + i % recipients));
    }
    for i in 0..3 {
        pairs.push((first_origin + i, i % systems.max(1)));
    }
    pairs.sort_unstable();
    pairs.dedup();
    let keys = [
        "contact.email",
        "contact.phone",
        "identity.name",
        "finance.bank_card",
        "location.address",
    ];
    for (i, (from, to)) in pairs.into_iter().enumerate().filter(|(_, (a, b))| a != b) {
        let declared = i % 3 != 1 || to >= systems || from >= systems;
        picture.edges.push(Edge {
            id: format!("flow{i}"),
            from,
            to,
            kind: if from >= first_origin { EdgeKind::Origin } else { EdgeKind::Flow },
            declared,
            reason: if declared { String::new() } else { "equal_values".to_owned() },
            confidence: if declared { 1.0 } else { 0.55 + (i % 5) as f64 * 0.09 },
            categories: keys.iter().take(1 + i % 5).map(|k| (*k).to_owned()).collect(),
            sensitivity: levels[(i * 2 + 1) % 3],
            undirected: !declared && i % 9 == 4,
            stale: false,
            description: String::new(),
        });
    }
}
