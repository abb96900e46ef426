#!/usr/bin/env python3
"""Writes the mails that bench/bounce.sh measures with, made from samples.

Usage: bounce_data.py SAMPLES OUTPUT COUNT

OUTPUT gets bounces.mbox and bounces.mbox.gz, the same mails as a Maildir, and large.eml: a bounce of 15 MB
that returns its attachment. The samples are taken over and over in a mixed order, each time with other
addresses, so that no two mails are the same. Prints how many mails and bytes there are.
"""

import gzip
import pathlib
import random
import sys

SEPARATOR = b"From MAILER-DAEMON Tue Mar  3 10:00:00 2026\n"


def varied(sample, number):
    return sample.replace(b"@example.", b"@m%d.example." % number)


def quoted(mail):
    return b"".join(b">" + line if line.lstrip(b">").startswith(b"From ") else line
                    for line in mail.splitlines(keepends=True))  # fmt: skip


def large():
    """A report before a mail of 15 MB."""
    attachment = b"".join(b"%076d\n" % number for number in range(15_000_000 // 77))
    return (
        b"From: MAILER-DAEMON@mail.example.org\nTo: karl@example.org\nSubject: Undelivered Mail\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        b"--b\n\nYour mail could not be delivered.\n--b\nContent-Type: message/delivery-status\n\n"
        b"Reporting-MTA: dns; mail.example.org\n\nFinal-Recipient: rfc822; anna@example.com\nAction: failed\n"
        b"Status: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 Mailbox full\n\n--b\nContent-Type: message/rfc822\n\n"
        b"From: karl@example.org\nTo: anna@example.com\nSubject: Plans\nContent-Type: application/octet-stream\n"
        b"Content-Transfer-Encoding: base64\n\n" + attachment + b"--b--\n"
    )


def main():
    samples, output, count = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
    mails = [path.read_bytes() for path in sorted(samples.rglob("*.eml"))]
    for part in ("cur", "new", "tmp"):
        (output / "Maildir" / part).mkdir(parents=True)
    order = random.Random(1)
    total = 0
    with (output / "bounces.mbox").open("wb") as mbox:
        for number in range(count):
            if number % len(mails) == 0:
                order.shuffle(mails)
            mail = varied(mails[number % len(mails)], number // len(mails))
            mail = mail.rstrip(b"\r\n") + b"\n"
            total += len(mail)
            mbox.write(SEPARATOR + quoted(mail) + b"\n")
            (output / "Maildir/cur" / f"{1700000000 + number}.M{number}.host:2,").write_bytes(mail)
    with gzip.open(output / "bounces.mbox.gz", "wb") as packed:
        packed.write((output / "bounces.mbox").read_bytes())
    (output / "large.eml").write_bytes(large())
    print(count, total)


if __name__ == "__main__":
    main()
