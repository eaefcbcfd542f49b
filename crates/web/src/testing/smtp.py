"""A real SMTP server (aiosmtpd) for tests: prints its port, then one JSON line a letter.

usage: smtp.py none|starttls|tls [user:password]
Recipients at refused.example are refused for good, at later.example for now.
"""
import asyncio
import json
import ssl
import sys

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

mode = sys.argv[1]
account = sys.argv[2] if len(sys.argv) > 2 else ""


def say(what):
    print(json.dumps(what), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        domain = address.rsplit("@", 1)[-1]
        if domain == "refused.example":
            return f"550 5.1.1 <{address}>: no such user here"
        if domain == "later.example":
            return f"451 4.7.1 <{address}>: come back later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        say({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None or mode == "tls",
            "user": getattr(session, "login_name", None) or "",
            "data": envelope.content.decode("utf-8", "replace"),
        })
        return "250 2.0.0 taken"


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (
        data.login.decode() + ":" + data.password.decode() == account
    )
    if good:
        session.login_name = data.login.decode()
    return AuthResult(success=good, handled=False)


authority = trustme.CA()
certificate = authority.issue_cert("localhost", "127.0.0.1")
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
certificate.configure_cert(context)


def make():
    return SMTP(
        Handler(),
        hostname="localhost",
        enable_SMTPUTF8=True,
        authenticator=authenticate if account else None,
        auth_required=bool(account),
        auth_require_tls=mode != "none" and mode != "tls",
        tls_context=context if mode == "starttls" else None,
        require_starttls=mode == "starttls",
    )


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        make, "127.0.0.1", 0, ssl=context if mode == "tls" else None
    )
    port = server.sockets[0].getsockname()[1]
    say({"port": port, "authority": authority.cert_pem.bytes().decode()})
    # The test holds our input open: when it ends, so do we.
    await loop.run_in_executor(None, sys.stdin.read)


try:
    asyncio.run(main())
finally:
    sys.stdout.flush()
