//! Deliveries: the list with its filters; dead letters sent once more or given up.

use askama::Template;
use axum::{extract::State, response::Response};
use serde::Deserialize;
use web::{
    Choice, CsrfForm, ListQuery, Page, Pager, Permission, WebError, redirect, redirect_with_toast_n,
};

use super::fault_text;
use crate::{Delivery, DeliveryFilter, DeliveryState, EventKind, Room};

/// A delivery as the list shows it.
struct Line {
    delivery: Delivery,
    kind: String,
    badge: &'static str,
    state: String,
    fault: String,
    /// What a check box sends.
    key: String,
    /// It can be sent again or given up.
    open: bool,
}

impl Line {
    fn of(p: &Page, delivery: Delivery) -> Self {
        let badge = match delivery.state {
            DeliveryState::Sent => "ok",
            DeliveryState::Waiting => "info",
            DeliveryState::Dead => "danger",
            DeliveryState::Discarded => "none",
        };
        let kind = EventKind::parse(&delivery.kind).map(|kind| p.t(&kind.key()));
        Self {
            kind: kind.unwrap_or_else(|| delivery.kind.clone()),
            badge,
            state: p.t(&format!("deliver-state-{}", delivery.state.as_str())),
            fault: fault_text(p, &delivery.fault, delivery.status),
            key: format!("{}:{}", delivery.destination_id, delivery.place),
            open: delivery.state != DeliveryState::Waiting,
            delivery,
        }
    }
}

#[derive(Template)]
#[template(path = "deliver/deliveries.html")]
struct ListPage {
    p: Page,
    l: ListQuery,
    pager: Pager,
    lines: Vec<Line>,
    destinations: Vec<Choice>,
    states: Vec<Choice>,
    kinds: Vec<Choice>,
    dead: i64,
    may_manage: bool,
}

impl ListPage {
    fn only_dead(&self) -> bool {
        self.l.get("state") == "dead"
    }
}

pub(super) async fn list(
    p: Page,
    l: ListQuery,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let filter = DeliveryFilter {
        destination: l.get("destination").to_owned(),
        state: l.get("state").to_owned(),
        kind: l.get("kind").to_owned(),
        event_id: l.q.trim().to_owned(),
    };
    let (rows, total) = room.deliver.deliveries(&filter, l.limit(), l.offset()).await?;
    let pager = Pager::new(&l, total);
    let all = room.deliver.destinations().await?;
    let dead = all.iter().map(|found| found.dead).sum();
    let destinations =
        all.into_iter().map(|o| Choice::new(o.destination.id, o.destination.name)).collect();
    let states = DeliveryState::ALL.map(|state| {
        Choice::new(state.as_str(), p.t(&format!("deliver-state-{}", state.as_str())))
    });
    let kinds = EventKind::ALL.map(|kind| Choice::new(kind.as_str(), p.t(&kind.key())));
    let lines = rows.into_iter().map(|row| Line::of(&p, row)).collect();
    let may_manage = p.can(Permission::ManageSources);
    web::render(&ListPage {
        p,
        l,
        pager,
        lines,
        destinations,
        states: states.to_vec(),
        kinds: kinds.to_vec(),
        dead,
        may_manage,
    })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Pressed {
    id: Vec<String>,
    act: String,
    back: String,
}

pub(super) async fn act(
    p: Page,
    State(room): State<Room>,
    CsrfForm(form): CsrfForm<Pressed>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    // Only a list of ours, with its filters.
    let back = match form.back.strip_prefix("/console/deliveries") {
        Some(rest) if rest.is_empty() || rest.starts_with('?') => form.back.clone(),
        _ => "/console/deliveries".into(),
    };
    let chosen = form.id.iter().filter_map(|id| {
        let (destination, place) = id.rsplit_once(':')?;
        Some((destination.to_owned(), place.parse().ok()?))
    });
    let chosen: Vec<(String, i64)> = match form.act.as_str() {
        "replay-dead" => room.deliver.dead_letters("").await?,
        _ => chosen.collect(),
    };
    let (count, toast) = match form.act.as_str() {
        "replay" | "replay-dead" => {
            (room.deliver.replay(p.actor(), &chosen).await?, "deliver-toast-replayed")
        }
        "discard" => (room.deliver.discard(p.actor(), &chosen).await?, "deliver-toast-discarded"),
        _ => return Ok(redirect(&back)),
    };
    Ok(redirect_with_toast_n(&back, toast, count))
}
