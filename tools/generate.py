#!/usr/bin/env python3
"""Writes everything that is generated and committed: src/gen/, docs/man/*.3 and docs/reference/.

usage: generate.py [--output DIRECTORY] COMMAND

COMMAND is the built smtpstatus, which writes the reference pages. Without --output the files of the
repository are written anew; a test gives a directory of its own and compares.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

# The rules are compiled by the library's own compiler of rules, and their examples run by its own
# verdict; the generated tables, which come out of it, are no part of it.
RULE_MODULES = ["base", "status", "reply", "rules", "verdict"]
RULE_COMPILER = ["tools/gen_rules.c", *(f"src/{module}/*.c" for module in RULE_MODULES)]


def run(words, **options):
    subprocess.run([str(word) for word in words], check=True, cwd=ROOT, **options)


def write_texts(output):
    run([sys.executable, "tools/gen_texts.py", "po", output / "src/gen"])


def write_manual(output):
    run([sys.executable, "tools/gen_man.py", "include/smtpstatus", output / "docs/man"])


def write_rules(output):
    with tempfile.TemporaryDirectory() as directory:
        program = pathlib.Path(directory) / "gen_rules"
        sources = [path for pattern in RULE_COMPILER for path in sorted(ROOT.glob(pattern))]
        compiler = os.environ.get("CC", "cc").split()
        texts = output / "src/gen/texts.c"  # what status says, in its newest form
        flags = ["-std=c11", "-O1", "-Iinclude", f"-I{output / 'src'}", "-Isrc"]
        run([*compiler, *flags, *sources, texts, "-o", program])
        run([program, "data", output / "src/gen"])


def write_reference(output, command):
    """One directory a language: the reply codes, and the enhanced codes."""
    listed = subprocess.run(
        [command, "list", "languages", "--format", "csv"], check=True, capture_output=True, text=True
    )
    for line in listed.stdout.splitlines()[1:]:
        tag = line.split(",")[0]
        directory = output / "docs/reference" / tag
        directory.mkdir(parents=True, exist_ok=True)
        for what in ("codes", "enhanced"):
            with open(directory / f"{what}.md", "wb") as page:
                run([command, "list", what, "--format", "md", "--lang", tag], stdout=page)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--output", type=pathlib.Path, default=ROOT)
    parser.add_argument("command", type=pathlib.Path)
    arguments = parser.parse_args()
    output, command = arguments.output.resolve(), arguments.command.resolve()
    for directory in ("src/gen", "docs/man"):
        (output / directory).mkdir(parents=True, exist_ok=True)
    try:
        write_texts(output)
        write_manual(output)
        write_reference(output, command)
        write_rules(output)
    except subprocess.CalledProcessError as error:  # which has said by itself what is wrong
        return error.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
