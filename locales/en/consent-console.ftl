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
