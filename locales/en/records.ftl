# Records of processing, processing activities, organisation, privacy as code

## Records
records-title = Records of processing
records-lead = What your organisation does with personal data, computed from the live map. What is missing is shown as missing, with a link to where you can fix it.
records-views = Views of the records
records-view-controller = Controller
records-view-controller-text = What a controller must record.
records-view-processor = Processor
records-view-processor-text = What you must record about processing you carry out for others.
records-view-pipl = PIPL (China)
records-view-pipl-text = The processing record of China's Personal Information Protection Law, in the form the national standard recommends.
records-keep = Keep it for at least { $n } years.
records-print = Print
records-print-hint = Use your browser's print command (Ctrl+P) to print or save a PDF.
records-print-computed = Computed from the data map on the date above. Missing entries are marked.
records-back = Back to the records
records-date = Date
records-law-version = State of the law
records-changed = Changed
records-caption = Processing activities with how complete their records are
records-col-activity = Processing activity
records-col-complete = Complete
records-complete-of = { $complete } of { $asked } entries the law asks for are complete.
records-gaps = { $n ->
    [one] { $n } gap
   *[other] { $n } gaps
}
records-more = and { $n } more
records-missing = Missing: { $name }
records-stat-activities = Activities
records-stat-complete = Complete on average
records-stat-gaps = Gaps
records-filter-state = Completeness
records-filter-any = Any
records-filter-with-gaps = With gaps
records-filter-complete = Complete
records-filter-system = System
records-filter-any-system = Any system
records-none-match = No activity matches these filters.
records-empty = No processing activity yet
records-empty-controller = A processing activity is a set of processing with one purpose, such as “Deliver orders”. Describe the first one; people, data, recipients and systems come from the map.
records-empty-processor = Nothing is recorded as done on behalf of others. Add an activity with the role “processor” if you process data for a customer.
records-empty-pipl = A processing activity is a set of processing with one purpose, such as “Deliver orders”. Describe the first one; people, data, recipients and systems come from the map.
records-offers = { $n ->
    [one] { $n } system with personal data appears in no activity
   *[other] { $n } systems with personal data appear in no activity
}
records-offers-text = Privet can draft an activity from what the map knows. You add the rest: why, on which legal basis, for how long.
records-offer-take = Draft an activity
records-offer-take-label = Draft an activity for { $name }
records-no-organisation = The records do not say yet who you are
records-no-organisation-text = Every record begins with the name and contact of the controller.
records-no-organisation-link = Enter your organisation
records-sheet-cover = Cover
records-sheet-controller = Controller
records-sheet-processor = Processor
records-sheet-pipl = PIPL

records-duty-required = Required
records-duty-where-possible = Where possible or applicable
records-duty-recommended = Recommended

## Columns
records-fact-controller = Controller and contact
records-fact-processor = Processor and contact
records-fact-joint-controllers = Joint controllers
records-fact-on-behalf-of = On behalf of
records-fact-representative = Representative
records-fact-officer = Privacy officer
records-fact-role = Our role
records-fact-purpose = Purpose
records-fact-processing = Categories of processing
records-fact-people = People
records-fact-categories = Categories of personal data
records-fact-amount = Amount
records-fact-sensitive = Sensitive data and children's data
records-fact-origin = Source of the data
records-fact-recipients = Recipients
records-fact-transfers = Transfers to other countries
records-fact-retention = Retention
records-fact-security = Security measures
records-fact-legal-basis = Legal basis
records-fact-systems = Systems
records-fact-owner = Responsible team
records-fact-assessment = Impact assessment

## Marks
records-none = None
records-none-found = None found
records-no-representative = None appointed (needed only if you are established elsewhere)
records-no-transfer = None known
records-hosted-abroad = hosted there
records-minors = Data of children
records-mark-sensitive = sensitive
records-mark-not-found = not found in the systems
records-mark-flow = shown by a data flow
records-fields = { $n ->
    [one] { $n } field
   *[other] { $n } fields
}
records-rows = { $n ->
    [one] about { $n } row
   *[other] about { $n } rows
}
records-origin-direct = directly from people
records-origin-third-party = from a third party
records-assessment-not-due = Not needed for what the map shows

## Gaps
records-gap-controller = name and contact of your organisation
records-gap-processor = name and contact of your organisation
records-gap-joint-controllers = the other controllers
records-gap-on-behalf-of = the controllers you work for
records-gap-officer = your privacy officer
records-gap-purpose = purpose
records-gap-processing = what is done for the controller
records-gap-people = whose data it is
records-gap-categories = categories of personal data
records-gap-amount = row counts of its systems
records-gap-sensitive = categories of personal data
records-gap-origin = a system with a source
records-gap-origin-of = where the data of { $name } came from
records-gap-recipients = recipients
records-gap-transfers = the systems involved, to tell transfers
records-gap-transfers-of = a safeguard this law knows for the transfer to { $name }
records-gap-country-of = country of { $name }
records-gap-hosting-of = hosting country of { $name }
records-gap-retention = how long data is kept
records-gap-security = security measures
records-gap-legal-basis = legal basis
records-gap-systems = the systems involved
records-gap-owner = responsible team
records-gap-assessment = impact assessment

## Activities
activity-new = New activity
activity-edit = Edit
activity-edit-title = Edit the activity
activity-form-lead = Say what people know; what the map knows is filled in by itself. Anything left open shows as a gap and can wait.
activity-delete = Delete
activity-delete-title = Delete this activity?
activity-delete-text = “{ $name }” disappears from all records. Its systems, recipients and fields stay on the map.
activity-name = Name
activity-name-hint = Short, as your colleagues would say it: “Deliver orders”.
activity-purpose = Purpose
activity-purpose-hint = Why you need the data, in a sentence or two.
activity-role = Your role
activity-role-hint = Controllers decide why and how; processors follow a controller's instructions.
activity-role-controller = Controller
activity-role-joint-controller = Joint controller
activity-role-processor = Processor
activity-on-behalf-of = Other controllers
activity-on-behalf-of-hint = As a processor: for whom you work. As a joint controller: with whom you decide.
activity-systems = Systems
activity-systems-hint = People, data, sources and recipients are taken from these systems.
activity-systems-none = There is no system yet. Add the first one.
activity-people = People
activity-people-hint = Leave empty to use what the scans found in the systems.
activity-people-other = Other people
activity-people-other-hint = Separate several with commas.
activity-categories = Categories of personal data
activity-categories-hint = Leave empty to use everything found in the systems. Choose only if the activity uses a part of it.
activity-categories-all = Show all other categories
activity-legal-basis = Legal basis
activity-legal-basis-hint = What makes the processing lawful, for each law that applies to you.
activity-regime-gdpr = GDPR (Art 6)
activity-regime-pipl = PIPL (Art 13)
activity-pipl-hint = The PIPL has no legitimate interests.
activity-basis-none = Not stated
activity-basis-gdpr-consent = Consent
activity-basis-gdpr-contract = Contract
activity-basis-gdpr-legal-obligation = Legal obligation
activity-basis-gdpr-vital-interests = Vital interests
activity-basis-gdpr-public-task = Public task
activity-basis-gdpr-legitimate-interests = Legitimate interests
activity-basis-pipl-consent = Consent
activity-basis-pipl-contract = Contract with the person
activity-basis-pipl-human-resources = Human resources under lawful labour rules
activity-basis-pipl-legal-duty = Statutory duty
activity-basis-pipl-emergency = Public health or other emergency
activity-basis-pipl-news = News and public-opinion supervision
activity-basis-pipl-public-information = Information lawfully made public
activity-basis-pipl-other-law = Other case laid down by law
activity-recipients = Recipients
activity-recipients-hint = Recipients that data flows show are added by themselves. Tick the ones the map cannot see.
activity-recipients-none = There is no recipient yet. Add one.
activity-retention = Retention
activity-retention-hint = How long data is kept and what happens then: “10 years after the order, then deleted”.
activity-security = Security measures
activity-security-hint = In general terms: access control, encryption, backups, training.
activity-owner = Responsible team
activity-owner-hint = Leave empty to use the systems' owners.
activity-assessment = Impact assessment
activity-assessment-hint = Where the DPIA or PIPL impact assessment is kept.
activity-error-name = Give the activity a name.
activity-error-long = One of the texts is too long: names up to 200 characters, descriptions up to 4,000.
activity-error-basis = This law does not know the legal basis you chose.
activity-error-category = One of the categories is unknown.
activity-error-gone = A system or recipient you ticked was deleted meanwhile. Check the boxes and save again.
activity-toast-saved = Activity saved.
activity-toast-drafted = Drafted from the map. Fill the gaps when you can.
activity-toast-deleted = Activity deleted.

## Organisation
org-title = Organisation
org-lead = Who you are, for the head of every record.
org-name = Legal name
org-name-hint = The controller as registered (GDPR Art 4(7); PIPL Art 73).
org-contact = Contact
org-contact-hint = Address, e-mail and telephone at which people and authorities reach you.
org-officer = Privacy officer
org-officer-hint = Name and contact of the data protection officer (GDPR Art 37; PIPL Art 52). Leave empty if you need none.
org-representative = Representative
org-representative-hint = Only if you are established outside the law's territory (GDPR Art 27; PIPL Art 53).
org-error-long = One of the texts is longer than 2,000 characters.
org-toast-saved = Organisation saved.

## Privacy as code
code-title = Privacy as code
code-lead = The data map as text files: keep them in version control, review changes like code, apply them here or from a pipeline.
code-download = Download the map
code-download-text = Systems, sources, recipients, flows, activities and decisions as YAML. Passwords are never in the files. Applying an unchanged download changes nothing.
code-download-all = All files (ZIP)
code-upload = Upload files
code-upload-text = Privet files or Fideslang files of Fides. You see what would change before anything does.
code-files = YAML files
code-files-hint = Several at once are fine, up to 1.4 MB in all.
code-into = Put a Fideslang dataset into
code-into-hint = If you scan the same database here, its fields take the dataset's categories as your decisions.
code-into-none = A source of its own, without scans
code-prune = Delete what the files leave out
code-prune-hint = Only for kinds whose file you upload. Without this nothing is ever deleted.
code-make-plan = Show the plan
code-how = From the command line
code-how-text = The same on the server's machine, for pipelines:
code-how-fides = Fideslang: datasets become sources, systems become systems, privacy declarations become processing activities, data flows become flows. Policies and organisations are left out, and the report says so.
code-plan = Plan
code-plan-lead = Nothing has changed yet. Look through what would happen, then apply it all at once.
code-nothing = Nothing to change
code-nothing-text = The map is as the files say.
code-changed = The map changed meanwhile
code-changed-text = Somebody changed the map after you saw the plan. This is the new plan.
code-create = To create
code-change = To change
code-delete = To delete
code-verb-create = create
code-verb-change = change
code-verb-delete = delete
code-apply = { $n ->
    [one] Apply { $n } change
   *[other] Apply { $n } changes
}
code-hidden = { $n ->
    [one] { $n } more change is not shown.
   *[other] { $n } more changes are not shown.
}
code-toast-applied = { $n ->
    [one] { $n } object changed.
   *[other] { $n } objects changed.
}
code-kind-organisation = Organisation
code-kind-system = System
code-kind-recipient = Recipient
code-kind-source = Source
code-kind-flow = Flow
code-kind-discovered = Discovered flow
code-kind-activity = Processing activity
code-kind-people = People in a store
code-kind-field = Decision on a field
code-note-unknown-file = { $name } is not known to this version of Privet and was left alone.
code-note-not-discovered = The flow { $name } was not discovered here yet. Scan its sources, then apply again.
code-note-unmentioned = { $n ->
    [one] { $n } object of the map is in no file and stays.
   *[other] { $n } objects of the map are in no file and stay.
}
code-taken-fully = { $n ->
    [one] { $n } thing imported
   *[other] { $n } things imported
}
code-taken-nearly = { $n ->
    [one] { $n } thing imported approximately
   *[other] { $n } things imported approximately
}
code-taken-not = { $n ->
    [one] { $n } thing left out
   *[other] { $n } things left out
}
code-said-dataset = Dataset; fields: { $detail }
code-said-system = System
code-said-activity = Processing activity
code-said-flow = Flow
code-said-category = Category { $detail }
code-said-unknown-category = There is no category like { $detail } here.
code-said-inherited = Takes { $detail } from its collection or dataset.
code-said-several = Several categories; the most sensitive was kept: { $detail }
code-said-no-field = The chosen source has no such field.
code-said-guessed = Named only by a data flow; created with its key as name.
code-said-user-flow = Data from users themselves: tell it as an origin of the source.
code-said-third-parties = Became one recipient: { $detail }
code-said-kind = Resources of this kind are not imported: { $detail }
code-problems = { $n ->
    [one] One problem; nothing was changed
   *[other] { $n } problems; nothing was changed
}
code-meant = { " " }Did you mean “{ $name }”?
code-error-no-file = Choose at least one YAML file.
code-wrong-yaml = { $why }
code-wrong-key = Unknown key “{ $name }”.
code-wrong-value = “{ $value }” is not allowed here ({ $what }).
code-wrong-reference = “{ $name }” does not exist ({ $what }).
code-wrong-twice = “{ $name }” is given twice.
code-wrong-text = “{ $name }” must not be empty or longer than 4,000 characters.
code-wrong-bounds = “{ $name }” is out of bounds.
code-wrong-password-in-address = The address holds a password. Take it out and use password_from on the command line.
code-wrong-password-here = Passwords are read only by “privet apply” on the server's machine. Leave password_from out.
code-wrong-password-from = The password could not be read from { $name }.
code-wrong-cron = “{ $name }” is no cron expression with five fields, or its time zone is unknown.
code-wrong-used = “{ $name }” cannot be deleted: it is still used by { $user }.
code-wrong-datasets = A source can take one dataset at a time; the files hold { $n }.
code-wrong-header = The file must begin with the header “privet: 1”.
code-wrong-version = This version of Privet reads files with “privet: 1”.
code-wrong-encoding = The file is not UTF-8 text.
