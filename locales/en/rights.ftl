# Rights requests: the portal of customers, the desk of staff, letters.

rights-title = Rights requests
rights-lead = What people ask about their own data, and until when the law wants an answer.
rights-new = Write down a request
rights-new-lead = For what came by post, by telephone or at the counter. The clock starts on the day it came in.
rights-new-make = Take it in
rights-choose = Choose…
rights-search = Number, such as R-17
rights-number = Number
rights-kind = What is asked
rights-state = State
rights-due = Answer until
rights-late = Late since { $day }
rights-received = Received
rights-received-hint = The day it came in; empty is today.
rights-assignee = Works on it
rights-nobody = Nobody
rights-property = Property
rights-language = Language of the person
rights-phone = Telephone
rights-customer-id = Customer number
rights-none = No request here
rights-none-text = People ask at { $address }; what comes by post you write down yourself.
rights-filter-work = Not closed
rights-filter-any = Any
rights-filter-late = Late
rights-filter-all = All
rights-filter-me = Me
rights-filter-nobody = Nobody
rights-count-open = waiting for us
rights-count-late = late
rights-count-soon = due within a week
rights-count-unverified = person not verified
rights-actor-person = The person
rights-actor-privet = Privet

# Kinds
rights-kind-access = See what you hold about me
rights-kind-access-text = You get a copy of your data and learn what it is used for, who receives it and how long it is kept.
rights-kind-portability = Take my data elsewhere
rights-kind-portability-text = You get your data as files that other programs can read, to keep or to give to another company.
rights-kind-correction = Correct my data
rights-kind-correction-text = Something is wrong or missing? Tell us what, and how it should read.
rights-kind-erasure = Delete my data
rights-kind-erasure-text = We delete what we need not keep by law, and tell you what we must keep and why.
rights-kind-restriction = Keep my data, but do not use it
rights-kind-restriction-text = For example while you dispute that it is correct.
rights-kind-objection = Stop a use of my data
rights-kind-objection-text = You refuse what we do with your data, such as advertising, profiling, or selling and sharing it.
rights-kind-withdraw-all = Withdraw everything I agreed to
rights-kind-withdraw-all-text = We end everything you agreed to. You can also do that yourself, at once, under your privacy choices. What was done before stays lawful.
rights-kind-human-review = Have a person look at a decision
rights-kind-human-review-text = A machine decided something about you: somebody looks at it and explains it.
rights-kind-complaint = Complain
rights-kind-complaint-text = You think that we do something wrong with your data: tell us.
rights-kind-appeal = Another look at an answer
rights-kind-appeal-text = You do not agree with our answer: somebody else looks at it again.

# States
rights-state-unverified = Not confirmed yet
rights-state-open = In work
rights-state-waiting = Waits for an answer of the person
rights-state-done = Done
rights-state-refused = Refused
rights-state-taken-back = Taken back
rights-state-lapsed = Lapsed, never confirmed

# Who, how sure, how it came
rights-by = Who asks
rights-by-person = I ask for myself
rights-by-guardian = I am a parent or guardian
rights-by-agent = I act for somebody who authorised me
rights-channel-portal = portal
rights-channel-staff = written down by staff
rights-channel-api = program
rights-level = How sure we are of the person
rights-level-claimed = nobody has looked
rights-level-contact = address confirmed
rights-level-account = signed in
rights-level-checked = checked by staff
rights-level-needs = needed here: { $level }

# Portal
rights-portal-title = Your rights
rights-portal-lead = Ask { $organisation } about your data here. It is free, and you need no account.
rights-own = Your requests
rights-own-none = You have not asked anything yet.
rights-see-own = You have asked already?
rights-see-own-link = See your requests
rights-what = What would you like to do?
rights-how = How it works
rights-how-ask = You say what you want. A few words are enough.
rights-how-show = You show that the address is yours, with a link that we send you.
rights-how-answer = You see here until when you get an answer, and everything we write to each other.
rights-promise = You get an answer by { $day } at the latest.
rights-ask-title = Ask about your data
rights-who = Who
rights-who-signed-in = You are signed in as { $who }.
rights-email = E-mail address
rights-email-hint = The one we know you by. We send a link there, so that nobody else can ask in your name.
rights-name = Name
rights-name-hint = May be left empty.
rights-authority = For whom do you ask, and by which authority?
rights-authority-hint = Only if you ask for somebody else: their name, and whether you are a parent or hold a signed authorisation.
rights-words = In your own words
rights-words-hint = May be left empty, unless something is to be corrected. Please write no passwords or card numbers.
rights-send = Send
rights-free = It costs nothing, and you are not treated worse for asking.
rights-sent-title = Look into your mail
rights-sent-text = If the address can be reached, a letter is on its way. If it asks you to confirm, open its link within three days: then we begin.
rights-sent-nothing = No letter? Look into the folder for unwanted mail, or ask again with another address.
rights-back = Your rights
rights-confirm-title = Is this request yours?
rights-confirm-text = “{ $what }” ({ $name }). Confirm that you asked it.
rights-confirm-button = Yes, I asked this
rights-gone-title = This link does not work any more
rights-gone-text = It was used already, or it is older than three days. You can ask again at any time.
rights-extended = Made longer
rights-law = Law
rights-closed = Closed
rights-messages = Messages
rights-messages-none = Nothing has been written yet.
rights-you = You
rights-write = Write to us
rights-write-hint = Only the people who work on your request read this.
rights-write-send = Send
rights-waits-for-you = We asked you something
rights-waits-for-you-text = Please answer below: without it we cannot go on.
rights-unverified = Not confirmed yet
rights-unverified-text = Open the link in the letter that we sent you. If you ask for somebody else, we look at your authority first and write to you here.
rights-refused = Refused
rights-take-back = Take this request back
rights-take-back-title = Take it back?
rights-take-back-text = We stop working on it. You can ask again at any time.
rights-complain = Not content?
rights-complain-text = You may complain to an authority, or go to court:
rights-toast-sent = Your message is sent.
rights-toast-taken-back = The request is taken back.

# The desk
rights-take = Work on it
rights-leave = Give it up
rights-is-late = The answer is late
rights-is-late-text = It was due on { $day }. Tell the person why and when.
rights-not-verified = The person has not shown who they are
rights-not-verified-text = The clock runs all the same under most laws. Look who it is in another way if the link is not opened.
rights-was-extended = made longer
rights-extendable = may be made longer, to { $day }
rights-others = Asked before
rights-others-n = { $n ->
    [one] one other request of the same person
   *[other] { $n } other requests of the same person
}
rights-clocks = What each law says
rights-clocks-none = No law that applies sets a term. Our own target counts.
rights-clock-until = Until
rights-clock-says = What it says
rights-clock-word = no number; our target counts
rights-clock-decides = decides
rights-clock-advises = advice
rights-note = Note for ourselves
rights-note-hint = The person never sees this.
rights-note-add = Add a note
rights-acts = What to do
rights-verify = Confirm who it is
rights-verify-how = How did you see who it is?
rights-verify-hint = For example: called back on the number on file. Keep no copy of a document.
rights-say = Write to the person
rights-say-text = What to tell
rights-say-hint = In plain words. They get a letter that something waits here; the words themselves stay here.
rights-say-send = Send
rights-ask = Ask the person something
rights-ask-reason = What is missing
rights-awaited-clarification = what exactly is meant
rights-awaited-identity = who it is
rights-awaited-fee = a fee
rights-extend = Make the deadline longer
rights-extend-why = Why it takes longer
rights-extend-hint = The person is told at once. The new last day is { $day }; it can be done only once.
rights-answer = Done: answer
rights-answer-text = What was done
rights-answer-hint = In plain words, also what was kept and why.
rights-refuse = Refuse
rights-refuse-reason = Reason
rights-refuse-text = Why, in plain words
rights-refuse-hint = The person also reads the article and where to complain.
rights-refusal-identity = We could not see who you are.
rights-refusal-nobody = We hold no data about you.
rights-refusal-unfounded = The request is manifestly unfounded.
rights-refusal-excessive = The request repeats itself so often that it is excessive.
rights-refusal-others = It would harm the rights of other people.
rights-refusal-duty = A law obliges us to keep this data.
rights-refusal-claims = We need this data for legal claims.
rights-history = What happened
rights-event-with = { $what }: { $detail }
rights-event-received = Received
rights-event-verified = Person shown
rights-event-assigned = Given to
rights-event-extended = Deadline made longer
rights-event-asked = Person asked
rights-event-heard = Person wrote
rights-event-said = Written to the person
rights-event-noted = Note added
rights-event-refused = Refused
rights-event-answered = Answered
rights-event-taken-back = Taken back
rights-event-lapsed = Lapsed
rights-toast-made = The request is taken in.
rights-toast-take = It is yours now.
rights-toast-leave = Nobody works on it now.
rights-toast-verify = The person is confirmed.
rights-toast-say = It stands on the page of the request.
rights-toast-note = The note is kept.
rights-toast-ask = The person is asked; the clock stands still where the law says so.
rights-toast-extend = The deadline is longer, and a letter is on its way.
rights-toast-answer = The request is answered.
rights-toast-refuse = The request is refused.

# Errors
rights-error-kind = Choose what is asked.
rights-error-long = That is too long: 4,000 characters at most, 200 for a name.
rights-error-authority = Say for whom you ask, and by which authority.
rights-error-words = Write a few words about it.
rights-error-future = That day is no day, or has not come yet.
rights-error-nobody = Give at least one: an address, a number, or a customer number.
rights-error-email = That is no e-mail address.
rights-error-phone = That is no telephone number. Write it with its country code.
rights-error-customer-id = That is no customer number.
rights-error-changed = Somebody else changed the request a moment ago. Look at it again.
rights-error-closed = The request is closed.
rights-error-not-open = That is possible only while somebody works on the request.
rights-error-no-address = No letter can be sent, so the person would not be told in time. Tell them by post and answer within the first term.
rights-no-address = No letter can be sent about this request
rights-no-address-text = There is no e-mail address, or this server sends no mail. What you write stays here: tell the person by post or telephone, too.
rights-asker-person = The person
rights-asker-guardian = A parent or guardian
rights-asker-agent = Somebody who says they are authorised
rights-error-unverified = The person has not shown who they are.
rights-error-extend = No law allows this deadline to be made longer (any more).
rights-error-refusal = Choose a reason.

# Letters
rights-confirm-letter-name = Confirm a rights request
rights-confirm-letter-subject = Please confirm your request to { $organisation }
rights-confirm-letter-text =
    Somebody asked us: “{ $what }” ({ $name }), and gave this address.

    If it was you, confirm it within three days. Only then do we begin.
rights-confirm-letter-action = Confirm the request
rights-confirm-letter-why = You get this because a request about personal data names your address. If it was not you, do nothing: without this letter nobody sees or changes anything.
rights-received-letter-name = A rights request was received
rights-received-letter-subject = Your request { $name } to { $organisation }
rights-received-letter-text =
    We have your request: “{ $what }” ({ $name }).

    You get an answer by { $day } at the latest. Everything we write to each other is on its page.
rights-received-letter-action = See the request
rights-received-letter-why = You get this because you asked about your data.
rights-message-letter-name = A message about a rights request
rights-message-letter-subject = A message about your request { $name }
rights-message-letter-text =
    { $organisation } wrote to you about your request “{ $what }” ({ $name }). For your safety the words are not in this letter.
rights-message-letter-action = Read the message
rights-message-letter-why = You get this because you asked about your data.
rights-extended-letter-name = A rights request takes longer
rights-extended-letter-subject = Your request { $name } takes longer
rights-extended-letter-text =
    Your request “{ $what }” ({ $name }) takes longer than the first term of the law. You get an answer by { $day } at the latest. The reason is on its page.
rights-extended-letter-action = Read why
rights-extended-letter-why = The law obliges us to tell you this in time.
rights-answered-letter-name = A rights request was answered
rights-answered-letter-subject = The answer to your request { $name }
rights-answered-letter-text =
    { $organisation } has answered your request “{ $what }” ({ $name }). You read the answer on its page.
rights-answered-letter-action = Read the answer
rights-answered-letter-why = You get this because you asked about your data.

# Where a person's data is
rights-where = Where this person’s data is
rights-where-lead = Looked for in every connected database, from the confirmed identifiers on, over keys and references. Only tables and counts are kept.
rights-search-start = Look now
rights-searching = Looking through the databases …
rights-look-again = Look again
rights-search-failed = The search failed
rights-search-failed-text = Try again. If it fails again, look at the jobs for the reason.
rights-place = Table or file
rights-ways = Found by
rights-rows-own = Rows
rights-rows-shared = Shared rows
rights-rows-doubtful = Doubtful rows
rights-place-failed = not read to its end
rights-way-identifier = column { $column }
rights-way-below = refers to { $table }
rights-way-above = { $table } refers to it
rights-unreached = { $n ->
    [one] one table or source with personal data was not looked through
   *[other] { $n } tables or sources with personal data were not looked through
}
rights-why-files = files were not searched then; search again
rights-why-missing = not reachable: { $detail }
rights-why-excluded = left out: { $detail }
rights-why-no-key = its rows cannot be told apart: { $detail }
rights-why-unsafe = cannot be read whole: { $detail }
rights-why-keys-differ = the types of the keys do not fit: { $detail }
rights-why-own-people = its rows are other people who refer to this one: { $detail }
rights-why-mentions = it only mentions the person: { $detail }
rights-why-shared = only tables lead there that everybody shares
rights-why-unsure = whether others refer to it cannot be seen: { $detail }
rights-why-other-kinds = it names people by other identifiers; confirm one of these: { $detail }
rights-why-no-way = no key leads there
rights-toast-search = The databases are being looked through.

# The bundle
rights-bundle = The person’s copy
rights-bundle-make = Make the copy
rights-bundle-making = Collecting and packing …
rights-bundle-made = Made
rights-bundle-size = Size
rights-bundle-expires = Can be fetched until
rights-bundle-fetched = Fetched last
rights-bundle-none = There is no copy
rights-bundle-none-text = It could not be made, or its time is over. Make it again.
rights-bundle-incomplete = { $n ->
    [one] one table or database is missing from it
   *[other] { $n } tables or databases are missing from it
}
rights-bundle-incomplete-text = They could not be read. Make it again when they can, or tell the person what is missing.
rights-bundle-until = Your data is ready. You can fetch it here until { $day }.
rights-bundle-get = Fetch my data (ZIP)
rights-toast-bundle = The copy is being made.
rights-error-no-bundle = Only a request to see or to take data elsewhere gets a copy.
rights-bundle-title = Your data
rights-bundle-lead = This is what we hold about you: first why and for how long, then the data itself. The same data stands in data.json for programs, and in the folder “tables” for spreadsheets. Where other people’s data stood you see […].
rights-bundle-missing = Not in this copy, because it could not be read:
rights-bundle-why = Why we hold it
rights-bundle-categories = Kinds of data
rights-bundle-origins = Where it came from
rights-bundle-use = Use
rights-bundle-purpose = Purpose
rights-bundle-basis = Legal basis
rights-bundle-recipients = Who receives it
rights-bundle-retention = How long it is kept
rights-bundle-rights = Your rights
rights-bundle-rights-text = You may have this corrected, deleted or restricted, object to its use, take back what you agreed to, and complain to an authority. Ask us at any time.
rights-bundle-data = The data
rights-bundle-nothing = We found nothing about you.
rights-bundle-rest = More rows are in { $file }.

# Erasure
rights-erasure-of = Erasure for { $name }
rights-erasure-lead = What becomes of each table’s rows, before anything is touched; then the work, its certificate, and looks that nothing came back.
rights-erasure-open = Plan and carry out the erasure
rights-erasure-open-text = Nothing is touched until a second person has agreed to the plan.
rights-erasure-planning = Planning
rights-erasure-planning-text = The person’s rows are looked for and counted. Nothing is touched.
rights-erasure-planned = Planned
rights-erasure-planned-text = Read the plan, change what has to stay, and have a second person agree.
rights-erasure-queued = Begins
rights-erasure-queued-text = It begins with the next free worker.
rights-erasure-running = At work
rights-erasure-running-text = Rows are deleted batch by batch. It goes on by itself, also after a restart.
rights-erasure-stopping = Stopping
rights-erasure-stopping-text = It stops after the batch under way.
rights-erasure-stopped = Stopped
rights-erasure-stopped-text = It stands at the border of a batch. What is done stays done.
rights-erasure-partial = Partly done
rights-erasure-partial-text = Some databases are done, others are not. What failed is tried again every hour.
rights-erasure-done = Done
rights-erasure-done-text = Everything that may go is gone.
rights-erasure-failed = Not planned
rights-erasure-failed-text = The plan could not be made. Plan again.
rights-erasure-broke = It broke off
rights-erasure-asked = Planned by
rights-erasure-begun = Begun
rights-erasure-ended = Ended
rights-erasure-result = Result
rights-erasure-deleted = { $n ->
    [one] { $n } row deleted
   *[other] { $n } rows deleted
  }
rights-erasure-emptied = { $n ->
    [one] { $n } row emptied
   *[other] { $n } rows emptied
  }
rights-erasure-kept = { $n ->
    [one] { $n } row kept
   *[other] { $n } rows kept
  }
rights-erasure-keys = Consents
rights-erasure-keys-gone = The customer’s keys are destroyed; nothing that was sealed with them can be read any more.
rights-erasure-stop = Stop
rights-erasure-resume = Go on
rights-erasure-close = Close without the rest
rights-erasure-close-text = What could not be reached stays in those databases and is named in the certificate. Somebody has to erase it by hand.
rights-erasure-nothing = No row of the person was found
rights-erasure-nothing-text = Their consents in Privet can be erased all the same: have a second person agree and carry it out.
rights-erasure-tables = Tables
rights-erasure-tables-lead = What refers to others goes first. A row that has to stay because others refer to it loses its personal columns. Duties to keep and legal holds always win.
rights-erasure-becomes = What becomes of them
rights-erasure-col-deleted = Deleted
rights-erasure-col-emptied = Emptied
rights-erasure-col-kept = Kept
rights-erasure-doubtful = { $n ->
    [one] { $n } doubtful row, left to you
   *[other] { $n } doubtful rows, left to you
  }
rights-erasure-shared = { $n ->
    [one] and { $n } shared row
   *[other] and { $n } shared rows
  }
rights-erasure-cells = { $n ->
    [one] and { $n } cell of a shared row
   *[other] and { $n } cells of shared rows
  }
rights-erasure-by-duty = { $n ->
    [one] { $n } by a duty to keep
   *[other] { $n } by a duty to keep
  }
rights-erasure-by-hold = { $n ->
    [one] { $n } by a legal hold
   *[other] { $n } by a legal hold
  }
rights-erasure-step-done = done
rights-erasure-change = Change
rights-erasure-ground = Ground, if they stay
rights-erasure-save = Save
rights-erase-delete = Deleted
rights-erase-empty = Stay without personal columns
rights-erase-keep = Stay as they are
rights-ground-duty = A law obliges us to keep them
rights-ground-claims = Needed for legal claims
rights-ground-expression = Freedom of expression and information
rights-ground-public = Public interest: health, archives, research
rights-erasure-triggers-text = Triggers stand on some of these tables. They may do more than this plan says. Read them before you allow it.
rights-erasure-triggers-yes = Allow tables with triggers
rights-erasure-triggers-no = Do not allow tables with triggers
rights-erasure-left = Out of reach
rights-erasure-left-text = Nothing is erased here by Privet. Ask the owners of these systems, and plan the rest when they can be reached.
rights-erasure-plan = Plan the erasure
rights-erasure-plan-text = Looks for the person’s rows in all connected databases and counts what would become of them. It only reads.
rights-erasure-plan-again = Plan again
rights-erasure-rest = Plan the rest
rights-erasure-rest-text = Looks again into databases that could not be read when this was planned.
rights-erasure-carry = Carry out
rights-erasure-carry-rest = The rest belongs to an erasure that was agreed to.
rights-erasure-carry-title = Erase this person’s data?
rights-erasure-carry-text = Rows are deleted in the company’s databases. This cannot be undone.
rights-erasure-agreement = Agreement
rights-erasure-ask = Ask a second person
rights-erasure-ask-text = Somebody else has to agree before anything is deleted.
rights-erasure-ask-hint = For your colleague: what you checked. Name no customer.
rights-erase-fault-no-key = Its rows cannot be told apart: they have no key. Somebody has to do it by hand.
rights-erase-fault-no-account = There is no account that may change rows of this source. Give one under Retention.
rights-erase-fault-moved = The source was moved since its account was given. Give it anew under Retention.
rights-erase-fault-no-source = The source is not on the map any more.
rights-erase-fault-source = The database could not be reached. It is tried again every hour.
rights-erase-fault-triggers = Triggers stand on the table. Read them and allow them, or empty the rows by hand.
rights-erase-fault-changed = The table was changed since the plan was made. Plan again.
rights-erase-fault-refused = The database refused the change.
rights-erase-fault-locked = Rows stay locked by another program. It is tried again every hour.
rights-erase-fault-unsafe = The table cannot be changed safely.
rights-erase-fault-too-big = Too much hangs on one row.
rights-erase-fault-other = It could not be done.
rights-certificate = Certificate
rights-certificate-text = Signed, with the proof that the log holds it. Anybody can check it offline.
rights-certificate-get = Download the certificate
rights-certificate-said = { $deleted } rows were deleted, { $emptied } lost what they said about the person, { $kept } stay for the reasons named.
rights-after = Looks afterwards
rights-after-text = A day, a week and a month later, and then every three months, Privet looks again. If a database was put back, what was erased is erased again.
rights-after-clean = Nothing came back
rights-after-clean-text = Only what had to stay is there.
rights-after-back = { $n ->
    [one] { $n } row was back
   *[other] { $n } rows were back
  }
rights-after-back-text = A database had been put back from a copy. The rows were erased again.
rights-after-fresh = { $n ->
    [one] { $n } new row
   *[other] { $n } new rows
  }
rights-after-fresh-text = Rows of this person that the erasure never saw. They may have come back as a customer; look before you do anything.
rights-after-partly = Not everything could be read
rights-after-partly-text = A database could not be reached. Privet looks again tomorrow.
rights-after-last = Last look
rights-after-next = Next look
rights-after-again = Rows erased again
rights-after-look = Look now
rights-told = Recipients
rights-told-text = Everybody who received this data has to be told that it is erased. Webhooks hear of it by themselves.
rights-told-corrected = Everybody who received this data has to be told that it was corrected. Who was told before has to be told again.
rights-told-restricted = Everybody who received this data has to be told that it is restricted, and once more when the restriction is lifted.
rights-own-told = Who was told
rights-own-told-text = They received this data from us, and we told them what became of it.
rights-told-none = The data map names no recipient of these systems.
rights-told-who = Recipient
rights-told-told = Told
rights-told-confirmed = Confirmed
rights-told-mark = I have told them
rights-told-confirm = They confirmed
rights-told-silent = silent for a week
rights-toast-erasure-plan = The plan is being made.
rights-toast-erasure-choose = Saved.
rights-toast-erasure-triggers = Saved.
rights-toast-erasure-ask = A second person was asked.
rights-toast-erasure-begin = The erasure begins.
rights-toast-erasure-stop = It stops after the batch under way.
rights-toast-erasure-resume = It goes on.
rights-toast-erasure-close = Closed.
rights-toast-erasure-look = Privet looks again.
rights-toast-erasure-told = Noted.
rights-toast-erasure-confirmed = Noted.
rights-event-erasure-planned = Erasure planned
rights-event-erasure-begun = Erasure begun
rights-event-erasure-partly = Erasure partly done
rights-event-erased = Erased
rights-event-recipient-silent = A recipient has not confirmed for a week
rights-event-erasure-clean = Looked afterwards: nothing came back
rights-event-erasure-back = Looked afterwards: a database had been put back, erased again
rights-event-erasure-fresh = Looked afterwards: new rows of the person
rights-event-erasure-looked-partly = Looked afterwards: not everything could be read
rights-error-erasure-stage = This cannot be done at this stage. Load the page again.
rights-error-erasure-old = The plan is older than three days. Plan again, the databases have changed since.
rights-error-erasure-needs = A second person has to agree first, and who asked carries it out.
rights-error-no-erasure = Only a request for erasure can be planned like this.
rights-error-ground = Rows that stay need a ground.
rights-error-nothing-to-empty = Nothing in this table can be emptied.
rights-own-erased = What we deleted
rights-own-erased-deleted = { $count ->
    [one] { $count } entry about you was deleted.
   *[other] { $count } entries about you were deleted.
  }
rights-own-erased-emptied = { $count ->
    [one] From { $count } entry that others need, everything about you was removed.
   *[other] From { $count } entries that others need, everything about you was removed.
  }
rights-own-erased-duty = { $count ->
    [one] { $count } entry has to stay for a while because the law obliges us: { $why }
   *[other] { $count } entries have to stay for a while because the law obliges us: { $why }
  }
rights-own-erased-hold = { $count ->
    [one] { $count } entry has to stay because it is needed in legal proceedings.
   *[other] { $count } entries have to stay because they are needed in legal proceedings.
  }
rights-own-erased-stays = { $count ->
    [one] { $count } entry stays: { $why }
   *[other] { $count } entries stay: { $why }
  }
rights-own-certificate = With this certificate you can check, without us, that this was done and written down.

# What takes effect by itself
rights-event-took-effect = In effect for decisions
rights-event-lifted = Restriction lifted
rights-lift = Lift the restriction
rights-lift-text = Words for the person
rights-lift-hint = They are told before it is lifted (GDPR Art 18(3)): say why.
rights-toast-told = Noted.
rights-toast-confirmed = Noted.
rights-toast-lift = The restriction is lifted.
rights-error-no-restriction = Only a restriction can be lifted.

# Moving to another company
rights-move = Sent to another company
rights-move-queued = Begins soon
rights-move-sending = On its way
rights-move-arrived = Arrived, and signed for
rights-move-refused = Not taken
rights-move-failed = Could not be sent
rights-move-on = Send the copy to another company
rights-move-on-text = The other company gives you an address and a code. Enter them here: your copy goes there directly, and they sign for it.
rights-move-on-staff = The person gives you the address and the code that the other company gave them.
rights-move-send = Send it there
rights-move-here = Bring your data here
rights-move-here-short = Another company has your data and you want it here?
rights-move-here-lead = { $organisation } takes your data over from another company, if you let it. Make a ticket and give it to that company.
rights-ticket = Ticket
rights-tickets = Your tickets and what came
rights-tickets-none = Nothing yet.
rights-ticket-make = Make a ticket
rights-ticket-made = Your ticket
rights-ticket-once = Give these two lines to the other company. The code is shown this once, works for a week, and once only.
rights-ticket-address = Address
rights-ticket-code = Code
rights-ticket-until = until { $day }
rights-ticket-open = Not used yet
rights-ticket-receiving = Coming in
rights-ticket-arrived = Arrived
rights-ticket-imported = Taken over
rights-ticket-declined = Not wanted, removed
rights-ticket-revoked = Taken back
rights-ticket-over = Run out
rights-ticket-gone = Removed
rights-ticket-revoke = Take the ticket back
rights-ticket-decline = I do not want it here any more
rights-ticket-decline-text = What came is removed from this server. It cannot be brought back, only sent again.
rights-arrivals = Arrived customers’ data
rights-arrivals-lead = Copies that customers had other companies send here. Take them over into your systems; they are removed after 30 days.
rights-arrivals-none = Nothing came yet
rights-arrivals-none-text = Customers make a ticket at { $address } and give it to the company that has their data.
rights-arrival-from = From
rights-arrival-at = Arrived
rights-arrival-imported = Taken over
rights-arrival-declined = Decline
rights-toast-move = Your copy is on its way.
rights-toast-ticket-revoke = The ticket is taken back.
rights-toast-ticket-decline = What came was removed.
rights-toast-arrival-imported = Noted.
rights-toast-arrival-declined = What came was removed.
rights-event-move-asked = Copy to be sent to another company
rights-event-moved = Copy sent, the other company signed for it
rights-event-move-failed = The copy could not be sent
rights-error-no-move = Only a request to move is sent to another company.
rights-error-move-address = This is not a ticket’s address. It begins with https:// and ends with /v1/portability/ and a number.
rights-error-move-code = Enter the ticket’s code.
rights-error-no-copy = Make the copy first, then send it.
rights-error-moving = The copy is on its way already.
rights-error-tickets = You have five open tickets. Take one back first.
rights-move-why-code = The other company does not know this ticket: its code is wrong, was used, or has run out.
rights-move-why-content = The other company did not take what was sent. Try again.
rights-move-why-receipt = The other company’s receipt is not signed by its own server.
rights-move-why-other = The other company’s server does not take it.
rights-move-why-unreachable = The other company’s server could not be reached for a long time. Try again.
# Correction
rights-correction-open = Look at what is held
rights-correction-open-text = See what the company's databases hold about this person, and correct it there.
rights-correction-of = Correction for { $name }
rights-correction-lead = What databases and files hold about this person alone. A new value is tried in every place first; nothing is written before you say so.
rights-correction-changes = Changes
rights-correction-changes-lead = Each line is one field of one database or file. It is written only if it still holds what you see here, and can be undone for 30 days.
rights-correction-field = Field
rights-correction-before = Held now
rights-correction-after = Correct value
rights-correction-nothing = nothing
rights-correction-removed = removed after 30 days
rights-correction-hidden = is not shown
rights-correction-fixed = cannot be changed here
rights-correction-change = Correct
rights-correction-new = Correct value
rights-correction-everywhere = In all places that hold the same value
rights-correction-empty = Leave nothing there
rights-correction-propose = Try it
rights-correction-write = Write the changes
rights-correction-write-title = Write these changes?
rights-correction-write-text = Everything that could be written when it was tried is written now. Programs of the company see the new values at once.
rights-correction-retry = Try again
rights-correction-drop = Take off the list
rights-correction-undo = Undo
rights-correction-undo-until = possible until { $day }
rights-correction-look = Look at what is held
rights-correction-look-again = Look again
rights-correction-look-text = Reads this person's own rows. They stay sealed in Privet for 30 days at most, or until the request is closed.
rights-correction-look-failed = What is held could not be read
rights-correction-none = Nothing is held
rights-correction-none-text = No connected database or file holds a row of this person alone. Rows that name somebody else, too, are not offered here.
rights-correction-more = Only the first { $count } rows are shown
rights-correction-more-text = There is more about this person. Correct the rest in the systems themselves, or correct these first and look again.
rights-correction-state-checking = Being tried
rights-correction-state-proposed = Can be written
rights-correction-state-refused = Cannot be written
rights-correction-state-queued = Being written
rights-correction-state-written = Written
rights-correction-state-failed = Failed
rights-correction-state-undoing = Being undone
rights-correction-state-undone = Undone
rights-correction-fault-source = The source cannot be reached or read.
rights-correction-fault-denied = Privet's account may not change this table. Grant it UPDATE.
rights-correction-fault-no-account = There is no account that may write. Give one under Retention, Databases.
rights-correction-fault-no-source = The source is no longer in the data map.
rights-correction-fault-moved = The source, the table or file, or the column is not what it was.
rights-correction-fault-long = The value is too long for this column.
rights-correction-fault-null = This column may not be empty.
rights-correction-fault-unfit = The value does not fit this column.
rights-correction-fault-unique = Another row holds this value already, and only one may.
rights-correction-fault-refused = A rule of the database speaks against it.
rights-correction-fault-triggers = This table has triggers, which may do more than you see.
rights-correction-fault-locked = Another program holds this row. Try again.
rights-correction-fault-file-busy = Another program wrote to the file at the same moment. Try again.
rights-correction-fault-file-kind = Privet does not write files of this kind anew. Correct it in the program that makes the file.
rights-correction-fault-file-place = Privet cannot put a new file here: the folder or the file is write-protected, or the file has a second name.
rights-correction-fault-absent = This row of the file has no such field.
rights-correction-fault-several = This field of the file holds more than one value.
rights-correction-fault-changed = Somebody has changed this field meanwhile. Look again.
rights-correction-fault-gone = The row is not there any more. Look again.
rights-correction-fault-hold = This row is under a legal hold and stays as it is until the hold ends.
rights-correction-fault-already = This value stands there already.
rights-correction-fault-other = It could not be done. Nothing was changed in this place.
rights-correction-warning-phone = Does not look like a telephone number
rights-correction-warning-future = A date of birth in the future
rights-correction-warning-digits = Its form or check digits are wrong
rights-toast-correction-look = Looking
rights-toast-correction-propose = Being tried
rights-toast-correction-drop = Taken off the list
rights-toast-correction-write = Being written
rights-toast-correction-retry = Trying again
rights-toast-correction-told = Noted.
rights-toast-correction-confirmed = Noted.
rights-toast-correction-undo = Being undone
rights-toast-correction-triggers = Being tried again
rights-event-correction-begun = Had corrections written
rights-event-corrected = Corrected fields in databases or files
rights-error-no-correction = Only a request for correction can be worked on like this.
rights-error-correction-looked = What is held was looked at anew meanwhile. Load the page again.
rights-error-correction-fixed = This field cannot be changed here: it tells rows apart, links tables, or is a secret.
rights-error-correction-level = Whoever changes an address, a telephone or an account could take over somebody else's. This person is only known by a link to their address: have them sign in to their account, or check who they are in another way and note it in the request.
rights-error-correction-email = This is not an email address.
rights-error-correction-date = Write the date as it stands there, for example 1990-12-31.
rights-error-correction-empty = Write the correct value, or tick that nothing is to stand there.
rights-error-correction-long = The value is too long, or holds characters that no database takes.
rights-error-correction-same = This is what stands there now.
rights-error-correction-moves = This change is being worked on, or was written. Load the page again.
rights-error-correction-nothing = There is nothing to write.
rights-error-correction-undo = This can no longer be undone.
rights-own-corrected = What we corrected

# Agents (Data Rights Protocol)
rights-channel-agent = authorised agent's program
rights-actor-agent = The agent
rights-agents = Agents' requests
rights-agents-lead = Authorised agents hand in people's requests by program, over the Data Rights Protocol 0.9. Privet takes them in, asks the person to confirm, and tells the agent how they stand.
rights-agents-off = You do not take part
rights-agents-off-text = Agents find nothing at this server's address. To take part, enter the id that the network gave you and where its directory of agents is.
rights-agents-settings = Taking part
rights-agents-business-id = Your id in the network
rights-agents-business-id-hint = Capital letters and underscores, as LANTERN_TEA. Agents write it into every message.
rights-agents-directory = Directory of agents
rights-agents-directory-hint = The https address of the list of agents with their keys. Read every day; who is not in it is not heard.
rights-agents-web = Your site
rights-agents-policy = Your privacy policy
rights-agents-policy-hint = May be left empty.
rights-agents-technical = E-mail for technical questions
rights-agents-business = E-mail for questions about the programme
rights-agents-contact-hint = Stands in the public directory: no person's own address.
rights-agents-take-part = Take part
rights-agents-change = Save
rights-agents-stop = Stop taking part
rights-agents-stop-title = Stop taking part?
rights-agents-stop-text = From now on agents find nothing here, and are told nothing more. Requests that came stay, with their deadlines; tell the network's operator, too.
rights-agents-entry = Your entry for the directory
rights-agents-entry-text = Hand this to the network's operator.
rights-agents-entry-none = Agents cannot reach this server yet
rights-agents-entry-none-text = The protocol needs an address that begins with https://. Give this server one (public_url in its configuration) and come back for your entry.
rights-agents-read = Directory last read
rights-agents-read-never = not yet
rights-agents-refresh = Read it now
rights-agents-fault = The directory could not be read
rights-agents-fault-unreachable = It could not be reached. The agents below are those of the last time; it is tried again.
rights-agents-fault-answer = Something else than a list came back. Check the address.
rights-agents-fault-form = An entry of the list is wrong or stands there twice, so none of it was taken: one that is missing could not be told from one that has left. It is tried again tomorrow.
rights-agents-list = Agents
rights-agents-none = No agents yet
rights-agents-none-text = They appear here when the directory has been read.
rights-agents-agent = Agent
rights-agents-assurance = How it verifies people
rights-agents-set-up = Set up
rights-agents-count = Requests
rights-agents-last = Last request
rights-agents-state-ready = may ask
rights-agents-state-new = not set up
rights-agents-state-gone = left the directory
rights-agents-state-blocked = blocked
rights-agents-untold =
    { $n ->
        [one] { $n } could not be told
       *[other] { $n } could not be told
    }
rights-agents-block = Block
rights-agents-block-title = Block this agent?
rights-agents-block-text = Its access ends at once and it is told nothing more. Requests that it brought stay: they are people's own.
rights-agents-unblock = Let it in again
rights-agents-error-id = Capital letters and underscores only.
rights-agents-error-url = Enter a whole address that begins with https://.
rights-agents-error-email = Enter an e-mail address.
rights-agents-authority = { $name } ({ $id }), an authorised agent of the Data Rights Protocol network
rights-agents-note = What the agent says of the person. Nobody here has checked it.
rights-agents-categories = Only the categories of the data, with purposes and recipients; not the data itself.
rights-agents-extended = More time is needed; the law allows it, and the person was told why.
rights-agents-confirm-text = { $agent } asked this in your name: “{ $what }” ({ $name }). Confirm that you allowed it. They learn how the request stands, and never see your data here.
rights-agents-allow = Yes, I allowed this
rights-agents-toast-allowed = Confirmed. We begin now.
rights-agents-toast-saved = Saved. The directory is being read.
rights-agents-toast-stopped = You do not take part any more.
rights-agents-toast-refresh = The directory is being read.
rights-agents-toast-block = The agent is blocked.
rights-agents-toast-unblock = The agent may set itself up again.
rights-event-agent-told = The agent was told how it stands
rights-event-agent-untold = The agent could not be told; it can still ask
rights-agents-letter-name = Confirm what an agent asked
rights-agents-letter-subject = Did you allow this? A request to { $organisation }
rights-agents-letter-text =
    An agent asked us in your name: “{ $what }” ({ $name }).

    If you allowed it, confirm it within three days. Only then do we begin.
rights-agents-letter-action = See who asked, and confirm
rights-agents-letter-why = You get this because an agent's request about personal data names your address. If you allowed nothing, do nothing: without this letter nobody sees or changes anything.

# Files: searched, copied and written anew for requests
rights-why-file-object = one JSON object without rows; look by hand, or write it as JSON Lines or as an array of objects
rights-why-file-gone = the file is not there any more; if it was moved or renamed, scan its folder again
rights-why-file-unread = the file cannot be read: { $detail }
rights-erase-fault-file-busy = Another program wrote to the file at the same moment, so it was left as it is. It is tried again every hour.
rights-erase-fault-file-changed = Rows of the person in this file are not what they were when the plan was made, so nothing in it was touched. Plan the rest again.
rights-erase-fault-file-denied = The server may not write there. Give its user the right to write in the folder of the file. It is tried again every hour.
rights-erase-fault-file-encoding = Its characters are written in a way (such as UTF-16) in which rows cannot be taken out. Save the file as UTF-8 and plan again, or take the rows out by hand.
rights-erase-fault-file-gone = The file is not there any more. If it was moved or renamed, scan its folder and plan the rest again.
rights-erase-fault-file-linked = The file has a second name (a hard link) under which the rows would stay. Remove that name, or take the rows out by hand. It is tried again every hour.
rights-erase-fault-file-object = The file is a single JSON object, in which there are no rows. Take what is the person’s out by hand, or write it as JSON Lines or as an array, and plan again.
rights-erase-fault-file-owner = The file belongs to a user to whom the new file could not be given. Let the server run as that user, or take the rows out by hand. It is tried again every hour.
rights-erase-fault-file-parquet = Rows cannot be taken out of a Parquet file. Write it anew without them with the program that made it.
rights-erase-fault-file-read-only = The file is marked as read-only. Make it writable, or take the rows out by hand. It is tried again every hour.
