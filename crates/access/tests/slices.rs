//! Asking only the policies that can matter answers as asking all of them does: Cedar itself, with
//! the whole set, is the judge.
#![allow(clippy::unwrap_used)]

use access::{Action, Actor, Context, Engine, Resource, SHIPPED};
use cedar_policy::{
    Authorizer, Context as CedarContext, Decision, Entities, Entity, EntityUid, PolicySet, Request,
    RestrictedExpression,
};
use std::collections::{HashMap, HashSet};

const OWN: &str = r#"
permit (principal == Privet::Person::"ada", action == Privet::Action::"export", resource);
permit (principal in Privet::Group::"tea", action, resource)
  when { principal.purposes.contains("complaints") };
permit (principal is Privet::Person in Privet::Group::"field",
        action in [Privet::Action::"view_ledger", Privet::Action::"export"], resource);
permit (principal is Privet::Person, action == Privet::Action::"view_records", resource)
  when { principal in Privet::Group::"tea" };
forbid (principal in Privet::Role::"engineer", action == Privet::Action::"manage_sources", resource)
  unless { principal in Privet::Group::"field" };
forbid (principal, action == Privet::Action::"export", resource) when { context.emergency };
"#;

fn uid(text: &str) -> EntityUid {
    text.parse().unwrap()
}

/// Cedar with all policies.
fn judge(set: &PolicySet, actor: &Actor, action: Action, context: &Context<'_>) -> bool {
    let text = |text: &String| RestrictedExpression::new_string(text.clone());
    let person = uid(&format!("Privet::Person::\"{}\"", actor.id));
    let parents: HashSet<EntityUid> = actor
        .groups
        .iter()
        .map(|group| uid(&format!("Privet::Group::\"{group}\"")))
        .chain([uid(&format!("Privet::Role::\"{}\"", actor.role))])
        .collect();
    let attributes = HashMap::from([
        ("role".to_owned(), text(&actor.role)),
        ("purposes".to_owned(), RestrictedExpression::new_set(actor.purposes.iter().map(text))),
    ]);
    let entity = Entity::new(person.clone(), attributes, parents).unwrap();
    let pairs = [
        ("purpose".to_owned(), RestrictedExpression::new_string(context.purpose.to_owned())),
        ("approved".to_owned(), RestrictedExpression::new_bool(context.approved)),
        ("emergency".to_owned(), RestrictedExpression::new_bool(context.emergency)),
    ];
    let request = Request::new(
        person,
        uid(&format!("Privet::Action::\"{}\"", action.as_str())),
        uid("Privet::Kind::\"console\""),
        CedarContext::from_pairs(pairs).unwrap(),
        None,
    )
    .unwrap();
    let entities = Entities::from_entities([entity], None).unwrap();
    Authorizer::new().is_authorized(&request, set, &entities).decision() == Decision::Allow
}

#[test]
fn a_slice_answers_as_the_whole_set() {
    let engine = Engine::with(OWN).unwrap();
    let whole: PolicySet = format!("{SHIPPED}\n{OWN}").parse().unwrap();
    let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let contexts = [("", false, false), ("complaints", true, false), ("", false, true)];
    let mut asked = 0;
    // The owner is left out: some questions of theirs are for the shipped set alone, by design.
    for role in ["privacy_officer", "engineer", "marketer", "auditor", "employee"] {
        for id in ["ada", "bo"] {
            for groups in [&[][..], &["tea"], &["field"], &["tea", "field", "unknown"]] {
                for purposes in [&[][..], &["complaints"]] {
                    let actor = Actor {
                        id: id.into(),
                        role: role.into(),
                        groups: list(groups),
                        purposes: list(purposes),
                    };
                    for action in Action::ALL.iter().copied() {
                        for (purpose, approved, emergency) in contexts {
                            let context = Context { purpose, approved, emergency };
                            let wanted = judge(&whole, &actor, action, &context);
                            // Twice: the second answer comes from a set made before.
                            for _ in 0..2 {
                                let got =
                                    engine.allows(&actor, action, &Resource::CONSOLE, &context);
                                let place = (&actor, action, &context);
                                assert_eq!(got.allow, wanted, "{place:?}");
                            }
                            asked += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!(asked, 5 * 2 * 4 * 2 * 3 * Action::ALL.len());
}
