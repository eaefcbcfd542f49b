//! Serves the shell alone on a throw-away database, to look at its pages:
//! `cargo run -p privet-web --example shell`. Prints the set-up link and a sign-in link.

use std::net::SocketAddr;
use store::{Store, StoreConfig};
use web::{NavItem, Permission, Web, WebConfig};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).unwrap_or_else(|| "8449".into());
    let fresh = std::env::args().nth(2).is_some();
    let data = tempfile::tempdir()?;
    let store = Store::open(StoreConfig { data_dir: data.path().into(), database: None }).await?;
    let config = WebConfig { base_url: format!("http://127.0.0.1:{port}"), ..WebConfig::default() };
    let web = Web::open(store, config).await?.with_nav([
        item("/console", "home", "web-console"),
        item("/console/components", "map", "web-components"),
    ]);
    if fresh {
        println!("{}", web.setup_link().await?.unwrap_or_default());
    } else {
        for page in
            ["components", "people", "account", "activity", "jobs", "account/totp", "nothing"]
        {
            for _ in 0..6 {
                println!(
                    "{page} {}",
                    web.demo_link("Lantern Tea 灯下茶铺", &format!("/console/{page}")).await?
                );
            }
        }
    }
    let app = web::finish(web.clone(), web::router(web));
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}

const fn item(href: &'static str, icon: &'static str, label: &'static str) -> NavItem {
    NavItem { section: "web-console", label, href, icon, permission: Permission::ViewMap }
}
