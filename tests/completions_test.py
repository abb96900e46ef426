#!/usr/bin/env python3
"""The completions are clean for their shells, know every command and option that --help tells of,
and no other; and bash, given some words, really completes them.

Usage: completions_test.py COMMAND
"""

import pathlib
import re
import shutil
import subprocess
import sys

from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHELLS = {
    "smtpstatus.bash": ["bash", "-n"],
    "_smtpstatus": ["zsh", "-n"],
    "smtpstatus.fish": ["fish", "--no-execute"],
}
COMMAND = re.compile(r"^  ([a-z]+)  +", re.MULTILINE)
OPTION = re.compile(r"(?<![\w-])--([a-z][a-z0-9-]*)")
FISH_OPTION = re.compile(r"(?<!set) -l ([a-z][a-z0-9-]*)")

# What bash answers to words, the last of them unfinished.
BASH = {
    ("ex",): ["explain"],
    ("list", "co"): ["codes"],
    ("list", "codes", "--format", ""): ["text", "md", "csv", "jsonl"],
    ("explain", "--input", "l"): ["lines"],
    ("rules", ""): ["check", "which"],
    ("--v",): ["--version"],
}


def help_of(command, *words):
    call = [command, *words, "--help"]
    return subprocess.run(call, capture_output=True, text=True, check=False).stdout


def options_of_help(command):
    """What the command tells of: {subcommand: set of its options}."""
    commands = COMMAND.findall(help_of(command))
    return {name: set(OPTION.findall(help_of(command, name))) for name in commands}


def complete_in_bash(words):
    script = (
        f"source {ROOT}/completions/smtpstatus.bash; COMP_WORDS=(smtpstatus \"$@\"); "
        'COMP_CWORD=$#; _smtpstatus 2>/dev/null; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    call = ["bash", "-c", script, "bash", *words]
    return subprocess.run(call, capture_output=True, text=True, check=False).stdout.split()


def main():
    tap = Tap()
    told = options_of_help(str(pathlib.Path(sys.argv[1]).resolve()))
    wanted = set().union(*told.values())
    tap.ok(len(told) >= 4 and len(wanted) > 5, "--help was read", told)
    for name, check in SHELLS.items():
        path = ROOT / "completions" / name
        text = path.read_text()
        if shutil.which(check[0]):
            tap.run([*check, path], f"{name} is clean for {check[0]}")
        else:
            tap.skip(f"{name} is clean for {check[0]}", f"no {check[0]}")
        known = set((FISH_OPTION if name.endswith(".fish") else OPTION).findall(text))
        tap.equal(sorted(known), sorted(wanted), f"{name} knows the options of --help")
        missing = [command for command in told if not re.search(rf"\b{command}\b", text)]
        tap.ok(not missing, f"{name} knows the commands", ", ".join(missing))
    if not shutil.which("bash"):
        tap.skip("what bash completes", "no bash")
        return tap.finish()
    for words, expected in BASH.items():
        tap.equal(complete_in_bash(words), expected, f"bash completes {' '.join(words)}...")
    for name, options in told.items():
        got = {word.removeprefix("--") for word in complete_in_bash((name, "--"))}
        tap.equal(sorted(got), sorted(options), f"bash knows the options of {name}")
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
