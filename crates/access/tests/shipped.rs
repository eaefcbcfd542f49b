//! The shipped set gives exactly the promised table, and its limits hold for everybody.
#![allow(clippy::unwrap_used)]

use access::{Action, Actor, Context, Engine, Program, Resource};

const ROLES: [&str; 6] =
    ["owner", "privacy_officer", "engineer", "marketer", "auditor", "employee"];

fn person(role: &str, purposes: &[&str]) -> Actor {
    Actor {
        id: "p1".into(),
        role: role.into(),
        groups: Vec::new(),
        purposes: purposes.iter().map(|purpose| (*purpose).to_owned()).collect(),
    }
}

fn may(engine: &Engine, role: &str, action: Action) -> bool {
    let context = Context::default();
    engine.allows(&person(role, &[]), action, &Resource::CONSOLE, &context).allow
}

#[test]
fn every_role_and_action_is_as_the_table_says() {
    use Action as A;
    let engine = Engine::shipped().unwrap();
    let limited = [
        A::OpenPersonalData,
        A::BulkExport,
        A::DestroyKeys,
        A::ChangePolicies,
        A::EnforceRetention,
    ];
    let engineer = [
        A::ViewMap,
        A::EditMap,
        A::ManageSources,
        A::ViewRecords,
        A::ViewConsents,
        A::ManageJobs,
        A::Export,
        A::BreakGlass,
        A::ViewGrants,
    ];
    let auditor =
        [A::ViewMap, A::ViewRecords, A::ViewConsents, A::ViewLedger, A::Export, A::ViewGrants];

    for role in ROLES {
        for action in Action::ALL.iter().copied() {
            let wanted = !limited.contains(&action)
                && match role {
                    "owner" => true,
                    "privacy_officer" => action != A::ManagePeople,
                    "engineer" => engineer.contains(&action),
                    "marketer" => [A::ViewMap, A::ViewRecords, A::ViewConsents].contains(&action),
                    "auditor" => auditor.contains(&action),
                    _ => action == A::ViewMap,
                };
            assert_eq!(may(&engine, role, action), wanted, "{role} {}", action.as_str());
        }
    }
}

#[test]
fn personal_data_opens_for_a_purpose_that_is_held_and_no_other() {
    let engine = Engine::shipped().unwrap();
    let opens = |role, held: &[&str], purpose, emergency| {
        let context = Context { purpose, emergency, approved: false };
        let who = person(role, held);
        engine.allows(&who, Action::OpenPersonalData, &Resource::SUBJECT, &context).allow
    };

    assert!(opens("privacy_officer", &["customer_support"], "customer_support", false));
    assert!(!opens("privacy_officer", &["customer_support"], "marketing", false));
    assert!(!opens("owner", &[], "", false), "an owner too needs a purpose");
    assert!(!opens("engineer", &["customer_support"], "customer_support", false));
    assert!(opens("engineer", &[], "", true), "broken glass opens");
}

#[test]
fn what_needs_four_eyes_needs_them_from_the_owner_too() {
    let engine = Engine::shipped().unwrap();
    for action in
        [Action::BulkExport, Action::DestroyKeys, Action::ChangePolicies, Action::EnforceRetention]
    {
        let ask = |role, approved| {
            let context = Context { approved, ..Context::default() };
            engine.allows(&person(role, &[]), action, &Resource::CONSOLE, &context).allow
        };

        assert!(!ask("owner", false) && ask("owner", true));
        assert!(!ask("employee", true), "approval gives no right that the role lacks");
    }
}

#[test]
fn own_policies_add_and_forbid_but_never_lock_the_owner_out() {
    let engine = Engine::with(
        "@id(\"nothing\") forbid (principal, action, resource);
         permit (principal in Privet::Group::\"tea\", action, resource);",
    )
    .unwrap();

    assert!(may(&engine, "owner", Action::ManagePeople));
    assert!(may(&engine, "owner", Action::EditPolicies));
    assert!(!may(&engine, "owner", Action::Export));
    assert!(!may(&engine, "privacy_officer", Action::EditPolicies));
    let told = engine.allows(
        &person("auditor", &[]),
        Action::Export,
        &Resource::CONSOLE,
        &Context::default(),
    );
    assert_eq!(told.policies, ["nothing"], "an answer names what decided");
}

#[test]
fn groups_count() {
    let engine = Engine::with(
        "permit (principal in Privet::Group::\"tea\", action == Privet::Action::\"export\", resource);",
    )
    .unwrap();
    let mut who = person("employee", &[]);
    let ask = |who: &Actor| {
        engine.allows(who, Action::Export, &Resource::CONSOLE, &Context::default()).allow
    };

    assert!(!ask(&who));
    who.groups.push("tea".into());
    assert!(ask(&who));
}

#[test]
fn policies_that_do_not_fit_are_not_loaded() {
    assert!(
        Engine::with("permit (principal, action == Privet::Action::\"fly\", resource);").is_err()
    );
}

#[test]
fn a_program_opens_for_the_purposes_of_its_token_and_does_nothing_else() {
    let engine = Engine::with(
        "// Written before there were programs: it must still fit, and it counts for them, too.
         forbid (principal, action == Privet::Action::\"open_personal_data\", resource)
         when { principal.role != \"owner\" && context.purpose == \"quality\" };
         forbid (principal in Privet::Scope::\"consent:read\",
                 action == Privet::Action::\"open_personal_data\",
                 resource == Privet::Kind::\"receipt\");",
    )
    .unwrap();
    let asks = |action, kind, purpose, approved| {
        let program = Program {
            id: "t1".into(),
            scopes: vec!["consent:read".into()],
            purposes: vec!["complaints".into(), "quality".into()],
        };
        let program = engine.program(&program).unwrap();
        let context = Context { purpose, approved, emergency: false };
        engine.decide(&program, action, &Resource { kind }, &context).unwrap().allow
    };

    assert!(asks(Action::OpenPersonalData, "subject", "complaints", false));
    assert!(!asks(Action::OpenPersonalData, "subject", "incident", false), "it is not held");
    assert!(!asks(Action::OpenPersonalData, "subject", "quality", false), "an own policy forbids");
    assert!(!asks(Action::OpenPersonalData, "receipt", "complaints", false), "so for its scope");
    assert!(!asks(Action::BulkExport, "suppression", "complaints", false), "four eyes");
    assert!(asks(Action::BulkExport, "suppression", "complaints", true));
    for action in Action::ALL.iter().copied() {
        if !matches!(action, Action::OpenPersonalData | Action::BulkExport) {
            assert!(!asks(action, "console", "complaints", true), "{}", action.as_str());
        }
    }
}
