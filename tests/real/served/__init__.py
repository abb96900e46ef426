"""The real servers that the client is tested against, one a file. Each file defines the class Served,
which builds on the set-up of the same server in tests/harvest and adds TLS and logins.
"""
import importlib
from pathlib import Path

import settings

CERTIFICATES = "/etc/tls"       # in the server's root: ca.pem, cert.pem, key.pem


class Serving:
    """What a test must know of a server; mixed into the class of tests/harvest."""

    mx = 25                     # port without TLS of its own: relays nothing, takes mail for its users
    submission = None           # port that takes mail after STARTTLS and a login
    smtps = None                # the same with TLS from the first byte
    lmtp = None                 # port for LMTP
    broken_tls = None           # port whose STARTTLS fails
    mechanisms = ()             # that a login may use
    access = False              # gives settings.ACCESS
    relays = False              # takes mail for strangers from everybody (a submission server does)

    def certificates(self, owner="root"):
        """Puts the certificate of the run where the server reads it."""
        for name in ("ca.pem", "cert.pem", "key.pem"):
            self.world.write(CERTIFICATES + "/" + name, (self.made / name).read_text(), self.world.uid(owner), 0o600)

    def mailbox(self, user):
        return self.reports(user)


def names():
    return sorted(f.stem for f in Path(__file__).parent.glob("[a-z]*.py"))


def load(name):
    return importlib.import_module("served." + name).Served


def address(user):
    return "%s@%s" % (user, settings.DOMAIN)
