# Mail: the settings page, what became of letters, and the test letter.

web-nav-mail = Mail
web-mail-intro = How Privet's letters leave, and what became of them.
web-mail-how = Mail server
web-mail-server = Server
web-mail-port = Port
web-mail-security = Protection
web-mail-security-tls = TLS from the first byte
web-mail-security-starttls = TLS after the greeting (STARTTLS), required
web-mail-security-none = None; the server is on this machine
web-mail-from = Sender
web-mail-reply-to = Answers go to
web-mail-user = Account
web-mail-password = Password
web-mail-password-not-needed = Not needed
web-mail-password-configuration = From the environment or a file
web-mail-password-kept = Kept here, sealed
web-mail-password-missing = Missing
web-mail-change = To change the server or the sender, edit [mail] in the configuration file and restart.
web-mail-off = No mail server
web-mail-off-text = Letters cannot be sent until the configuration file names a mail server. Add these lines, restart, and send a test from this page.
web-mail-test = Send a test letter
web-mail-test-text = It is sent at once, and the answer of the mail server shows here.
web-mail-test-to = To
web-mail-test-to-wrong = Enter one mail address, such as you@example.com.
web-mail-test-send = Send the test
web-mail-test-sent = The mail server took the test letter
web-mail-test-sent-text = If it does not arrive within a few minutes, look in the spam folder, then at the SPF, DKIM and DMARC records of the sender's domain.
web-mail-test-failed = The test letter did not leave
web-mail-password-text = Used to sign in to the mail server. It is stored sealed with the key file and never shown.
web-mail-password-new = New password
web-mail-password-hint = Leave it empty to forget the one kept.
web-mail-password-saved = Password saved
web-mail-code = The server's code: { $code }
web-mail-fault-recipient = The receiving server says that this address does not exist or takes no mail. Trying again would change nothing.
web-mail-fault-full = The mailbox is full.
web-mail-fault-policy = Refused by a rule of the receiving server. Check the SPF, DKIM and DMARC records of the sender's domain, and whether our server is on a block list.
web-mail-fault-sign-in = The mail server did not accept the account. Check the user name and the password.
web-mail-fault-tls = No protected connection: the certificate is not trusted, or the server offers no TLS. Check the server's name, the port, and ca_file.
web-mail-fault-unreachable = The mail server did not answer. Check its name, the port, and the firewall.
web-mail-fault-later = The mail server asked to come back later. We do.
web-mail-fault-settings = The mail settings are missing or incomplete.
web-mail-fault-other = The mail server refused for another reason.
web-mail-failed-count = { $n ->
    [one] { $n } letter was refused for good
   *[other] { $n } letters were refused for good
}
web-mail-failed-text = The list below says why. Who they were for is not kept.
web-mail-letters = Letters
web-mail-letters-intro = A letter is kept sealed until it has left. Afterwards only this line remains: not its text, not the address.
web-mail-state = State
web-mail-queued = Waiting
web-mail-sent = Sent
web-mail-failed = Refused
web-mail-what = Letter
web-mail-why = Why
web-mail-when = When
web-mail-none = No letters yet
web-mail-none-text = Sign-in links for customers, confirmations and tests show up here.
web-job-kind-mail = Letter

web-mail-hello-name = Test
web-mail-hello-subject = A test from { $organisation }
web-mail-hello-text =
    This is a test letter from Privet, sent because somebody pressed the button on its mail page.

    If you can read it, letters leave as they should.
web-mail-hello-action = Open Privet
web-mail-hello-why = You get this because a colleague entered your address to test the mail settings. Nothing else will follow.
