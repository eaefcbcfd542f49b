# Access: purposes, approvals, emergency access, reviews, policies.

access-permission-grant-purposes = Give staff the purposes for which they may open customers’ data
access-permission-approve = Approve or refuse what a colleague asks for
access-permission-review = See who can see what; run access reviews
access-permission-edit-policies = Write and try policies
access-permission-view-grants = See which accounts of the company’s databases reach which data
access-permission-break-glass = Take emergency access, with a reason

access-nav = Access
access-intro = Who may do what, and why. These are the rules themselves, not a description of them.
access-tab-shipped = Rules
access-tab-approvals = Approvals
access-tab-emergency = Emergency access
access-tab-reviews = Reviews
access-tab-policies = Own policies
access-own-on = Own policies, version { $n }, are on
access-own-on-text = They are added to the rules below and cannot replace them.
access-own-none = No policies of your own are on: only the rules below count.
access-shipped = Rules Privet ships with
access-shipped-text = Everything is refused unless a rule permits it. A rule that forbids always wins.
access-schema = What rules may speak of
access-schema-text = A policy that names anything else is refused, with its line.
access-schema-show = Show the schema

access-purpose-customer-support = Answer a customer’s question
access-purpose-rights-requests = Handle a request under data protection law
access-purpose-complaints = Handle a complaint
access-purpose-consent-proof = Prove a consent
access-purpose-incident = Investigate a security incident
access-purpose-legal-duty = Meet a legal duty
access-purpose-quality = Check the quality of data
access-purpose-emergency = Emergency access
access-purpose-service-delivery = Serve the customer
access-choose = Why do you open this customer’s data?
access-choose-intro = Customer data opens only for a purpose you were given (GDPR Art 5(1)(b), PIPL Art 6).
access-choose-hint = Your purpose is written into the record with everything you open. It holds for half an hour.
access-why = Purpose
access-open = Continue
access-no-purpose = You hold no purpose
access-no-purpose-text = An owner or privacy officer gives purposes on the page “People”. In an emergency there is emergency access, which rings an alarm.
access-give = Give purposes
access-purposes = Purposes
access-purposes-of = Purposes of { $name }
access-purposes-intro = For which purposes may this person open customers’ data? They choose one each time, and it is recorded.
access-purposes-saved = Purposes saved
access-given = Given by { $name } on { $day }
access-own-title = These are your own purposes
access-own-text = You can give them to yourself, but it is recorded, and the next access review will show it.

access-action-bulk-export = Download a list of customers
access-action-destroy-keys = Destroy keys
access-action-change-policies = Change policies
access-action-enforce-retention = Enforce a retention rule
access-undo-retention = Put rows back that a retention rule deleted
access-action-open-personal-data = Open customer data
access-action-view-map = See the data map
access-action-edit-map = Change the data map
access-action-manage-sources = Manage sources
access-action-view-records = See records
access-action-edit-records = Change records
access-action-view-consents = See purposes and notices
access-action-edit-consents = Change purposes and notices
access-action-look-up-people = Look up customers
access-action-manage-people = Manage people
access-action-view-ledger = See the activity
access-action-manage-jobs = Manage jobs
access-action-export = Download lists
access-action-grant-purposes = Give purposes
access-action-approve = Approve
access-action-review-access = Review access
access-action-edit-policies = Write policies
access-action-view-grants = See database grants
access-action-break-glass = Take emergency access

access-approvals-intro = Some things nobody does alone. One person asks, another approves; each approval is for one thing, once, within three days.
access-approvals-none = Nothing to approve
access-approvals-none-text = When somebody asks to download customers, destroy keys or change policies, it shows here.
access-what = What
access-who = Who
access-state = State
access-until = Good until
access-approve = Approve
access-refuse = Refuse
access-approve-which = Approve: { $what }, asked by { $name }
access-refuse-which = Refuse: { $what }, asked by { $name }
access-waits = Waits for somebody else
access-withdraw = Take back
access-withdrawn = Taken back
access-approved = Approved
access-refused = Refused
access-state-open = Open
access-state-approved = Approved
access-state-refused = Refused
access-state-withdrawn = Taken back
access-state-used = Used
access-state-expired = Expired

access-emergency-intro = For the night when a customer must be helped and nobody who may is awake. It opens the pages on customers to you, rings an alarm, and ends by itself.
access-reason = Reason
access-reason-hint = What happened? Name no customer here; colleagues will read this.
access-how-long = For how long
access-minutes = { $n ->
    [one] 1 minute
   *[other] { $n } minutes
}
access-alarm = An alarm rings
access-alarm-text = Owners and privacy officers are told at once. What you open is recorded, and somebody else looks at it afterwards.
access-break = Take emergency access
access-glass-broken = Emergency access is on
access-glass-ended = Emergency access has ended
access-glass-reviewed = Recorded
access-glasses = Emergencies
access-glasses-none = No emergencies
access-glasses-none-text = Nobody has taken emergency access.
access-from-until = From – until
access-acts = Entries made
access-found = Looked at
access-glass-open = Open
access-justified = Justified
access-misused = Misused
access-justified-which = Emergency of { $name }: justified
access-misused-which = Emergency of { $name }: misused
access-to-review = Nobody has looked yet
access-banner = You have emergency access until { $when }. Everything you open is recorded.
access-banner-other = A colleague has emergency access until { $when }.
access-banner-look = See who, and why
access-end = End it now

access-reviews-intro = Once a quarter, look at who can do what, and take away what is not needed.
access-review-start = Start a review
access-review-started = Review started
access-campaigns = Reviews
access-campaigns-none = There has been no review yet.
access-started = Started
access-revoked = Taken away
access-closed = Closed
access-running = Running
access-unused = Rights nobody used for 90 days
access-unused-text = Roles of people without an entry in the activity, purposes under which nothing was opened, and tokens that did not call.
access-unused-none = All rights were used.
access-reach = Who can do what
access-reach-text = Computed from the policies that are on, the people and their purposes.
access-people = People
access-review = Access review
access-review-intro = For each right: is it still needed? Certify it, or take it away. Your own rights are for somebody else to decide.
access-review-close = Close the review
access-review-close-text = What nobody decided stays undecided on record. A closed review cannot be opened again.
access-review-closed = Review closed
access-decided = decided
access-right = Right
access-right-role = Role
access-right-purpose = Purpose
access-right-token = Token
access-use = Last 90 days
access-used = Used
access-not-used = Not used
access-verdict = Verdict
access-certify = Certify
access-take = Take away
access-certify-which = Certify { $what } of { $name }
access-take-which = Take { $what } away from { $name }
access-certified = Certified
access-taken = Taken away
access-mine = Your own: somebody else decides
access-undecided = Undecided
access-right-certified = Certified
access-right-revoked = Taken away

access-policies-intro = Add rules of your own in the Cedar language. They are checked, tried and approved by a second person before they count, and can never lock the owner out.
access-trial = What was tried
access-body = Policies
access-body-hint = Cedar. An empty text means: only the rules Privet ships with.
access-cases = Test cases
access-cases-hint = One a line: role action = allow, or: role+purpose held action for purpose = refuse. At least one; all must hold.
access-actions = Names of actions
access-save = Save as a version
access-try = Try
access-versions = Versions
access-version = Version
access-version-n = Version { $n }
access-on = On
access-off = Off
access-shipped-only = Only the rules Privet ships with
access-shipped-only-text = Going back to them also needs a second person.
access-policy-saved = Saved; nothing has changed yet
access-policy-on = Switched on
access-saved-on = Saved { $when }
access-agreed = Approved
access-agreed-text = A colleague has agreed. Switching on takes effect at once and uses the approval up.
access-switch = Switch on
access-asked = Asked
access-asked-text = A colleague must approve it under “Approvals”.
access-ask = Switch on
access-ask-text = A second person must agree. Say why the rules should change.
access-ask-button = Ask for approval
access-dry-run = Dry run over the last 30 days
access-dry-run-text = { $n ->
    [one] One kind of real decision was looked at again.
   *[other] { $n } kinds of real decisions were looked at again.
}
access-dry-run-none = None of them would have been another.
access-times = Times
access-was = Was
access-would-be = Would be
access-allowed = Allowed
access-refused-word = Refused
access-faults = These policies cannot be used:
access-cases-faulty = These lines are no test cases:
access-case-form = Write: role action = allow
access-line = Line { $n }:
access-cases-none = No test cases
access-cases-none-text = Write at least one before the policies can be switched on.
access-holds = Holds
access-fails = Fails

access-asker-cli = The command line
access-asker-token = Program “{ $name }”
access-export-needs = Needs a colleague’s approval
access-export-ask = Ask to download customers
access-export-waits = Waits for a colleague’s approval

access-error-own = You asked for this yourself: somebody else must decide.
access-error-decided = This was already decided, taken back, or has run out.
access-error-used = There is no approval to use: it was used, refused, taken back, or has run out. Ask again.
access-error-glass = You already have emergency access.
access-error-review = This emergency is still open, is your own, or was already looked at.
access-error-running = A review is already running: finish or close it first.
access-error-own-right = Your own rights are for somebody else to decide.
access-error-trial = Not all test cases hold, so this version cannot be switched on.
access-error-purpose = Choose a purpose you hold.
access-error-reason = Say why, in 5 to 1000 characters.

access-mail-glass-subject = Emergency access at { $organisation }
access-mail-glass-text =
    { $name } has taken emergency access to customers’ data. It ends by itself.

    The reason and what was done are in the console. Please look at it.
access-mail-glass-action = Open Privet
access-mail-glass-why = You get this because you watch over access to personal data.
access-mail-approval-subject = Something waits for your approval at { $organisation }
access-mail-approval-text =
    { $name } asks for something that nobody does alone. It runs out after three days.
access-mail-approval-action = Look at it
access-mail-approval-why = You get this because you may approve.
access-export-audit = Take away lines of the audit view
access-export-token = Let a program take lists away
