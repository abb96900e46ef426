"""Writes what a run brought: each report as one case with the records that the table of situations
demands, and the server's log with what was done to each recipient.

The expected records come from the table and the far end's journal, never from reading the report. The
report only says which of them it can be asked for: a code that it does not show cannot be expected of it.
"""
import email
import json
import re
from email.policy import compat32
from pathlib import Path

ORIGINAL = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")


def own_words(report):
    """The report without the mail that it returns, as bytes: transfer encodings undone, lines joined."""
    message = email.message_from_bytes(report, policy=compat32)
    parts = [b"\n".join(b"%s: %s" % (k.encode(), str(v).encode("utf-8", "replace")) for k, v in message.items())]
    if message.is_multipart():
        for part in message.get_payload():
            if part.get_content_type() in ORIGINAL:
                continue
            if part.is_multipart():
                parts.append(part.as_bytes())
            else:
                parts.append(part.get_payload(decode=True) or b"")
    else:
        body = message.get_payload(decode=True) or b""
        parts.append(re.split(rb"(?mi)^(?:return-path|received|message-id|from|date|subject):", body)[0])
    return b"\n\n".join(parts)


def squeeze(text):
    return re.sub(rb"\s+", b" ", text)


# Words that a report shows when it tells the cause of what happened without any reply. A report that only
# says "retry timeout exceeded" cannot be asked why.
TELLTALE = {
    "expired": r"^status: *4\.|expired|timeout exceeded|could not be delivered for|failing for a long time|too long|"
               r"gave up|giving up|lifetime|too many failures",
    "unreachable": r"refused|time(d )?-?out(?! exceeded)|unreachable|lost|closed|dropped|no route|could not connect|"
                   r"EOF|cannot connect|can't connect|unexpected|read error|network error|shut down",
    "dns-failure": r"dns|name service|name server|host (or domain )?name|lookup|resol|domain",
    "domain-unknown": r"dns|name service|host|unrouteable|lookup|resol|domain|mx",
    "domain-no-mail": r"accept|null ?mx|no smtp service",
    "mailbox-full": r"quota|full|too large",
    "mailbox-unknown": r"unknown|unrouteable|no such|invalid|not exist|not found",
    "message-too-big": r"too (large|big)|size",
    "protocol": r"utf-?8|8.?bit|unicode",
    "routing-loop": r"loop|hops|received",
    "system-error": r"internal (software )?error|status 70|returned 70|abnormal|non-zero",
    "tls": r"tls",
}


def tells(words, reason):
    """Names of hosts and of address types do not count: "dns; mx.lost.example.com" says nothing was lost."""
    words = re.sub(rb"(?i)\S*example\.(?:com|net|org)\S*|: *dns;", b"", words)
    return re.search(TELLTALE.get(reason, "").encode(), words, re.I | re.M) is not None


def words_of(reply, fate, situation):
    """A reply's text as OUTPUT wants it: codes taken off, lines joined by one blank."""
    lines = []
    for line in reply.format(recipient=fate.recipient, sender=situation.sender).split("\n"):
        line = re.sub(r"^\d{3}(?:[ -]|$)", "", line)
        lines.append(re.sub(r"^\d\.\d{1,3}\.\d{1,3}(?: |$)", "", line).strip())
    return " ".join(line for line in lines if line)


def codes_of(reply):
    code = int(reply[:3])
    enhanced = re.match(r"\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b", reply)
    return code, enhanced.group(1) if enhanced else None


def says_delayed(words):
    return bool(re.search(rb"(?mi)^action:\s*delayed|^subject:.*(?:warning|delay)", words))


def has_number(words, number):
    return re.search(rb"(?<![\d.])%s(?![\d.]*\d)" % re.escape(str(number).encode()), words) is not None


def happened(fate, situation, journal):
    """Whether the far end came to say what the table holds: a client may have stopped before (at a greeting
    it did not like, say), and then the table is not the truth about it."""
    if fate.at not in ("MAIL", "RCPT", "DATA", "EOM") or fate.announced:
        return True
    return any(e["sender"] == situation.sender and e["command"] == fate.at and e["recipient"] in (None, fate.recipient)
               and (e["reply"] == fate.reply or fate.reason is None and e["reply"][0] == "2") for e in journal.events)


def shows_sender(report, situation):
    """Whether the returned mail shows its sender; that the report is addressed to someone proves nothing."""
    return situation.sender.encode() in re.split(rb"\r?\n\r?\n", report, maxsplit=1)[-1]


# Causes that nobody can mend: where the queue gave up on one of these the reason is "expired". Any other
# cause outlives the expiry, and is the reason itself.
WAITING = {"unreachable", "dns-failure", "greylisted", "recipient-rate", "unknown"}


def as_reported(record, fate, words):
    """Where the truth and the fields of the report differ, a record holds what the report says: the action that
    it gives, and the alias where it names no other recipient."""
    actions = set(re.findall(rb"(?mi)^action: *(failed|delayed|delivered|relayed|expanded)", words))
    if len(actions) == 1:
        record["kind"] = actions.pop().decode().lower()
    final = b" ".join(re.findall(rb"(?mi)^final-recipient:.*", words))
    if fate.original and fate.original.encode() in final and fate.recipient.encode() not in final:
        record["recipient"] = fate.original
        record.pop("original_recipient", None)
    return record


def expected(fate, situation, words, delayed, waited, journal):
    return as_reported(true_record(fate, situation, words, delayed, waited, journal), fate, words)


def true_record(fate, situation, words, delayed, waited, journal):
    """The record that a report about this recipient must give. `waited`: an earlier report said that it
    was still being tried, whatever the far end meant by its reply."""
    record = {"kind": "failed", "recipient": fate.recipient}
    if fate.original and fate.original.encode() in words:
        record["original_recipient"] = fate.original
    if not happened(fate, situation, journal):
        record["kind"] = "delayed" if delayed else "failed"
        return record
    if fate.reason is None:
        record["kind"] = fate.kind
        return record
    expired = not delayed and (waited or not fate.lasting)
    if delayed:
        record["kind"] = "delayed"
    told = fate.reply in (None, "CUT") and tells(words, fate.reason)
    if fate.reply not in (None, "CUT"):
        code, enhanced = codes_of(fate.reply)
        text = words_of(fate.reply, fate, situation)
        for key, value in (("code", code), ("enhanced", enhanced)):
            if value is not None and has_number(words, value):
                record[key] = value
        told = ("code" in record or "enhanced" in record
                or (text and squeeze(text.encode("utf-8"))[:20] in squeeze(words))
                or (fate.announced and tells(words, fate.reason)))
    if expired and told and fate.reason not in WAITING:
        record["reason"] = fate.reason
    elif expired:
        # A refusal for the time being that ended in failure says it too.
        if record.get("code", 0) // 100 == 4 or tells(words, "expired"):
            record["reason"] = "expired"
            if told:
                record["cause"] = fate.reason
    elif told:
        record["reason"] = fate.reason
    return record


def mentions(words, fate):
    """Whether a report is about this recipient: where it has fields for recipients, one of them says so (a
    transcript may show more); otherwise the address stands somewhere."""
    fields = re.findall(rb"(?mi)^(?:final|original|x-actual)-recipient:.*(?:\n[ \t].*)*", words)
    words = b"\n".join(fields) or words
    # An international address may stand there as RFC 6533 writes it in ASCII: j\\x{FC}rg@example.com.
    forms = {form for address in (fate.recipient, fate.original) if address for form in (
        address.encode("utf-8"), "".join(c if c < "\x80" else "\\x{%X}" % ord(c) for c in address).encode())}
    return any(re.search(rb"(?i)(?<![\w.+-])%s(?![\w-])" % re.escape(form), words) for form in forms)


def label(situation, records, used):
    """A name for the case: the situation, and what the report tells of it."""
    kinds = {r["kind"] for r in records}
    suffix = ""
    if "delayed" in kinds:
        suffix = "-delay"
    elif any(r.get("reason") == "expired" for r in records):
        suffix = "-expired"
    elif kinds and kinds <= {"relayed", "delivered", "expanded"}:
        suffix = "-sent"
    name, n = situation.name + suffix, 1
    while name in used:
        n += 1
        name = "%s%s-%d" % (situation.name, suffix, n)
    used.add(name)
    return name


def json_line(record):
    return json.dumps({k: v for k, v in record.items() if v is not None}, ensure_ascii=False) + "\n"


def write_reports(name, server, taken, target):
    """One case for each report. Returns how many each situation brought, and who was said to be waiting."""
    found = {situation: server.reports(situation.sender.partition("@")[0]) for situation in taken}
    if not any(found.values()):
        raise RuntimeError("no report came back")
    directory = Path(target) / "bounce/harvest"
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob(name + "-*"):
        old.unlink()
    used, waited = set(), {}
    for situation, reports in found.items():
        waiting = waited[situation] = set()
        for report in reports:
            words = own_words(report)
            delayed = says_delayed(words) and not server.gave_up(words)
            fates = [fate for fate in situation.fates if mentions(words, fate)]
            records = [expected(fate, situation, words, delayed, fate.recipient in waiting, server.journal)
                       for fate in fates]
            if shows_sender(report, situation):
                records = [dict(kind=r.pop("kind"), recipient=r.pop("recipient"), sender=situation.sender, **r)
                           for r in records]
            if delayed:
                waiting.update(fate.recipient for fate in fates)
            case = "%s-%s" % (name, label(situation, records, used))
            (directory / (case + ".eml")).write_bytes(report)
            (directory / (case + ".expected.jsonl")).write_text("".join(map(json_line, records)), encoding="utf-8")
    print("  %d reports of %d situations; none of: %s" % (
        sum(map(len, found.values())), len(taken), " ".join(s.name for s, r in found.items() if not r) or "-"))
    return {situation: len(reports) for situation, reports in found.items()}, waited


def log_truth(situation, queue_id, fate, waited, journal, log):
    """What was done to one recipient: each different thing once. `waited`: the server kept trying, whatever
    the reply's digit."""
    lasting = fate.lasting and not waited
    base = {"situation": situation.name, "direction": "out", "queue_id": queue_id, "sender": situation.sender,
            "recipient": fate.recipient, "original_recipient": fate.original}
    events = [e for e in journal.events if e["sender"] == situation.sender and e["recipient"] in (fate.recipient, None)]
    # Another recipient of the same mail may have been at another host.
    own = [e for e in events if e["recipient"] or len(situation.fates) == 1]
    lines = b"\n".join(line for line in log if fate.recipient.encode() in line
                       or (queue_id and queue_id.encode() in line))
    rows = []

    def row(kind, reply=None, **more):
        record = dict(base, kind=kind, **more)
        if reply not in (None, "CUT"):
            record["code"], record["enhanced"] = codes_of(reply)
            record["text"] = words_of(reply, fate, situation)
            for key in ("code", "enhanced"):
                if record[key] is not None and not has_number(lines, record[key]):
                    del record[key]
            if squeeze(record["text"].encode())[:20] not in squeeze(lines):
                del record["text"]
        rows.append(record)

    # One whose RCPT was refused gets nothing, though a message without any recipient left may be taken.
    refused = fate.lasting and fate.reason is not None and fate.at in ("MAIL", "RCPT")
    accepted = [e for e in events if e["command"] == "EOM" and e["reply"][0] == "2" and not refused]
    if not happened(fate, situation, journal):
        row("failed")
    elif fate.reason is not None:
        attempts = len([e for e in events if fate.at == e["command"] and e["reply"][0] not in "23"])
        row("failed" if lasting else "delayed", fate.reply, command=fate.at if fate.at not in (
            "DNS", "LOCAL", "CLIENT") else None, remote=next((e["host"] for e in own), None),
            reason=fate.reason, attempts=attempts or None)
        if not lasting and not accepted:
            row("failed", None, reason="expired", cause=fate.reason)
    for event in accepted[:1]:
        row("delivered", event["reply"], remote=event["host"])
    if fate.at == "LOCAL" and fate.reason is None:
        row("delivered")
    return rows


def write_log(name, server, taken, counts, waited, strangers, target):
    directory = Path(target) / "log/harvest"
    directory.mkdir(parents=True, exist_ok=True)
    log = server.log_lines()
    (directory / (name + ".log")).write_bytes(b"".join(line + b"\n" for line in log))
    rows = []
    for refusal in strangers:
        code, enhanced = codes_of(refusal["reply"])
        rows.append({"direction": "in", "kind": "failed" if code >= 500 else "delayed", "code": code,
                     "enhanced": enhanced, **refusal})
    for situation, queue_id in taken.items():
        for fate in situation.fates:
            rows += log_truth(situation, queue_id, fate, fate.recipient in waited[situation], server.journal, log)
        if counts[situation]:
            rows.append({"situation": situation.name, "direction": "out", "kind": "delivered", "sender": "",
                         "recipient": situation.sender, "reports": counts[situation]})
    # What the log never names it cannot be asked for: a recipient that an alias turned into a program, a
    # report that went out by another way.
    text = b"\n".join(log)
    rows = [row for row in rows if (row["recipient"] or row["sender"]).encode() in text]
    (directory / (name + ".truth.jsonl")).write_text("".join(map(json_line, rows)), encoding="utf-8")


def write(name, server, taken, strangers, target):
    counts, waited = write_reports(name, server, taken, target)
    write_log(name, server, taken, counts, waited, strangers, target)
