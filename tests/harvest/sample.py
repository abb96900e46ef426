"""Puts some of the captured reports into one mailbox (mboxrd) for the demo: python3 sample.py CASES MBOX"""
import email
import re
import sys
from email.utils import parsedate_to_datetime
from pathlib import Path

PICK = """
postfix-no-user postfix-blocklist postfix-full-later-delay postfix-full-later-expired postfix-mixed
postfix-utf8-user postfix-success-sent exim-sender-auth exim-local-full-expired exim-greylist-delay
exim-mixed sendmail-no-domain sendmail-reputation-expired sendmail-non-compliant opensmtpd-too-big
opensmtpd-mixed-times-expired courier-attachment courier-recipient-rate-delay dma-no-user-lines
chasquid-mixed-times-expired dovecot-local-full dovecot-local-away
""".split()


def entry(report):
    """One message of a mailbox. Senders of reports are empty, which a mailbox writes as MAILER-DAEMON."""
    date = parsedate_to_datetime(email.message_from_bytes(report)["Date"])
    quoted = re.sub(rb"(?m)^(>*From )", rb">\1", report)
    return b"From MAILER-DAEMON %s\n%s\n" % (date.strftime("%a %b %e %H:%M:%S %Y").encode(), quoted)


def main(cases, target):
    directory = Path(cases) / "bounce/harvest"
    missing = [name for name in PICK if not (directory / (name + ".eml")).exists()]
    if missing:
        sys.exit("sample: not captured: " + " ".join(missing))
    Path(target).write_bytes(b"".join(entry((directory / (name + ".eml")).read_bytes()) for name in PICK))


if __name__ == "__main__":
    main(*sys.argv[1:])
