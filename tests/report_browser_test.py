#!/usr/bin/env python3
"""The HTML report in headless Chromium: nothing is loaded, nothing is complained of, charts have
size, the page fits a phone, and every number on it is the one that the JSON object has.

Usage: report_browser_test.py COMMAND [DIRECTORY]

With a DIRECTORY, pictures of the page go there: light, dark, on a phone, on paper.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import chromium
from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent
LANGUAGES = ["en", "zh", "es", "it"]

# All numbers that say where they stand, charts, and what a reader by ear needs.
COLLECT = """
(() => {
  const all = (what) => [...document.querySelectorAll(what)];
  const size = (e) => { const r = e.getBoundingClientRect(); return [r.width, r.height]; };
  return {
    numbers: all('[data-n]').map(e => [e.dataset.n, e.getAttribute('value'), e.textContent]),
    charts: all('svg').filter(e => e.checkVisibility({contentVisibilityAuto: true})).map(e => [e.getAttribute('class'), ...size(e)]),
    named: all('svg').every(e => e.getAttribute('aria-label') || e.getAttribute('aria-hidden')),
    captions: all('table').every(e => e.caption && e.caption.textContent.trim()),
    headers: all('th').every(e => e.scope),
    headings: all('h1,h2,h3,h4').map(e => +e.tagName[1]),
    lang: document.documentElement.lang,
    title: document.title,
    dark: getComputedStyle(document.body).backgroundColor,
    overflow: document.scrollingElement.scrollWidth - innerWidth,
    scripts: all('script,iframe,object,embed,img').length,
    ids: all('[id]').map(e => e.id),
    links: all('a[href]').map(e => e.getAttribute('href')),
    text: document.body.innerText,
  };
})()
"""


def run(command, words, cwd=ROOT):
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    return subprocess.run([command, "report", *words], capture_output=True, cwd=cwd, env=env)


def lookup(value, path):
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def wrong_numbers(numbers, report):
    found = []
    for path, plain, shown in numbers:
        try:
            expected = lookup(report, path)
        except (KeyError, IndexError, TypeError):
            found.append(f"{path} is not in the JSON object")
            continue
        if float(plain) != float(expected):
            found.append(f"{path}: {plain} on the page, {expected} in the object")
        elif isinstance(expected, int) and "." not in plain and re.sub(r"\D", "", shown) != plain:
            if not path.startswith("delay.") and "share" not in path:
                found.append(f"{path}: {plain} is shown as {shown!r}")
    return found


def no_jumps(levels):
    return levels[:1] == [1] and all(b - a <= 1 for a, b in zip(levels, levels[1:]))


class Check:
    def __init__(self, tap, command, page, directory):
        self.tap, self.command, self.page, self.directory = tap, command, page, directory

    def make(self, inputs, language):
        words = [*inputs, "--lang", language]
        path = self.directory / f"report-{language}.html"
        run(self.command, [*words, "-o", str(path)])
        return path, json.loads(run(self.command, [*words, "--format", "json"]).stdout)

    def content(self, name, found, report, language):
        tap = self.tap
        faults = wrong_numbers(found["numbers"], report)
        tap.ok(len(found["numbers"]) > 20 and not faults, f"{name}: numbers", "\n".join(faults[:20]))
        flat = [chart for chart in found["charts"] if chart[1] < 20 or chart[2] < 4]
        tap.ok(found["charts"] and not flat, f"{name}: charts have size", flat)
        tap.ok(found["named"], f"{name}: charts have a text or are hidden")
        tap.ok(found["captions"] and found["headers"], f"{name}: tables have captions and headers")
        tap.ok(no_jumps(found["headings"]), f"{name}: headings are in order", found["headings"])
        tap.equal(found["lang"], language, f"{name}: says its language")
        tap.equal(found["scripts"], 0, f"{name}: no scripts or pictures")
        dead = [link for link in found["links"] if link[1:] not in found["ids"]]
        tap.ok(not dead and len(set(found["ids"])) == len(found["ids"]), f"{name}: links", dead)
        tap.ok("report." not in found["text"], f"{name}: no label is missing")

    def quiet(self, name, path):
        requests = [url for url in self.page.requests() if url != path.as_uri()]
        requests = [url for url in requests if not url.startswith("data:")]
        self.tap.ok(not requests, f"{name}: loads nothing", "\n".join(requests))
        faults = self.page.faults()
        self.tap.ok(not faults, f"{name}: nothing is complained of", "\n".join(faults))

    def look(self, inputs, language, pictures):
        path, report = self.make(inputs, language)
        self.page.emulate(1200)
        self.page.load(path.as_uri())
        found = self.page.evaluate(COLLECT)
        self.quiet(language, path)
        self.content(language, found, report, language)
        light = found["dark"]
        for width in (1200, 768, 360, 320):
            self.page.emulate(width)
            over = self.page.evaluate(COLLECT)["overflow"]
            self.tap.ok(over <= 0, f"{language}: fits into {width} pixels", f"{over} too wide")
        self.page.emulate(1200, "dark")
        self.tap.ok(self.page.evaluate(COLLECT)["dark"] != light, f"{language}: is dark in the dark")
        if pictures:
            for name, width, scheme, media in (("light", 1200, "light", ""), ("dark", 1200, "dark", ""),
                                               ("phone", 360, "light", ""), ("paper", 800, "light", "print")):
                self.page.emulate(width, scheme, media)
                self.page.screenshot(pathlib.Path(pictures) / f"{language}-{name}.png")


# Names that would do harm if they were written as they are.
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u001b[31m\u202e"


def hostile(check):
    record = {"schema": 1, "kind": "failed", "code": 550, "enhanced": "5.9.9", "text": HOSTILE,
              "recipient": f"{HOSTILE}@{HOSTILE}", "sender": HOSTILE, "message_id": "<1@example.org>",
              "remote": HOSTILE, "provider": HOSTILE, "format": HOSTILE, "time": "2026-03-03T10:00:00Z"}
    inbound = {**record, "direction": "in", "message_id": "<2@example.org>"}
    complaint = {"schema": 1, "kind": "complaint", "recipient": f"{HOSTILE}@example.com"}
    path = check.directory / "hostile.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in (record, inbound, complaint)))
    html, report = check.make([str(path)], "en")
    check.page.emulate(1200)
    check.page.load(html.as_uri())
    check.quiet("hostile", html)
    found = check.page.evaluate(COLLECT)
    check.tap.equal(found["scripts"], 0, "hostile: no element comes of it")
    check.tap.ok("<script>" in found["text"], "hostile: is shown as it is")
    check.tap.ok("\u202e" not in found["text"], "hostile: no mark turns the direction")
    check.tap.ok(not wrong_numbers(found["numbers"], report), "hostile: numbers")


def check_itself(tap):
    tap.ok(wrong_numbers([["a.b", "1", "1"]], {"a": {"b": 2}}), "a wrong number is seen")
    tap.ok(wrong_numbers([["a.c", "1", "1"]], {"a": {"b": 1}}), "a number too many is seen")
    tap.ok(wrong_numbers([["a", "1234", "1,235"]], {"a": 1234}), "a number shown wrong is seen")
    tap.ok(not wrong_numbers([["a", "1234", "1,234"]], {"a": 1234}), "a right number is right")
    tap.ok(not no_jumps([1, 3]), "a jump in the headings is seen")


def main():
    tap = Tap()
    command = str(pathlib.Path(sys.argv[1]).resolve())
    pictures = sys.argv[2] if len(sys.argv) > 2 else None
    check_itself(tap)
    if not chromium.find():
        tap.skip("the report in a browser", "no chromium")
        return tap.finish()
    inputs = ["samples/mail.log", "samples/bounces.mbox"]
    with tempfile.TemporaryDirectory() as directory, chromium.Browser() as browser:
        check = Check(tap, command, browser.open(), pathlib.Path(directory))
        for language in LANGUAGES:
            check.look(inputs, language, pictures)
        hostile(check)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
