# Purposes and notices in the console, and the plain-language check beside them.

## Purposes
purposes-title = Purposes
purposes-lead = What you use data for, in words a customer understands, and on what legal basis.
purposes-new = New purpose
purposes-none = No purpose yet
purposes-none-text = A purpose says what data is used for. Notices ask for it, decisions heed it.
purpose = Purpose
purpose-lead = What is done with the data, why it may be done, and where people are asked.
purpose-edit = Change purpose
purpose-form-lead = The texts are for customers: short, plain, in both languages. The check beside them reads what you last saved or sent.
purpose-facts = Rules
purpose-history = History
purpose-name = Name
purpose-name-hint = What a customer reads on a switch: “News by e-mail”.
purpose-description = What happens
purpose-description-hint = Which data, what you do with it, who else gets it, how long.
purpose-if-refused = What happens after a no
purpose-if-refused-hint = “You get no e-mails. Your orders are not affected.”
purpose-key-hint = For programs and code, for ever: email_marketing. a–z, 0–9, _, - and .
purpose-key-taken = There is a purpose with this key.
purpose-basis = Legal basis
purpose-basis-hint = Why the data may be used at all. Under the PIPL there are no legitimate interests.
purpose-basis-wrong = This basis does not exist under this law.
purpose-basis-sensitive = Sensitive data cannot rest on legitimate interests alone (GDPR Art 9).
purpose-data = Data used
purpose-data-hint = The categories of the data map. Nothing ticked: not limited.
purpose-data-any = Not limited
purpose-categories = Categories
purpose-chosen = { $n } chosen
purpose-vendors = Recipients outside
purpose-vendors-hint = One company a line, by name.
purpose-retention = Kept
purpose-retention-none = Not said
purpose-retention-days = Kept for days
purpose-retention-hint = Counted from the last use for this purpose.
purpose-days = { $n ->
    [one] One day
   *[other] { $n } days
}
purpose-expires = Asked again after
purpose-expires-months = Ask again after months
purpose-expires-hint = A consent older than this no longer counts.
purpose-months = { $n ->
    [one] One month
   *[other] { $n } months
}
purpose-rules = Further rules
purpose-active = In use
purpose-retired = Retired
purpose-sensitive = Sensitive data
purpose-sensitive-label = Uses sensitive personal information
purpose-sensitive-hint = GDPR Art 9, PIPL Art 28, Civil Code §1798.140(ae).
purpose-separate = Separate consent
purpose-separate-label = Needs separate consent (单独同意)
purpose-separate-hint = PIPL Art 23, 25, 26, 29, 39: never bundled with another choice.
purpose-double = Double opt-in
purpose-double-label = Counts only once an e-mail is confirmed
purpose-double-hint = A yes waits until the person opens the link in the e-mail.
purpose-notices = Asked for in
purpose-notices-none = No published notice
purpose-number-wrong = Give a whole number from 1, or leave it empty.
purpose-name-missing = Give a name in at least one language.
purpose-too-long = Too long: { $n } characters at most.
purpose-refused = This purpose cannot be kept. Look at its texts, and whether there are already 64 purposes.
purpose-retire = Retire
purpose-retire-title = Retire this purpose?
purpose-retire-text = From now on every question about it is answered with no. What people chose is kept.
purpose-revive = Use again
purpose-is-retired = Retired: nothing may be done for this purpose.
purpose-toast-saved = Purpose saved.
purpose-toast-retired = Purpose retired.
purpose-toast-revived = Purpose in use again.

## Notices
notices-title = Notices
notices-lead = What people are shown before they choose. A published version never changes.
notices-new = New notice
notices-none = No notice yet
notices-none-text = A notice asks for one or more purposes at a place: at registration, in a campaign, in the moment data is needed.
notice = Notice
notice-lead = What is being written, what is shown now, and every version there was.
notice-key = Key
notice-key-hint = For programs and code, for ever: newsletter. a–z, 0–9, _, - and .
notice-key-wrong = Use up to 64 of a–z, 0–9, _, - and ., beginning with a letter or figure.
notice-key-taken = There is a notice with this key.
notice-touchpoint = Shown at
notice-touchpoint-hint = Where people meet it.
notice-touchpoint-registration = Registration
notice-touchpoint-app-download = App download or first start
notice-touchpoint-campaign = Campaign or competition
notice-touchpoint-just-in-time = The moment data is needed
notice-touchpoint-banner = Banner
notice-touchpoint-preference-centre = Preference centre
notice-touchpoint-in-person = Counter, call or paper
notice-touchpoint-other = Elsewhere
notice-purposes = Purposes
notice-purposes-hint = Each gets a switch of its own.
notice-no-purposes = There is no purpose to ask for yet.
notice-purpose-new = New
notice-version = Version
notice-version-n = Version { $version }
notice-versions = Versions
notice-no-versions = Not published yet.
notice-version-lead = Exactly what people were shown. This version never changes.
notice-newer = There is a newer version: { $version }.
notice-state = State
notice-shown = Shown
notice-has-draft = Draft
notice-retired = Retired
notice-changed = Changed
notice-draft = Draft
notice-draft-of = Draft: { $title }
notice-form-lead = Write for one reader: who asks, for what, what happens after a no, how to take it back. The check reads what you last saved.
notice-part-what = What and where
notice-heading = Heading
notice-text = Text
notice-text-hint = Markdown. Name your company and say how to take a consent back.
notice-accept = Button that agrees
notice-accept-hint = “Yes, send me news”
notice-refuse = Button that refuses
notice-refuse-hint = “No, thank you”
notice-save-draft = Save draft and check
notice-save-publish = Save and go on to publish
notice-edit-draft = Go on writing
notice-new-draft = Write a new version
notice-title-missing = Give a heading in at least one language.
notice-refused = This draft cannot be kept: a text may be too long, or a purpose is gone.
notice-toast-saved = Draft saved and checked.
notice-serious = { $n ->
    [one] One serious finding in the draft
   *[other] { $n } serious findings in the draft
}
notice-serious-text = They endanger the consents given under it. Mend them before you publish.
notice-warnings = { $n ->
    [one] One warning about the draft
   *[other] { $n } warnings about the draft
}
notice-warnings-text = People may not understand what they agree to.
notice-publish = Publish
notice-publish-title = Publish: { $title }
notice-publish-lead = From then on this version never changes. People see it at once.
notice-publish-changed = The draft was changed meanwhile. Look at it again before you publish.
notice-publish-no-purpose = The notice names no purpose; nobody could agree to anything under it.
notice-publish-answer = Answer this question. For single purposes tick at least one.
notice-publish-see = Say that you have seen the serious findings, or mend them.
notice-publish-retired-purpose = A purpose was retired meanwhile. Take it out of the notice.
notice-languages = Languages
notice-changes = What changes
notice-changes-none = The texts are the same.
notice-changes-since = What changed since version { $version }
notice-again = Do earlier consents still cover it?
notice-again-hint = They do if only words changed. They do not if a purpose reaches further, other data is used, or others get it.
notice-again-none = Yes, for every purpose
notice-again-none-text = Nobody is asked again.
notice-again-all = No, for none
notice-again-all-text = Everybody is asked again. Until then the answer is no.
notice-again-some = Not for these purposes
notice-again-some-text = People are asked again for the ticked purposes only.
notice-again-head = Earlier consents
notice-covers-first = This is the first version.
notice-covers-none = Cover this version.
notice-covers-all = Cover no purpose of this version; people are asked again.
notice-covers-some = People are asked again for: { $purposes }
notice-seen = { $n ->
    [one] I have seen the serious finding and publish nevertheless
   *[other] I have seen the { $n } serious findings and publish nevertheless
}
notice-seen-hint = Your name and this act stand in the ledger.
notice-toast-published = Published. This version never changes.
notice-published = Published
notice-controller = Responsible
notice-digest = SHA-256 of the version
notice-said = What people read
notice-pictures = How it was shown
notice-pictures-text = Pictures of the page or app are part of the proof. They belong to the next version and stay with it.
notice-picture = Picture
notice-picture-hint = PNG, JPEG or WebP, up to 2 MB; 12 at most. Show no customer's data on it.
notice-picture-language = Language on it
notice-picture-add = Add picture
notice-picture-alt = How the notice was shown ({ $language })
notice-toast-picture = Picture added.
notice-toast-picture-refused = Not added: PNG, JPEG or WebP up to 2 MB, 12 at most.
notice-toast-picture-removed = Picture removed.
notice-retire = Retire
notice-retire-title = Stop showing this notice?
notice-retire-text = Nobody is shown it any more. Consents given under it hold.
notice-revive = Show again
notice-is-retired = Retired: nobody is shown it. Consents given under it hold.
notice-toast-retired = Notice retired.
notice-toast-revived = Notice shown again.

## The check
plain-heading = Plain language and fair choice
plain-lead = A help for writing, no legal advice.
plain-nothing = Nothing written yet. Save, and the findings stand here.
plain-title = Check: { $language }
plain-choice = How the choice is put
plain-choice-fine = Nothing that steers people.
plain-fine = Plain. Nothing to mend.
plain-info = Hint
plain-warning = Warning
plain-serious = Serious
plain-sources = Sources
plain-measured = Here: { $n }
plain-sentences = { $n ->
    [one] One sentence
   *[other] { $n } sentences
}
plain-words = { $n ->
    [one] one word
   *[other] { $n } words
}
plain-characters = { $n ->
    [one] one character
   *[other] { $n } characters
}
plain-mean = { $n } a sentence
plain-grade = grade { $n } (Flesch–Kincaid)
plain-ease = reading ease { $n } of 100 (Flesch)
notice-fresh-title = A new privacy policy needs fresh consent
notice-fresh-text = It does something that people did not agree to when they chose. Publish these notices anew and say for which purposes earlier consents end; people are then asked again.
notice-fresh-policy = What the policy changes
notice-fresh-badge = Asks again
notice-fresh-ticked = Ticked: what the new privacy policy does differently, so that earlier consents do not cover it.
