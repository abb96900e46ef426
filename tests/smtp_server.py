"""A small SMTP and LMTP server on loopback for tests of the command: it answers as it is told, and keeps
what it was sent.
"""
import socket
import ssl
import subprocess
import threading
from pathlib import Path

EHLO = ("PIPELINING", "SIZE 100000", "8BITMIME", "ENHANCEDSTATUSCODES", "DSN", "SMTPUTF8", "CHUNKING")


class Server:
    """One server. replies maps the start of a command line (or "GREETING", "EOM") to what is answered: the
    reply, CLOSE, a reply with CLOSE behind it, or a function that is given the session and answers itself.
    """

    CLOSE = object()

    def __init__(self, replies=None, extensions=EHLO, tls=None, implicit=False, lmtp=False, address="127.0.0.1",
                 port=0):
        self.replies, self.extensions, self.tls, self.implicit = replies or {}, extensions, tls, implicit
        self.lmtp = lmtp
        self.commands, self.messages, self.faults = [], [], []
        self.listener = socket.create_server((address, port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Closed alone, it would go on as long as somebody waits in accept.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            if self.implicit:
                client = self.tls.wrap_socket(client, server_side=True)
            Session(self, client).run()
        except OSError as error:
            self.faults.append(str(error))
        finally:
            client.close()

    def reply(self, line, otherwise):
        """The reply for a command: the longest start that is named."""
        starts = [start for start in self.replies if line.upper().startswith(start.upper())]
        return self.replies[max(starts, key=len)] if starts else otherwise


class Session:
    def __init__(self, server, client):
        self.server, self.client = server, client
        self.stream = client.makefile("rb")
        self.recipients, self.encrypted = 0, server.implicit

    def say(self, reply):
        """Returns False where the connection is to be closed."""
        if callable(reply):
            return reply(self)
        parts = reply if isinstance(reply, tuple) else (reply,)
        for part in parts:
            if part is Server.CLOSE:
                self.client.shutdown(socket.SHUT_RDWR)
                return False
            data = part if isinstance(part, bytes) else part.encode() + b"\r\n"
            self.client.sendall(data)
        return True

    def ehlo(self, line):
        words = list(self.server.extensions)
        if self.server.tls and not self.encrypted:
            words.append("STARTTLS")
        lines = ["mx.example.com Hello"] + words
        return "\r\n".join("250%s%s" % ("-" if word is not lines[-1] else " ", word) for word in lines)

    def run(self):
        if not self.say(self.server.reply("GREETING", "220 mx.example.com ESMTP")):
            return
        # The stream is another one once TLS has begun.
        while raw := self.stream.readline():
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            self.server.commands.append(line)
            if not self.answer(line):
                return

    def answer(self, line):
        verb = line.upper().split(" ")[0].split(":")[0]
        if verb in ("EHLO", "LHLO"):
            return self.say(self.server.reply(line, self.ehlo(line)))
        if verb == "STARTTLS":
            return self.starttls(line)
        if verb == "RCPT":
            reply = self.server.reply(line, "250 2.1.5 Ok")
            self.recipients += isinstance(reply, str) and reply.startswith("2")
            return self.say(reply)
        if verb == "DATA":
            return self.data(line)
        if verb == "BDAT":
            return self.bdat(line)
        if verb == "QUIT":
            self.say(self.server.reply(line, "221 2.0.0 Bye"))
            return False
        if verb == "AUTH":
            return self.auth(line)
        return self.say(self.server.reply(line, "250 2.0.0 Ok"))

    def starttls(self, line):
        reply = self.server.reply(line, "220 2.0.0 Ready")
        good = self.say(reply)
        if good and isinstance(reply, str) and reply.startswith("2"):
            self.client = self.server.tls.wrap_socket(self.client, server_side=True)
            self.stream = self.client.makefile("rb")
            self.encrypted = True
        return good

    def auth(self, line):
        """Takes any mechanism of one or two steps."""
        if len(line.split(" ")) < 3:
            self.say("334 VXNlcm5hbWU6")
            self.stream.readline()
            if " LOGIN" in line.upper():
                self.say("334 UGFzc3dvcmQ6")
                self.stream.readline()
        return self.say(self.server.reply("AUTH", "235 2.7.0 Authenticated"))

    def end(self):
        reply = self.server.reply("EOM", "250 2.0.0 Ok: queued as 4XyZ")
        count = self.recipients if self.server.lmtp else 1
        self.recipients = 0
        return all(self.say(reply) for _ in range(count))

    def data(self, line):
        reply = self.server.reply(line, "354 Go on")
        if not self.say(reply) or not reply.startswith("3"):
            return reply.startswith(("4", "5"))
        lines = list(iter(self.stream.readline, b".\r\n"))
        self.server.messages.append(b"".join(x[1:] if x.startswith(b".") else x for x in lines))
        return self.end()

    def bdat(self, line):
        words = line.split(" ")
        chunk = self.stream.read(int(words[1]))
        if not self.server.messages or self.server.messages[-1] is None:
            self.server.messages = [m for m in self.server.messages if m is not None]
        self.server.messages.append(chunk)
        return self.end() if words[-1].upper() == "LAST" else self.say("250 2.0.0 Ok")


def make_tls(directory, name="mx.example.com"):
    """A throw-away authority and a certificate: (context of the server, path of the authority)."""
    directory = Path(directory)

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=directory, check=True, capture_output=True)

    fresh = ("-newkey", "rsa:2048", "-nodes")
    openssl("req", "-x509", *fresh, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test CA")
    openssl("req", *fresh, "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=" + name)
    (directory / "names").write_text("subjectAltName=DNS:%s,DNS:localhost,IP:127.0.0.1\n" % name)
    openssl("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "2",
            "-extfile", "names", "-out", "cert.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "cert.pem", directory / "key.pem")
    return context, str(directory / "ca.pem")
