# Kinds of sources
source-kind-sqlite = SQLite file
source-kind-postgres = PostgreSQL
source-kind-mysql = MySQL or MariaDB
source-kind-files = Files or folder (CSV, TSV, JSON Lines, Parquet)
source-kind-declared = Declared in files, not scanned

# TLS modes
tls-disable = Never encrypt
tls-disable-about = Everything, the password included, crosses the network in the clear. Only for a database on this machine.
tls-prefer = Encrypt if the server can
tls-prefer-about = The certificate is not checked, and a server without TLS is accepted.
tls-require = Always encrypt
tls-require-about = The certificate is not checked: protects against eavesdropping, not against a server that poses as yours.
tls-verify-full = Always encrypt and check the server
tls-verify-full-about = The certificate must be valid, trusted and issued for this host name. The right choice across a network.

# Advice after a connection test
source-advice-account_can_write = This account may change data. Privet never does, but an account that can only read is safer: give it SELECT and nothing else.
source-advice-not_encrypted = The connection is not encrypted. Across a network, choose a TLS mode that always encrypts.
source-advice-no_stores = Connected, but this account sees no tables. Check the database name and grant the account SELECT.

# Errors: what happened, and what to do
source-error-bad-address = “{ $subject }” is not a source address.
source-error-bad-address-do = Use sqlite:FILE, postgres://user@host/database, mysql://user@host/database, or the path of a file or folder. Write special characters in a password as %XX, for example %40 for @.
source-error-bad-option = The parameter “{ $subject }” is not supported.
source-error-bad-option-do = Remove it from the address or correct it. Supported: sslmode = disable, prefer, require or verify-full.
source-error-dns = The host name { $subject } could not be resolved.
source-error-dns-do = Check its spelling, and that the DNS of the machine Privet runs on knows it.
source-error-refused = { $subject } refused the connection.
source-error-refused-do = Check host and port, that the database is running, and that it listens on that address and not only on its own machine.
source-error-timeout = { $subject } did not answer in time.
source-error-timeout-do = Check that the host is up and that firewalls and security groups let this machine through.
source-error-lost = The connection to { $subject } broke off.
source-error-lost-do = Check the network and the server’s log, then start the scan again; what was found is kept.
source-error-full = { $subject } has no free connections.
source-error-full-do = Try again when it is less busy, or raise the server’s or the account’s connection limit. Privet uses two connections.
source-error-tls = TLS with { $subject } failed: { $why }
source-error-tls-do = Check that the server offers TLS and that its certificate is valid for this host name. Give the file of your own CA if you have one, or choose another TLS mode.
source-error-password = { $subject } rejected the user name or password.
source-error-password-do = Check both, and that the account is allowed to connect from this machine.
source-error-no-database = There is no database “{ $subject }” that this account may use.
source-error-no-database-do = Check the database name, and that the account has access to it.
source-error-missing = { $subject } does not exist.
source-error-missing-do = Check the path. It is a path on the machine Privet runs on.
source-error-not-a-database = { $subject } is not a database or a data file we can read.
source-error-not-a-database-do = SQLite, CSV, TSV, JSON Lines, JSON and Parquet are understood. Encrypted databases and compressed files must be unpacked first.
source-error-denied = Reading { $subject } was denied.
source-error-denied-do = Grant the account SELECT on it (and USAGE on its schema); for a file, read permission for the user Privet runs as.
source-error-vanished = { $subject } vanished or changed its columns during the scan.
source-error-vanished-do = Nothing needs to be done; the next scan sees it as it is then.
source-error-busy = { $subject } is locked by another program.
source-error-busy-do = Scan again when it is less busy. Privet waits a few seconds and never holds a lock itself.
source-error-blocked = The configuration does not allow Privet to read or connect to { $subject }.
source-error-blocked-do = If this is intended, allow the address under [network] or the folder under [files] in the configuration file. Link-local and cloud metadata addresses and Privet’s own files can never be allowed.
source-error-slow = Reading { $subject } took longer than the statement time-out.
source-error-slow-do = It is left out this time. Scan when the server is less busy, raise the time-out, or leave the store out with a table filter.
source-error-malformed = { $subject } is malformed: { $why }
source-error-malformed-do = Check the file with the program that wrote it, or export it again. The other stores are not affected.
source-error-other = { $subject }: { $why }
source-error-other-do = Look the code up in the server’s manual and log, or try again; if it stays, report it with this code.

# Scanning what has nothing to scan
scan-error-declared = This source is declared in files and holds nothing to scan. Add a source with the address of its database to scan it.
