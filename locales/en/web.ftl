# What every page shares: shell, sign-in, account, people, activity, jobs, errors.

web-skip = Skip to content
web-menu = Menu
web-nav-main = Main navigation
web-nav-compact = Navigation
web-nav-administration = Administration
web-nav-people = People
web-nav-activity = Activity
web-nav-jobs = Jobs
web-nav-account = Your account
web-sign-in = Sign in
web-sign-out = Sign out
web-theme-auto = As my device
web-theme-light = Light
web-theme-dark = Dark
web-close = Close
web-cancel = Cancel
web-save = Save
web-remove = Remove
web-all = All
web-search = Search
web-apply-filters = Apply
web-clear-filters = Clear filters
web-select = Select
web-select-all = Select all rows on this page
web-select-row = Select { $name }
web-paging = Pages
web-paging-range = { $from }–{ $to }
web-paging-total = of { $n }
web-paging-prev = Previous
web-paging-next = Next
web-crumbs = You are here
web-confidence = Confidence
web-progress = Progress
web-progress-of = { $done } of { $total }
web-download-csv = Download CSV
web-form-errors = Please check these points:
web-sensitivity-none = Not personal
web-sensitivity-personal = Personal
web-sensitivity-confidential = Confidential
web-sensitivity-sensitive = Sensitive
web-keys-title = Keyboard shortcuts
web-keys-search = Search on this page
web-keys-dashboard = Overview
web-keys-map = Data map
web-keys-flows = Data flows
web-keys-sources = Sources
web-keys-help = This help

web-ago-now = just now
web-ago-minutes = { $n ->
    [one] { $n } minute ago
   *[other] { $n } minutes ago
}
web-ago-hours = { $n ->
    [one] { $n } hour ago
   *[other] { $n } hours ago
}
web-ago-days = { $n ->
    [one] yesterday
   *[other] { $n } days ago
}
web-in-minutes = { $n ->
    [one] in { $n } minute
   *[other] in { $n } minutes
}
web-in-hours = { $n ->
    [one] in { $n } hour
   *[other] in { $n } hours
}
web-in-days = { $n ->
    [one] tomorrow
   *[other] in { $n } days
}

web-role-owner = Owner
web-role-privacy-officer = Privacy officer
web-role-engineer = Engineer
web-role-marketer = Marketer
web-role-auditor = Auditor
web-role-employee = Employee
web-permission-view-map = See the data map, systems and flows
web-permission-edit-map = Confirm and correct findings, edit systems and flows
web-permission-manage-sources = Add, scan and remove sources
web-permission-view-records = See records of processing
web-permission-edit-records = Change records of processing
web-permission-manage-people = Invite people, change roles, disable accounts
web-permission-view-ledger = See the activity
web-permission-manage-jobs = Cancel and retry jobs
web-permission-export = Download lists and reports

web-error-title-400 = That did not work
web-error-title-403 = Not allowed
web-error-title-404 = Nothing here
web-error-title-409 = Something changed meanwhile
web-error-title-413 = Too large
web-error-title-429 = Too many attempts
web-error-title-500 = Something broke on our side
web-error-not-found = This page does not exist, or no longer does. Check the address, or start from the overview.
web-error-forbidden = Your role does not allow this. An owner can change your role on the people page.
web-error-sign-in = Please sign in first.
web-error-csrf = The form was open for too long or came from another site, so nothing was changed. Go back, reload the page and send it again.
web-error-bad-form = The form could not be read. Go back, reload the page and try again; nothing was changed.
web-error-too-large = What you sent is larger than this page accepts. Nothing was changed.
web-error-too-many = Please wait a little and try again.
web-error-internal = Nothing was lost. Try again in a moment; if it happens again, the server's log has the reason under this request's id.
web-error-home = Go to the overview

web-console = Overview
web-bulk = With the selected rows
web-components = Components
web-components-intro = Every building block of the console on one page.
web-components-forms = Forms
web-components-lists = Lists
web-components-states = States
web-components-buttons = Buttons
web-components-stat-fields = fields with personal data
web-components-stat-systems = systems
web-components-ok = Confirmed
web-components-info = New
web-components-warn = Needs a look
web-components-danger = Failed
web-components-none = Dismissed
web-components-starting = Starting…
web-components-text = What happens, why, and what you can do about it.
web-components-confirm = Remove this source?
web-components-name = Name
web-components-name-missing = Give it a name.
web-components-hint = A short explanation of what to type.
web-components-day = Day
web-components-kind = Kind
web-components-note = Note
web-components-check = Shared with others
web-components-rows = Rows
web-components-empty = Nothing found
