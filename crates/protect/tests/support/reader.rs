//! A signed-in reader of the room's pages.

use protect::Protect;
use web::{Web, WebConfig, testing::reader::Reader};

pub async fn owner(room: &Protect, lang: &str) -> Reader {
    with_role(room, lang, "owner").await
}

pub async fn with_role(room: &Protect, lang: &str, role: &str) -> Reader {
    let web = Web::open(room.store().clone(), WebConfig::default()).await.unwrap();
    let web = web.with_nav(protect::nav());
    let rooms = protect::router(web.clone(), room.clone());
    Reader::open(web, rooms, "/console/vault", lang, role).await
}
