# Rights requests: figures, reminders, templates, duplicates, removal.

# Figures
rights-report = Figures
rights-report-lead = How many requests came, how fast they were answered, and how they ended. Counted from the requests themselves; no person is named.
rights-report-period = Period
rights-report-show = Show
rights-report-utc = Days, months and years begin at midnight UTC. What came in counts in the month in which it came, what was closed in the month in which it was closed. Requests that were removed after their time are still counted.
rights-report-received = received
rights-report-closed = closed
rights-report-open = open now
rights-report-late = late now
rights-report-share = answered in time
rights-report-median = median days to the answer
rights-report-mean = mean days to the answer
rights-report-no-value = –
rights-report-over-time = Month by month
rights-report-over-time-alt = Columns for each month: requests received, answered in time, answered late. The table has the same numbers.
rights-report-by-kind = By what was asked
rights-report-by-law = By law
rights-report-by-law-text = A request under two laws counts under each of them.
rights-report-month = Month
rights-report-law = Law
rights-report-no-law = No law with a term
rights-report-col-received = Received
rights-report-col-answered = Answered
rights-report-col-refused = Refused
rights-report-col-otherwise = Ended otherwise
rights-report-col-in-time = In time
rights-report-col-late = Late
rights-report-col-share = Share in time
rights-report-col-median = Median days
rights-report-col-mean = Mean days
rights-report-otherwise-text = “Ended otherwise”: taken back, never confirmed, or closed as a duplicate of a request that goes on. Days run from receipt to the answer or refusal; in time is by the law's day, with extensions and pauses.
rights-report-refusals = Refusals by reason
rights-report-refusals-none = Nothing was refused.
rights-report-count = Requests
rights-report-none = Nothing in this period
rights-report-none-text = No request came in or was closed. Choose another period.
rights-report-csv = CSV
rights-report-json = JSON
rights-error-period = There is no such period. Choose one from the list.

# California's yearly figures
rights-ccpa = California: yearly figures
rights-ccpa-short = California
rights-ccpa-lead = What 11 CCR §7102 wants in the privacy policy: requests received, complied with in whole or in part and denied, and how many days the answer took.
rights-ccpa-year = Calendar year
rights-ccpa-scope = Whose requests
rights-ccpa-scope-california = Only those under Californian law
rights-ccpa-scope-all = Those of everybody
rights-ccpa-what = Request
rights-ccpa-know = Requests to know
rights-ccpa-delete = Requests to delete
rights-ccpa-correct = Requests to correct
rights-ccpa-opt-out = Requests to opt out of sale or sharing
rights-ccpa-limit = Requests to limit the use of sensitive information
rights-ccpa-col-complied = Complied with in whole or in part
rights-ccpa-col-denied = Denied
rights-ccpa-col-open = Still open
rights-ccpa-mapping = Copies and moves count as requests to know, objections and withdrawals of every consent as opt-outs, restrictions as requests to limit. Counted are requests that came in during the year, however long the answer took; duplicates and requests taken back or never confirmed have ended otherwise.
rights-ccpa-open-warning = Not all requests of this year are closed
rights-ccpa-open-warning-text = The figures of the year are final once every request has its answer.
rights-ccpa-reasons = Denials by reason
rights-ccpa-reasons-text = Not required, but allowed.
rights-ccpa-reason-unverifiable = The person could not be verified
rights-ccpa-reason-nobody = No information about the person
rights-ccpa-reason-exempt = Information that is exempt
rights-ccpa-reason-other = Other grounds
rights-ccpa-rules = What the rule pack says
rights-ccpa-policy = For your privacy policy
rights-ccpa-policy-text = Copy the section as it stands, or its text in Markdown from the box below.
rights-ccpa-markdown = The section in Markdown
rights-ccpa-said-california = From 1 January to 31 December { $year }, { $organisation } received these requests of consumers under the California Consumer Privacy Act:
rights-ccpa-said-all = From 1 January to 31 December { $year }, { $organisation } received these requests of all individuals, not only of Californian consumers:
rights-ccpa-said-days = Days are counted from receipt to the substantive answer.

# Reminders
rights-watch-letter-name = Deadlines of rights requests
rights-watch-letter-subject = Rights requests: { $near } due soon, { $late } late
rights-watch-letter-text =
    These rights requests need you.

    { $lines }
rights-watch-letter-action = Open the queue
rights-watch-letter-why = You get this at most once a day, because you work on rights requests, see to a system that they need, or answer for privacy in Privet.
rights-watch-due = { $name } · { $what } · answer until { $day }
rights-watch-either = { $name } · { $what } · answer until { $day }, or tell the person by then that it takes longer
rights-watch-notice = { $name } · { $what } · if it takes longer, tell the person until { $day }
rights-watch-confirm = { $name } · { $what } · confirm receipt until { $day }
rights-watch-late = LATE: { $name } · { $what } · the answer was due on { $day }
rights-watch-more = … and { $count } more in the queue
rights-event-reminded = Staff reminded, answer until
rights-event-reminded-notice = Staff reminded, notice of extension until
rights-event-reminded-confirm = Staff reminded, receipt to be confirmed until
rights-event-escalated = Late, privacy officer told; was due

# The same person
rights-twins = The same person asks the same
rights-twins-text = Another open request of this person asks for the same. The earlier one keeps its clock; the later one can be closed in its favour.
rights-twin = { $name }, received { $day }, answer until { $until }
rights-twin-close = Close this one as a duplicate of { $name }
rights-twin-why = Words for the person
rights-twin-hint = They get a letter that { $name } goes on, and until when it is answered. What this request says beyond the earlier one, note there first.
rights-twin-button = Close as duplicate
rights-toast-duplicate = Closed; the earlier request goes on.
rights-year = Within 12 months
rights-year-n = { $n ->
    [one] { $n } request of this person
   *[other] { $n } requests of this person
  }
rights-year-text = Whether requests are excessive is for you to show (GDPR Art 12(5); Cal. Civ. Code §1798.145(h)(3)); the number alone is no reason.
rights-refusal-duplicate = It asks the same as an earlier request of yours, which goes on.
rights-event-duplicate = Closed as a duplicate of
rights-event-doubled = A later request of the same person was closed in favour of this one
rights-duplicate-letter-name = A rights request was closed as a duplicate
rights-duplicate-letter-subject = Your request { $name } goes on as { $other }
rights-duplicate-letter-text =
    Your request “{ $what }” ({ $name }) asks the same as your earlier request { $other }. { $organisation } works on { $other } and answers you by { $day } at the latest; { $name } is closed. You lose nothing by this.
rights-duplicate-letter-action = Read why
rights-duplicate-letter-why = You get this because you asked about your data.
rights-error-duplicate = Choose an open request of the same person that asks for the same.
rights-error-duplicate-later = The other request came in later. Close that one instead: the earlier clock counts.
rights-error-duplicate-clock = The other request would be answered later than this one must be, or its person is not verified. Work on this one.
rights-error-ground-short = Say in at least a full sentence why the request is unfounded or excessive. You have to show it (GDPR Art 12(5)).

# Templates
rights-templates = Answer templates
rights-templates-lead = Words that you use again and again, by what is asked and by language. Choose one on a request's page and change it before you send it.
rights-templates-none = No template
rights-templates-none-text = Write the first one.
rights-template-new = New template
rights-template-edit = Change a template
rights-template-name = Name
rights-template-kind = For
rights-template-any = Anything
rights-template-lang = Language
rights-template-body = Words
rights-template-body-hint = You may use {"{"}number{"}"}, {"{"}what{"}"}, {"{"}day{"}"} and {"{"}organisation{"}"}; they are filled in on the request's page.
rights-template-version = Version
rights-template-shipped = Comes with Privet
rights-template-save = Save
rights-template-delete = Delete
rights-template-delete-title = Delete this template?
rights-template-delete-text = Answers that were sent with it stay as they are.
rights-template-use = Use a template
rights-template-choose = Template
rights-template-fill = Fill in
rights-template-filled = Words for the person
rights-template-filled-hint = Read it and change what does not fit. The person is told by letter and reads it on their page.
rights-template-none-fits = There is no template for this kind in the person's language.
rights-template-manage = Change templates
rights-toast-template-saved = Template saved.
rights-toast-template-deleted = Template deleted.
rights-error-template-name = Give it a name of at most 100 characters.
rights-error-template-body = Write the words, at most 4,000 characters.
rights-error-template-placeholder = There is no such placeholder. Use only {"{"}number{"}"}, {"{"}what{"}"}, {"{"}day{"}"} and {"{"}organisation{"}"}, and no other braces.
rights-template-received-name = We are working on it
rights-template-received-body =
    Thank you for your request {"{"}number{"}"} (“{"{"}what{"}"}”). We are working on it and answer you by {"{"}day{"}"} at the latest.

    {"{"}organisation{"}"}
rights-template-access-name = Copy is ready
rights-template-access-body =
    Your copy for request {"{"}number{"}"} is ready. You find it on this page: an overview that you can read, and files that other programs can read. It also says what your data is used for, who receives it and how long it is kept.

    If something is missing or unclear, write to us here. You may also complain to the supervisory authority.

    {"{"}organisation{"}"}
rights-template-portability-name = Files are ready
rights-template-portability-body =
    The files for your request {"{"}number{"}"} are ready on this page, in formats that other programs can read. If you like, we send them directly to another company: make a ticket there and enter it here.

    {"{"}organisation{"}"}
rights-template-correction-name = Corrected
rights-template-correction-body =
    We have corrected your data as you asked in {"{"}number{"}"}. You see on this page what was changed. Recipients of the old data are told where that is possible.

    {"{"}organisation{"}"}
rights-template-erasure-name = Deleted
rights-template-erasure-body =
    We have deleted your data as you asked in {"{"}number{"}"}. What a law obliges us to keep for a while stands on this page with its reason; it is used for nothing else and deleted when its time is over.

    {"{"}organisation{"}"}
rights-template-objection-name = Use has stopped
rights-template-objection-body =
    We no longer use your data for what you objected to ({"{"}number{"}"}). It took effect when your request came in.

    {"{"}organisation{"}"}
rights-template-identity-name = Could not verify the person
rights-template-identity-body =
    We could not see that the data asked for in {"{"}number{"}"} is yours, and must not give it to anybody else. If you sign in to your account, or write to us from the address that we know, we gladly look at it again.

    You may also complain to the supervisory authority.

    {"{"}organisation{"}"}
rights-template-nobody-name = Nothing found
rights-template-nobody-body =
    We have looked in all our systems and found no data about you under the details that you gave us ({"{"}number{"}"}). If you were a customer under another address or number, tell us and we look again.

    {"{"}organisation{"}"}
