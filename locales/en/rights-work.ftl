# Rights requests: tasks for owners of systems, and several requests at once.

# Tasks
rights-tasks = Tasks for owners
rights-tasks-lead = What Privet could not do by itself: a source was out of reach, or somebody has to look by hand. A task closes by itself once the source is reached.
rights-tasks-none = No task here
rights-tasks-none-text = Every source that was needed could be reached. Choose another state to see tasks that ended.
rights-tasks-of-text = What Privet could not do by itself for this request, once for each source and step.
rights-task-of = Task for request { $name }
rights-task-source = Source
rights-task-what = What is missing
rights-task-owner = Who sees to it
rights-task-team = Owner in the data map
rights-task-due = Due
rights-task-due-text = some days before the answer to the person
rights-task-why = Why
rights-task-made = Since
rights-task-tries = { $n ->
    [one] tried once, last on
   *[other] tried { $n } times in vain, last on
}
rights-task-ended = Ended
rights-task-late = This task is late
rights-task-late-text = It was due on { $day }. The person’s answer waits for it.
rights-task-open = Open
rights-task-done = Done
rights-task-dropped = Not needed
rights-task-reached = Reached after all
rights-task-closed = Closed with the request
rights-task-step-search = Search
rights-task-step-copy = The person’s copy
rights-task-step-correction = Correction
rights-task-step-erasure = Erasure
rights-task-why-down = the source does not answer
rights-task-why-rights = the account is not allowed to
rights-task-why-changed = the source is not as the map knows it
rights-task-why-declared = Privet has no connection to it
rights-task-why-hands = Privet cannot tell the person’s rows apart there, or cannot change them
rights-task-why-other = it failed for another reason
rights-task-do = What to do
rights-task-do-down = See that the database runs and can be reached from the server of Privet, under the address that its source has here.
rights-task-do-rights = Give the source’s account the rights that are missing, or correct its name and password. For corrections and erasures, name an account that may change rows under Retention. Files must be writable for Privet.
rights-task-do-changed = Scan the source again, so that the map knows its tables as they are now. Confirm what the scan finds anew.
rights-task-do-declared = Look in this system for data of the person, do there what the request asks, and say here what you found. Ask whoever works on the request whom it is about.
rights-task-do-hands = Look in these tables or files for data of the person and do there what the request asks. If a reference leads there, declare it under References: then Privet finds the rows by itself.
rights-task-do-other = Look at what the source said, and try again from the request’s page. If that does not help, do it by hand and say here what you did.
rights-task-itself = Privet tries again every hour; once it succeeds, the task closes by itself. A copy that the person can fetch already is left as it is: have it made anew with “Try again now”.
rights-task-acts = Say what became of it
rights-task-try = Try again now
rights-toast-task-try = It is being tried again. Look at this page in a moment.
rights-error-task-down = The source still does not answer. See that it runs and can be reached, then try again.
rights-error-task-busy = It is being tried already, or somebody has worked on the plan. Go on from the request’s page.
rights-task-end = It is done
rights-task-said = What did you do?
rights-task-said-hint = One sentence. It stands on the request’s page; only those who work on requests read it.
rights-task-drop = Nothing is needed
rights-task-drop-why = Why is nothing needed?
rights-task-drop-hint = For example: the source holds only test data, and will be taken from the map.
rights-task-give = Give it to a colleague
rights-task-give-to = Colleague
rights-task-reopen = Open it again
rights-task-answer-open = { $n ->
    [one] One task of an owner is still open
   *[other] { $n } tasks of owners are still open
}
rights-task-answer-open-text = Something was not searched, copied, corrected or erased yet. If you answer now, tell the person what is missing; the open tasks close with the request.
rights-toast-task-done = Done. The request’s page shows what you said.
rights-toast-task-drop = Noted: nothing is needed.
rights-toast-task-open = The task is open again.
rights-toast-task-give = The task was given to your colleague.
rights-error-task-said = Say in a sentence what was done, or why nothing is needed.
rights-error-task-long = At most 1,000 characters.
rights-error-task-stand = The task is not open any more. Look at it again.
rights-error-task-nobody = Nobody with this account works here (any more). Choose somebody else.
rights-event-task-made = An owner has a task
rights-event-task-reached = A source was reached after all
rights-event-task-done = An owner did a task
rights-event-task-dropped = An owner’s task is not needed
rights-watch-task = { $name } · { $what }: { $source } · a task for you until { $day }
rights-watch-task-late = LATE: { $name } · { $what }: { $source } · the task was due on { $day }

# Several requests at once
rights-bulk = For the selected requests
rights-bulk-none = Select at least one request first.
rights-bulk-assign = Assign
rights-bulk-extend = Make longer
rights-bulk-remind = Ask who they are
rights-bulk-duplicate = Close as duplicates
rights-bulk-csv = Export as CSV
rights-bulk-title-assign = Assign these requests?
rights-bulk-title-extend = Make these deadlines longer?
rights-bulk-title-remind = Ask these people to show who they are?
rights-bulk-title-duplicate = Close these requests as duplicates?
rights-bulk-title-csv = Export these requests?
rights-bulk-lead = Nothing has happened yet. Below you see what will be done, and where it cannot be done.
rights-bulk-will = Will be done
rights-bulk-will-not = Cannot be done
rights-bulk-nothing = It cannot be done for any of the requests that you selected. Go back and select others.
rights-bulk-to = Who works on it
rights-bulk-why = Why it takes longer
rights-bulk-why-hint = Each person reads this in the letter that tells them (GDPR Art 12(3)).
rights-bulk-words = Your words
rights-bulk-words-hint = Leave it empty, and each person gets the usual words in their own language. Whoever has not shown that their address is theirs gets a new link instead, and reads your words on the page that it opens.
rights-bulk-csv-text = The file holds numbers, what is asked, states, days and who works on it; no person of whom data is held.
rights-bulk-back = Back to the queue
rights-bulk-until = until { $day }
rights-bulk-of = duplicate of { $name }
rights-bulk-verified = The person has shown who they are.
rights-bulk-no-mail = This person cannot be asked: there is no mail address.
rights-bulk-gone = This request is not here any more.
rights-bulk-no-twin = No earlier open request of the same person asks for the same and is answered as early.
rights-bulk-failed = It failed. Nothing changed for this request; try it again.
rights-bulk-partly = Not everything could be done
rights-bulk-partly-text = { $n ->
    [0] Nothing was done.
    [one] One request was done; the others are below.
   *[other] { $n } requests were done; the others are below.
}
rights-bulk-remind-default = So that nobody else gets your data, please show us that this request is yours. Its page with us says what we still need.
rights-bulk-duplicate-default = You have asked us the same before ({ $name }). That request goes on, and we answer it by { $day }.
rights-error-bulk-many = At most 200 requests at once. Select fewer.
rights-toast-bulk-assign = { $n ->
    [one] One request was assigned.
   *[other] { $n } requests were assigned.
}
rights-toast-bulk-extend = { $n ->
    [one] One deadline was made longer, and the person told.
   *[other] { $n } deadlines were made longer, and the people told.
}
rights-toast-bulk-remind = { $n ->
    [one] One person was asked.
   *[other] { $n } people were asked.
}
rights-toast-bulk-duplicate = { $n ->
    [one] One request was closed as a duplicate.
   *[other] { $n } requests were closed as duplicates.
}
rights-csv-number = Number
rights-csv-kind = What is asked
rights-csv-state = State
rights-csv-received = Received
rights-csv-due = Answer until
rights-csv-closed = Closed
rights-csv-laws = Laws
rights-csv-channel = Came by
rights-csv-level = How sure
rights-csv-assignee = Works on it

# The officer's desk
desk-waiting-request = { $n ->
    [one] One rights request is late
   *[other] { $n } rights requests are late
}
desk-waiting-task = { $n ->
    [one] One task of a rights request is yours
   *[other] { $n } tasks of rights requests are yours
}

# What the log tells
audit-do-rights-task-made = Gave an owner a task of a rights request
audit-do-rights-task-reopened = Opened a task of a rights request again
audit-do-rights-task-reached = Reached the source of a task after all
audit-do-rights-task-done = Did a task of a rights request
audit-do-rights-task-dropped = Said that a task of a rights request is not needed
audit-do-rights-task-given = Gave a task of a rights request to somebody else
audit-do-rights-task-closed = Closed tasks with their rights request
audit-do-rights-task-reminded = Reminded an owner of a task
audit-do-rights-task-escalated = Told the privacy officer of a late task
audit-do-rights-exported = Exported a rights request in a list
