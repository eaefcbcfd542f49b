//! What the customers of Lantern Tea chose over the last twelve months, recorded as a company's own
//! systems would: through [`Consent::record`], many at a time.

use std::collections::BTreeMap;

use anyhow::Result;
use consent::{
    Choice, Consent, Identifier, IdentifierKind, Reconsent, Recording, Subject, record::Origin,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use store::Actor;

use super::{
    company,
    people::{self, Person},
    random::Random,
};

const ACTOR: Actor = Actor::System("demo");
/// Every second customer was asked.
const EVERY: usize = 2;
/// Customers recorded at a time: enough to share a commit.
const AT_A_TIME: usize = 128;
const DAY: i64 = 86_400_000_000;
/// The newsletter as it is asked for again, since a new company sends it.
const SENDER: &str = "Mailwren";

/// Keeps purposes, notices and a year of choices, unless they are there.
pub async fn furnish(consent: &Consent) -> Result<()> {
    if consent.catalogue().notice("newsletter@2").is_ok() {
        return Ok(());
    }
    consent.set_organisation(company::NAME);
    let plan = consent.plan_code(include_str!("consent.yaml"), false).await?;
    consent.apply_code(&ACTOR, &plan).await?;
    let now = store::now();
    let customers = people::customers();
    let stories: Vec<Story> = customers
        .iter()
        .step_by(EVERY)
        .enumerate()
        .map(|(at, person)| Story::new(at, person, now))
        .collect::<Result<_>>()?;
    record(consent, stories.iter().map(|story| story.before.as_slice())).await?;
    ask_again(consent).await?;
    record(consent, stories.iter().map(|story| story.after.as_slice())).await?;
    consent.count_all().await?;
    Ok(())
}

/// Each customer's choices follow each other; customers go side by side.
async fn record<'a>(
    consent: &Consent,
    stories: impl Iterator<Item = &'a [Recording]>,
) -> Result<()> {
    let told = stories.filter(|story| !story.is_empty()).map(|story| async move {
        for recording in story {
            consent.record(&ACTOR, recording).await?;
        }
        anyhow::Ok(())
    });
    stream::iter(told).buffer_unordered(AT_A_TIME).try_collect::<Vec<()>>().await?;
    Ok(())
}

/// Another company sends the newsletter from now on: everybody is asked again.
async fn ask_again(consent: &Consent) -> Result<()> {
    let catalogue = consent.catalogue();
    let mut purpose = catalogue.purpose("email_marketing")?.body.clone();
    purpose.vendors = vec![SENDER.to_owned()];
    consent.save_purpose(&ACTOR, "email_marketing", &purpose).await?;
    let mut notice = catalogue.notice("newsletter")?.published.body.clone();
    let said = [
        ("en", "\nFrom now on Mailwren (United States) sends our letters for us.\n"),
        ("zh-CN", "\n今后由 Mailwren（美国）代我们发送邮件。\n"),
    ];
    for (language, sentence) in said {
        notice.text.entry(language.to_owned()).or_default().push_str(sentence);
    }
    consent.save_draft(&ACTOR, "newsletter", &notice).await?;
    let again = Reconsent::Purposes(["email_marketing".to_owned()].into());
    consent.publish(&ACTOR, "newsletter", again).await?;
    Ok(())
}

/// What one customer chose, before and after the newsletter was asked for again.
struct Story {
    before: Vec<Recording>,
    after: Vec<Recording>,
}

impl Story {
    fn new(at: usize, person: &Person, now: i64) -> Result<Self> {
        let mut random = Random::new(0x0c04_5e47 + at as u64);
        // More in the last months: the company grows.
        let day = random.between(2, 364).min(random.between(2, 364)).min(random.between(2, 420));
        let then = now - day * DAY + random.between(0, DAY / 2);
        let mut teller = Teller { at, person, told: 0, subject: subject(person)? };
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let mut on_news = false;
        if random.chance(70) {
            let choices = first_choices(&mut random);
            on_news = choices.get("email_marketing") == Some(&Choice::Granted);
            let (origin, channel) = match random.below(10) {
                0..=3 => (Origin::Banner, if person.chinese { "app" } else { "web" }),
                4..=7 => (Origin::Api, if person.chinese { "app" } else { "web" }),
                _ => (Origin::Staff, "shop"),
            };
            before.push(teller.tell("welcome", choices, origin, channel, Some(then)));
        }
        if before.is_empty() || random.chance(35) {
            let yes = random.chance(if person.chinese { 58 } else { 46 });
            let mut choices = BTreeMap::from([("email_marketing".to_owned(), choice(yes))]);
            if person.chinese {
                choices.insert("sms_offers".to_owned(), choice(random.chance(31)));
            }
            let imported = random.chance(20);
            let origin = if imported { Origin::Import } else { Origin::Api };
            let then = then + random.between(0, DAY);
            before.push(teller.tell("newsletter", choices, origin, "email", Some(then)));
            on_news = yes && (imported || random.chance(84));
            if on_news && !imported {
                let answer = then + random.between(60, 86_000) * 1_000_000;
                let yes = BTreeMap::from([("email_marketing".to_owned(), Choice::Granted)]);
                let mut confirmed =
                    teller.tell("newsletter", yes, Origin::DoubleOptIn, "email", Some(answer));
                confirmed.confirmed = true;
                before.push(confirmed);
            }
        }
        if on_news && random.chance(14) {
            let later = (then + random.between(1, day.max(2)) * DAY).min(now - DAY / 2);
            let no = BTreeMap::from([("email_marketing".to_owned(), Choice::Withdrawn)]);
            let origin =
                *random.pick(&[Origin::Unsubscribe, Origin::Unsubscribe, Origin::PreferenceCentre]);
            before.push(teller.tell("newsletter", no, origin, "email", Some(later)));
            on_news = false;
        }
        if on_news && random.chance(42) {
            let yes = random.chance(81);
            let choices = BTreeMap::from([("email_marketing".to_owned(), choice(yes))]);
            let mut answer =
                teller.tell("newsletter", choices, Origin::PreferenceCentre, "email", None);
            answer.confirmed = true;
            after.push(answer);
        }
        Ok(Self { before, after })
    }
}

fn first_choices(random: &mut Random) -> BTreeMap<String, Choice> {
    // Whoever refuses one thing mostly refuses the others too.
    let open = random.chance(55);
    let mut ask = |eager: u64, wary: u64| choice(random.chance(if open { eager } else { wary }));
    [
        ("email_marketing", ask(72, 12)),
        ("analytics", ask(88, 21)),
        ("personal_offers", ask(80, 24)),
        ("ads", ask(39, 3)),
    ]
    .into_iter()
    .map(|(key, choice)| (key.to_owned(), choice))
    .collect()
}

fn choice(yes: bool) -> Choice {
    if yes { Choice::Granted } else { Choice::Denied }
}

fn subject(person: &Person) -> Result<Subject> {
    let country = if person.chinese { "CN" } else { person.address.country };
    Ok(Subject::new(vec![
        Identifier::parse(IdentifierKind::Email, &person.email, country)?,
        Identifier::parse(IdentifierKind::CustomerId, &person.number, country)?,
    ])?)
}

/// Makes a customer's recordings.
struct Teller<'a> {
    at: usize,
    person: &'a Person,
    told: usize,
    subject: Subject,
}

impl Teller<'_> {
    fn tell(
        &mut self,
        notice: &str,
        choices: BTreeMap<String, Choice>,
        origin: Origin,
        channel: &str,
        given_at: Option<i64>,
    ) -> Recording {
        self.told += 1;
        let in_app = self.person.chinese && channel == "app";
        let page = match (notice, channel) {
            (_, "shop") => "",
            ("welcome", _) => "https://lantern-tea.example/join",
            _ => "https://lantern-tea.example/news",
        };
        let agent = if self.person.chinese {
            "Mozilla/5.0 (Linux; Android 14) Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0"
        } else {
            "Mozilla/5.0 (Macintosh; Intel Mac OS X) Version/18.0 Safari/605.1.15"
        };
        let online = channel != "shop";
        Recording {
            subject: self.subject.clone(),
            property: if in_app { "app" } else { "default" }.to_owned(),
            notice: notice.to_owned(),
            language: if self.person.chinese { "zh-CN" } else { "en" }.to_owned(),
            choices,
            channel: channel.to_owned(),
            page: page.to_owned(),
            ip: online.then(|| self.person.ip.parse().ok()).flatten(),
            user_agent: if online { agent } else { "" }.to_owned(),
            given_at,
            minor: None,
            origin,
            confirmed: false,
            // A start that was cut short goes on where it stopped.
            idempotency: Some(format!("demo:{}:{}", self.at, self.told)),
        }
    }
}
