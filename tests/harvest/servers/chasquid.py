"""chasquid: a server in Go; reports with all recipients and their fates in one message."""
import re
import smtplib
import ssl

import situations
from servers import Base, pick

CONFIGURE = """hostname: "mx.example.org"
smtp_address: "127.0.0.1:25"
smtp_address: "192.0.2.1:25"
submission_address: "127.0.0.1:587"
mail_delivery_agent_bin: "/usr/local/bin/deliver"
mail_delivery_agent_args: "%to_user%"
"""

DELIVER = """#!/bin/sh
if [ "$1" = cora ]; then
    echo "cora: mailbox is over quota"
    exit 73
fi
{ echo "From MAILER-DAEMON Thu Jan  1 00:00:00 1970"; tr -d '\\r'; echo; } >>"/var/mail/$1"
"""


class Server(Base):
    packages = ("chasquid", "openssl", "dash")
    accounts = ("chasquid",)
    seconds = 30
    situations = pick(
        "no-user", "no-user-plain", "no-user-lines", "full", "too-big-mail", "shut", "web", "spam", "data",
        "full-later", "no-domain", "null-mx", "mixed", "mixed-times", "utf8-user", "alias")

    def configure(self):
        world = self.world
        world.write("/etc/chasquid/chasquid.conf", CONFIGURE)
        world.write("/usr/local/bin/deliver", DELIVER, mode=0o755)
        world.directory("/etc/chasquid/certs/mx.example.org")
        world.directory("/etc/chasquid/domains/example.org")
        world.write("/etc/chasquid/domains/example.org/aliases", "team: %s\n" % situations.ALIASES["team"])
        world.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
                  "-subj", "/CN=mx.example.org", "-keyout", "/etc/chasquid/certs/mx.example.org/privkey.pem",
                  "-out", "/etc/chasquid/certs/mx.example.org/fullchain.pem")
        for situation in self.situations:
            world.run("chasquid-util", "user-add", situation.sender, "--password=secret")
        world.directory("/var/lib/chasquid")
        self.ticks = 0

    def start(self):
        self.process = self.world.start("/usr/bin/chasquid", "-logtime=false")

    def submit(self, situation, message):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with smtplib.SMTP("127.0.0.1", 587, "localhost", timeout=20) as client:
            client.starttls(context=context)
            client.login(situation.sender, "secret")
            return self.hand_over(client, situation, message)

    def tick(self):
        """It gives up after 20 hours, which cannot be configured: make the queue look a day older."""
        self.ticks += 1
        if self.ticks != 8:
            return
        self.process.terminate()
        self.process.wait()
        for path in self.world.path("/var/lib/chasquid/queue").glob("m:*"):
            text = path.read_text()
            path.write_text(re.sub(r"(created_at_ts:\s*\{\s*seconds:\s*)(\d+)",
                                   lambda m: m.group(1) + str(int(m.group(2)) - 86400), text))
        self.start()
