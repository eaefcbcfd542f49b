# Which laws apply, the profile, duties, rule packs.
regime-nav = Compliance
laws-title = Laws
laws-lead = Which privacy laws apply to you and why, worked out from your profile and from what Privet counts.
laws-tab-laws = Which apply
laws-tab-profile = Profile
laws-tab-packs = Rule packs
laws-law = Law
laws-applies = Applies
laws-yes = applies
laws-no = does not apply
laws-unknown = not known yet
laws-places = People in
laws-places-more = { $places } and { $n } more
laws-comma = {", "}
laws-and = {" and "}
laws-or = or
laws-why = Why
laws-facts = Rules
laws-holds = holds
laws-fails = does not hold
laws-open = not known
laws-known = (known: { $known })
laws-asks = To know, tell: { $what }
laws-short = { $n } short of the threshold
laws-not-told = not told
laws-yes-word = Yes
laws-no-word = No
laws-at-least = { $metric }: at least { $n }
laws-below = { $metric }: fewer than { $n }
laws-and-below = { $least }, fewer than { $n }
laws-is-not = Not so: { $metric }
laws-empty = Nothing is known about you yet
laws-empty-text = Say where your customers are. Privet counts what it can by itself; the rest is a short profile.
laws-tell = Tell it in the profile
laws-apply-n = { $n ->
    [one] One law applies
   *[other] { $n } laws apply
  }
laws-unknown-n = { $n ->
    [one] One law may apply
   *[other] { $n } laws may apply
  }
laws-unknown-text = Something must be told first. What nobody told is never taken for “no”.
laws-no-n = { $n ->
    [one] One law does not apply
   *[other] { $n } laws do not apply
  }
laws-no-text = What would make them apply stands beside each.
laws-coming-n = { $n ->
    [one] One law is coming or proposed
   *[other] { $n } laws are coming or proposed
  }
laws-coming-text = Not in force today. They are shown so that nothing surprises you, and change no deadline.
laws-no-advice = Privet is no lawyer: every rule names its source and how well it was checked.
laws-proposed = proposed
laws-not-now = not in force today
laws-consent = Consent
laws-opt-in = Asked before (opt-in)
laws-opt-out = May be refused after (opt-out); some uses still need to be asked first
laws-authority = Authority
laws-validity = In force
laws-checked = Checked
laws-news = News
laws-rule = Rule
laws-kind = Kind
laws-cite = Citation
laws-none = No rule matches
laws-none-text = Change or clear the filters.
laws-marks = How well a rule was checked
laws-mark-v = V: legal text
laws-mark-s = S: secondary source
laws-mark-k = K: advice only
laws-mark-v-text = Compared with the text of the law. Deadlines and verdicts may rest on it.
laws-mark-s-text = Compared with a regulator's notice or a law firm's summary. It counts; look it up before you rely on it.
laws-mark-k-text = From professional knowledge. It is shown as advice and never decides alone.
laws-valid-from = from { $from }
laws-valid-to = until { $to }
laws-valid-between = { $from } to { $to }
laws-longer = May be made longer by { $much }
laws-longer-notice = May be made longer by { $much }, if that is told before the first deadline ends
laws-every = Again every { $much }
laws-due-each-year = Due each year on { $day } (month-day)
laws-when = When: { $what }
laws-unit-hours = { $n ->
    [one] 1 hour
   *[other] { $n } hours
  }
laws-unit-days = { $n ->
    [one] 1 day
   *[other] { $n } days
  }
laws-unit-business-days = { $n ->
    [one] 1 working day
   *[other] { $n } working days
  }
laws-unit-months = { $n ->
    [one] 1 month
   *[other] { $n } months
  }
laws-unit-years = { $n ->
    [one] 1 year
   *[other] { $n } years
  }
laws-unit-weeks = { $n ->
    [one] 1 week
   *[other] { $n } weeks
  }
laws-unit-people = { $n ->
    [one] 1 person
   *[other] { $n } people
  }
laws-unit-age = { $n } years of age
laws-unit-percent = { $n } %
laws-unit-count = { $n }
laws-unit-eur = €{ $n }
laws-unit-gbp = £{ $n }
laws-unit-usd = US${ $n }
laws-unit-cny = CN¥{ $n }
laws-unit-jpy = JP¥{ $n }
laws-unit-krw = ₩{ $n }
laws-unit-inr = ₹{ $n }
laws-unit-brl = R${ $n }
laws-unit-sgd = S${ $n }
laws-metric-has-people = Customers there
laws-metric-people = People whose data you process
laws-metric-sensitive-people = People whose sensitive data you process
laws-metric-minors = Data of children
laws-metric-revenue-thousands = Yearly revenue in thousands of the law's currency
laws-metric-small-business = A small business, as the law defines it
laws-metric-employees = Employees
laws-metric-sale-revenue-percent = Share of revenue from selling or sharing data, per cent
laws-metric-sells = You sell or share data
laws-metric-broker = You sell data of people you have no relationship with
laws-metric-exported-people = People whose data left the territory this year (not sensitive)
laws-metric-exported-sensitive-people = People whose sensitive data left the territory this year
laws-metric-exports = Data leaves the territory
laws-metric-important-data = Important data (重要数据)
laws-metric-critical-infrastructure = Critical information infrastructure
laws-metric-public-authority = A public authority
laws-metric-large-scale-monitoring = Watching people regularly on a large scale is your core business
laws-metric-large-scale-special = Sensitive data on a large scale is your core business
laws-metric-sensitive = Sensitive data is processed
laws-metric-automated-decisions = Machines decide with significant effect on people
laws-metric-discloses = Data goes to processors or others
laws-metric-large-platform = A large platform
laws-metric-bulk-mail = More than 5,000 messages a day to consumer mailboxes
laws-metric-marketing = Marketing by e-mail, text message or call
laws-metric-established = An establishment in the territory
laws-metric-app = You offer an app
laws-metric-faces = People whose faces are recognised
laws-metric-legitimate-interests = You rely on legitimate interests
laws-kind-basis = Legal basis
laws-kind-special-condition = Condition for sensitive data
laws-kind-notice-item = Content of a notice
laws-kind-notice-rule = Giving notice
laws-kind-consent-rule = Consent
laws-kind-right = Right
laws-kind-rights-rule = Handling requests
laws-kind-clock = Deadline
laws-kind-breach-rule = Breaches
laws-kind-assessment = Impact assessment
laws-kind-officer = Officer
laws-kind-audit = Audit
laws-kind-transfer = Transfers abroad
laws-kind-record-field = Content of records
laws-kind-contract-clause = Contract with a processor
laws-kind-sensitive = Sensitive data
laws-kind-retention = Keeping
laws-kind-marketing = Marketing and devices
laws-kind-fine = Fines
laws-kind-duty = Duty
laws-kind-scope = Scope and principles
profile-title = Profile
profile-lead = What decides which laws apply. Leave empty what you do not know: it is asked for where it matters, and never taken for “no”.
profile-count = Count again
profile-counted-place = Counted from consents; nobody has named this place. It counts all the same.
profile-organisation = The organisation as a whole
profile-live = Privet counts: { $value } ({ $source }). Used where you say nothing.
profile-live-bound = Privet sees at most: { $value } ({ $source }).
profile-source-consents = customers who made a choice
profile-source-map = the data map
profile-source-recipients = recipients and systems with their countries
profile-source-purposes = purposes and records
profile-as-counted = As counted
profile-why = Why it is not what Privet counts ({ $what })
profile-revenue = Yearly revenue, thousands of { $currency }
profile-drop = Take this place out
profile-places = Places
profile-add = Add a place
profile-add-hint = A country where you have customers. For the United States choose the states: their laws differ.
profile-add-none = None
profile-complete = These places are all
profile-complete-hint = Nobody is a customer anywhere else. Laws of other places then do not apply; without this they stay “not known”.
profile-see-laws = See which laws apply
profile-toast-saved = Saved. The laws and duties were worked out again.
profile-toast-counted = Counted again.
profile-error-number = Write a whole number, such as 120000.
profile-error-percent = Write a number from 0 to 100.
profile-error-choice = Choose yes or no.
profile-error-reason = Say why this is not what Privet counts.
place-part = { $country }: { $part }
place-us-ca = California
place-us-va = Virginia
place-us-co = Colorado
place-us-ct = Connecticut
place-us-ut = Utah
place-us-tx = Texas
place-us-or = Oregon
place-us-mt = Montana
place-us-de = Delaware
place-us-ia = Iowa
place-us-ne = Nebraska
place-us-nh = New Hampshire
place-us-nj = New Jersey
place-us-tn = Tennessee
place-us-mn = Minnesota
place-us-md = Maryland
place-us-in = Indiana
place-us-ky = Kentucky
place-us-ri = Rhode Island
place-us-ok = Oklahoma
place-us-la = Louisiana
place-us-al = Alabama
place-us-vt = Vermont
place-us-fl = Florida
duties-title = Duties
duties-lead = What the laws that apply ask of you, with the next days and what was done.
duties-calendar = Calendar file
duties-empty = No duties yet
duties-empty-text = Duties follow from the laws that apply. Tell Privet where your customers are.
duties-none = No duty matches
duty-duty = Duty
duty-due = Due
duty-time = Time
duty-standing = State
duty-standing-overdue = Overdue
duty-standing-soon = Due soon
duty-standing-open = To do
duty-standing-later = Later
duty-standing-unknown = Not known
duty-standing-coming = Coming
duty-standing-done = Done
duty-provisional = provisional: no published calendar covers the year
duty-advice = advice only
duty-asks = Tell first
duty-since = Applies since
duty-since-title = Since when it applies
duty-since-text = Days are counted from here, for instance from the day a threshold was reached. Privet set the day on which it noticed.
duty-do = Mark as done
duty-day = Day
duty-evidence = What shows it
duty-evidence-hint = Where the evidence is: a document's name, a file number. Kept sealed.
duty-mark-done = It was done
duty-by = Noted by
duty-history = What was done
duty-history-none = Nothing noted yet.
duty-reopen = Take back
duty-reopen-title = Take back that it was done?
duty-reopen-text = The note and its evidence are removed; the ledger keeps that they were there.
duty-toast-done = Noted.
duty-toast-begun = The day was changed.
duty-toast-reopened = Taken back.
duty-error-day = Write a day, such as 2026-11-29.
duty-error-future = The day is in the future.
duty-error-evidence = Say in up to 2,000 characters what shows it.
duty-letter-day = due tomorrow or today
duty-letter-week = due within a week
duty-letter-month = due within a month
duty-letter-late = overdue
duty-letter-subject = A privacy duty is { $when }: { $due }
duty-letter-text = { $duty }

    Due: { $due }. Source: { $cite }.
duty-letter-why = You get this because you answer for privacy in Privet.
duty-letter-action = Open the duty
packs-title = Rule packs
packs-lead = The law as data. A new version is checked, you see what it changes, and only then is it switched on.
packs-used = In use
packs-loaded = Loaded here
pack-pack = Pack
pack-version = Version
pack-as-of = Looked at
pack-laws = Laws
pack-from = From
pack-shipped = came with Privet
pack-installed = installed here
pack-back = Go back
pack-back-title = Go back to the version before?
pack-back-text = Duties, deadlines and checks follow the version before at once. Nothing that was recorded is lost.
pack-new = Load a rule pack
pack-new-text = A TOML file. Nothing changes yet: it is checked, and you see its effects first.
pack-file = File
pack-look = Check and look
pack-state = State
pack-state-staged = to be looked at
pack-state-in-use = in use
pack-state-past = was in use
pack-by = Loaded by
pack-when = Loaded
pack-refused = { $n ->
    [one] The pack is refused: one fault
   *[other] The pack is refused: { $n } faults
  }
pack-refused-more = { $n ->
    [one] And one more.
   *[other] And { $n } more.
  }
pack-error-text = The file is no text in UTF-8. A rule pack is a TOML file.
pack-error-none = Choose a file first.
pack-error-in-use = This very pack is in use already.
pack-title = { $name }, { $version }
pack-lead = What changes if this version is switched on.
pack-older = This version sorts before the one in use. You can switch it on all the same.
pack-is-used = This version is in use.
pack-switch = Switch on
pack-switch-title = Switch this version on?
pack-switch-text = Laws, duties, deadlines and checks follow it at once. You can go back.
pack-drop = Throw away
pack-drop-title = Throw this file away?
pack-drop-text = It was only loaded; nothing used it.
pack-for-you = What it changes for you
pack-nothing-for-you = No law and no duty begins or ends for you.
pack-laws-begin = Laws that begin to apply
pack-laws-end = Laws that no longer apply
pack-duties-begin = Duties that begin
pack-duties-end = Duties that end
pack-elsewhere = Elsewhere in Privet
pack-regimes-n = { $n ->
    [one] One law changes
   *[other] { $n } laws change
  }
pack-facts-n = { $n ->
    [one] One rule changes
   *[other] { $n } rules change
  }
pack-same = Nothing changes
pack-same-text = The rules are those in use.
pack-change = Change
pack-fields = What exactly
pack-added = new
pack-removed = gone
pack-changed = changed
pack-shorter = less time
pack-longer = more time
pack-field-regime = Law
pack-field-kind = Kind
pack-field-code = Code
pack-field-list = Checklist
pack-field-text = Text
pack-field-value = Number
pack-field-unit = Unit
pack-field-word = The law's word
pack-field-clock-start = Starts with
pack-field-pauses = Stops for
pack-field-extension = May be made longer by
pack-field-when = Applies when
pack-field-every = Every
pack-field-due = Day of the year
pack-field-refers = Refers to
pack-field-cite = Citation
pack-field-confidence = Checked
pack-field-from = In force from
pack-field-to = In force until
pack-field-status = Status
pack-field-name = Name
pack-field-places = Places
pack-field-zone = Time zone
pack-field-calendar = Calendar
pack-field-opt-in = Asked before
pack-field-authority = Authority
pack-field-news = News
pack-toast-switched = Switched on. Duties were worked out again.
pack-toast-dropped = Thrown away.
pack-toast-back = The version before is in use again.
effect-ask-first = { $law } would ask for consent before use: { $purposes }
effect-ask-later = { $law } would no longer ask for consent before use: { $purposes }
effect-basis-gone = “{ $basis }” would no longer be a legal basis under { $law }: { $purposes }
effect-age = { $law }: children would consent alone from { $after } years instead of { $before }{ $place }. It matters for: { $purposes }
effect-age-kept = { $law }: Privet records consents of children by the age { $kept }{ $place }; the new law says { $after }. Until it is updated, ask a guardian by hand.
effect-age-place = {" "}({ $place })
effect-rule-new = { $law }, new rule of consent: { $text } ({ $cite }). It matters for: { $purposes }
effect-rule-changed = { $law }, changed rule of consent: { $text } ({ $cite }). It matters for: { $purposes }
effect-rule-gone = { $law }, rule of consent that falls away: { $text } ({ $cite }). It mattered for: { $purposes }
effect-expires = { $law }: consents would have to be asked for anew after { $after } months. They hold longer now: { $purposes }
effect-separate = { $law } would ask for separate consent ({ $cite }): { $purposes }
effect-notice = Notice “{ $notice }” asks for what the new law rules otherwise: { $purposes }
effect-from = { $text } – from { $day }
effect-and-more = { $names } and { $n } more
effect-failed = Consents could not be worked out under the new law. Look at the log, then open this page again.
