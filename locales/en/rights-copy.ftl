# A person's copy that is encrypted by itself.

rights-lock = Fetch it encrypted
rights-lock-text = Do others use this computer, or will you hand the file on? Then have the ZIP encrypted (AES-256). We make the passphrase; only you see it, here, as long as the copy can be fetched. Open the file with 7-Zip, WinZip, Keka or another program that knows AES: what Windows and macOS bring along does not.
rights-lock-make = Make a passphrase
rights-lock-passphrase = Passphrase
rights-lock-hint = With its hyphens. Write it down or keep it in your password manager: we send it to nobody, and without it nobody opens the file, we neither.
rights-lock-get = Fetch my data (encrypted ZIP)
rights-lock-again = Make another passphrase
rights-toast-locked = The passphrase is made. It stands beside your copy.
