"""Exim: submission with its own authenticators, PRDR, CHUNKING and SMTPUTF8."""
import settings
from served import CERTIFICATES, Serving
from servers.exim import Server

MAIN = """tls_advertise_hosts = *
tls_certificate = %(tls)s/cert.pem
tls_privatekey = %(tls)s/key.pem
daemon_smtp_ports = 25 : 587 : 465
tls_on_connect_ports = 465
prdr_enable = true
chunking_advertise_hosts = *
pipelining_connect_advertise_hosts =
auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}
acl_smtp_vrfy = accept
acl_smtp_expn = accept
acl_smtp_etrn = accept
recipients_max = 20
recipients_max_reject = true
message_size_limit = %(size)d
""" % {"tls": CERTIFICATES, "size": settings.SIZE_LIMIT}

# The password goes in by macros' plain text: it has no character that Exim would expand.
AUTHENTICATORS = """begin authenticators

plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${if and{{eq{$auth2}{%(user)s}}{eq{$auth3}{%(password)s}}}}
  server_set_id = $auth2

login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = <| Username: | Password:
  server_condition = ${if and{{eq{$auth1}{%(user)s}}{eq{$auth2}{%(password)s}}}}
  server_set_id = $auth1

cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${if eq{$auth1}{%(user)s}{%(password)s}fail}
  server_set_id = $auth1
""" % {"user": settings.LOGIN, "password": settings.PASSWORD}

# 127.0.0.1 may not relay here; who has logged in may.
SUBSTITUTES = (
    ("tls_advertise_hosts =\n", ""),
    ("daemon_smtp_ports = 25\n", ""),
    ("message_size_limit = 50K\n", ""),
    ("hostlist relay_from_hosts = 127.0.0.1 : ::1\n", "hostlist relay_from_hosts = 192.0.2.99\n"),
    ("  accept  hosts         = +relay_from_hosts\n", "  accept  authenticated = *\n"),
    ("begin authenticators\n", AUTHENTICATORS),
)


class Served(Serving, Server):
    submission, smtps = 587, 465
    mechanisms = ("PLAIN", "LOGIN", "CRAM-MD5")

    def configure(self):
        super().configure()
        self.certificates("Debian-exim")
        path = self.world.path("/etc/exim4/exim4.conf")
        text = path.read_text()
        for old, new in SUBSTITUTES:
            if old not in text:
                raise RuntimeError("not in the set-up of Exim: " + old)
            text = text.replace(old, new, 1)
        path.write_text(MAIN + text)
