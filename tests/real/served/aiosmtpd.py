"""aiosmtpd: a server in Python that keeps each mail in a file; SMTP with a login, and LMTP."""
import settings
from served import CERTIFICATES, Serving
from servers import Base

PROGRAM = '''import asyncio, os, ssl, time
from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, AuthResult

class Keep:
    async def handle_RCPT(self, server, session, envelope, address, options):
        user = address.partition("@")[0]
        if user in ACCESS:
            return ACCESS[user]
        if user not in USERS and not getattr(session, "authenticated", False):
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        for address in envelope.rcpt_tos:
            path = "/var/mail/%%s.%%d" %% (address.partition("@")[0], time.time_ns())
            with open(path, "wb") as file:
                file.write(envelope.content)
        answer = "250 2.0.0 Ok: queued as %%d" %% time.time_ns()
        return "\\r\\n".join([answer] * len(envelope.rcpt_tos)) if isinstance(server, LMTP) else answer

def authenticate(server, session, envelope, mechanism, data):
    good = data.login == LOGIN.encode() and data.password == PASSWORD.encode()
    return AuthResult(success=good, handled=False)

context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain("%(tls)s/cert.pem", "%(tls)s/key.pem")
USERS, LOGIN, PASSWORD, ACCESS, SIZE = %(settings)r

async def main():
    loop = asyncio.get_running_loop()
    keep = Keep()
    common = dict(hostname="mx.example.org", data_size_limit=SIZE, enable_SMTPUTF8=True)
    await loop.create_server(lambda: SMTP(keep, tls_context=context, **common), "127.0.0.1", 25)
    await loop.create_server(lambda: SMTP(keep, tls_context=context, require_starttls=True, authenticator=authenticate,
                             auth_required=True, **common), "127.0.0.1", 587)
    await loop.create_server(lambda: LMTP(keep, **common), "127.0.0.1", 24)
    await asyncio.Event().wait()

asyncio.run(main())
'''


class Served(Serving, Base):
    packages = ("python3", "python3-aiosmtpd")
    submission, lmtp = 587, 24
    mechanisms = ("PLAIN", "LOGIN")
    access = True

    def configure(self):
        self.certificates()
        known = (settings.USERS, settings.LOGIN, settings.PASSWORD, settings.ACCESS, settings.SIZE_LIMIT)
        self.world.write("/root/serve.py", PROGRAM % {"tls": CERTIFICATES, "settings": known})

    def start(self):
        self.world.start("/usr/bin/python3", "/root/serve.py")

    def mailbox(self, user):
        return [path.read_bytes() for path in sorted(self.world.path("/var/mail").glob(user + ".*"))]
