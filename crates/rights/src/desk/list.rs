//! The queue: what waits, the most urgent first. No person is shown here.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use web::{Choice, ListQuery, Page, Pager, Permission, WebError};

use super::Names;
use crate::{
    Kind, Request, Room, State as Stand,
    request::{Counts, Filter},
};

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/requests", get(list))
}

struct Row {
    request: Request,
    what: String,
    state: String,
    day: String,
    late: bool,
    who: String,
}

#[derive(Template)]
#[template(path = "rights/queue.html")]
struct QueuePage {
    p: Page,
    l: ListQuery,
    pager: Pager,
    rows: Vec<Row>,
    counts: Counts,
    kinds: Vec<Choice>,
    states: Vec<Choice>,
    assignees: Vec<Choice>,
    portal: String,
    /// What can be done to several at once.
    acts: Vec<Choice>,
    may_pick: bool,
    /// The inbox, with how many letters wait for a reader.
    inbox_label: String,
}

async fn list(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    let me = match p.actor() {
        store::Actor::Person(id) => id,
        _ => String::new(),
    };
    let state = match l.get("state") {
        "" => "work",
        "all" => "",
        other => other,
    };
    let filter = Filter {
        state: state.to_owned(),
        kind: l.get("kind").to_owned(),
        assignee: match l.get("assignee") {
            "me" => me,
            other => other.to_owned(),
        },
        number: l.q.clone(),
    };
    let (requests, total) = room.rights.requests(&filter, l.limit(), l.offset()).await?;
    let names = Names::load(&room.web).await?;
    let now = store::now();
    let row = |request: Request| Row {
        what: p.t(&request.kind.key()),
        state: p.t(&request.state.key()),
        day: room.rights.day_of_answer(&request),
        late: request.is_late(now),
        who: match request.assignee.as_str() {
            "" => p.t("rights-nobody"),
            id => names.of(&p, id),
        },
        request,
    };
    let state_choice = |one: Stand| Choice::new(one.as_str(), p.t(&one.key()));
    let special = |one: &str| Choice::new(one, p.t(&format!("rights-filter-{one}")));
    let acts = super::bulk::acts(&p);
    let page = QueuePage {
        may_pick: !acts.is_empty(),
        acts,
        rows: requests.into_iter().map(row).collect(),
        pager: Pager::new(&l, total),
        counts: room.rights.counts().await?,
        kinds: Kind::ALL.map(|kind| Choice::new(kind.as_str(), p.t(&kind.key()))).to_vec(),
        states: ["late", "all"]
            .map(special)
            .into_iter()
            .chain(Stand::ALL.map(state_choice))
            .collect(),
        assignees: ["me", "nobody"].map(special).to_vec(),
        inbox_label: match room.rights.inbox(0, 0).await?.1 {
            0 => p.t("rights-inbox"),
            mails => format!("{} ({})", p.t("rights-inbox"), p.number(mails)),
        },
        portal: format!("{}/privacy/requests", room.web.base_url()),
        l,
        p,
    };
    web::render(&page)
}
