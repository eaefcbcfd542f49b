//! A new customer's full life in the sample company, in Chromium, in both languages: they choose, they
//! order, they fetch their copy, they have it corrected, they move to another company's server, they are
//! erased from the company's real databases, they check the certificate without a server, and a look
//! afterwards finds nothing.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use browser_tests::{Browser, Language, Server, Viewport};
use fantoccini::Locator;
use store::sqlx::{self, Connection as _};
use web::{mail::MailSecurity, testing::SmtpServer};

/// The sample company with its mail server, its privacy officer and a colleague, and the company that
/// its customers move to.
struct Company {
    server: Server,
    other: Server,
    smtp: SmtpServer,
    officer: Browser,
    colleague: Browser,
}

impl Company {
    async fn open() -> Result<Self> {
        let smtp = SmtpServer::start(MailSecurity::StartTls, "");
        let server = Server::demo_in(configured(&smtp)?).await?;
        let other = Server::on(configured(&smtp)?).await?;
        let owner = Browser::start().await?;
        owner.open(&other.link).await?;
        owner.fill("#f-organisation", "Harbour Coffee").await?;
        account(&owner, "Grace Hopper", "grace@harbour.example").await?;
        let officer = Browser::start().await?;
        officer.open(&server.link).await?;
        officer.wait_until_scanned(&server).await?;
        officer.open(&format!("{}/console/people", server.address)).await?;
        officer.click("main form.filters select option[value='privacy_officer']").await?;
        officer.click("main form.filters button[type='submit']").await?;
        let page = officer.text("main").await?;
        let at = page.find("/invite/").context("the invitation shows no link")?;
        let link: String = page[at..].chars().take_while(|c| !c.is_whitespace()).collect();
        let colleague = Browser::start().await?;
        colleague.open(&format!("{}{link}", server.address)).await?;
        account(&colleague, "Han Mei", "han@lantern.example").await?;
        Ok(Self { server, other, smtp, officer, colleague })
    }

    fn page(&self, path: &str) -> String {
        format!("{}{path}", self.server.address)
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.server.data().join("lantern-tea").join(name)
    }
}

async fn account(browser: &Browser, name: &str, login: &str) -> Result<()> {
    browser.fill("#f-name", name).await?;
    browser.fill("#f-login", login).await?;
    browser.fill("#f-password", "correct horse battery staple").await?;
    browser.click("main form.card button[type='submit']").await?;
    browser.text("main h1").await.map(|_| ())
}

/// A data directory whose configuration names the mail server, and lets servers on this machine be asked.
fn configured(smtp: &SmtpServer) -> Result<tempfile::TempDir> {
    let data = tempfile::tempdir()?;
    let mail = smtp.config(MailSecurity::StartTls);
    let authority = mail.ca_file.context("the SMTP server has an authority")?;
    let config = format!(
        "contact = \"privacy@lantern.example\"\n[network]\nwebhooks = [\"127.0.0.1\"]\n\
         [mail]\nserver = \"localhost\"\nport = {}\n\
         from = \"privacy@lantern.example\"\nca_file = '{}'\n",
        smtp.port,
        authority.display()
    );
    std::fs::write(data.path().join("privet.toml"), config)?;
    Ok(data)
}

/// Somebody who is a customer from now on.
struct Person {
    number: i64,
    name: &'static str,
    email: &'static str,
    language: Language,
    viewport: Viewport,
}

const PEOPLE: [Person; 2] = [
    Person {
        number: 900_001,
        name: "Ada Byron",
        email: "ada.byron@example.com",
        language: Language::English,
        viewport: Viewport::Wide,
    },
    Person {
        number: 900_002,
        name: "周怡",
        email: "zhou.yi@example.com",
        language: Language::Chinese,
        viewport: Viewport::Narrow,
    },
];

#[tokio::test(flavor = "multi_thread")]
async fn a_customers_full_life() -> Result<()> {
    let company = Company::open().await?;
    for person in &PEOPLE {
        company.officer.speak(person.language).await?;
        company.officer.view(person.viewport).await?;
        let browser = Browser::start().await?;
        browser.view(person.viewport).await?;
        life(&company, &browser, person).await.with_context(|| person.language.tag())?;
    }
    Ok(())
}

async fn life(company: &Company, browser: &Browser, person: &Person) -> Result<()> {
    consents(company, browser, person).await?;
    orders(company, person).await?;
    ensure!(found(company, person).await? >= 4, "the order is in the company's databases");
    fetches_their_copy(company, browser, person).await?;
    is_corrected(company, browser, person).await?;
    moves(company, browser, person).await?;
    is_erased(company, browser, person).await
}

/// They join in the shop, which records what they chose; then they open the link in a letter and
/// choose anew.
async fn consents(company: &Company, browser: &Browser, person: &Person) -> Result<()> {
    joins(&company.server, person, "welcome").await?;
    signs_in(company, &company.server, browser, person).await?;
    judge(browser, person, "chooses").await?;
    browser.click("ul.purposes form button").await?;
    browser.text("ul.purposes").await.map(|_| ())
}

async fn signs_in(
    company: &Company,
    server: &Server,
    browser: &Browser,
    person: &Person,
) -> Result<()> {
    browser.open(&format!("{}/privacy", server.address)).await?;
    let button = format!("button[name='to'][value='{}']", person.language.tag());
    if browser.has(&button).await? {
        browser.click(&button).await?;
    }
    browser.fill("#f-email", person.email).await?;
    browser.click("form[action='/privacy/link'] button[type='submit']").await?;
    browser.text("a[href='/privacy']:not(.guest-brand)").await?;
    browser.open(&opens(company, server, person).await?).await?;
    browser.click("main form button.primary").await?;
    browser.text("main h1").await.map(|_| ())
}

/// The shop's own program tells the server what the new customer chose.
async fn joins(server: &Server, person: &Person, notice: &str) -> Result<()> {
    let binary = std::env::var("PRIVET_BIN").context("PRIVET_BIN is not set")?;
    let made = std::process::Command::new(binary)
        .args(["token", "create", "--name", "shop", "--scope", "consent:write", "--data"])
        .arg(server.data())
        .output()?;
    ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let said = String::from_utf8(made.stdout)?;
    let token = said.split_whitespace().find(|word| word.len() > 30).context("no token")?;
    let subject = serde_json::json!({ "email": person.email });
    let (path, body) = if notice.is_empty() {
        // A company that has asked nobody anything yet knows its customers all the same.
        ("subjects/link", serde_json::json!({ "subject": subject }))
    } else {
        let choices = serde_json::json!({ "personal_offers": true, "ads": false });
        let given = serde_json::json!({
            "subject": subject,
            "notice": notice,
            "language": person.language.tag(),
            "choices": choices,
            "channel": "web",
        });
        ("consents", given)
    };
    let body = body.to_string();
    let call = format!(
        "POST /v1/{path} HTTP/1.0\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = ask(server, &call).await?;
    let head = String::from_utf8_lossy(&answer).into_owned();
    ensure!(head.contains(" 201 ") || head.contains(" 200 "), "{head}");
    Ok(())
}

/// One call by hand.
async fn ask(server: &Server, call: &str) -> Result<Vec<u8>> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let host = server.address.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(host).await?;
    let (first, rest) = call.split_once("\r\n").context("no call")?;
    stream.write_all(format!("{first}\r\nHost: {host}\r\n{rest}").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}

/// The link in the person's letter; others of the sample company get letters, too.
async fn opens(company: &Company, server: &Server, person: &Person) -> Result<String> {
    let start = format!("{}/privacy/open/", server.address);
    // The sample company's own letters go first.
    for _ in 0..1_200 {
        let letters = company.smtp.letters();
        let mine = letters.iter().filter(|one| one.data.contains(person.email));
        if let Some(letter) = mine.rev().find(|one| one.text().contains(&start)) {
            return Ok(letter.link(&start));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!("no letter came, of {}", company.smtp.letters().len())
}

/// The shop's own program writes an order, the marketing tool a subscriber.
async fn orders(company: &Company, person: &Person) -> Result<()> {
    let Person { number: id, name, email, .. } = person;
    let shop = format!(
        "INSERT INTO customers (id, customer_no, first_name, last_name, email, created_at)
           VALUES ({id}, 'LT-{id}', '{name}', '', '{email}', '2026-11-30 10:00:00');
         INSERT INTO addresses (id, customer_id, recipient, street, city, country)
           VALUES ({id}, {id}, '{name}', '1 Tea Lane', 'London', 'GB');
         INSERT INTO orders (id, order_no, customer_id, address_id, status, total, currency, placed_at)
           VALUES ({id}, 'O-{id}', {id}, {id}, 'paid', 19.9, 'GBP', '2026-11-30 10:05:00');
         INSERT INTO order_items (order_id, line, product_id, quantity, unit_price)
           SELECT {id}, 1, id, 2, 9.95 FROM products LIMIT 1;
         INSERT INTO reviews (id, customer_id, rating, body) VALUES ({id}, {id}, 5, 'Lovely tea');"
    );
    let marketing = format!(
        "INSERT INTO subscribers (id, email, full_name) VALUES ({id}, '{email}', '{name}');"
    );
    for (file, sql) in [("shop.db", shop), ("marketing.db", marketing)] {
        let mut db = open(&company.file(file)).await?;
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut db).await?;
        db.close().await?;
    }
    Ok(())
}

async fn open(file: &Path) -> Result<sqlx::AnyConnection> {
    sqlx::any::install_default_drivers();
    Ok(sqlx::AnyConnection::connect(&format!("sqlite:{}", file.display())).await?)
}

/// Rows that name the person or hang on their number, by plain SQL.
async fn found(company: &Company, person: &Person) -> Result<i64> {
    let Person { number: id, name, email, .. } = person;
    let shop = format!(
        "SELECT (SELECT count(*) FROM customers WHERE email = '{email}' OR first_name = '{name}')
         + (SELECT count(*) FROM addresses WHERE recipient = '{name}')
         + (SELECT count(*) FROM reviews WHERE customer_id = {id})"
    );
    let marketing =
        format!("SELECT count(*) FROM subscribers WHERE email = '{email}' OR full_name = '{name}'");
    let mut all = 0;
    for (file, sql) in [("shop.db", shop), ("marketing.db", marketing)] {
        let mut db = open(&company.file(file)).await?;
        let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut db).await?;
        db.close().await?;
        all += rows;
    }
    Ok(all)
}

/// They ask, signed in; the page of their request.
async fn asks(company: &Company, browser: &Browser, kind: &str) -> Result<String> {
    browser.open(&company.page(&format!("/privacy/requests/new?kind={kind}"))).await?;
    browser.click("form[action='/privacy/requests/new'] button[type='submit']").await?;
    browser.text("dl.facts").await?;
    browser.path().await
}

/// The officer's page of a request; a purpose is chosen once.
async fn works_on(company: &Company, own: &str) -> Result<String> {
    let id = own.rsplit('/').next().context("no id")?;
    let page = company.page(&format!("/console/requests/{id}"));
    let officer = &company.officer;
    officer.open(&page).await?;
    if officer.has("input[id^='f-purpose-']").await? {
        officer.click("input[id^='f-purpose-']").await?;
        officer.click("main form.card button[type='submit']").await?;
    }
    officer.text("#search").await?;
    Ok(page)
}

async fn fetches_their_copy(company: &Company, browser: &Browser, person: &Person) -> Result<()> {
    let own = asks(company, browser, "access").await?;
    let page = works_on(company, &own).await?;
    let officer = &company.officer;
    officer.click("form[action$='/bundle'] button").await?;
    until(officer, &page, "#bundle dl.facts").await?;
    browser.open(&company.page(&own)).await?;
    judge(browser, person, "copy").await?;
    let copy = get(company, browser, &format!("{own}/bundle")).await?;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(copy))?;
    let mut text = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("data.json")?, &mut text)?;
    ensure!(text.contains(person.email) && text.contains("Lovely tea"), "the copy is theirs");
    ensure!(!text.contains("xiaoming"), "and nobody else's");
    answers(officer, &page).await
}

/// The officer sees what is held and corrects it in the shop's database.
async fn is_corrected(company: &Company, browser: &Browser, person: &Person) -> Result<()> {
    browser.open(&company.page("/privacy/requests/new?kind=correction")).await?;
    browser.fill("#f-words", "2 Tea Lane, not 1").await?;
    browser.click("form[action='/privacy/requests/new'] button[type='submit']").await?;
    browser.text("dl.facts").await?;
    let own = browser.path().await?;
    let request = works_on(company, &own).await?;
    let officer = &company.officer;
    let page = format!("{request}/correction");
    officer.open(&page).await?;
    officer.click("form[action$='/correction/look'] button").await?;
    until(officer, &page, "form[action$='/correction/propose']").await?;
    judge(officer, person, "correction-held").await?;
    let field = "//dd[span[normalize-space()='1 Tea Lane']]";
    for (path, value) in
        [("//summary", ""), ("//input[@name='value']", "2 Tea Lane"), ("//button", "")]
    {
        let path = format!("{field}{path}");
        let element = officer.client.find(Locator::XPath(&path)).await?;
        if value.is_empty() {
            element.click().await?;
        } else {
            element.send_keys(value).await?;
        }
    }
    until(officer, &page, "form[action$='/correction/write']").await?;
    judge(officer, person, "correction-tried").await?;
    ensure!(street(company, person).await? == "1 Tea Lane", "nothing was written yet");
    officer.click("details.confirm summary").await?;
    officer.click("form[action$='/correction/write'] button.danger").await?;
    until(officer, &page, "form[action$='/correction/undo']").await?;
    ensure!(street(company, person).await? == "2 Tea Lane", "it is corrected");
    judge(officer, person, "correction-written").await?;
    answers(officer, &request).await?;
    browser.open(&company.page(&own)).await?;
    judge(browser, person, "corrected").await
}

async fn street(company: &Company, person: &Person) -> Result<String> {
    let mut db = open(&company.file("shop.db")).await?;
    let sql = format!("SELECT street FROM addresses WHERE id = {}", person.number);
    let street = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut db).await?;
    db.close().await?;
    Ok(street)
}

/// They make a ticket where they go, and have their copy sent there.
async fn moves(company: &Company, browser: &Browser, person: &Person) -> Result<()> {
    let there = Browser::start().await?;
    there.view(person.viewport).await?;
    let other = &company.other;
    joins(other, person, "").await?;
    signs_in(company, other, &there, person).await?;
    there.open(&format!("{}/privacy/requests/move", other.address)).await?;
    there.click("form[action='/privacy/requests/move'] button").await?;
    let address = there.text("#ticket-address").await?;
    let code = there.text("#ticket-code").await?;
    judge(&there, person, "ticket").await?;

    let own = asks(company, browser, "portability").await?;
    let request = works_on(company, &own).await?;
    company.officer.click("form[action$='/bundle'] button").await?;
    until(&company.officer, &request, "#bundle dl.facts").await?;
    browser.open(&company.page(&own)).await?;
    browser.fill("#f-address", address.trim()).await?;
    browser.fill("#f-code", code.trim()).await?;
    judge(browser, person, "move").await?;
    browser.click("form[action$='/move'] button[type='submit']").await?;
    until(browser, &company.page(&own), "#moved .badge.ok").await?;
    judge(browser, person, "moved").await?;
    let page = format!("{}/privacy/requests/move", other.address);
    until(&there, &page, "form[action$='/decline']").await?;
    ensure!(there.text("main").await?.contains("Lantern Tea"), "who sent it is told");
    judge(&there, person, "arrived").await?;
    answers(&company.officer, &request).await
}

async fn answers(officer: &Browser, page: &str) -> Result<()> {
    officer.open(page).await?;
    officer.click("details:has(form[action$='/answer']) summary").await?;
    officer.fill("#f-answer", "Done. / 已完成。").await?;
    officer.click("form[action$='/answer'] button[type='submit']").await?;
    officer.text("main .badge.ok").await.map(|_| ())
}

async fn is_erased(company: &Company, browser: &Browser, person: &Person) -> Result<()> {
    let own = asks(company, browser, "erasure").await?;
    let request = works_on(company, &own).await?;
    let (officer, colleague) = (&company.officer, &company.colleague);
    officer.click("#erasure a.button.primary").await?;
    officer.text("form[action$='/erasure/plan'] button").await?;
    judge(officer, person, "erasure-empty").await?;
    let page = format!("{request}/erasure");
    officer.click("form[action$='/erasure/plan'] button").await?;
    until(officer, &page, "#ask").await?;
    let plan = officer.text("main").await?;
    ensure!(plan.contains("customers") && plan.contains("subscribers"), "{plan}");
    ensure!(!plan.contains('@') && !plan.contains(person.name), "a plan names nobody: {plan}");
    judge(officer, person, "erasure-planned").await?;
    ensure!(!officer.has("form[action$='/begin']").await?, "nobody deletes alone");
    officer.fill("#f-why", "Checked who it is").await?;
    officer.click("form[action$='/erasure/ask'] button").await?;
    officer.text("#asked").await?;

    colleague.open(&company.page("/console/access/approvals")).await?;
    colleague.click("main tbody a[href$='/erasure']").await?;
    colleague.click("main form[action$='/approve'] button").await?;
    until(colleague, &page, "#asked + dl .badge.ok").await?;
    ensure!(found(company, person).await? >= 4, "nothing was deleted yet");

    officer.open(&page).await?;
    officer.click("details.confirm summary").await?;
    judge(officer, person, "erasure-agreed").await?;
    officer.click("form[action$='/begin'] button.danger").await?;
    until(officer, &page, "#proof").await?;
    until(officer, &page, "#after ~ p .badge.ok").await?;
    ensure!(found(company, person).await? == 0, "nothing names them any more");
    judge(officer, person, "erasure-done").await?;

    // A look says it again; the certificate is checked without a server.
    officer.click("form[action$='/erasure/look'] button").await?;
    until(officer, &page, "#after ~ p .badge.ok").await?;
    let staff = get(
        company,
        officer,
        &format!("{}/certificate", page.replace(&company.server.address, "")),
    )
    .await?;
    browser.open(&company.page(&own)).await?;
    judge(browser, person, "erased").await?;
    let theirs = get(company, browser, &format!("{own}/certificate")).await?;
    for certificate in [staff, theirs] {
        let text = String::from_utf8(certificate)?;
        ensure!(!text.contains(person.email) && !text.contains(person.name), "{text}");
        let said = verified(&text)?;
        ensure!(said.contains("erasure certificate: Lantern Tea"), "{said}");
        ensure!(verified(&text.replacen("\"deleted\": ", "\"deleted\": 9", 1)).is_err(), "forged");
    }
    answers(officer, &request).await
}

/// What `privet verify` says, which asks nobody.
fn verified(certificate: &str) -> Result<String> {
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), certificate)?;
    let binary = std::env::var("PRIVET_BIN").context("PRIVET_BIN is not set")?;
    let output = std::process::Command::new(binary).arg("verify").arg(file.path()).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Loads a page until something is on it.
async fn until(browser: &Browser, page: &str, what: &str) -> Result<()> {
    for _ in 0..240 {
        if browser.has(what).await? {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
        browser.open(page).await?;
    }
    bail!("{what} did not come: {}", browser.text("main").await?)
}

/// One GET with the browser's cookies: it would save the file.
async fn get(company: &Company, browser: &Browser, path: &str) -> Result<Vec<u8>> {
    let mut cookies = Vec::new();
    for cookie in browser.client.get_all_cookies().await? {
        cookies.push(format!("{}={}", cookie.name(), cookie.value()));
    }
    let call = format!("GET {path} HTTP/1.0\r\nCookie: {}\r\n\r\n", cookies.join("; "));
    let mut answer = ask(&company.server, &call).await?;
    let at = answer.windows(4).position(|part| part == b"\r\n\r\n").context("no answer")?;
    let head = String::from_utf8_lossy(&answer[..at]).into_owned();
    ensure!(head.contains(" 200 "), "{path}: {head}");
    Ok(answer.split_off(at + 4))
}

/// axe-core, the width and the texts; a picture where one is wanted.
async fn judge(browser: &Browser, person: &Person, place: &str) -> Result<()> {
    let found = browser.violations().await?;
    ensure!(found.is_empty(), "{place}: {}", found.join("\n"));
    ensure!(!browser.overflows().await?, "{place}: wider than the screen");
    ensure!(!browser.text("body").await?.contains('⟦'), "{place}: a text is missing");
    if let Some(folder) = std::env::var_os("PRIVET_SHOTS") {
        let file = Path::new(&folder).join(format!("life-{place}-{}.png", person.language.tag()));
        std::fs::write(file, browser.screenshot().await?)?;
    }
    Ok(())
}
