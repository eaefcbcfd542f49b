//! What sites tell of a changed privacy policy: the banner asks the room that keeps policies, without
//! knowing it.

use std::sync::Arc;

use banner::{Banner, News};
use policy::Policy;

/// From now on the banner tells of changed policies.
pub fn connect(banner: &Banner, policy: &Policy) {
    let policy = policy.clone();
    banner.tell_news(Arc::new(move |property, lang| {
        let told = policy.news(property, lang)?;
        Some(News {
            version: told.version,
            published_at: told.published_at,
            effective_at: told.effective_at,
            title: told.title,
            text: told.text,
            link: (told.link, told.href),
            close: told.close,
        })
    }));
}
