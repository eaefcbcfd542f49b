//! Normal days of a company, from a seed: support in Shanghai and Berlin (with the change to summer
//! time), marketing that exports, privacy officers who erase, administrators, programs that run all day
//! and batches at night. Nothing here knows a rule or a limit of the engine.

use warn::engine::Event;

pub const HOUR: i64 = 3600 * 1_000_000;
pub const DAY: i64 = 24 * HOUR;
/// Monday 2 March 2026, 00:00 UTC.
pub const START: i64 = 20_514 * DAY;
/// Berlin goes to summer time on 29 March 2026.
const SUMMER: i64 = 27;

/// SplitMix64 (Steele, Lea, Flood 2014).
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 ≤ x < 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn chance(&mut self, share: f64) -> bool {
        self.share() < share
    }

    pub fn below(&mut self, n: i64) -> i64 {
        (self.share() * n as f64) as i64
    }

    /// About normal, by twelve dice.
    fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }

    /// A count around a mean that scatters more than Poisson's.
    fn count(&mut self, mean: f64) -> i64 {
        let mean = mean * (0.25 * self.bell()).exp();
        (mean + mean.sqrt() * self.bell()).round().max(0.0) as i64
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Job {
    Support,
    Marketing,
    Privacy,
    Admin,
}

#[derive(Clone)]
pub struct Person {
    pub name: String,
    pub job: Job,
    /// Berlin, else Shanghai.
    pub berlin: bool,
    /// Customers a day.
    pub pace: f64,
    /// Works on weekends by rota.
    rota: bool,
    starts: f64,
    /// First day; colleagues come later, too.
    from: i64,
}

pub struct Company {
    pub random: Random,
    pub people: Vec<Person>,
    customers: i64,
}

impl Company {
    pub fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let mut people = Vec::new();
        for n in 0..107 {
            let job = match n {
                0..=89 => Job::Support,
                90..=99 => Job::Marketing,
                100..=104 => Job::Privacy,
                _ => Job::Admin,
            };
            people.push(Person {
                name: format!("person:{n}"),
                job,
                berlin: n % 3 == 0,
                pace: match job {
                    Job::Support => 15.0 + 75.0 * random.share(),
                    Job::Marketing => 2.0,
                    Job::Privacy => 8.0,
                    Job::Admin => 0.5,
                },
                rota: job == Job::Support && random.chance(0.2),
                starts: 8.0 + 2.0 * random.share(),
                from: if n % 18 == 17 { 20 + random.below(60) } else { 0 },
            });
        }
        Self { random, people, customers: 200_000 }
    }

    /// Everything that happens on a day, in order; positions are given by the caller.
    pub fn day(&mut self, day: i64) -> Vec<Event> {
        let mut events = Vec::new();
        let busy = match day % 14 {
            9 => 1.7,              // a campaign went out
            _ if day == 61 => 2.3, // deliveries were late everywhere
            _ => 1.0,
        };
        for person in self.people.clone() {
            self.work(&person, day, busy, &mut events);
        }
        self.programs(day, &mut events);
        events.sort_by_key(|event| event.at);
        events
    }

    fn work(&mut self, person: &Person, day: i64, busy: f64, events: &mut Vec<Event>) {
        let random = &mut self.random;
        let weekend = matches!(day.rem_euclid(7), 5 | 6);
        let off = if weekend { !person.rota || random.chance(0.5) } else { random.chance(0.07) };
        if day < person.from || off {
            return;
        }
        let zone = match (person.berlin, day >= SUMMER) {
            (false, _) => 8.0,
            (true, false) => 1.0,
            (true, true) => 2.0,
        };
        let late = if random.chance(0.04) { 1.0 + 2.0 * random.share() } else { 0.0 };
        let begin = person.starts + 0.3 * random.bell().clamp(-2.0, 2.0);
        let length = 8.5 + late;
        let base = START + day * DAY;
        let local = |hour: f64| base + ((hour - zone) * HOUR as f64) as i64;
        self.sign_in(person, local(begin) - 60_000_000, events);
        let random = &mut self.random;
        let volume = if person.job == Job::Support { busy } else { 1.0 };
        for _ in 0..random.count(person.pace * volume) {
            // Fewer at noon.
            let mut hour = begin + length * random.share();
            if (12.0..13.0).contains(&hour) && random.chance(0.8) {
                hour += 2.0;
            }
            let purpose = match person.job {
                Job::Support if random.chance(0.04) => "handle_rights_request",
                Job::Support => "customer_support",
                Job::Marketing => "campaign_check",
                Job::Privacy if random.chance(0.3) => "customer_support",
                Job::Privacy => "handle_rights_request",
                Job::Admin => "fix_error",
            };
            let whom = random.below(self.customers);
            let mut read = event(
                local(hour),
                &person.name,
                "personal_data.read",
                "subject",
                &whom.to_string(),
            );
            read.subject = Some(whom.to_string());
            read.purpose = Some(purpose.into());
            if random.chance(0.1) {
                let mut shown = read.clone();
                shown.action = "subject.revealed".into();
                shown.at += 20_000_000;
                events.push(shown);
            }
            events.push(read);
        }
        let mut some = |action: &str, kind: &str, count: i64, random: &mut Random| {
            for _ in 0..count {
                let at = local(begin + length * random.share());
                let object = (1_000_000 + random.below(1_000_000)).to_string();
                events.push(event(at, &person.name, action, kind, &object));
            }
        };
        match person.job {
            Job::Marketing => {
                let mean = if day % 14 == 8 { 3.0 } else { 0.8 };
                let count = random.count(mean);
                some("audience.filtered", "audience", count, random);
            }
            Job::Privacy => {
                let (erased, exports) = (random.count(5.0), random.count(0.3));
                some("subject.erased", "subject", erased, random);
                some("suppression.exported", "suppression", exports, random);
                some("audit.viewed", "audit", 6, random);
            }
            Job::Admin => {
                let (roles, invitations) = (random.count(0.15), random.count(0.3));
                some("user.role-changed", "user", roles, random);
                some("invitation.created", "invitation", invitations, random);
                some("token.created", "token", i64::from(random.chance(0.04)), random);
            }
            Job::Support => {}
        }
    }

    /// Signing in: a mistyped password now and then, a new laptop, a hotel.
    fn sign_in(&mut self, person: &Person, at: i64, events: &mut Vec<Event>) {
        let random = &mut self.random;
        let account = person.name.trim_start_matches("person:");
        if random.chance(0.05) {
            for n in 0..=random.below(3) {
                events.push(event(
                    at - (3 - n) * 20_000_000,
                    "system:sign-in",
                    "signin.failed",
                    "user",
                    account,
                ));
            }
        }
        let session = format!("{account}-{at}");
        let mut tell =
            |action: &str| events.push(event(at, &person.name, action, "session", &session));
        tell("session.started");
        if random.chance(1.0 / 300.0) {
            tell("session.new-device");
        }
        if random.chance(1.0 / 40.0) {
            tell("session.new-network");
        }
        if random.chance(1.0 / 1500.0) {
            tell("session.new-country");
        }
    }

    fn programs(&mut self, day: i64, events: &mut Vec<Event>) {
        let random = &mut self.random;
        let base = START + day * DAY;
        // The shop looks choices up all day, most in China's evening.
        for hour in 0..24 {
            let curve = 1.0 + 0.8 * ((f64::from(hour as i32) - 12.0) * 0.26).cos();
            let weekend = if matches!(day.rem_euclid(7), 5 | 6) { 1.5 } else { 1.0 };
            for (token, mean) in [("token:shop", 60.0), ("token:crm", 25.0)] {
                for _ in 0..random.count(mean * curve * weekend) {
                    let whom = random.below(self.customers).to_string();
                    let at = base + hour * HOUR + random.below(HOUR);
                    let mut read = event(at, token, "personal_data.read", "subject", &whom);
                    read.subject = Some(whom);
                    read.purpose = Some("service_delivery".into());
                    events.push(read);
                }
            }
        }
        for n in 0..3 + i64::from(day % 7 == 0) * 3 {
            let at = base + 18 * HOUR + n * 600_000_000 + random.below(300_000_000);
            events.push(event(
                at,
                "token:nightly",
                "audience.filtered",
                "audience",
                "email_marketing",
            ));
        }
        events.push(event(base + 19 * HOUR, "cli", "suppression.exported", "suppression", "all"));
    }
}

pub fn event(at: i64, actor: &str, action: &str, kind: &str, object: &str) -> Event {
    Event {
        seq: 0,
        at,
        actor: actor.into(),
        action: action.into(),
        kind: kind.into(),
        object: object.into(),
        purpose: None,
        subject: None,
    }
}

pub fn read(at: i64, actor: &str, customer: i64, purpose: &str) -> Event {
    let mut read = event(at, actor, "personal_data.read", "subject", &customer.to_string());
    read.subject = Some(customer.to_string());
    read.purpose = Some(purpose.into());
    read
}
