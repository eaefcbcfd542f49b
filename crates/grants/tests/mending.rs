//! The generated script on real servers: it is run, the grants are read again, and the servers
//! themselves are asked who reads what.
#![allow(clippy::unwrap_used)] // a test stops where it fails

#[path = "support/servers.rs"]
mod servers;

use std::collections::BTreeSet;

use grants::{
    model::{Judgement, Kind, Look, Rule, Standard, judge},
    script,
};
use servers::{My, Pg, look, unique};
use sources::{Address, Options, Source, StoreFilter};

fn rule(allowed: &[&str], needed: &[&str], write: bool) -> Rule {
    let set = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
    Rule { allowed: set(allowed), needed: set(needed), write, exempt: false }
}

fn exempt() -> Rule {
    Rule { exempt: true, ..Rule::default() }
}

/// The script as an operator gets it, in English keys.
fn script_of(standard: &Standard, look: &Look) -> String {
    let (steps, _) = script::plan(standard, look);
    let say = |key: &str, args: &[(&str, String)]| format!("{key} {args:?}");
    script::render(&steps, look.access.dialect, &["test".to_owned()], &say)
}

fn only_told(judged: &Judgement, roles: &[&str]) -> Vec<String> {
    let theirs = judged.findings.iter().filter(|one| roles.contains(&one.holder.as_str()));
    theirs.map(|one| format!("{one:?}")).collect()
}

/// Categories by column name, as a scan would have found them.
const FOUND: [(&str, &str); 6] = [
    ("iban", "finance.iban"),
    ("email", "contact.email"),
    ("phone", "contact.phone"),
    ("生日", "identity.birth_date"),
    ("dia\"gnosis", "health.condition"),
    ("dia`gnosis", "health.condition"),
];

async fn source(url: &str) -> Box<dyn Source> {
    let (address, secret) = Address::parse(url).unwrap();
    sources::connect(&address, secret.as_ref(), &Options::default()).await.unwrap()
}

async fn seen(url: &str, usual: &str) -> Look {
    let source = source(url).await;
    let access = source.access().await.unwrap().unwrap();
    let catalog = source.introspect(&StoreFilter::default()).await.unwrap();
    look(access, &catalog, usual, &FOUND)
}

#[tokio::test]
async fn postgres_is_brought_to_its_standard() {
    let db = Pg::create().await;
    let role = |name: &str| unique(&format!("privet {name}\"select"));
    let (team, mail, care, app, backup, owner, stray) = (
        role("team"),
        role("邮件"),
        role("care"),
        role("app"),
        role("backup"),
        role("owner"),
        role("stray"),
    );
    let q = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let (q_team, q_mail, q_care, q_app, q_backup, q_owner, q_stray) =
        (q(&team), q(&mail), q(&care), q(&app), q(&backup), q(&owner), q(&stray));
    db.run(&format!(
        r#"CREATE ROLE {q_team}; CREATE ROLE {q_owner};
           CREATE ROLE {q_mail} LOGIN PASSWORD 'pw'; CREATE ROLE {q_care} LOGIN PASSWORD 'pw';
           CREATE ROLE {q_app} LOGIN PASSWORD 'pw'; CREATE ROLE {q_backup} LOGIN PASSWORD 'pw';
           CREATE ROLE {q_stray} LOGIN PASSWORD 'pw';
           GRANT {q_team} TO {q_mail}, {q_care}, {q_stray};
           CREATE SCHEMA "crm 客户"; CREATE SCHEMA shut;
           CREATE TABLE "cust""omers" (id int PRIMARY KEY, email text, phone text, "生日" date, points int);
           CREATE TABLE "crm 客户"."order" (id int PRIMARY KEY, email text, "dia""gnosis" text);
           CREATE TABLE shut.letters (id int PRIMARY KEY, phone text, iban text, note text);
           CREATE TABLE plain (a int);
           CREATE VIEW seen AS SELECT * FROM "cust""omers";
           GRANT USAGE ON SCHEMA "crm 客户" TO {q_team};
           GRANT SELECT ON "cust""omers", plain, "crm 客户"."order" TO {q_team};
           GRANT SELECT ON seen TO PUBLIC;
           GRANT SELECT (id, email, phone), UPDATE (email, phone) ON "cust""omers" TO {q_app};
           GRANT INSERT, DELETE ON "cust""omers" TO {q_app};
           GRANT pg_read_all_data TO {q_backup}; GRANT pg_read_all_data TO {q_app};"#
    ))
    .await;
    let standard = Standard::from([
        (mail.clone(), rule(&["contact.email"], &["contact.email"], false)),
        (care.clone(), rule(&["contact", "health"], &["contact", "health"], false)),
        (app.clone(), rule(&["contact.email"], &["contact.email"], true)),
        (backup.clone(), exempt()),
        (owner.clone(), rule(&["finance"], &["finance"], false)),
    ]);
    let before = seen(&db.url, "public").await;
    let judged = judge(&standard, &before);
    assert!(judged.count(Kind::Excess) > 8, "{:#?}", judged.findings);
    let text = script_of(&standard, &before);

    db.run(&text).await;

    let after = judge(&standard, &seen(&db.url, "public").await);
    let bound = [&*mail, &care, &app, &backup, &owner, ""];
    assert_eq!(only_told(&after, &bound), Vec::<String>::new(), "{text}");
    let may = async |role: &str, sql: &str| db.may(role, sql).await;
    // Allowed reads still work, also of tables without personal data, and nothing else does.
    assert!(may(&mail, r#"SELECT id, email, points FROM "cust""omers""#).await, "{text}");
    assert!(may(&mail, r#"SELECT email FROM "crm 客户"."order""#).await, "{text}");
    assert!(may(&mail, "SELECT a FROM plain").await && may(&care, "SELECT a FROM plain").await);
    assert!(!may(&mail, r#"SELECT phone FROM "cust""omers""#).await);
    assert!(!may(&mail, r#"SELECT "dia""gnosis" FROM "crm 客户"."order""#).await);
    assert!(may(&care, r#"SELECT email, phone FROM "cust""omers""#).await);
    assert!(may(&care, r#"SELECT "dia""gnosis" FROM "crm 客户"."order""#).await);
    assert!(!may(&care, r#"SELECT "生日" FROM "cust""omers""#).await);
    assert!(may(&app, r#"UPDATE "cust""omers" SET email = 'x' WHERE id = 0"#).await);
    assert!(may(&app, r#"DELETE FROM "cust""omers" WHERE id = 0"#).await);
    assert!(!may(&app, r#"UPDATE "cust""omers" SET phone = 'x' WHERE id = 0"#).await);
    assert!(!may(&app, "SELECT phone FROM shut.letters").await);
    assert!(may(&backup, r#"SELECT * FROM shut.letters, "crm 客户"."order""#).await);
    assert!(!may(&stray, "SELECT email FROM seen").await, "nothing is left to everybody");
    // The role that could not look into a schema reads what its purpose needs, and no other column.
    assert!(may(&owner, "SELECT id, iban FROM shut.letters").await, "{text}");
    assert!(!may(&owner, "SELECT phone FROM shut.letters").await);
    assert!(!may(&owner, "SELECT phone FROM seen").await);
    let (again, _) = script::plan(&standard, &seen(&db.url, "public").await);
    let work = again.iter().filter(|one| !matches!(one.step, script::Step::ByHand(_)));
    assert_eq!(work.count(), 0, "a second script has nothing to do");

    db.drop_with(&[team, mail, care, app, backup, owner, stray]).await;
}

#[tokio::test]
async fn mariadb_is_brought_to_its_standard() {
    let db = My::create().await;
    let short = |name: &str| format!("{name}`{}", std::process::id());
    let (team, mail, care, wide, stray) =
        (short("组"), short("邮"), short("care"), short("wide"), short("stray"));
    let q = |name: &str| format!("`{}`", name.replace('`', "``"));
    for sql in [
        "CREATE TABLE `cust``omers` (id int PRIMARY KEY, email text, phone text, `生日` date, points int)",
        "CREATE TABLE `order` (id int PRIMARY KEY, email text, `dia``gnosis` text)",
        "CREATE TABLE plain (a int)",
    ] {
        db.run(sql).await;
    }
    let name = q(&db.name);
    let pattern = q(&db.name.replace('_', "\\_"));
    for account in [&mail, &care, &wide, &stray] {
        db.admin(&format!("CREATE USER {}@'%' IDENTIFIED BY 'pw'", q(account))).await;
    }
    for sql in [
        format!("CREATE ROLE {}", q(&team)),
        format!("GRANT SELECT ON {name}.`cust``omers` TO {}", q(&team)),
        format!("GRANT SELECT ON {name}.`order` TO {}", q(&team)),
        format!("GRANT SELECT ON {name}.plain TO {}", q(&team)),
        format!("GRANT {} TO {}@'%'", q(&team), q(&mail)),
        format!("GRANT {} TO {}@'%'", q(&team), q(&care)),
        format!(
            "GRANT SELECT (id, phone), UPDATE (phone) ON {name}.`cust``omers` TO {}@'%'",
            q(&mail)
        ),
        format!("GRANT SELECT, DELETE ON {pattern}.* TO {}@'%'", q(&wide)),
        format!("GRANT SELECT ON {name}.`order` TO PUBLIC"),
    ] {
        db.admin(&sql).await;
    }
    let at = |name: &str| format!("{name}@%");
    let standard = Standard::from([
        (at(&mail), rule(&["contact.email"], &["contact.email"], false)),
        (at(&care), rule(&["contact", "health"], &["contact", "health"], false)),
        (at(&wide), rule(&["contact.phone"], &["contact.phone"], false)),
    ]);
    let before = seen(&db.url, &db.name).await;
    assert!(judge(&standard, &before).count(Kind::Excess) > 4);
    let text = script_of(&standard, &before);

    db.run(&text).await;

    let after = judge(&standard, &seen(&db.url, &db.name).await);
    let bound: Vec<String> = [&mail, &care, &wide].into_iter().map(|one| at(one)).collect();
    let bound: BTreeSet<&str> = bound.iter().map(String::as_str).chain([""]).collect();
    let bound: Vec<&str> = bound.into_iter().collect();
    assert_eq!(only_told(&after, &bound), Vec::<String>::new(), "{text}");
    let may = async |account: &str, sql: &str| db.may(account, sql).await;
    assert!(may(&mail, "SELECT id, email, points FROM `cust``omers`").await, "{text}");
    assert!(may(&mail, "SELECT a FROM plain").await && may(&wide, "SELECT a FROM plain").await);
    assert!(!may(&mail, "SELECT phone FROM `cust``omers`").await);
    assert!(!may(&mail, "UPDATE `cust``omers` SET phone = 'x' WHERE id = 0").await);
    assert!(may(&care, "SELECT email, phone FROM `cust``omers`").await, "{text}");
    assert!(may(&care, "SELECT `dia``gnosis` FROM `order`").await, "{text}");
    assert!(!may(&care, "SELECT `生日` FROM `cust``omers`").await);
    assert!(may(&wide, "SELECT phone FROM `cust``omers`").await, "{text}");
    assert!(!may(&wide, "SELECT email FROM `cust``omers`").await);
    assert!(!may(&wide, "DELETE FROM `cust``omers` WHERE id = 0").await);
    assert!(!may(&stray, "SELECT email FROM `order`").await, "nothing is left to everybody");

    for account in [&mail, &care, &wide, &stray] {
        db.admin(&format!("DROP USER {}@'%'", q(account))).await;
    }
    db.admin(&format!("DROP ROLE {}", q(&team))).await;
    db.drop().await;
}
