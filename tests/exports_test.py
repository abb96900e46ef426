#!/usr/bin/env python3
"""What the public headers declare is what the shared libraries export: not less, and nothing else.
net.h belongs to the second library.

Usage: exports_test.py LIBRARY [NET_LIBRARY]
"""

import pathlib
import re
import shutil
import subprocess
import sys

from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent


NET_HEADERS = {"net.h"}


def declared(of_net):
    """Functions that the headers of a library mark with SST_API: {name: header}."""
    found = {}
    for path in sorted((ROOT / "include/smtpstatus").glob("*.h")):
        if (path.name in NET_HEADERS) != of_net:
            continue
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        text = re.sub(r"^\s*#.*(?:\\\n.*)*$", "", text, flags=re.MULTILINE)
        for name in re.findall(r"\bSST_API\b[^;(]*?\b(sst_\w+)\s*\(", text):
            found[name] = path.name
    return found


def exported(library):
    command = ["nm", "-D", "--defined-only", library]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    names = {line.split()[-1].split("@")[0] for line in text.splitlines() if " A " not in line}
    return names - {"_init", "_fini"}


def check(tap, path, headers, least):
    library = exported(path)
    tap.ok(len(headers) > least, "the headers were read", f"{len(headers)} functions found")
    for name, header in headers.items():
        tap.ok(name in library, f"{name} of {header} is exported")
    extra = sorted(library - set(headers))
    tap.ok(not extra, "nothing else is exported", "\n".join(extra))


def main():
    tap = Tap()
    if sys.platform != "linux" or not shutil.which("nm"):
        tap.skip("exported functions", "needs ELF and nm")
        return tap.finish()
    check(tap, sys.argv[1], declared(of_net=False), 50)
    if len(sys.argv) > 2:
        check(tap, sys.argv[2], declared(of_net=True), 15)
    else:
        tap.skip("exported functions of the transport", "it was not built")
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
