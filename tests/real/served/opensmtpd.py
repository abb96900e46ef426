"""OpenSMTPD: plain SMTP; and a port whose STARTTLS fails for real: Debian 12's, built with OpenSSL 3,
cannot sign with its key and ends every handshake with an alert.
"""
import settings
from served import CERTIFICATES, Serving
from servers.opensmtpd import Server

BROKEN_TLS = 2525

CONFIGURE = """
smtp max-message-size %(size)d
pki mx.example.org cert "%(tls)s/cert.pem"
pki mx.example.org key "%(tls)s/key.pem"
table aliases file:/etc/aliases
listen on 127.0.0.1 port 25 hostname mx.example.org
listen on 127.0.0.1 port %(broken)d tls pki mx.example.org hostname mx.example.org
action "local" mbox alias <aliases>
match from any for domain { "example.org", "mx.example.org" } action "local"
""" % {"size": settings.SIZE_LIMIT, "tls": CERTIFICATES, "broken": BROKEN_TLS}


class Served(Serving, Server):
    broken_tls = BROKEN_TLS

    def configure(self):
        super().configure()
        self.certificates()
        self.world.write("/etc/smtpd.conf", CONFIGURE)
