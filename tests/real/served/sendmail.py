"""Sendmail: STARTTLS, Cyrus SASL, an access table."""
import settings
from served import CERTIFICATES, Serving
from servers.sendmail import CONFIGURE, Server

MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5")
MORE = """define(`confSERVER_CERT', `%(tls)s/cert.pem')
define(`confSERVER_KEY', `%(tls)s/key.pem')
define(`confCACERT', `%(tls)s/ca.pem')
define(`confCACERT_PATH', `%(tls)s')
define(`confAUTH_MECHANISMS', `%(mechanisms)s')
define(`confAUTH_OPTIONS', `A p')
TRUST_AUTH_MECH(`%(mechanisms)s')
define(`confMAX_RCPTS_PER_MESSAGE', `20')
define(`confMAX_MESSAGE_SIZE', `%(size)d')
FEATURE(`access_db', `hash /etc/mail/access')
FEATURE(`blocklist_recipients')
DAEMON_OPTIONS(`Name=MSA, Addr=127.0.0.1, Port=587, M=Ea')
MAILER(`local')
""" % {"tls": CERTIFICATES, "mechanisms": " ".join(MECHANISMS), "size": settings.SIZE_LIMIT}
SASL = """pwcheck_method: auxprop
auxprop_plugin: sasldb
mech_list: %s
""" % " ".join(MECHANISMS)


def access_row(name, reply):
    """A row of the access table: an enhanced code, the reply code and the words, in Sendmail's form."""
    code, enhanced, words = reply.split(" ", 2)
    return 'To:%s@%s\tERROR:%s:%s %s\n' % (name, settings.DOMAIN, enhanced, code, words)


class Served(Serving, Server):
    packages = Server.packages + ("sasl2-bin", "libsasl2-modules", "libsasl2-modules-db")
    submission = 587
    mechanisms = MECHANISMS
    access = True
    relays = True           # for loopback, always

    def configure(self):
        super().configure()
        world = self.world
        self.certificates()
        world.write("/etc/mail/sendmail.mc", CONFIGURE.replace("MAILER(`local')\n", MORE, 1))
        world.run("sh", "-c", "m4 /etc/mail/sendmail.mc >/etc/mail/sendmail.cf")
        world.write("/etc/mail/access.txt", "".join(access_row(*row) for row in settings.ACCESS.items()))
        world.run("sh", "-c", "makemap hash /etc/mail/access </etc/mail/access.txt")
        world.write("/etc/sasl2/Sendmail.conf", SASL)
        world.write("/usr/lib/sasl2/Sendmail.conf", SASL)
        world.run("saslpasswd2", "-p", "-c", "-u", settings.HOSTNAME, settings.LOGIN,
                  input=settings.PASSWORD.encode())
