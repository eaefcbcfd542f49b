# The privacy policy: its pages in the console and around the text that customers read.

policy-title = Privacy policies
policy-lead = Computed from your data map, your purposes and the law. You add what only people know, a colleague approves, and customers read it at an address that stays.
policy-none = No policy yet
policy-none-text = Choose a property and an audience below. The first draft is there at once.
policy-for = Property and audience
policy-state = State
policy-open = Open items
policy-would-change = Sentences that would change
policy-address = Public address
policy-new = New policy
policy-begin = Make a draft
policy-property = Property
policy-audience = Audience
policy-audience-hint = Each audience gets its own text from the same facts.
policy-audience-customers = Customers
policy-audience-app = App users
policy-audience-children = Children
policy-audience-california = Californians
policy-is-waiting = Waits for approval
policy-is-draft = Draft
policy-is-stale = Published, map has changed
policy-is-published = Published
policy-version-n = Version { $n }
policy-effective = Applies from { $day }
policy-tabs = Parts of this policy
policy-tab-draft = Draft
policy-tab-answers = Answers and words
policy-tab-publish = Publish
policy-tab-versions = Versions
policy-open-public = What customers read
policy-never-published = Not published yet
policy-never-published-text = Once a version is published it stays readable for ever.
policy-waiting-link = See what waits
policy-stale = { $n ->
    [one] 1 sentence would change
   *[other] { $n } sentences would change
}
policy-stale-link = See the changes and publish
policy-trace = Where does this come from?
policy-edit-block = Change
policy-add-block = Add a block of your own
policy-checklist = Checklist
policy-to-publish = Publish …
policy-where = Where it stands
policy-told-of = { $told } of { $asked } told
policy-state-lacking = Missing
policy-state-unsure = To be confirmed
policy-state-told = Told
policy-state-not-needed = Not needed here
policy-unchecked = From professional knowledge: have a lawyer confirm it.
policy-plain = Plain language
policy-plain-counts = serious: { $serious } · warnings: { $warnings }
policy-written-add = with your addition
policy-written-replace = your text instead
policy-written-own = your own block
policy-missing-words = { $n ->
    [one] 1 phrase is there in one language only
   *[other] { $n } phrases are there in one language only
}
policy-missing-words-link = Say them in the other

policy-source = { $kind }: { $name }
policy-source-organisation = Organisation
policy-source-activity = Activity
policy-source-system = System
policy-source-recipient = Recipient
policy-source-source = Data source
policy-source-purpose = Purpose
policy-source-property = Property
policy-source-law = Law
policy-source-answer = Answer of this policy
policy-source-own = Written by a person

policy-fill-identity = Tell the organisation's legal name and contact
policy-fill-contact = Tell how customers reach you
policy-fill-officer = Name who answers for personal data, with contact
policy-fill-at-end = Say what happens when the time is over
policy-fill-purposes = Tell the purpose
policy-fill-legal-basis = Choose the legal basis
policy-fill-categories = Name the systems or kinds of data
policy-fill-retention = Tell how long data is kept
policy-fill-necessity = Say why sensitive data is needed and what it means for people
policy-fill-method = Tell where data is collected and in which country it is kept
policy-fill-source = Tell where the data of a source comes from
policy-fill-recipient-country = Tell the recipient's country
policy-fill-transfers = Tell the country, or what protects the transfer
policy-fill-automated = Say whether machines decide about people, and how
policy-fill-rights = No law with rights applies: check the property's laws
policy-fill-sold-shared = Say whether data is sold or shared
policy-fill-own = Write a block that tells it, or tick it on one that does

policy-element-identity = Name of the company
policy-element-contact = How to reach it
policy-element-officer = Officer for personal data
policy-element-purposes = Purposes
policy-element-legal-basis = Legal basis
policy-element-interests = Legitimate interests
policy-element-categories = Kinds of data
policy-element-recipients = Recipients
policy-element-transfers = Transfers abroad and their protection
policy-element-retention = How long data is kept
policy-element-at-end = What happens afterwards
policy-element-rights = Rights
policy-element-rights-how = How to use them
policy-element-withdraw = Withdrawing consent
policy-element-complaint = Complaining to an authority
policy-element-channel = Complaining to you
policy-element-obliged = Whether data must be given, and what follows if not
policy-element-source = Sources of data
policy-element-automated = Decisions by machines
policy-element-method = Ways of processing
policy-element-sensitive = Sensitive data
policy-element-necessity = Why sensitive data is needed
policy-element-provided = What is provided to whom
policy-element-merger = Merger, split, sale
policy-element-children = Children
policy-element-under-16 = People under 16
policy-element-sold-shared = Sale and sharing
policy-element-gpc = Opt-out signals
policy-element-changes = Date and changes
policy-element-opt-out = Opting out of sale and sharing
policy-element-limit = Limiting sensitive data
policy-element-collected-12-months = Collected in the last 12 months
policy-element-close-account = Closing an account
policy-element-disclosed = Disclosed for business purposes
policy-element-verification = How identity is checked
policy-element-agents = Agents
policy-element-metrics = Figures on requests

policy-own-lead = Your block stands in the section you choose, in both languages.
policy-edit-lead = What is computed follows the facts by itself. Add to it where only people know; replace it where you must.
policy-computed = What is computed today
policy-section = Section
policy-heading-en = Heading in English
policy-heading-zh = Heading in Chinese
policy-mode = Your text stands
policy-mode-add = after what is computed
policy-mode-add-hint = The computed sentences stay and follow the facts.
policy-mode-replace = instead of what is computed
policy-mode-replace-hint = When facts change, your text stays as it is. You alone keep it true.
policy-text-en = Text in English
policy-text-zh = Text in Chinese
policy-text-hint = Each line is a paragraph. Addresses become links.
policy-tells = This text tells
policy-tells-hint = The checklist believes you. Tick only what a reader finds in it.
policy-remove = Remove
policy-remove-title = Remove your text?
policy-remove-text = What is computed stands alone again. Published versions stay as they are.
policy-error-text = Write the text in both languages: each reader sees one of them.
policy-error-section = Choose where the block stands.
policy-error-answer = That answer is not offered. Load the page again.
policy-error-long = A text is too long: at most 20,000 characters for a block, 4,000 for a phrase.

policy-answers = What the map does not know
policy-answers-lead = A few answers for this policy. Each closes an item of the checklist.
policy-not-answered = Not answered yet
policy-answer-end = When the time is over, data is
policy-end-delete = deleted
policy-end-anonymise = made anonymous
policy-end-either = deleted or made anonymous
policy-no = No
policy-yes = Yes
policy-answer-automated = Do machines alone decide about people, with legal or similarly strong effects?
policy-answer-automated-hint = For example credit, prices, refusal of a contract.
policy-answer-how-en = How they decide, in English
policy-answer-how-zh = How they decide, in Chinese
policy-answer-how-hint = Only if yes: logic, meaning and consequences, and how a person has a look.
policy-answer-sells = Is personal information sold, or shared for advertising on other sites?
policy-answer-sells-hint = Purposes with advertising signals count as sharing, whatever you answer.
policy-answer-why = Why “{ $name }” needs sensitive data
policy-answer-why-hint = Say why it cannot be done without, and what it means for people.
policy-words = Phrases of the map, as customers read them
policy-words-lead = Names, purposes and periods come from the map in the words of those who wrote them. Say them here in each language, once for all policies. Empty both fields to take the map's own words.
policy-words-none = No phrases yet
policy-words-none-text = They appear as soon as the records name activities.
policy-lacks-en = not in English yet
policy-lacks-zh = not in Chinese yet

policy-publish-n = Publish version { $n }
policy-publish-lead = Exactly what the draft says now is frozen and shown to a colleague who may approve. It is published when they agree.
policy-reason-en = Why it changes, in English
policy-reason-zh = Why it changes, in Chinese
policy-reason-hint = Customers read this above the changes. Plain words, what it means for them.
policy-applies-from = Applies from
policy-day-hint = Leave people time when something changes for them.
policy-seen = { $n ->
    [one] I know that 1 item is still open
   *[other] I know that { $n } items are still open
}
policy-seen-hint = The version remembers which.
policy-ask = Ask for approval
policy-asked-by = Asked by
policy-approver = Approved by
policy-approved-by = approved by { $name }
policy-published-at = Published
policy-packs = Checked against
policy-alone = Nobody else here may approve, so you may. The ledger says that you did both.
policy-wait-for-other = You asked for this. A colleague who may approve decides.
policy-approve = Approve and publish
policy-refuse = Refuse or take back
policy-refuse-title = Do not publish this?
policy-refuse-text = The draft stays. Nothing is published.
policy-drift = { $n ->
    [one] 1 sentence has changed since this was asked
   *[other] { $n } sentences have changed since this was asked
}
policy-drift-text = What waits is what was asked. Take it back and ask again to publish today's facts.
policy-fresh-title = Some of this needs fresh consent
policy-fresh-text = A new purpose, way or kind of data is not covered by consent given before (PIPL Art 14 ¶2; GDPR Art 6(4)).
policy-new-purpose = new or changed purpose
policy-new-method = new way of processing
policy-new-category = new kind of data
policy-ask-line = Ask again for “{ $purpose }” (notice { $notice })
policy-ask-no-notice = No published notice asks for “{ $purpose }”.
policy-ask-no-purpose = No purpose of the consent room is known for this. Make one, and a notice that asks.
policy-ask-hint = The notice is published anew, consents given before end for the purposes ticked, and a campaign begins.
policy-ask-again = Ask these people again
policy-error-reason = Say why it changes, in both languages: customers read it.
policy-error-day = Choose today or a later day.
policy-error-seen = Some items are open. Close them, or say that you know.
policy-error-waiting = A version of this policy waits for approval already. Take it back first.
policy-error-own = Somebody else must approve what you asked for.
policy-error-decided = Somebody else has decided this already. Load the page again.
policy-error-nothing-ticked = Tick at least one purpose to ask again for.
policy-error-notice-draft = A notice has a draft that somebody is writing on. Publish or drop it first, then ask again.
policy-toast-saved = Saved
policy-toast-removed = Removed
policy-toast-asked = It waits for approval
policy-toast-published = Published
policy-toast-refused = It is not published
policy-toast-asking = People are asked again
policy-public-history = What customers see of the history
policy-public-changes = What customers see of it
policy-changes-n = { $n ->
    [one] 1 sentence changed
   *[other] { $n } sentences changed
}
policy-open-n = { $n ->
    [one] 1 open item
   *[other] { $n } open items
}

policy-languages = Language
policy-now = The policy as it applies
policy-history = All versions
policy-download = Save as a file
policy-my-choices = My data and choices
policy-short = In short
policy-contents = Contents
policy-full = The full text
policy-what-changed = What changed
policy-why = Why
policy-before = Before
policy-after = Now
policy-turn-added = New
policy-turn-removed = No longer there
policy-turn-changed = Changed
policy-tally-added = new
policy-tally-changed = changed
policy-tally-removed = gone
policy-asks-title = We ask you again
policy-asks-text = For these we need your consent anew. Until you agree, we do not do them with your data.
policy-no-changes = Nothing changed in these words
policy-no-changes-text = The facts and sentences are the same as before.
policy-read = Read this version
policy-read-whole = Read the whole policy
policy-old-title = This is an earlier version
policy-old-text = It no longer applies. The current one is linked at the end of the page.
policy-next-title = A new version applies from { $day }
policy-next-link = See what changes

policy-telling = Telling customers
policy-telling-lead = Everybody who made choices at this property gets one letter, in the language they chose in, with the reason and a link to the changes.
policy-telling-owed = The law asks for this notice. It is not marketing, so it also goes to people who unsubscribed from everything: keep advertising out of the reason.
policy-telling-began = Began
policy-telling-letters = Letters written
policy-telling-sent = Taken by the mail server
policy-telling-waiting = Waiting
policy-telling-failed = Refused for good
policy-tell = Write to customers
policy-tell-title = Write to all customers of this property?
policy-tell-text = Letters that left cannot be taken back. A version is told once.
policy-error-no-mail = No mail server is configured, so nobody can be written to. See the page Mail.
policy-error-told = Customers are being told already, or were told of this version.
policy-toast-telling = The letters are being written
policy-told-name = A privacy policy has changed
policy-told-subject = { $organisation }: our privacy policy changes on { $day }
policy-told-text =
    Our privacy policy for { $place } changes. The new version applies from { $day }.

    { $reason }

    On one page you see what is new, sentence by sentence, before and after.
policy-told-action = See what changes
policy-told-why = You get this letter because you are a customer of { $organisation }; the law asks us to tell you.
policy-telling-left = Customers still to go through
policy-telling-without = Without an e-mail address
policy-telling-without-hint = The message on your site tells them when they come back.
policy-telling-paused = The run rests while letters of before still wait for the mail server.
policy-proof-lead = One line for each letter: the customer's number, the masked address, and what became of it.
policy-proof-download = Download the proof (CSV)
policy-proof-customer = Customer
policy-proof-address = Address, masked
policy-proof-letter = Letter
policy-proof-language = Language
policy-proof-written = Written
policy-proof-state = State
policy-proof-ended = Taken or refused
policy-proof-answer = Answer of the mail server
policy-proof-gone = no longer known

# The message on the site

policy-news-will = Our privacy policy changes on { $day }
policy-news-did = Our privacy policy changed on { $day }
policy-news-parts = It is about: { $parts }.
policy-news-link = See what changes
policy-news-close = I have seen it
policy-news-heading = On the site
policy-news-on = If this property has a banner, visitors who chose before this version was published see a small message there, with a link to the changes.
policy-news-banner = To the banner

# What a new law changes

policy-effect-lacks = { $policy }: would lack “{ $item }” ({ $cite })
policy-effect-more = { $policy }: and { $n } more open items
policy-effect-unasked = { $policy }: “{ $item }” would no longer be asked for ({ $cite })
policy-effect-words = { $policy }: { $n ->
    [one] one sentence
   *[other] { $n } sentences
  } would change, to be published anew
policy-effect-from = { $text } – from { $day }
policy-effect-failed = The privacy policies could not be worked out under the new law. Look at the log, then open this page again.

policy-new-recipient = new recipient, or a new country
policy-ask-law = Why: { $cites }
policy-ask-done = Every notice that asks for these has been published anew since, with an answer whether earlier consents hold.
