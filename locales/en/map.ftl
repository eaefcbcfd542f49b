# The data map: fields, decisions, search
map-title = Data map
map-ask = Ask where data is kept, or search names
map-ask-example = Where do we keep phone numbers?
map-ask-button = Ask
map-answer = { $what }: kept in { $where }.
map-answer-where = { $fields } of { $systems }
map-answer-fields = { $n ->
    [one] { $n } field
   *[other] { $n } fields
  }
map-answer-systems = { $n ->
    [one] { $n } system
   *[other] { $n } systems
  }
map-answer-none = { $what }: kept nowhere that has been scanned.
map-answer-table = Where it is kept
map-filters = Filters
map-filter-any = Any
map-filter-apply = Apply
map-filter-clear = Clear filters
map-category = Category
map-sensitivity = Sensitivity
map-sensitivity-default = As usual for the category
map-system = System
map-source = Source
map-store = Store
map-people = People
map-people-customers = Customers
map-people-prospects = Prospects
map-people-members = Members
map-people-subscribers = Subscribers
map-people-users = Users
map-people-visitors = Visitors
map-people-guests = Guests
map-people-contacts = Business contacts
map-people-employees = Employees
map-people-candidates = Job candidates
map-people-suppliers = Suppliers
map-people-patients = Patients
map-people-students = Students
map-people-children = Children
map-people-tenants = Tenants
map-people-authors = Authors
map-people-other = Other people
map-people-unknown = Not known
map-people-found = As the scan found
map-people-of-store = Whose data this store holds
map-decision = Decision
map-decision-open = Not reviewed
map-decision-confirmed = Confirmed
map-decision-corrected = Corrected
map-decision-dismissed = Dismissed
map-show = Show
map-show-personal = With personal data
map-show-plain = Without personal data
map-show-all = All fields
map-show-vanished = Vanished fields
map-minors-only = Only data of children
map-minor = Child
map-vanished = Vanished
map-no-system = No system
map-export = Export CSV
map-empty-title = The map is empty
map-empty-text = Add a source and scan it. Every field with personal data then shows up here.
map-none-title = Nothing matches
map-none-text = No field fits the question and the filters.
map-count-more = More than { $n } fields
map-field = Field
map-fields = Fields
map-confidence = Confidence
map-bulk = With the chosen fields
map-everything = Instead: all { $n } fields that match, on every page (5,000 at most)
map-confirm = Confirm
map-confirm-none = Confirm: no personal data
map-confirm-that = Confirm: { $what }
map-dismiss = Dismiss
map-dismiss-long = Dismiss: no personal data
map-correct = Correct
map-correct-to = Correct to
map-correct-legend = It is something else
map-reopen = Reopen
map-decided = { $n ->
    [one] Decided about { $n } field.
   *[other] Decided about { $n } fields.
  }
map-undo = Undo
map-toast-undone = The decision was taken back.
map-toast-decided = Your decision is recorded. It survives every later scan.
map-toast-people = Recorded whose data this store holds.
map-save = Save
map-yes = Yes
map-no = No

# One field
map-field-vanished = The last scan did not find this field any more. What was known about it is kept.
map-verdict = Verdict
map-verdict-none = No personal data.
map-said-open = Found by the scan; nobody has reviewed it yet.
map-said-confirmed = Confirmed { $when }.
map-said-corrected = Corrected { $when }.
map-said-dismissed = Dismissed { $when }.
map-said-found = The scan found: { $what }.
map-said-found-none = The scan found no personal data.
map-why = Why
map-why-scan = This is what the last scan found, before anybody decided.
map-samples = Samples
map-samples-none = No samples.
map-samples-hint = Masked when they were read. Privet does not keep the values themselves.
map-type = Type
map-primary-key = primary key
map-required = always filled
map-comment = Comment
map-rows = { $n ->
    [one] about { $n } row
   *[other] about { $n } rows
  }
map-first-seen = First seen
map-decide = Decide
map-category-hint = Type to search the list, in English or Chinese.
map-note = Note
map-note-hint = Why you decided so. Please write no personal data here.
map-mapping-dpv = W3C Data Privacy Vocabulary
map-mapping-fides = Fideslang
map-links = Foreign keys
map-same = Also kept in
map-same-all = All fields of this category
map-history = History
map-event-confirmed = Confirmed
map-event-corrected = Corrected
map-event-dismissed = Dismissed
map-event-reopened = Reopened
map-event-undone = Decision taken back

# Export
map-csv-system = System
map-csv-source = Source
map-csv-store = Store
map-csv-field = Field
map-csv-type = Type
map-csv-category-name = Category
map-csv-category = Category key
map-csv-sensitivity = Sensitivity
map-csv-minor = Child
map-csv-people = People
map-csv-confidence = Confidence
map-csv-decision = Decision

# Errors
map-error-nothing-chosen = Choose at least one field first.
map-error-too-many = That is too many fields at once. Narrow the filters to 5,000 fields or fewer.
map-error-note = The note is too long. Keep it under 2,000 characters.
map-error-category = This category is not known. Choose one from the list.
map-error-sensitivity = This sensitivity is not known. Choose one from the list.
map-error-people = This group of people is not known. Choose one from the list.
map-error-decision = This decision is not known. Choose confirm, correct, dismiss or reopen.

# Dashboard
home-title = Overview
home-empty-title = Your data map starts with a source
home-empty-text = Privet reads your databases and files, finds the personal data in them, and keeps the map up to date. It never writes to a source and keeps no values.
home-empty-1 = Add a database or a folder of files.
home-empty-2 = Watch the scan find personal data.
home-empty-3 = Confirm or correct what was found.
home-empty-button = Add the first source
home-empty-ask = Ask the owner, the privacy officer or an engineer to add a source.
home-systems = { $n ->
    [one] system
   *[other] systems
  }
home-sources = { $n ->
    [one] source
   *[other] sources
  }
home-fields = { $n ->
    [one] field
   *[other] fields
  }
home-personal = { $n ->
    [one] field with personal data
   *[other] fields with personal data
  }
home-sensitive = { $n ->
    [one] sensitive field
   *[other] sensitive fields
  }
home-mix = How sensitive it is
home-todo = Waiting for you
home-todo-none = Nothing. Everything found has been reviewed and nothing is missing.
home-review = { $n ->
    [one] { $n } finding has not been reviewed
   *[other] { $n } findings have not been reviewed
  }
home-changes = { $n ->
    [one] { $n } change since an earlier scan
   *[other] { $n } changes since earlier scans
  }
home-gap-scan = { $n ->
    [one] { $n } source has never been scanned to the end
   *[other] { $n } sources have never been scanned to the end
  }
home-gap-origin = { $n ->
    [one] { $n } source does not say where its data came from
   *[other] { $n } sources do not say where their data came from
  }
home-gap-system = { $n ->
    [one] { $n } source belongs to no system
   *[other] { $n } sources belong to no system
  }
home-gap-owner = { $n ->
    [one] { $n } system has no owner
   *[other] { $n } systems have no owner
  }
home-gap-country = { $n ->
    [one] { $n } system does not say in which country it is hosted
   *[other] { $n } systems do not say in which country they are hosted
  }
home-top = Most frequent categories
home-top-none = No personal data found yet.
home-scans = Recent scans
home-scans-none = No scan yet.
home-drift = Recent changes
home-drift-none = Nothing has changed since the last scans.
home-drift-all = Open the inbox

# Inbox
inbox-title = Inbox
inbox-intro = What is different since the scan before. Look, act if needed, acknowledge.
inbox-state = State
inbox-state-open = To look at
inbox-state-acknowledged = Acknowledged
inbox-state-any = All
inbox-kind = Change
inbox-kind-new-store = New store
inbox-kind-vanished-store = Vanished store
inbox-kind-new-field = New field
inbox-kind-vanished-field = Vanished field
inbox-kind-changed-type = Type changed
inbox-kind-changed-category = Category changed
inbox-what = Where
inbox-change = Details
inbox-when = When
inbox-personal-only = Only personal data
inbox-no-personal-data = no personal data
inbox-new-store = { $n ->
    [one] { $n } field with personal data
   *[other] { $n } fields with personal data
  }
inbox-acknowledge = Acknowledge
inbox-acknowledge-chosen = Acknowledge the chosen ones
inbox-acknowledge-all = Acknowledge all { $n }
inbox-toast-acknowledged = { $n ->
    [one] { $n } change acknowledged.
   *[other] { $n } changes acknowledged.
  }
inbox-empty-title = Nothing to look at
inbox-empty-text = When a later scan finds something new, gone or changed, it shows up here.
inbox-error-nothing-chosen = Choose at least one change first.

# Scans
scan-title = Scan of { $source }
scan-state-queued = Waiting
scan-state-running = Scanning
scan-state-finished = Finished
scan-state-failed = Failed
scan-state-cancelled = Cancelled
scan-state-never = Never scanned
scan-waiting = Waiting for its turn
scan-listing = Listing tables and columns
scan-found = { $personal } of { $fields } fields hold personal data.
scan-found-none = None of { $fields } fields holds personal data.
scan-cancelled-text = The scan was cancelled. What it had found is kept.
scan-stores = Stores read
scan-fields = Fields seen
scan-personal = With personal data
scan-problems = Problems
scan-problems-n = { $n ->
    [0] No problems
    [one] { $n } store could not be read
   *[other] { $n } stores could not be read
  }
scan-problems-text = The rest of the scan went on. Fix what you can and scan again.
scan-problem-what = What happened
scan-problem-do = What to do
scan-cancel = Cancel the scan
scan-cancel-hint = What was found so far is kept.
scan-toast-cancelling = The scan stops at its next step.
scan-next = What next?
scan-next-review = Review what was found
scan-next-changes = { $n ->
    [one] Look at { $n } change
   *[other] Look at { $n } changes
  }
scan-next-settings = Check the settings of the source
scan-next-origin = Say where this data came from
scan-next-flows = See how data flows
scan-again = Scan again
scan-error-internal = The scan stopped because of an error in Privet.
scan-error-internal-do = What was found is kept. Scan again; if it stops again, look into the server’s log and report it.

# Sources
src-title = Sources
src-new = New source
src-empty-title = No sources yet
src-empty-text = A source is a database or a folder of files that Privet may read. Add one to start the map.
src-step = Step { $n } of { $all }
src-name = Name
src-name-hint = As people call it, for example “Shop orders”.
src-kind = Kind
src-kind-question = What kind of source is it?
src-kind-text-postgres = A PostgreSQL database, version 10 or newer.
src-kind-text-mysql = A MySQL or MariaDB database.
src-kind-text-sqlite = A database file on this server.
src-kind-text-files = CSV, TSV, JSON Lines or Parquet on this server.
src-read-only = Privet only reads. Use an account that can do no more than that.
src-address-question = Where is it?
src-address = Address
src-address-hint = Without the password. If you change it, type the password again.
src-host = Host
src-host-hint = A name or an IP address as seen from this server, for example db.example.com.
src-port = Port
src-port-hint-postgres = Empty: 5432.
src-port-hint-mysql = Empty: 3306.
src-database = Database
src-user = User
src-user-hint = An account that may only read.
src-password = Password
src-password-hint = Sealed with this server’s key; nobody sees it again.
src-password-keep = Empty: keep the one that is stored.
src-path = Path
src-path-hint-sqlite = The file’s absolute path on this server.
src-path-hint-files = The absolute path of a file or folder on this server. Subfolders are included.
src-tls = Encryption
src-tls-hint = Across a network choose the last but one or, better, the one that checks the server.
src-tls-ca = CA file
src-tls-ca-hint = Only for a private certificate authority: the path of its PEM file on this server.
src-test-and-on = Test and continue
src-anyway = Continue without a connection
src-back = Choose another kind
src-test = Test connection
src-test-ok = Connected to { $product }.
src-details-question = What should we know about it?
src-system-hint = The system people talk about, such as “CRM”. It may have several sources.
src-system-none = Not yet
src-system-new = A new system
src-system-name = Name of the new system
src-system-name-hint = Only if you chose a new system.
src-create = Create and scan
src-origin = Origin
src-origin-question = Where did the data come from?
src-origin-unknown = Not known yet
src-origin-direct = Directly from the people
src-origin-third-party = From a third party
src-origin-missing = Origin not given
src-origin-add = Add an origin
src-origin-remove = Remove
src-origin-remove-this = Remove origin
src-origins = Origins
src-origins-text = When data did not come from the people themselves, GDPR Art 14 and PIPL Art 23 want you to be able to say from whom.
src-origins-n = { $n ->
    [one] { $n } origin
   *[other] { $n } origins
  }
src-touchpoint = Touchpoint
src-touchpoint-hint = Collected directly: where? For example registration form, app, shop counter.
src-provider = Provider
src-provider-hint = From a third party: from whom?
src-contract = Contract
src-contract-hint = Under which contract? A number or name is enough.
src-country = Provider’s country
src-country-hint = Two letters, for example DE or CN.
src-schedule = Scan again
src-schedule-hint = Rescans find new, vanished and changed fields.
src-schedule-manual = Only by hand
src-schedule-daily = Every night at 3:00
src-schedule-weekly = Every Sunday at 3:00
src-schedule-monthly = On the first of the month at 3:00
src-schedule-custom = As a cron expression says
src-cron = Cron expression
src-cron-hint = Only for the last choice: minute, hour, day, month, weekday, for example 30 2 * * 1-5.
src-zone = Time zone
src-zone-hint = An IANA name, for example Europe/Berlin or Asia/Shanghai.
src-rows-per-store = Rows sampled in each store
src-rows-per-store-hint = 1 to 100,000. More rows find rarer data and take longer.
src-glob = Only these tables
src-glob-hint = Patterns with commas, ! leaves out: crm.*, !crm.tmp_*. Empty: all.
src-scan-now = Scan now
src-watch-scan = Watch the scan
src-edit = Settings
src-edit-title = Settings of { $name }
src-cancel = Cancel
src-last-scan = Last scan
src-scans = Scans
src-stores = Stores
src-stores-none = Nothing yet: the source has not been scanned.
src-stores-n = { $n ->
    [one] { $n } store
   *[other] { $n } stores
  }
src-store-table = Table
src-store-view = View
src-store-file = File
src-rows = Rows
src-personal = Personal
src-personal-of = { $personal } of { $fields } fields
src-sensitive = Sensitive
src-highest = Most sensitive
src-delete = Delete this source
src-delete-title = Delete { $name }?
src-delete-text = Everything Privet knows through this source is deleted:
src-delete-decisions = { $n ->
    [one] { $n } decision
   *[other] { $n } decisions
  }
src-delete-scans = { $n ->
    [one] { $n } scan
   *[other] { $n } scans
  }
src-delete-safe = The database or the files themselves are not touched. The ledger keeps that they were scanned and deleted.
src-delete-confirm = Delete it
src-toast-saved = Saved.
src-toast-origin = The origin is recorded.
src-toast-origin-gone = The origin is removed.
src-toast-deleted = The source is deleted.
src-error-name = Give it a name.
src-error-address = This is no address Privet understands. Check it for typing errors.
src-error-host = Give the host.
src-error-port = A port is a number from 1 to 65535.
src-error-path = Give the path.
src-error-glob = A pattern is not complete. Use * and ?, close every [ and {"{"}, and separate patterns by commas.
src-error-sealed = The password could not be kept. Go back one step and enter it again.
src-error-rows = Choose a number from 1 to 100,000.
src-error-tls = Choose one of the offered encryption modes.
src-error-zone = This time zone is not known. Use an IANA name such as Europe/Berlin.
src-error-cron = This is no cron expression of five parts. Example: 30 2 * * 1-5.
src-error-system = Name the new system.
src-error-touchpoint = Say where it was collected.
src-error-provider = Say who provided it.
src-error-country = A country is two letters, for example DE or CN.
src-error-scanning = This source is being scanned. Cancel the scan first, then delete the source.
map-intro = Every field with personal data: what it holds, why we think so, and what you decided.
map-highest = Most sensitive
map-correct-menu = Correct …
map-field-of = A field of { $store } in { $source }
map-sensitivity-hint = Only if this field is more or less sensitive than usual.
map-people-change = Say whose data this store holds
map-you = you
src-intro = Databases and folders that Privet reads.
src-expert = Cron expression and time zone
src-tls-mode = Mode
inbox-acknowledge-this = Acknowledge { $name }

# Navigation
map-nav-find = Find
map-nav-understand = Understand
map-nav-account = Account for
map-nav-systems = Systems
map-nav-flows = Data flows
map-nav-recipients = Recipients
map-nav-records = Records of processing
map-nav-organisation = Organisation
map-nav-code = Privacy as code
