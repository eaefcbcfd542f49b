//! The same person asks the same again, or too often.

use rights::{Kind, RightsError, State};

use crate::house::{DAY, house, me};

async fn twice(postgres: bool) {
    let house = house(postgres).await;
    let rights = &house.rights;
    let first = house.asked(Kind::Access, "li@example.com").await;
    let other_kind = house.asked(Kind::Erasure, "li@example.com").await;
    let stranger = house.asked(Kind::Access, "han@example.com").await;
    let second = house.asked(Kind::Access, "li@example.com").await;

    let others = rights.others(&second).await.unwrap();
    assert_eq!(others.year, 3, "the year counts every kind");
    let twins: Vec<&str> = others.twins.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(twins, [first.id.as_str()]);

    // Only an open one of the same person and kind, and only the earlier goes on.
    for of in [&other_kind.id, &stranger.id, &second.id, &"none".to_owned()] {
        let refused = rights.close_duplicate(&me(), second.clone(), of, "You asked before.").await;
        assert!(
            matches!(refused, Err(RightsError::Asked("rights-error-duplicate"))),
            "{refused:?}"
        );
    }
    let wrong = rights.close_duplicate(&me(), first.clone(), &second.id, "You asked before.").await;
    assert!(
        matches!(wrong, Err(RightsError::Conflict("rights-error-duplicate-later"))),
        "{wrong:?}"
    );
    // The answer may not come later by this.
    let later = second.due_at + DAY;
    house
        .set(&format!("UPDATE rights_request SET due_at = {later} WHERE id = '{}'", first.id))
        .await;
    let clock = rights.close_duplicate(&me(), second.clone(), &first.id, "You asked before.").await;
    assert!(
        matches!(clock, Err(RightsError::Conflict("rights-error-duplicate-clock"))),
        "{clock:?}"
    );
    house
        .set(&format!(
            "UPDATE rights_request SET due_at = {} WHERE id = '{}'",
            first.due_at, first.id
        ))
        .await;

    rights.close_duplicate(&me(), second.clone(), &first.id, "You asked before.").await.unwrap();

    let second = rights.request(&second.id).await.unwrap();
    assert_eq!((second.state, second.refusal.as_str()), (State::Refused, "duplicate"));
    let kept = rights.request(&first.id).await.unwrap();
    assert_eq!(
        (kept.state, kept.due_at, kept.received_at),
        (State::Open, first.due_at, first.received_at)
    );
    let events = rights.events(&first.id).await.unwrap();
    assert!(
        events.iter().any(|one| one.what == "doubled" && one.detail == second.name()),
        "{events:?}"
    );
    assert_eq!(house.letters("rights-duplicate-letter").await, 1);
    assert_eq!(house.actions("rights.duplicate_closed").await, 1);
    assert!(rights.others(&kept).await.unwrap().twins.is_empty());
    let year = rights::report::Month::of(store::now()).year();
    let report = rights.report(rights::report::Period::year(year)).await.unwrap();
    assert_eq!((report.all.refused, report.all.otherwise), (0, 1), "a duplicate is no refusal");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_later_of_two_is_closed_in_favour_of_the_earlier() {
    twice(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_later_of_two_is_closed_in_favour_of_the_earlier_on_postgresql() {
    twice(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calling_a_request_excessive_takes_a_sentence() {
    let house = house(false).await;
    let request = house.asked(Kind::Access, "li@example.com").await;
    let short = house.rights.refuse(&me(), request.clone(), "excessive", "Too often.").await;
    assert!(matches!(short, Err(RightsError::Asked("rights-error-ground-short"))), "{short:?}");
    let said = "This is the ninth copy within two weeks, and nothing has changed since the last.";
    house.rights.refuse(&me(), request.clone(), "excessive", said).await.unwrap();
    let kept = house.rights.messages(&request.id, true).await.unwrap();
    assert!(kept.iter().any(|one| one.text == said));
    assert!(
        house.number("SELECT COUNT(*) FROM rights_message WHERE text_sealed LIKE '%ninth%'").await
            == 0
    );
}
