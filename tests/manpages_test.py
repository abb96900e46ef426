#!/usr/bin/env python3
"""The man pages are clean mdoc; the command, the rules and each public header have one."""

import pathlib
import shutil
import subprocess
import sys

from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs/man"


def lint(path):
    """What mandoc has to say about a page. That a page it refers to is not installed on this
    machine is no fault of the page."""
    command = ["mandoc", "-T", "lint", "-W", "style", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = (done.stdout + done.stderr).splitlines()
    return [line for line in lines if "referenced manual not found" not in line]


def main():
    tap = Tap()
    listed = (PAGES / "meson.build").read_text()
    tap.ok((PAGES / "smtpstatus.1").exists(), "the command has its page")
    tap.ok((PAGES / "smtpstatus-rules.5").exists(), "the format of rules has its page")
    functions = "".join(path.read_text() for path in sorted(PAGES.glob("*.3")))
    for path in sorted((ROOT / "include/smtpstatus").glob("*.h")):
        tap.ok(f".In smtpstatus/{path.name}\n" in functions, f"{path.name} has its page")
    for path in sorted(PAGES.glob("*.[1-8]")):
        tap.ok(f"'{path.name}'" in listed, f"{path.name} is installed")
        if shutil.which("mandoc"):
            found = lint(path)
            tap.ok(not found, f"{path.name} is clean", "\n".join(found))
        else:
            tap.skip(f"{path.name} is clean", "no mandoc")
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
