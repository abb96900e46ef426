"""What the tests of the transport talk to: scripted servers on loopback, a throw-away authority that
makes their certificates, and the server's side of the SASL mechanisms.
"""

import base64
import contextlib
import hashlib
import hmac
import os
import pathlib
import socket
import ssl
import subprocess
import threading

WAIT = 20  # seconds; longer than anything here should take


class Connection:
    """One connection as a script sees it: lines in, bytes out."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = b""

    def send(self, *lines):
        self.raw(b"".join(line.encode() + b"\r\n" for line in lines))

    def raw(self, data):
        self.sock.sendall(data)

    def line(self):
        """The next line without its end; raises where the other side has gone."""
        while b"\r\n" not in self.buffer:
            more = self.sock.recv(65536)
            if not more:
                raise ConnectionError("closed")
            self.buffer += more
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line.decode("utf-8", "replace")

    def expect(self, word):
        line = self.line()
        if not line.upper().startswith(word):
            raise AssertionError(f"expected {word}, got {line}")
        return line

    def greet(self, *extensions):
        """Greeting and EHLO."""
        self.send("220 mx.example.com ESMTP")
        self.ehlo(*extensions)

    def ehlo(self, *extensions):
        if self.line().upper().split()[0] not in ("EHLO", "LHLO"):
            raise AssertionError("neither EHLO nor LHLO")
        lines = ["mx.example.com", *extensions]
        self.send(*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}")

    def starttls(self, context):
        self.expect("STARTTLS")
        self.send("220 2.0.0 go ahead")
        self.tls(context)

    def tls(self, context):
        self.sock = context.wrap_socket(self.sock, server_side=True)

    def message(self):
        """The lines up to the dot, as they were sent."""
        pieces = [b"\r\n" + self.buffer]
        while b"\r\n.\r\n" not in b"".join(pieces[-6:]):
            more = self.sock.recv(65536)
            if not more:
                raise ConnectionError("closed")
            pieces.append(more)
        text, self.buffer = b"".join(pieces).split(b"\r\n.\r\n", 1)
        return text.decode().split("\r\n")[1:]

    def silence(self):
        """Says nothing until the other side has gone."""
        while self.sock.recv(65536):
            pass

    def take_mail(self, reply="250 2.0.0 Ok: queued as 4XyZ"):
        """MAIL, RCPT and DATA, all accepted, without PIPELINING; and QUIT."""
        while True:
            line = self.line()
            word = line.upper().split()[0] if line else ""
            if word == "DATA":
                self.send("354 go on")
                self.lines = self.message()
                self.send(reply)
            elif word == "QUIT":
                self.send("221 2.0.0 bye")
                return
            else:
                self.send("250 2.1.0 Ok")


class Server:
    """Runs a script for each connection, in a thread. script(connection) may return or raise; what
    it raised is in errors."""

    def __init__(self, script, address=("127.0.0.1", 0), family=socket.AF_INET):
        self.script = script
        self.errors = []
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.sock.bind(address)
        self.sock.listen(20)
        if family != socket.AF_UNIX:
            self.port = self.sock.getsockname()[1]
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while True:
            try:
                sock, _ = self.sock.accept()
            except OSError:
                return
            sock.settimeout(WAIT)
            if sock.family != socket.AF_UNIX:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(sock)
            try:
                self.script(connection)
            except (OSError, AssertionError, IndexError, ValueError) as error:
                self.errors.append(error)
            with contextlib.suppress(OSError):
                connection.sock.close()

    def close(self):
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
        self.thread.join(WAIT)


# ---- certificates ----


class Authority:
    """Certificates by the command openssl, in a directory."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.key("ca")
        self.run("req", "-x509", "-new", "-key", "ca.key", "-subj", "/CN=Throw-away CA",
                 "-days", "30", "-out", "ca.pem", "-addext", "basicConstraints=critical,CA:TRUE",
                 "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
        self.ca = str(self.directory / "ca.pem")

    def run(self, *words):
        subprocess.run(["openssl", *words], cwd=self.directory, check=True, capture_output=True)

    def key(self, name):
        self.run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
                 "-out", f"{name}.key")  # fmt: skip

    def certificate(self, name, alternatives, subject=None, days=30, own=False, password=None):
        """Makes NAME.pem with the certificate and its key; own: signed by itself. Returns its path."""
        self.key(name)
        extensions = self.directory / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alternatives}\n" if alternatives else "")
        subject = subject or f"/CN={name}"
        self.run("req", "-new", "-utf8", "-key", f"{name}.key", "-subj", subject,
                 "-out", f"{name}.csr")  # fmt: skip
        issuer = ["-signkey", f"{name}.key"] if own else ["-CA", "ca.pem", "-CAkey", "ca.key"]
        if days < 0:
            self.past(name, extensions)
        else:
            self.run("x509", "-req", "-in", f"{name}.csr", *issuer, "-set_serial",
                     str(int.from_bytes(os.urandom(8), "big")), "-days", str(days),
                     "-extfile", extensions.name, "-out", f"{name}.crt")  # fmt: skip
        if password:
            self.run("pkey", "-in", f"{name}.key", "-aes256", "-passout", f"pass:{password}",
                     "-out", f"{name}.locked")  # fmt: skip
        path = self.directory / f"{name}.pem"
        key = self.directory / (f"{name}.locked" if password else f"{name}.key")
        path.write_text((self.directory / f"{name}.crt").read_text() + key.read_text())
        return str(path)

    def past(self, name, extensions):
        """One that has expired: `openssl ca` takes dates in every version, `openssl x509` does not."""
        for file in ("index.txt", "index.txt.attr"):
            (self.directory / file).write_text("")
        (self.directory / "serial").write_text("77\n")
        (self.directory / "ca.cnf").write_text(
            "[ca]\ndefault_ca=own\n[own]\ndir=.\ndatabase=index.txt\nserial=serial\n"
            "new_certs_dir=.\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n"
        )
        self.run("ca", "-batch", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key",
                 "-in", f"{name}.csr", "-out", f"{name}.crt", "-notext", "-extfile",
                 extensions.name, "-startdate", "20200101000000Z",
                 "-enddate", "20200201000000Z")  # fmt: skip


def context(certificate, maximum=None, client_ca=None, names=None):
    """A server's context. names: a list that gets the name that each client asks for."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    if maximum:
        made.maximum_version = maximum
    if client_ca:
        made.verify_mode = ssl.CERT_REQUIRED
        made.load_verify_locations(client_ca)
    if names is not None:
        made.sni_callback = lambda sock, name, context: names.append(name)
    return made


# ---- SASL ----


def encode(data):
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def decode(text):
    return base64.b64decode(text, validate=True)


def ask(connection, challenge):
    """Sends a challenge; the client's answer."""
    connection.send(f"334 {encode(challenge)}")
    return decode(connection.line())


def scram(connection, initial, user, password, digest="sha256", lie=False):
    """The server's side of SCRAM (RFC 5802). Whether the client knew the password."""
    header, bare = initial.decode().split(",,", 1)
    fields = dict(part.split("=", 1) for part in bare.split(","))
    salt, nonce = os.urandom(16), fields["r"] + "server"
    first = f"r={nonce},s={encode(salt)},i=4096"
    final = ask(connection, first).decode()
    without, proof = final.rsplit(",p=", 1)
    salted = hashlib.pbkdf2_hmac(digest, password.encode(), salt, 4096)
    authentication = f"{bare},{first},{without}".encode()
    client_key = hmac.digest(salted, b"Client Key", digest)
    stored = hashlib.new(digest, client_key).digest()
    signature = hmac.digest(stored, authentication, digest)
    right = bytes(a ^ b for a, b in zip(client_key, signature))
    assert header in ("n", "y"), header
    if fields["n"] != user or decode(proof) != right:
        return False
    server_key = hmac.digest(salted, b"Server Key", digest)
    verifier = hmac.digest(server_key, authentication, digest)
    if lie:
        verifier = bytes(len(verifier))
    ask(connection, f"v={encode(verifier)}")
    return True


def authenticate(connection, user, password):
    """Takes AUTH with any mechanism. Whether the client may come in."""
    words = connection.expect("AUTH").split()
    mechanism = words[1].upper()
    initial = None
    if len(words) > 2:
        initial = b"" if words[2] == "=" else decode(words[2])
    if mechanism == "PLAIN":
        initial = ask(connection, "") if initial is None else initial
        return initial == f"\0{user}\0{password}".encode()
    if mechanism == "LOGIN":
        got = ask(connection, "Username:"), ask(connection, "Password:")
        return got == (user.encode(), password.encode())
    if mechanism == "CRAM-MD5":
        challenge = "<1896.697170952@mx.example.com>"
        answer = ask(connection, challenge).decode()
        right = hmac.new(password.encode(), challenge.encode(), "md5").hexdigest()
        return answer == f"{user} {right}"
    if mechanism in ("SCRAM-SHA-1", "SCRAM-SHA-256"):
        digest = mechanism.removeprefix("SCRAM-").replace("-", "").lower()
        return scram(connection, initial, user, password, digest)
    return mechanism == "EXTERNAL" and initial == b""
