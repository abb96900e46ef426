"""fetchmail: fetches mail by POP3 and hands it on by SMTP; what is refused there it returns to the sender.

The mailboxes that it fetches from are ours: one for each situation, with that situation's mail.
"""
import socketserver
import threading

import farend
import situations
from servers import Base, pick

CONFIGURE = """set postmaster "postmaster"
set bouncemail
set no spambounce
poll mailbox.example.org via 127.0.0.1 proto pop3 port 110 no dns
  user "{name}" password "secret" is "{name}" here smtpname "{recipient}" smtphost "192.0.2.10/25" fetchall sslproto ""
"""


class Pop3(socketserver.StreamRequestHandler):
    """As much of RFC 1939 as a client needs that takes one mail and deletes it."""
    mails = {}

    def handle(self):
        mail = b""
        self.wfile.write(b"+OK\r\n")
        for line in self.rfile:
            verb, _, rest = line.decode("ascii", "replace").strip().partition(" ")
            verb = verb.upper()
            if verb == "USER":
                mail = self.mails.get(rest, b"")
            if verb == "CAPA":
                self.wfile.write(b"-ERR\r\n")
                continue
            size = b"+OK 1 %d\r\n" % len(mail)
            answers = {"STAT": size, "LIST": size, "RETR": b"+OK\r\n" + mail + b".\r\n"}
            self.wfile.write(answers.get(verb, b"+OK\r\n"))
            if verb == "QUIT":
                return


class Server(Base):
    packages = ("fetchmail",)
    seconds = 2
    port = None
    situations = pick("no-user", "no-user-lines", "full", "relay", "spam")

    def start(self):
        """The reports go to a mail server on this machine: another host of the far end."""
        host = situations.Host(situations.HOSTNAME, "127.0.0.1", ())
        self.local = farend.start((host,), {})
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 110), Pop3)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def submit(self, situation, message):
        Pop3.mails[situation.name] = b"Return-Path: <%s>\r\n" % situation.sender.encode() + message
        self.world.write("/root/.fetchmailrc", CONFIGURE.format(name=situation.name, recipient=situation.recipients[0]),
                         mode=0o600)
        self.world.run("fetchmail", "--syslog", check=False)

    def reports(self, user):
        return self.local.reports.get(user, [])
