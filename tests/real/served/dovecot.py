"""Dovecot: LMTP with a quota, and its submission service in front of the far end; SCRAM logins."""
import settings
import sink
import situations
from served import CERTIFICATES, Serving
from servers import maildir
from servers.dovecot import CONFIGURE, Server

MORE = """protocols = lmtp submission
ssl = required
ssl_cert = <%(tls)s/cert.pem
ssl_key = <%(tls)s/key.pem
disable_plaintext_auth = yes
auth_mechanisms = plain login scram-sha-1 scram-sha-256
submission_max_mail_size = %(size)d
submission_relay_host = 127.0.0.1
submission_relay_port = 2525
submission_relay_ssl = no
passdb {
  driver = passwd-file
  args = /etc/dovecot/passwords
}
""" % {"tls": CERTIFICATES, "size": settings.SIZE_LIMIT}

LISTENER = """service submission-login {
  inet_listener submission {
    address = 127.0.0.1
    port = 587
  }
}
"""


class Served(Serving, Server):
    packages = Server.packages + ("dovecot-submissiond",)
    mx = None
    submission, lmtp = 587, 24
    mechanisms = ("PLAIN", "LOGIN", "SCRAM-SHA-1", "SCRAM-SHA-256")

    def configure(self):
        super().configure()
        world = self.world
        self.certificates()
        before, _, after = CONFIGURE.partition("protocols = lmtp\n")
        after = after.replace("ssl = no\n", "").replace(
            "passdb {\n  driver = static\n  args = nopassword=y\n}\n", "")
        world.write("/etc/dovecot/dovecot.conf", before + MORE + after + LISTENER)
        world.write("/etc/dovecot/passwords", "%s:{PLAIN}%s\n" % (settings.LOGIN, settings.PASSWORD))

    def start(self):
        self.sink = sink.Sink()
        super().start()

    def mailbox(self, user):
        return maildir(self.world.path("/home/%s/Maildir" % user)) if user in situations.SENDERS else []
