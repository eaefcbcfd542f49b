## The picture
flows-title = Data flows
flows-lead = Where personal data comes from, which systems keep it, and who receives it. Arrows people declared are solid; arrows Privet found in your data are dashed and say how sure it is.
flows-picture-title = Data-flow picture
flows-head-origins = Where data comes from
flows-head-systems = Systems
flows-head-recipients = Who receives it
flows-head-loose = Systems without a known flow
flows-country-unknown = Country not stated
flows-kind-direct = Directly from people
flows-kind-third-party = From a third party
flows-kind-system = System
flows-kind-processor = Processor
flows-kind-controller = Controller
flows-kind-joint-controller = Joint controller
flows-kind-authority = Public authority
flows-sensitivity-none = Nothing personal known
flows-sensitivity-personal = Personal
flows-sensitivity-confidential = Confidential
flows-sensitivity-sensitive = Sensitive
flows-personal-fields = { $n ->
    [0] no personal fields
    [one] 1 personal field
   *[other] { $n } personal fields
}
flows-percent = { $n }%
flows-list-separator = ,{ " " }
flows-declared = Declared
flows-discovered = Discovered
flows-confirmed = Confirmed
flows-desc-systems = { $n ->
    [one] 1 system.
   *[other] { $n } systems.
}
flows-desc-origins = { $n ->
    [0] No origin stated.
    [one] 1 origin on the left.
   *[other] { $n } origins on the left.
}
flows-desc-recipients = { $n ->
    [0] No recipient stated.
    [one] 1 recipient on the right.
   *[other] { $n } recipients on the right, grouped by country.
}
flows-desc-flows = { $n ->
    [one] 1 flow.
   *[other] { $n } flows.
}
flows-desc-discovered = { $n ->
    [0] None was discovered.
    [one] 1 was discovered in the data.
   *[other] { $n } of them were discovered in the data.
}
flows-desc-table = The table shows the same flows as text.
flows-legend-declared = Declared by people
flows-legend-discovered = Discovered in the data
flows-legend-thick = Thicker: more categories
flows-legend-recipient = Recipient (cut corner: decides for itself)

## Page
flows-tab-picture = Picture
flows-tab-table = Table
flows-zoom-in = Zoom in
flows-zoom-out = Zoom out
flows-zoom-fit = Show all
flows-keys = Drag to move, scroll or pinch to zoom. Keyboard: arrow keys, + and −, 0 for everything, Tab from room to room.
flows-frame-label = Data-flow picture, can be moved and zoomed
flows-export-svg = Picture as SVG
flows-export-mermaid = Mermaid
flows-export-csv = CSV
flows-declare = Declare a flow
flows-discover = Look for flows now
flows-discover-hint = Compares the keyed sketches of all scanned sources again. It reads nothing from your databases.
flows-filter = Filter
flows-filter-sensitivity = At least
flows-filter-category = Category
flows-filter-system = System
flows-filter-found = How it is known
flows-filter-country = Country
flows-filter-any = Any
flows-filter-apply = Show
flows-filter-clear = Clear filters
flows-filter-none = Nothing matches these filters.
flows-empty-title = The picture fills itself
flows-empty-1 = Add a source and say which system it belongs to. Each system becomes a room.
flows-empty-2 = Say where a source's data comes from: a form, an app, a partner. Origins stand on the left.
flows-empty-3 = Scan two systems. Where they hold the same e-mail addresses, phone numbers or customer numbers, a dashed arrow appears, with its evidence.
flows-empty-4 = Add recipients and declare what they get. They stand on the right, by country.
flows-empty-action = Add a source
flows-review-title = { $n ->
    [one] 1 discovered flow waits for your word
   *[other] { $n } discovered flows wait for your word
}
flows-review-lead = Privet compared keyed sketches of the scanned columns. Confirm what is true, dismiss what is chance; either stays so on later scans and can be taken back.
flows-review-open = Review them

## Table
flows-col-from = From
flows-col-to = To
flows-col-categories = Categories
flows-col-sensitivity = Sensitivity
flows-col-known = How it is known
flows-col-confidence = Confidence
flows-col-reason = Reason
flows-col-countries = Countries
flows-col-description = Description
flows-col-select = Select
flows-search = Search in flows
flows-caption = Flows of personal data
flows-show = Show
flows-show-active = In the picture
flows-show-open = Waiting for your word
flows-show-dismissed = Dismissed
flows-selected-confirm = Confirm selected
flows-selected-dismiss = Dismiss selected
flows-selected-reopen = Take back for selected
flows-select-hint = Declared flows and flows that follow from origins or processing activities need no decision.
flows-table-empty = No flow here.
flows-decided-confirm = { $n ->
    [one] 1 flow confirmed.
   *[other] { $n } flows confirmed.
}
flows-decided-dismiss = { $n ->
    [one] 1 flow dismissed. Later scans will not bring it back.
   *[other] { $n } flows dismissed. Later scans will not bring them back.
}
flows-decided-reopen = { $n ->
    [one] 1 flow waits for a decision again.
   *[other] { $n } flows wait for a decision again.
}
flows-decided-nothing = Nothing was selected, or it was decided already.
flows-undo = Undo
flows-unknown-direction = Direction not known

## One flow, one node
flows-detail-title = Details
flows-detail-hint = Choose a room or an arrow to see what is behind it.
flows-detail-close = Close
flows-open = Open
flows-edit = Change
flows-delete = Delete
flows-delete-title = Delete this flow?
flows-delete-body = The arrow disappears from the picture. The ledger keeps that it was there.
flows-confirm = Confirm
flows-dismiss = Dismiss
flows-reopen = Take back
flows-cancel = Cancel
flows-in = Receives
flows-out = Passes on
flows-in-none = Nothing is known to flow in.
flows-out-none = Nothing is known to flow out.
flows-evidence = Evidence
flows-reason-equal-values = The same values in both systems
flows-reason-view = A view reads the other system
flows-reason-foreign-key = A foreign key points to the other system
flows-reason-origin = A source's origin says so
flows-reason-activity = A processing activity names the recipient
flows-reason-declared = Declared by people
flows-reason-confirmed = Found by a scan, confirmed by people
flows-evidence-pair = { $a } in { $b }
flows-evidence-shared = { $n ->
    [one] 1 hash in common
   *[other] { $n } hashes in common
}
flows-evidence-sampled = { $n } distinct values sampled
flows-evidence-share = { $n }% of the left column is in the right one
flows-evidence-back = { $n }% of the right column is in the left one
flows-evidence-more = { $n ->
    [one] and 1 more pair of columns
   *[other] and { $n } more pairs of columns
}
flows-evidence-note = Estimated from keyed sketches of sampled values. No value was stored or shown.
flows-evidence-stores = Read in
flows-direction-origin = Direction: people give their data to the first system directly.
flows-direction-superset = Direction: nearly all of the second column is in the larger first one.
flows-direction-view = Direction: the view reads from the first system.
flows-direction-foreign-key = Direction: the key refers to the first system.
flows-direction-unknown = The values agree, but nothing says which system had them first.
flows-stale = The last scan did not find this again, so its confidence was halved.

## Form
flows-new-title = Declare a flow
flows-edit-title = Change a flow
flows-form-lead = Say what a scan cannot see: a nightly export, a file sent by mail, an interface of a supplier.
flows-form-from = From
flows-form-from-hint = A system, or an origin of a source.
flows-form-to = To
flows-form-to-hint = A system, or a recipient. The transfer safeguard is kept with the recipient.
flows-form-categories = What flows
flows-form-categories-hint = Choose none to mean everything personal that the first system holds.
flows-form-description = In words
flows-form-description-hint = How and how often, e.g. “nightly CSV export over SFTP”.
flows-form-save = Save
flows-group-systems = Systems
flows-group-origins = Origins
flows-group-recipients = Recipients
flows-choose = Choose
flows-error-from = Choose where the data comes from: a system or an origin.
flows-error-to = Choose where the data goes: a system or a recipient.
flows-error-same-end = A flow needs two different ends.
flows-error-confirm-first = Confirm this discovered flow before you change it.
flows-error-dismiss-instead = A flow that a scan found is dismissed, not deleted; otherwise the next scan would find it again.
flows-error-decision = Choose confirm, dismiss or take back.
flows-saved = Flow saved.
flows-deleted = Flow deleted.
flows-searched = { $n ->
    [0] Looked through all systems: nothing new.
    [one] Looked through all systems: 1 flow is new or changed.
   *[other] Looked through all systems: { $n } flows are new or changed.
}

## Systems
systems-title = Systems
systems-lead = A system is what people name: “Web shop”, “CRM”. Sources belong to systems, and systems are the rooms of the data-flow picture.
systems-new = Add a system
systems-new-title = Add a system
systems-edit-title = Change a system
systems-search = Search systems
systems-filter-country = Country
systems-filter-gap = Gaps
systems-gap-any = All systems
systems-gap-owner = Without an owner
systems-gap-purpose = Without a purpose
systems-gap-country = Without a country
systems-gap-sources = Without a source
systems-csv = CSV
systems-caption = Systems
systems-col-name = System
systems-col-owner = Owner
systems-col-purpose = Purpose
systems-col-country = Country
systems-col-sources = Sources
systems-col-fields = Personal fields
systems-col-sensitivity = Highest sensitivity
systems-col-flows = Flows
systems-col-description = Description
systems-missing = not stated
systems-empty-title = No system yet
systems-empty-body = Add the first source: it asks which system it belongs to. Or add a system by hand, for example one that cannot be scanned.
systems-none-match = No system matches.
systems-form-name = Name
systems-form-name-hint = What people call it.
systems-form-description = Description
systems-form-owner = Owner
systems-form-owner-hint = A team or function, such as “E-commerce”. Not a private person.
systems-form-purpose = Purpose
systems-form-purpose-hint = Why the system exists, in a sentence that a customer would understand.
systems-form-country = Hosting country or region
systems-form-country-hint = Where its data is stored. Decides whether a flow crosses a border.
systems-form-country-none = Not stated
systems-form-save = Save
systems-form-cancel = Cancel
systems-edit = Change
systems-delete = Delete
systems-delete-title = Delete this system?
systems-delete-body = Its flows and its place in processing activities go with it. The ledger keeps that it was there.
systems-delete-blocked = Sources belong to this system. Move them to another system or delete them first; then it can be deleted.
systems-created = System added.
systems-saved = System saved.
systems-deleted = System deleted.
systems-sources = Sources
systems-sources-none = No source belongs to this system yet.
systems-sources-add = Add a source
systems-source-kind = Kind
systems-source-name = Source
systems-source-fields = Personal fields
systems-source-scanned = Last scan
systems-source-never = never
systems-data = Personal data
systems-data-none = No scan has found personal data here yet.
systems-data-category = Category
systems-data-fields = Fields
systems-data-sensitivity = Sensitivity
systems-data-show = Show fields
systems-origins = Where its data comes from
systems-origins-none = No origin is stated. Say on the source's page whether its data comes from people directly or from a third party.
systems-origin-direct = Directly from people: { $name }
systems-origin-third-party = From a third party: { $name }
systems-flows = Flows
systems-facts = About this system
systems-picture = Show in the picture
systems-error-name = Give the system a name.
systems-error-name-long = Use 120 characters at most.
systems-error-country = Choose a country or region from the list.
systems-error-has-sources = Sources belong to this system. Move them to another system or delete them first.

## Recipients
recipients-title = Recipients
recipients-lead = Who outside your systems gets personal data: processors that work for you, other controllers, joint controllers, authorities.
recipients-new = Add a recipient
recipients-new-title = Add a recipient
recipients-edit-title = Change a recipient
recipients-search = Search recipients
recipients-filter-kind = Role
recipients-filter-country = Country
recipients-filter-any = Any
recipients-csv = CSV
recipients-caption = Recipients
recipients-col-name = Recipient
recipients-col-kind = Role
recipients-col-country = Country
recipients-col-safeguard = Transfer safeguard
recipients-col-contract = Contract
recipients-col-receives = Receives
recipients-col-from = From
recipients-kind-processor = Processor
recipients-kind-controller = Controller
recipients-kind-joint-controller = Joint controller
recipients-kind-authority = Public authority
recipients-kind-processor-hint = Handles data on your behalf and on your instructions (GDPR Art 28; PIPL Art 21).
recipients-kind-controller-hint = Decides on its own why and how (GDPR Art 4(7); PIPL Art 23).
recipients-kind-joint-controller-hint = Decides together with you (GDPR Art 26; PIPL Art 20).
recipients-kind-authority-hint = Asks with a legal mandate, e.g. a tax office.
recipients-safeguard-none = None stated
recipients-safeguard-missing = Crosses a border, none stated
recipients-safeguard-adequacy = Adequacy decision (GDPR Art 45)
recipients-safeguard-scc = Standard contractual clauses (GDPR Art 46)
recipients-safeguard-bcr = Binding corporate rules (GDPR Art 47)
recipients-safeguard-pipl-standard-contract = Standard contract, filed (PIPL Art 38)
recipients-safeguard-pipl-assessment = Security assessment by the CAC (PIPL Art 38)
recipients-safeguard-pipl-certification = Certification (PIPL Art 38)
recipients-safeguard-derogation = Derogation for a specific situation (GDPR Art 49)
recipients-form-name = Name
recipients-form-kind = Role
recipients-form-country = Country or region
recipients-form-safeguard = Transfer safeguard
recipients-form-safeguard-hint = The mechanism that allows the data to leave the country, where one is needed.
recipients-form-contract = Contract
recipients-form-contract-hint = Name or number of the agreement, e.g. “DPA 2026-04”.
recipients-form-save = Save
recipients-form-cancel = Cancel
recipients-edit = Change
recipients-delete = Delete
recipients-delete-title = Delete this recipient?
recipients-delete-body = Its flows and its place in processing activities go with it. The ledger keeps that it was there.
recipients-created = Recipient added.
recipients-saved = Recipient saved.
recipients-deleted = Recipient deleted.
recipients-empty-title = No recipient yet
recipients-empty-body = Add parcel services, mail senders, payment providers, agencies, authorities. Then declare what they receive.
recipients-none-match = No recipient matches.
recipients-receives-none = nothing declared
recipients-error-name = Give the recipient a name.
recipients-error-kind = Choose a role.
recipients-error-safeguard = Choose a safeguard from the list.
