# What customers touch: preference centre, unsubscribe, double opt-in, receipts; and its console pages.

preference-nav = Customers
preference-nav-centre = Preference centre
preference-nav-unsubscribe = Unsubscribing
web-job-kind-preference-link = Link for a customer

preference-title = Your privacy choices
preference-leave = Close
preference-contact = Questions about your data?
preference-back = Back to your choices
preference-entrance-lead = See what { $organisation } may use your data for, and change it at any time.
preference-ended = You are not signed in any more
preference-ended-text = For your safety your choices close after an hour. Ask for a new link below.
preference-continue = Open your choices
preference-by-mail = By e-mail
preference-email = Your e-mail address
preference-email-hint = The address you use with us. We send you a link that works once.
preference-email-wrong = Enter one e-mail address, such as you@example.com.
preference-send-link = Send me a link
preference-by-sms = By text message
preference-phone = Your mobile number
preference-phone-hint = With the country code if it is not a local number, such as +86 138 1234 5678.
preference-phone-wrong = Enter a mobile number, such as +86 138 1234 5678.
preference-send-code = Send me a code
preference-no-way = Your choices cannot be opened from here yet
preference-no-way-text = Open them from inside our app or shop, or write to us.
preference-what = What you can do there
preference-what-see = See everything you agreed to, in plain words, and since when.
preference-what-change = Switch each use on or off, or everything off at once.
preference-what-receipts = Keep a signed receipt of every choice.
preference-asked = Please check your mailbox
preference-asked-mail = If we know this address, a letter with a link is on its way. The link works once, for half an hour.
preference-asked-nothing = Nothing after a few minutes? Look in the spam folder, or try another address you may have used with us.
preference-again = Ask again
preference-code-title = Enter the code
preference-asked-sms = If we know this number, a text message with six digits is on its way. The code works for ten minutes.
preference-code = Code
preference-code-send = Open my choices
preference-code-wrong = That code does not work
preference-code-wrong-text = Check the six digits. After five tries, or ten minutes, ask for a new code.
preference-open = Open your privacy choices
preference-open-text = One press, and they are open for an hour in this browser.
preference-open-button = Open my choices
preference-gone = This link does not work any more
preference-gone-text = It was used already, is too old, or was cut off on its way. Nothing was changed.
preference-gone-new = Ask for a new link

preference-lead = Everything { $organisation } may use your data for. A change counts at once, everywhere.
preference-who = You are seen as
preference-on = On
preference-off = Off
preference-waits = Waits for your confirmation
preference-turn-on = Turn on
preference-turn-off = Turn off
preference-switched-on = Switched on. It counts at once.
preference-switched-off = Switched off. It counts at once.
preference-all-off = Everything is off. It counts at once.
preference-undone = Taken back. Your choices are as they were.
preference-undo = Undo
preference-undo-text = You changed something a moment ago. You can take that back for an hour.
preference-undo-hour = You can take this back for an hour.
preference-undo-late = It is too late to take this back, or it was done already. Switch it on again from your privacy choices.
preference-withdraw-all = Switch everything off
preference-withdraw-all-hint = One press. What we must do by law or contract goes on.
preference-details = Details
preference-details-of = Details of { $name }
preference-since = Since
preference-notice = You were shown
preference-basis = On what basis
preference-if-off = If it is off
preference-vendors = Passed on to
preference-kept = Kept for
preference-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
preference-proof = Proof
preference-receipt-of = Receipt for { $name }
preference-receipt-from = Receipt of { $when }
preference-sensitive = Sensitive data
preference-fixed = What goes on without your choice
preference-fixed-text = These uses are needed to serve you, or a law demands them.
preference-no-notice = This cannot be agreed to here at the moment. Nothing was changed.
preference-erased = Your data has been erased, so there are no choices left to change.
preference-history-link = Your history and receipts
preference-history = Your history
preference-history-lead = Every choice you made, newest first. None is ever changed or removed.
preference-history-none = Nothing yet
preference-history-none-text = As soon as you choose something, it stands here with its receipt.

preference-reason-granted = You agreed.
preference-reason-basis-allows = Needed to serve you, or demanded by law.
preference-reason-not-objected = Allowed until you object.
preference-reason-purpose-retired = Not done any more.
preference-reason-data-not-covered = Not done with this data.
preference-reason-system-not-covered = Not done in this system.
preference-reason-erased = Your data has been erased.
preference-reason-restricted = Stopped: use of your data is restricted.
preference-reason-objected = You objected.
preference-reason-nothing-recorded = You have not chosen; that means no.
preference-reason-denied = You said no.
preference-reason-withdrawn = You took your agreement back.
preference-reason-pending = We wrote you a letter; until you confirm it, nothing happens.
preference-reason-notice-changed = What we do has changed, so your earlier yes does not count any more.
preference-reason-expired = Your yes is too old to count.
preference-reason-guardian-missing = A parent or guardian must agree first.
preference-reason-basis-unavailable = Not allowed where you live.
preference-basis-consent = your agreement
preference-basis-contract = needed for our contract with you
preference-basis-legal-obligation = a law demands it
preference-basis-vital-interests = to protect somebody's life
preference-basis-public-task = a task in the public interest
preference-basis-legitimate-interests = our legitimate interest, until you object
preference-basis-opt-out = allowed until you opt out
preference-choice-granted = Yes
preference-choice-denied = No
preference-choice-withdrawn = Taken back
preference-choice-pending = Waits for confirmation
preference-origin-api = Told by one of our systems
preference-origin-banner = In the banner of our site
preference-origin-preference-centre = On this page
preference-origin-unsubscribe = By unsubscribing from a letter
preference-origin-double-opt-in = By confirming a letter
preference-origin-import = Taken over from an earlier system
preference-origin-staff = Entered by our staff for you

preference-receipt = Receipt
preference-receipt-lead = Proof of your choice, signed by us. Keep it: it can be checked without asking us.
preference-receipt-chosen = What you chose
preference-receipt-when = When
preference-receipt-who = Given to
preference-version = version { $n }
preference-receipt-how = How
preference-receipt-network = From the network
preference-receipt-proof = Signature
preference-receipt-proof-text = The file holds all of this and the signature over it. Anybody can check it offline with the free program Privet.
preference-receipt-qr = Code with this receipt's number and signature
preference-receipt-id = Number
preference-receipt-position = Entry in our ledger
preference-receipt-digest = Fingerprint of the text you were shown
preference-receipt-key = Signed with
preference-receipt-signature = Signature
preference-receipt-download = Download the receipt

preference-confirm-title = Please confirm
preference-confirm-lead = Somebody, we think you, gave this address to { $organisation } and asked for:
preference-confirm-button = Yes, that was me
preference-confirm-else = If it was not you, close this page. Nothing will be sent to you.
preference-confirmed = Thank you, it is confirmed
preference-confirmed-text = It counts from now on. You can change it at any time.

preference-unsubscribe = Unsubscribe
preference-unsubscribe-lead = One press, and you get no more of:
preference-unsubscribe-button = Unsubscribe
preference-unsubscribed = You are unsubscribed
preference-unsubscribed-text = { $organisation } will send you no more of this. It counts from this second.
preference-unsubscribe-undone = You are subscribed again
preference-unsubscribe-undone-text = Everything is as it was before.
preference-more = Other choices
preference-more-text = This letter may have been passed on, so it does not open your other choices. We can send a link to the address it was written to.
preference-more-button = Send me the link
preference-not-one-click = This address unsubscribes when it is sent List-Unsubscribe=One-Click. Nothing was changed.

preference-letter-name = Link to a customer's choices
preference-letter-subject = Your privacy choices at { $organisation }
preference-letter-text =
    You asked to see your privacy choices.

    The button opens them. It works once, for half an hour, and asks for one more press, so that programs which look at every link cannot use it up.
preference-letter-action = Open my choices
preference-letter-why = You get this because somebody entered your address on our privacy page. If it was not you, do nothing; nobody can see or change anything without this letter.
preference-confirm-name = Confirmation of a double opt-in
preference-confirm-subject = Please confirm: { $purposes }
preference-confirm-text =
    Somebody, we think you, gave us this address and asked for: { $purposes }.

    Please confirm it within { $days } days. Until then nothing is sent to you for it.
preference-confirm-action = Confirm
preference-confirm-why = You get this one letter from { $organisation } because your address was entered there. If it was not you, do nothing and you will hear no more of it.
preference-sms-code = { $organisation }: your code is { $code }. It opens your privacy choices for the next ten minutes. Never tell it to anybody.

preference-settings-intro = The pages on which customers see and change their choices.
preference-settings-ways = How customers come in
preference-settings-address = Their own address:
preference-settings-mail = Link by e-mail
preference-settings-sms = Code by text message
preference-settings-app = From your app
preference-settings-ready = Ready
preference-settings-missing = Not set up
preference-settings-ways-text = Mail and text messages are set up in the configuration file, under [mail] and [sms].
preference-settings-look = Look and rules
preference-settings-colour = Your colour
preference-settings-colour-hint = Such as #1f6b4f. It is made darker or lighter where text would be hard to read.
preference-settings-days = Days to confirm a double opt-in
preference-settings-days-hint = From 1 to 60. Afterwards the agreement never becomes valid.
preference-settings-embed = Who may embed the pages: { $property }
preference-settings-embed-hint = One origin a line, such as https://shop.example.com. Empty: nobody.
preference-settings-saved = Settings saved
preference-colour-wrong = Write the colour as # and six digits, such as #1f6b4f.
preference-days-wrong = Enter a number of days from 1 to 60.
preference-embed-wrong = Write each origin like https://shop.example.com, without a path; plain http only for this machine.

preference-clocks-intro = How soon the law wants an unsubscription to work, and how soon it does here.
preference-clocks-one-click = by mail program (30 days)
preference-clocks-page = by page (30 days)
preference-clocks-median = usual time until the answer is no
preference-clocks-longest = longest time
preference-clocks-measured = Measured on this server, from the request until a decision says no and the proof is durable.
preference-clocks-seconds = { $n } s
preference-clocks-law = The clocks
preference-clocks-rule = Rule
preference-clocks-within = Must work within
preference-clocks-ours = Ours, at worst
preference-clocks-source = Source
preference-clocks-none = Not measured yet
preference-clocks-at-once = at once
preference-clocks-calendar-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
preference-clocks-business-days = { $n ->
    [one] { $n } business day
   *[other] { $n } business days
}
preference-clocks-keeps = The link must work for { $n } days. Ours never expires.
preference-clocks-list = Suppression list
preference-clocks-list-text = Whom your mail sender must not write to, as CSV. Whoever unsubscribes is also told to your webhooks, as consent.withdrawn.
preference-clock-eu = EU: ePrivacy Directive and GDPR
preference-clock-cn = China: e-mail and text messages
preference-clock-us-can-spam = US: CAN-SPAM
preference-clock-us-tcpa = US: TCPA, calls and texts
preference-clock-mailbox-providers = Gmail and Yahoo, bulk senders
preference-clock-ca-casl = Canada: CASL
preference-clock-au = Australia: Spam Act
preference-clock-sg = Singapore: Spam Control Act
preference-clock-jp = Japan: specified electronic mail
preference-clock-kr = Korea: Network Act
