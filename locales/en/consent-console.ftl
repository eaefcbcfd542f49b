# Consents in the console: overview, people, campaigns, simulator, receipts.

consent-nav = Consent

## Words used on several pages
consents-choice-granted = Agreed
consents-choice-denied = Refused
consents-choice-withdrawn = Taken back
consents-choice-pending = Waiting for confirmation
consents-channel-none = Not said
consents-channel-web = Web
consents-channel-app = App
consents-channel-email = E-mail
consents-channel-phone = Telephone
consents-channel-shop = Shop
consents-channel-letter = Letter
consents-channel-chat = Chat
consents-channel-wechat = WeChat
consents-channel-banner = Banner
consents-origin-api = Own system (API)
consents-origin-banner = Banner
consents-origin-preference-centre = Preference centre
consents-origin-unsubscribe = Unsubscribe link
consents-origin-double-opt-in = Confirmation e-mail
consents-origin-import = Import
consents-origin-staff = Staff
consents-basis-consent = Consent
consents-basis-contract = Contract
consents-basis-legal-obligation = Legal obligation
consents-basis-vital-interests = Vital interests
consents-basis-public-task = Public task
consents-basis-legitimate-interests = Legitimate interests
consents-basis-opt-out = Opt-out
consents-regime-gdpr = GDPR
consents-regime-ccpa = CCPA/CPRA
consents-regime-pipl = PIPL
consents-identifier-email = E-mail address
consents-identifier-phone = Telephone number
consents-identifier-customer-id = Customer number
consents-identifier-device-id = Device
consents-identifier-wechat-unionid = WeChat UnionID
consents-identifier-wechat-openid = WeChat OpenID
consents-identifier-advertising-id = Advertising ID
consents-notice-none = No notice (import)
consents-notice-version = { $title }, version { $version }

## Overview
consents-title = Consents
consents-lead = How many people agreed, refused or changed their mind – and how sure that is.
consents-export = Download as CSV
consents-period = Period
consents-period-30 = Last 30 days
consents-period-90 = Last 90 days
consents-period-365 = Last 12 months
consents-period-1095 = Last 3 years
consents-property = Property
consents-behind = Still counting
consents-behind-text = { $n ->
    [one] One entry of the ledger is not counted yet. Reload the page in a minute.
   *[other] { $n } entries of the ledger are not counted yet. Reload the page in a minute.
}
consents-none = No choices in this period
consents-none-text = As soon as a customer agrees or refuses – in a form, the banner, the preference centre or through the API – it shows here.
consents-median = Median time until a withdrawal holds
consents-no-value = –
consents-ms = { $n } ms
consents-s = { $n } s
consents-over-time = Choices over time
consents-over-time-alt = Columns of the choices of each span of time; the table beside has the same numbers.
consents-legend-granted = Agreed
consents-legend-denied = Refused
consents-legend-withdrawn = Taken back
consents-legend-waiting = Unconfirmed
consents-when = When
consents-bar = Picture of the numbers in this row
consents-by-purpose = By purpose
consents-by-notice = By notice and version
consents-by-channel = By channel
consents-by-origin = By who said so
consents-purpose = Purpose
consents-notice = Notice
consents-channel = Channel
consents-origin = Who said so
consents-rates = Opt-in rate by notice
consents-rates-text = Of all choices under a notice that answered the question, how many said yes. Choices are counted, not people: who chooses twice counts twice. Unanswered confirmation e-mails count as no yes. The range holds the true rate with 95 % confidence (Wilson's score interval): where two ranges overlap, the difference may be chance.
consents-rate = Opt-in
consents-rate-between = 95 % range
consents-rate-of = Answers
consents-rate-of-n = { $yes } of { $of }
consents-effect = From a withdrawal to its effect
consents-effect-text = Half of the withdrawals held after { $median }, nine in ten after { $ninety }: from the moment the customer said so to the moment from which every decision says no.
consents-effect-told = { $n ->
    [one] One withdrawal was measured.
   *[other] { $n } withdrawals were measured.
}
consents-effect-none = No withdrawal was told within a day of the customer's word in this period.
consents-effect-late = { $n ->
    [one] One more reached Privet over a day after the customer said so (a file, a letter, an imported history) and is not part of the median.
   *[other] { $n } more reached Privet over a day after the customer said so (files, letters, imported histories) and are not part of the median.
}

## Receipts
receipt-title = Receipt
receipt-title-of = Receipt: { $title }
receipt-lead = What the customer chose and was shown, signed when it was recorded. It can be printed and checked without Privet.
receipt-download = Download the file
receipt-head = Receipt of your choices
receipt-number = Receipt number
receipt-until = Holds until { $day }, unless it is taken back earlier.
receipt-recipients = Recipients: { $names }
receipt-basis = Legal basis –
receipt-notice = Shown
receipt-language = In the language
receipt-channel = Through
receipt-page = On the page
receipt-origin = Said by
receipt-recorded = Recorded
receipt-contact = Questions to
receipt-withdraw = Change your mind at
receipt-qr = Code with the number of this receipt, its checksum and the key that signed it
receipt-proof = How to check it
receipt-proof-text = The file of this receipt is signed. Anybody can check, without asking the company, that nothing in it was changed. The code holds the checksum of that file, so that this page can be compared with it.
receipt-sha256 = SHA-256
receipt-key = Signed by
receipt-position = Ledger entry

## Why an answer is what it is
consents-reason-granted = The customer agreed, and that still holds.
consents-reason-basis-allows = The legal basis needs no agreement.
consents-reason-not-objected = Allowed until the customer objects, and nobody has.
consents-reason-purpose-retired = The purpose is retired: nothing may be done for it any more.
consents-reason-data-not-covered = The purpose does not cover this data.
consents-reason-system-not-covered = The purpose does not cover this system.
consents-reason-erased = The customer was erased.
consents-reason-restricted = Use of the customer's data is restricted.
consents-reason-objected = The customer objected.
consents-reason-nothing-recorded = The customer was never asked, or never answered.
consents-reason-denied = The customer refused.
consents-reason-withdrawn = The customer took the agreement back.
consents-reason-pending = The confirmation e-mail is not answered yet.
consents-reason-notice-changed = The notice has changed since: the customer must be asked again.
consents-reason-expired = The agreement is too old: the customer must be asked again.
consents-reason-guardian-missing = The customer is a minor, and no guardian was verified.
consents-reason-basis-unavailable = The legal basis does not exist under this law.

## One customer
customer-title = Customers
customer-lead = Find one customer by an identifier, see what they agreed to and prove it.
customer-kind = Kind of identifier
customer-identifier = Identifier
customer-identifier-hint = Whole, as the customer writes it. Parts and wildcards find nothing: identifiers are kept sealed.
customer-find = Find
customer-logged = Each search and each look at a customer is an entry in the ledger with your name. What you type is neither kept nor logged.
customer-nobody = Nobody has this identifier
customer-nobody-text = No choice was ever recorded under it. Check the spelling, or try another identifier of the same customer.
customer-error-empty = Type the identifier first.
customer-error-email = This is no e-mail address; it looks like name@example.com.
customer-error-phone = This is no telephone number; write it with its country code, like +86 138 1234 5678.
customer-error-long = This is too long for an identifier.
customer-error-characters = An identifier of this kind holds no spaces.
customer-error-why = Say in a few words why.
customer-error-why-long = Say it in at most 1000 characters.
customer-error-erased = This customer was erased; nothing can be recorded for them any more.
customer-one = Customer
customer-since = Known since { $day }.
customer-erased = Erased
customer-erased-text = This customer was erased on { $day }. The records stay as proof; nothing in them names the person any more.
customer-is-restricted = Use restricted
customer-is-restricted-text = Since { $day } this customer's data may be kept but not used: every decision says no.
customer-who = Who this is
customer-unnamed = No identifier is kept of this customer.
customer-clear = Shown in clear on this page only; the reason you gave is kept.
customer-mask = Mask them again
customer-reveal = Show in clear
customer-reveal-text = Say why you need to see the whole identifiers. The reason is kept, sealed, and the ledger notes that you looked.
customer-why = Why?
customer-restrict = Restrict use
customer-restrict-text = From then on every decision about this customer says no, whatever they agreed to, until the restriction is lifted. The law allows customers to ask for this (GDPR Art 18).
customer-lift = Lift the restriction
customer-lift-text = Decisions follow the customer's choices again.
customer-restricted = Use of this customer's data is restricted.
customer-unrestricted = The restriction is lifted.
customer-now = What holds now
customer-choice = Choice
customer-allowed = May be used
customer-yes = Yes
customer-no = No
customer-open = Open
customer-never = Never asked, or never answered.
customer-told-granted = Agreed on { $day }, under “{ $notice }”.
customer-told-denied = Refused on { $day }, under “{ $notice }”.
customer-told-withdrawn = Took it back on { $day }, under “{ $notice }”.
customer-told-pending = Agreed on { $day }, under “{ $notice }”, but has not confirmed it by e-mail.
customer-history = Everything that was recorded
customer-nothing = Nothing was recorded
customer-nothing-text = The customer is known by an identifier but has made no choice yet.
customer-later = recorded { $when }
customer-receipt = Receipt
customer-receipt-of = Receipt of { $when }
customer-file-of = Receipt of { $when } as JSON file
customer-shown = What was shown: { $notice }
customer-network = Network
customer-program = Program
customer-minor = Minor
customer-minor-verified = A guardian was verified
customer-minor-missing = No guardian was verified
customer-notes = Reasons given by staff
customer-note-revealed = Identifiers shown in clear
customer-note-recorded = Choice recorded for the customer
customer-note-restricted = Use restricted
customer-note-unrestricted = Restriction lifted
customer-note-gone = The words went when the customer was erased.

## Recording for a customer
behalf-title = Record a choice
behalf-lead = For what a customer tells you at the counter, on the phone or in a letter. The receipt names you as the source.
behalf-notice = Which notice did the customer hear or read?
behalf-use-notice = Use this notice
behalf-no-notice = No notice is published yet
behalf-no-notice-text = A choice is always made under a notice. Publish one first.
behalf-choices = What did the customer choose?
behalf-unsaid = Said nothing
behalf-yes = Agrees
behalf-no = Refuses
behalf-double = Agreeing also needs a confirmation by e-mail; until then it waits.
behalf-how-title = How did they tell you?
behalf-channel = Through
behalf-language = Language of the notice
behalf-how = Note
behalf-how-hint = When, by whom and how, e.g. “signed form of 3 May, shop in Galway”. Kept sealed with the record.
behalf-save = Record
behalf-saved = The choice is recorded; the receipt is in the history.
behalf-error-none = Choose at least one answer.
behalf-error-channel = Choose how the customer told you.
behalf-error-refused = This notice cannot take one of these choices; somebody may have changed it. Look at the answers again.
