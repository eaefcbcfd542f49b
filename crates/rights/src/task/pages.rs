//! `/console/requests/tasks`: the list, and one task. Whoever works on requests sees all; everybody else
//! their own. No person is named but those who work here.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State as Extract},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use store::now;
use web::{Choice, CsrfForm, ListQuery, Page, Pager, Permission, WebError, redirect_with_toast};

use super::{Filter, Stand, Step, Task};
use crate::{RightsError, Room, desk::Names};

const LIST: &str = "/console/requests/tasks";

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/requests/tasks", get(list))
        .route("/console/requests/tasks/{id}", get(one))
        .route("/console/requests/tasks/{id}/{act}", post(act))
}

/// Sees every task, not only their own.
fn sees_all(p: &Page) -> bool {
    p.can(Permission::LookUpPeople)
}

/// May end a task or give it away: its owner, and whoever works on requests.
fn may_act(p: &Page, task: &Task) -> bool {
    task.owner == p.user.id || (sees_all(p) && p.can(Permission::EditRecords))
}

/// May have a task's step tried: a search by whoever acts on the task; what copies, corrects or erases
/// a person's data only by whoever works on requests.
fn may_try(p: &Page, task: &Task) -> bool {
    let works = sees_all(p) && p.can(Permission::EditRecords);
    works || (task.step == Step::Search && may_act(p, task))
}

/// A task as lists show it.
pub(super) struct Row {
    pub task: Task,
    pub what: String,
    pub why: String,
    pub owner: String,
    pub stand: String,
    pub late: bool,
}

impl Row {
    pub fn new(p: &Page, names: &Names, task: Task) -> Self {
        Self {
            what: p.t(&format!("rights-task-step-{}", task.step.as_str())),
            why: p.t(&format!("rights-task-why-{}", task.why.as_str())),
            owner: match task.owner.as_str() {
                "" => p.t("rights-nobody"),
                id => names.of(p, id),
            },
            stand: p.t(&format!("rights-task-{}", task.stand.as_str())),
            late: task.is_late(now()),
            task,
        }
    }
}

#[derive(Template)]
#[template(path = "rights/tasks.html")]
struct ListPage {
    p: Page,
    l: ListQuery,
    pager: Pager,
    rows: Vec<Row>,
    stands: Vec<Choice>,
    steps: Vec<Choice>,
    owners: Vec<Choice>,
    all: bool,
}

async fn list(p: Page, l: ListQuery, Extract(room): Extract<Room>) -> Result<Response, WebError> {
    let all = sees_all(&p);
    let filter = Filter {
        stand: l.get("state").to_owned(),
        step: l.get("step").to_owned(),
        owner: match l.get("owner") {
            _ if !all => p.user.id.clone(),
            "me" => p.user.id.clone(),
            other => other.to_owned(),
        },
        number: l.q.clone(),
    };
    let (tasks, total) = room.rights.tasks(&filter, l.limit(), l.offset()).await?;
    let names = Names::load(&room.web).await?;
    let stand =
        |one: Stand| Choice::new(one.as_str(), p.t(&format!("rights-task-{}", one.as_str())));
    let step =
        |one: Step| Choice::new(one.as_str(), p.t(&format!("rights-task-step-{}", one.as_str())));
    let special = |one: &str| Choice::new(one, p.t(&format!("rights-filter-{one}")));
    let ended = Stand::ALL.into_iter().filter(|one| *one != Stand::Open);
    let page = ListPage {
        rows: tasks.into_iter().map(|task| Row::new(&p, &names, task)).collect(),
        pager: Pager::new(&l, total),
        stands: ["late", "all"].map(special).into_iter().chain(ended.map(stand)).collect(),
        steps: Step::ALL.map(step).to_vec(),
        owners: ["me", "nobody"].map(special).to_vec(),
        all,
        l,
        p,
    };
    web::render(&page)
}

#[derive(Template)]
#[template(path = "rights/task.html")]
struct TaskPage {
    p: Page,
    row: Row,
    /// What to do, in plain words.
    advice: String,
    ended_by: String,
    /// Whom the data map names as owner of the system: a person or a team.
    team: String,
    members: Vec<Choice>,
    may_act: bool,
    may_try: bool,
    /// May open the request and the source.
    sees_request: bool,
    sees_source: bool,
}

impl TaskPage {
    fn is_open(&self) -> bool {
        self.row.task.stand == Stand::Open
    }
    fn may_reopen(&self) -> bool {
        self.may_act && matches!(self.row.task.stand, Stand::Done | Stand::Dropped)
    }
}

async fn find(p: &Page, room: &Room, id: &str) -> Result<Task, WebError> {
    let task = room.rights.task(id).await?;
    // Somebody else's task is not there for whoever may only see their own.
    if !sees_all(p) && task.owner != p.user.id {
        return Err(WebError::NotFound);
    }
    Ok(task)
}

async fn one(
    p: Page,
    Extract(room): Extract<Room>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let task = find(&p, &room, &id).await?;
    let names = Names::load(&room.web).await?;
    let (may_try, may_act) = (may_try(&p, &task), may_act(&p, &task));
    let members = if may_act { room.web.members().await? } else { Vec::new() };
    let members = members.iter().filter(|one| one.id != task.owner);
    let page = TaskPage {
        members: members.map(|one| Choice::new(&one.id, &one.name)).collect(),
        advice: p.t(&format!("rights-task-do-{}", task.why.as_str())),
        ended_by: match task.ended_by.as_str() {
            "" => String::new(),
            by => names.of(&p, by),
        },
        team: room.rights.team_of(&task.source).await?,
        sees_request: sees_all(&p),
        sees_source: p.can(Permission::ViewMap),
        row: Row::new(&p, &names, task),
        may_try,
        may_act,
        p,
    };
    web::render(&page)
}

/// What was typed. No `Debug`: it may name a person.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    text: String,
    to: String,
}

async fn act(
    p: Page,
    Extract(room): Extract<Room>,
    Path((id, act)): Path<(String, String)>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    let task = find(&p, &room, &id).await?;
    if !may_act(&p, &task) {
        p.require(Permission::LookUpPeople)?;
        p.require(Permission::EditRecords)?;
    }
    if act == "try" && !may_try(&p, &task) {
        p.require(Permission::LookUpPeople)?;
        p.require(Permission::EditRecords)?;
    }
    let (rights, actor) = (&room.rights, p.actor());
    match act.as_str() {
        "done" => rights.end_task(&actor, &task, true, &input.text).await?,
        "drop" => rights.end_task(&actor, &task, false, &input.text).await?,
        "open" => rights.reopen_task(&actor, &task).await?,
        "try" => rights.try_task(&actor, &task).await?,
        "give" => rights.give_task(&actor, &task, &input.to).await?,
        _ => return Err(RightsError::NotFound("act").into()),
    }
    // Whoever gave theirs away may not see it any more.
    let to = if act == "give" { LIST.to_owned() } else { format!("{LIST}/{id}") };
    Ok(redirect_with_toast(&to, &format!("rights-toast-task-{act}")))
}
