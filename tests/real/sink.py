"""A next hop for a server that only hands on: takes every mail and keeps it."""
import socketserver
import threading

PORT = 2525


class Handler(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        recipients = []
        self.say("220 sink.example.com ESMTP")
        for raw in self.rfile:
            verb = raw[:4].upper().strip()
            if verb == b"EHLO":
                self.say("250-sink.example.com\r\n250-8BITMIME\r\n250 SIZE")
            elif verb == b"RCPT":
                recipients.append(raw.partition(b"<")[2].partition(b">")[0].decode())
                self.say("250 2.1.5 Ok")
            elif verb == b"DATA":
                self.say("354 Go on")
                lines = list(iter(self.rfile.readline, b".\r\n"))
                self.server.taken += [(recipient, b"".join(lines)) for recipient in recipients]
                recipients = []
                self.say("250 2.0.0 Ok: queued as SINK%d" % len(self.server.taken))
            elif verb == b"QUIT":
                self.say("221 2.0.0 Bye")
                return
            else:
                self.say("250 2.0.0 Ok")


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", PORT), Handler)
        self.taken = []
        threading.Thread(target=self.serve_forever, daemon=True).start()
