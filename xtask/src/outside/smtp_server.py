"""A mail server: with STARTTLS, with TLS from the first byte, and open. What arrives is a file of JSON."""

import asyncio
import email
import email.policy
import json
import logging
import pathlib
import ssl
import sys
import warnings

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

FOLDER = pathlib.Path(sys.argv[1])
LETTERS = FOLDER / "letters"


class Letters:
    """Writes down what arrives."""

    count = 0

    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        kept = {
            "tls": session.ssl is not None,
            "user": session.auth_data.decode() if session.authenticated else None,
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "message_id": letter["Message-ID"],
            "subject": letter["Subject"],
            "bcc": letter["Bcc"],
            "text": letter.get_content().replace("\r\n", "\n"),
        }
        Letters.count += 1
        unfinished = LETTERS.with_name(f"{Letters.count}.unfinished")
        unfinished.write_text(json.dumps(kept))
        unfinished.rename(LETTERS / f"{Letters.count}.json")
        return "250 taken"


def log_in(server, session, envelope, mechanism, given):
    known = isinstance(given, LoginPassword) and (given.login, given.password) == (b"someone", b"secret")
    return AuthResult(success=known, handled=False, auth_data=b"someone" if known else None)


def tls_context():
    authority = trustme.CA()
    authority.cert_pem.write_to_path(FOLDER / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


async def main():
    # Handshakes that are meant to fail are no news.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    LETTERS.mkdir(parents=True, exist_ok=True)
    context = tls_context()
    login = {"auth_required": True, "authenticator": log_in}
    ports = {
        "starttls": await listen(None, tls_context=context, require_starttls=True, **login),
        "tls": await listen(context, auth_require_tls=False, **login),
        "open": await listen(None),
    }
    unfinished = FOLDER / "ports.unfinished"
    unfinished.write_text(json.dumps(ports))
    unfinished.rename(FOLDER / "ports.json")
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def listen(tls, **options):
    """Listens on a free port, and says which."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Letters(), loop=loop, **options), "127.0.0.1", 0, ssl=tls)
    return server.sockets[0].getsockname()[1]


asyncio.run(main())
