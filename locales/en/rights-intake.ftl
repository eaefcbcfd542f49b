# Requests by mail and by the file.

rights-channel-mail = mail
rights-channel-file = file

rights-tabs = Rights requests
rights-tab-queue = Queue
rights-inbox = Mail
rights-inbox-lead = Letters that did not become requests by themselves: they name nothing clear, more than one thing, or no sender. The clock of a request that you make of one starts on the day it came.
rights-inbox-none = Nothing waits for a reader
rights-inbox-none-text = Have your mail server hand letters to the privacy address on to { $address }, with a token that may write requests.
rights-inbox-from = Sender
rights-inbox-guess = Perhaps
rights-inbox-no-guess = unclear
rights-letter = Letter
rights-letter-subject = Subject
rights-letter-files = Files
rights-letter-files-n =
    { $n ->
        [one] One file, not kept
       *[other] { $n } files, not kept
    }
rights-letter-no-sender = No sender who could be asked
rights-letter-no-sender-text = The letter names none, or more than one. If you know the person, write the request down yourself.
rights-letter-make = Make it a request
rights-letter-make-text = The sender gets a letter with a link and confirms that it was them: a sender’s name proves nothing. Objections, withdrawals and complaints need no proof and count at once: look whether the letter is genuine.
rights-letter-aside = It is no request
rights-letter-aside-title = Put the letter aside?
rights-letter-aside-text = It is wiped here and cannot be read again. In your mailbox it stays.
rights-letter-over = This letter was dealt with
rights-letter-over-text = Its words were wiped.
rights-letter-request = The request
rights-toast-aside = Put aside

rights-import = Take in a file
rights-import-lead = Requests from a table, one a line: what other tools hold, or what came by post in a pile. First the file is checked, nothing is taken in yet.
rights-import-choose = CSV file
rights-import-hint = UTF-8, comma or semicolon, 2,000 lines and 4 MB at most.
rights-import-check = Check the file
rights-import-sample = Download an example
rights-import-columns = Columns
rights-import-heading = Heading
rights-import-what = What stands there
rights-import-column-kind = What is asked, needed: access, portability, correction, erasure, restriction, objection, withdraw_all, human_review, complaint, appeal
rights-import-column-email = The person’s e-mail address; one of address, telephone or customer number is needed
rights-import-column-phone = Their telephone
rights-import-column-customer-id = Their customer number
rights-import-column-name = What they call themselves
rights-import-column-words = What they wrote; needed for corrections, complaints and appeals
rights-import-column-by = person, guardian or agent; empty is the person
rights-import-column-authority = For whom and by which authority, for guardians and agents
rights-import-column-property = The property, by its key
rights-import-column-language = The language they read: en or zh-CN, empty is yours. The tag of another (fr, ja, ar) says what they write in
rights-import-column-received = The day it came in, 2027-03-31; empty is today
rights-import-faulty = Nothing was taken in. Mend this and check again:
rights-import-file = File
rights-import-line = Line { $n }
rights-import-more =
    { $n ->
        [one] and one more
       *[other] and { $n } more
    }
rights-import-large = It is larger than 4 MB.
rights-import-utf8 = It is not UTF-8. Save it as “CSV UTF-8”.
rights-import-csv = It is no CSV file: a line has more or fewer columns than the first.
rights-import-column = The first line has a heading that is not in the list below, or has one twice.
rights-import-kind = The column kind is missing.
rights-import-many = It has more than 2,000 lines. Split it.
rights-import-empty = It has no request in it.
rights-import-property = There is no such property.
rights-import-by = Only person, guardian or agent.
rights-import-language = Write a language tag such as en, zh-CN, fr or ja.
rights-import-n =
    { $n ->
        [one] One request
       *[other] { $n } requests
    }
rights-import-letters = Letters that go out
rights-import-checked = The file is in order. Everybody with an address gets a letter and confirms that it was them; objections, withdrawals and complaints need no proof and count at once. Nothing is taken in before you say so; tomorrow the file is wiped.
rights-import-begin = Take in
rights-import-aside = Put aside
rights-import-aside-title = Put the file aside?
rights-import-aside-text = What was taken in stays; the other lines are wiped here.
rights-error-past = That day is more than five years ago.
rights-import-running = Taking in…
rights-import-done =
    { $n ->
        [one] One request was taken in
       *[other] { $n } requests were taken in
    }
rights-import-failed = It could not be taken in to its end
rights-import-failed-text = What was taken in stays, and is not taken in twice.
rights-import-retry = Go on
rights-import-is-aside = This file was put aside
rights-error-import = The file was taken in or put aside meanwhile. Load the page again.
rights-error-mail = The letter was dealt with meanwhile. Load the page again.
rights-error-mail-sender = The letter names no one sender. Write the request down yourself.
rights-error-no-letter = That is no letter as mail servers write it (RFC 5322).
