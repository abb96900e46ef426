"""Holds what was read out of the log against what log_data wrote into it.

Usage: log_truth.py TRUTH RECORDS REPORT [PFLOGSUMM [LOGWATCH]]

RECORDS is of smtpstatus log --format jsonl, REPORT of smtpstatus report --format json, the others what the
peers wrote; "-" where one is not there. Prints what differs, and how the counts of the peers compare; the last
line is "agree" or "differ".
"""

import collections
import json
import re
import sys

FIELD = re.compile(r'"(direction|kind|reason)":"([^"]*)"')


def read_truth(name):
    with open(name, encoding="ascii") as file:
        return {key: int(value) for key, value in (line.split() for line in file)}


def count_records(name):
    """The same counts as the truth's, of the records."""
    counts = collections.Counter()
    with open(name, encoding="utf-8") as file:
        for line in file:
            found = dict(FIELD.findall(line))
            counts["refused" if found["direction"] == "in" else found["kind"]] += 1
            if "reason" in found:
                counts[f"reason.{found['reason']}"] += 1
    return counts


def count_report(name):
    """What a report has of it: recipients by their fate, not attempts. What the filter has taken when the log
    ends counts as delivered there, until more is heard."""
    with open(name, encoding="utf-8") as file:
        totals = json.load(file)["totals"]
    delivered = totals["delivered_first"] + totals["delivered_later"] - totals["relayed"]
    return {"delivered": delivered, "failed": totals["failed"]}


def number_of(text, pattern):
    found = re.search(pattern, text, re.MULTILINE)
    return int(found[1].replace(",", "")) if found else None


def count_peer(name, patterns):
    with open(name, encoding="utf-8", errors="replace") as file:
        text = file.read(20000)
    return {key: sum(number_of(text, part) or 0 for part in parts) for key, parts in patterns.items()}


PEERS = {
    "pflogsumm": {
        "sent": [r"^ *(\d+) +delivered"],
        "delayed": [r"\( *(\d+) +deferrals\)"],
        "failed": [r"^ *(\d+) +bounced"],
        "refused": [r"^ *(\d+) +rejected"],
    },
    "postfix-logwatch": {
        "sent": [r"^ *(\d+) +Sent via SMTP", r"^ *(\d+) +Delivered "],
        "delayed": [r"^ *(\d+) +Deferrals"],
        "failed": [r"^ *(\d+) +Bounced \(local\)", r"^ *(\d+) +Bounced \(remote\)"],
        "refused": [r"^ *(\d+) +Total 5xx", r"^ *(\d+) +Total 4xx"],
    },
}


def main():
    truth = read_truth(sys.argv[1])
    wanted = {key: value for key, value in truth.items() if key not in ("lines", "bytes", "messages")}
    different = 0
    for title, got in (("log", count_records(sys.argv[2])), ("report", count_report(sys.argv[3]))):
        keys = sorted(set(wanted) | set(got)) if title == "log" else sorted(got)
        for key in keys:
            if got.get(key, 0) != wanted.get(key, 0):
                different += 1
                print(f"{title}: {key} is {got.get(key, 0)}, and was {wanted.get(key, 0)}")
    shared = {"sent": wanted["delivered"] + wanted["relayed"], **wanted}
    for (title, patterns), name in zip(PEERS.items(), sys.argv[4:], strict=False):
        if name == "-":
            continue
        got = count_peer(name, patterns)
        words = [f"{key} {value} ({value - shared[key]:+})" for key, value in got.items()]
        print(f"{title} counts {', '.join(words)}")
    print("differ" if different else "agree")


if __name__ == "__main__":
    main()
