# Showing who somebody is, beyond a link: codes, facts, documents.

rights-or-phone = Or your telephone number
rights-phone-hint = If you have no address that we know. We send a code there.
rights-code-text = A text message with six digits is on its way. The code works for ten minutes.
rights-code-wrong-text = Check the six digits. After five tries, or ten minutes, make the request again.
preference-sms-record-code = { $organisation }: your code is { $code }. It confirms your privacy request, for the next ten minutes. Never tell it to anybody.
rights-sms-news = { $organisation }: there is news about your request { $name }. Read it at { $address }

# The person's own page
rights-facts = Help us to see that it is you
rights-facts-text = Tell us what you know of these, as you gave it to us. We compare it with what we have, use it for nothing else, and do not keep it. Leave out what you do not know.
rights-facts-declare = I declare that I am the person whose data this is about, and that what I tell here is true. (In some places, such as California, a false declaration is punishable as perjury.)
rights-facts-send = Send
rights-facts-asked-text = Before we go on, please help us to see that it is you: below you find a few questions about what you once gave us. Nobody else sees your answers, and they are not kept.
rights-paper = A document
rights-paper-text = A picture of a document that shows your name. Please cover everything else: we need neither your number nor your signature. It is sealed, only the privacy team sees it, and it is deleted as soon as somebody looked, after a week at the latest.
rights-paper-file = Picture or PDF
rights-paper-hint = JPEG, PNG or PDF, 8 MB at most.
rights-paper-send = Send the document
rights-paper-standing =
    { $n ->
        [one] One document has arrived.
       *[other] { $n } documents have arrived.
    }
rights-paper-asked-text = Before we go on, we need to see that it is you. Please send a picture of a document that shows your name, below, and cover everything else on it. It is deleted as soon as somebody looked at it.

# The desk
rights-proof = Ask who it is
rights-proof-of = { $name }: who is it?
rights-proof-lead = Ask for no more than the request is worth. Access and deletion need more certainty than an objection.
rights-proof-facts = Facts about themselves
rights-proof-facts-lead = The person tells what they once gave you; it is compared with what the databases hold of whom their address or number names. They never learn what agreed, and what they told is not kept.
rights-proof-fact = Fact
rights-proof-result = Compared with what is held
rights-proof-comparing = Comparing…
rights-proof-asked = The person was asked
rights-proof-asked-text = They find the form on their own page, by the letter that went out.
rights-proof-failed = It could not be compared
rights-proof-failed-text = A database did not answer. Ask again once it does, or look in another way.
rights-proof-agree = { $agree } of { $all } agree.
rights-proof-declared = The declaration was given.
rights-proof-no-facts = No database holds facts that can be asked for. Map and classify one first.
rights-proof-ask-facts = Ask for facts
rights-proof-choose = Which facts (five at most)
rights-proof-declares = Ask for a declaration, too
rights-proof-papers = Document
rights-proof-papers-lead = Only where facts do not suffice. Nobody else can open it; each look is recorded; it is removed when you decide, when the request is closed, and in any case after a week.
rights-proof-paper-awaited = A document was asked for
rights-proof-paper = Document
rights-proof-paper-open = Open the document
rights-proof-paper-removed = removed { $when }
rights-proof-ask-paper = Ask for a document
rights-proof-decide = Decide
rights-proof-decide-papers = Either way the documents are removed at once.
rights-proof-reject = It does not suffice
rights-proof-reject-text = What you write to the person
rights-proof-reject-hint = Say what is missing and how they can show it in another way.
rights-verdict-agrees = agrees
rights-verdict-differs = differs
rights-verdict-nothing = nothing held
rights-verdict-blank = left out
rights-toast-proof-facts = The person is asked
rights-toast-proof-paper = The person is asked
rights-toast-proof-accept = Noted; documents are removed
rights-toast-proof-reject = Written; documents are removed
rights-event-facts-compared = Facts compared, agreeing
rights-event-facts-told = Person told facts
rights-event-paper-given = Document given
rights-event-paper-came = Document came
rights-event-paper-removed = Document removed
rights-error-facts = Choose one to five of the facts offered.
rights-error-tries = Three times is enough: look in another way, such as a document or a call back.
rights-error-facts-over = Nothing is asked for any more. Load the page again.
rights-error-facts-given = What the person told is being compared. Wait a moment.
rights-error-facts-empty = Fill in at least one.
rights-error-declare = The declaration is missing.
rights-error-no-paper = No document is asked for, or enough have arrived.
rights-error-paper-large = The file is larger than 8 MB. Take a smaller picture.
rights-error-paper-kind = This is neither a JPEG or PNG picture nor a PDF.
