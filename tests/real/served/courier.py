"""Courier: ESMTP with STARTTLS and logins from its own user database."""
import settings
from served import CERTIFICATES, Serving
from servers.courier import Server


class Served(Serving, Server):
    packages = Server.packages + ("courier-authlib-userdb", "whois")
    submission = 587
    mechanisms = ("PLAIN", "LOGIN", "CRAM-MD5")

    def configure(self):
        super().configure()
        world = self.world
        self.certificates("courier")
        both = (self.made / "key.pem").read_text() + (self.made / "cert.pem").read_text()
        world.write("/etc/courier/esmtpd.pem", both, world.uid("courier"), 0o600)
        world.write("/etc/courier/smtpaccess/default", "127\tallow\n192.0.2\tallow\n")
        world.write("/etc/courier/sizelimit", "%d\n" % settings.SIZE_LIMIT)
        world.write("/etc/courier/esmtpacceptmailfor", settings.DOMAIN + "\n")
        world.run("/usr/lib/courier/makesmtpaccess")
        world.run("/usr/lib/courier/makeacceptmailfor")
        self.edit("esmtpd", PORT="127.0.0.1.25,192.0.2.1.25", ESMTPAUTH="",
                  ESMTPAUTH_TLS=" ".join(self.mechanisms), COURIERTLS="/usr/bin/couriertls",
                  TLS_CERTFILE="/etc/courier/esmtpd.pem", TLS_PRIVATE_KEYFILE="/etc/courier/esmtpd.pem")
        self.edit("esmtpd-msa", PORT="127.0.0.1.587", AUTH_REQUIRED="1", ESMTPDSTART="YES")
        self.edit("authdaemonrc", authmodulelist="authuserdb", version="authdaemond")
        self.make_logins()

    def make_logins(self):
        world = self.world
        hashed = world.run("mkpasswd", "-m", "sha-512", settings.PASSWORD).strip()
        keyed = world.run("userdbpw", "-hmac-md5", input=(settings.PASSWORD + "\n").encode()).strip()
        rows = ""
        for user in settings.USERS:
            uid = world.uid(user)
            rows += "%s\tuid=%d|gid=%d|home=/home/%s|mail=/home/%s/Maildir" % (user, uid, uid, user, user)
            rows += "|hmac-md5pw=%s|esmtppw=%s\n" % (keyed, hashed) if user == settings.LOGIN else "\n"
        world.write("/etc/courier/userdb", rows, world.uid("courier"), 0o600)
        world.run("makeuserdb")

    def start(self):
        super().start()
        self.world.run("/usr/sbin/esmtpd-msa", "start")
