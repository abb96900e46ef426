"""A throw-away certification authority and the certificate of the server under test, by openssl(1)."""
import subprocess

import settings


def openssl(*words, directory):
    subprocess.run(["openssl", *words], cwd=directory, check=True, capture_output=True)


def make(directory):
    """Writes ca.pem, cert.pem and key.pem into a directory."""
    # Not elliptic curves: OpenSMTPD's key process cannot sign with them under OpenSSL 3.
    fresh = ("-newkey", "rsa:2048", "-nodes")
    openssl("req", "-x509", *fresh, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
            "-subj", "/CN=Throw-away CA", directory=directory)
    openssl("req", *fresh, "-keyout", "key.pem", "-out", "request.pem",
            "-subj", "/CN=" + settings.HOSTNAME, directory=directory)
    (directory / "names").write_text("subjectAltName=DNS:%s,DNS:localhost\n" % settings.HOSTNAME)
    openssl("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "2",
            "-extfile", "names", "-out", "cert.pem", directory=directory)
