"""Postfix: submission with Cyrus SASL, an access table, limits on recipients and size."""
import settings
from served import CERTIFICATES, Serving
from servers.postfix import Server

MAIN = {
    "smtpd_tls_cert_file": CERTIFICATES + "/cert.pem",
    "smtpd_tls_key_file": CERTIFICATES + "/key.pem",
    "smtpd_tls_security_level": "may",
    "smtpd_sasl_path": "smtpd",
    "smtpd_sasl_security_options": "noanonymous",
    "smtpd_tls_auth_only": "yes",
    "local_recipient_maps": "proxy:unix:passwd.byname $alias_maps",
    # Nobody is trusted for where he comes from.
    "mynetworks": "192.0.2.99",
    "smtpd_recipient_restrictions": "check_recipient_access hash:/etc/postfix/access, "
                                    "permit_sasl_authenticated, reject_unauth_destination",
    "smtpd_relay_restrictions": "permit_sasl_authenticated, reject_unauth_destination",
    "smtpd_recipient_limit": "20",
    "message_size_limit": str(settings.SIZE_LIMIT),
    "mailbox_size_limit": "0",
}
SUBMISSION = """submission inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
smtps inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes
"""
MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")
SASL = """pwcheck_method: auxprop
auxprop_plugin: sasldb
mech_list: %s
""" % " ".join(MECHANISMS)


class Served(Serving, Server):
    packages = Server.packages + ("sasl2-bin", "libsasl2-modules", "libsasl2-modules-db")
    submission, smtps = 587, 465
    mechanisms = MECHANISMS
    access = True

    def configure(self):
        super().configure()
        world = self.world
        self.certificates()
        world.write("/etc/postfix/sasl/smtpd.conf", SASL)
        world.write("/etc/postfix/access", "".join(
            "%s@%s %s\n" % (name, settings.DOMAIN, reply) for name, reply in settings.ACCESS.items()))
        world.run("postmap", "hash:/etc/postfix/access")
        world.run("postconf", "-e", *["%s=%s" % setting for setting in MAIN.items()])
        with open(world.path("/etc/postfix/master.cf"), "a", encoding="utf-8") as master:
            master.write(SUBMISSION)
        world.run("saslpasswd2", "-p", "-c", "-u", settings.HOSTNAME, settings.LOGIN,
                  input=settings.PASSWORD.encode())
        world.run("chown", "postfix", "/etc/sasldb2")
