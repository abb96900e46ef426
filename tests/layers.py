#!/usr/bin/env python3
"""Holds the arrows between the modules: the table in CONTRIBUTING.md is the rule, the #include
lines are what is checked against it.

It also keeps the C library out where it has no business: below the command there is no stdio,
locale, clock or environment, and allocation is in src/base alone.
"""

import pathlib
import re
import sys

from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Which module a public header belongs to, where its name does not say it.
HEADER_MODULE = {"code": "status", "enhanced": "status", "vocabulary": "status", "text": "status"}

# Which module a generated header is a part of.
GENERATED_MODULE = {"texts": "status", "rules": "verdict"}

# Of the C library. Everything else needs a reason that holds for every program that embeds us.
C_HEADERS = {"assert.h", "limits.h", "stdbool.h", "stddef.h", "stdint.h", "string.h"}
BASE_C_HEADERS = C_HEADERS | {
    "stdlib.h",  # malloc, realloc, free: the default allocator
    "emmintrin.h",
    "immintrin.h",
    "arm_neon.h",
}

# The transport is where the system begins: POSIX, OpenSSL 3 and GNU SASL, and no more of them than
# it needs.
NET_C_HEADERS = C_HEADERS | {
    "arpa/inet.h",
    "errno.h",
    "fcntl.h",
    "gsasl.h",
    "netdb.h",
    "netinet/in.h",
    "netinet/tcp.h",
    "openssl/bio.h",
    "openssl/crypto.h",
    "openssl/err.h",
    "openssl/evp.h",
    "openssl/ssl.h",
    "openssl/x509.h",
    "openssl/x509v3.h",
    "poll.h",
    "pthread.h",
    "signal.h",
    "stdarg.h",
    "stdatomic.h",
    "stdio.h",  # snprintf, vsnprintf
    "stdlib.h",
    "sys/socket.h",
    "sys/types.h",
    "sys/un.h",
    "time.h",
    "unistd.h",
}
MODULE_C_HEADERS = {"base": BASE_C_HEADERS, "net": NET_C_HEADERS}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def read_table(text):
    """The table of CONTRIBUTING.md: {module: set of the modules and headers that it may include}."""
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \|", text, re.MULTILINE)
    return {module: set(re.findall(r"`([\w/.]+)`", allowed)) for module, allowed in rows}


def target_module(name):
    """The module that an included header belongs to; None for one of the C library."""
    parts = name.split("/")
    stem = parts[-1].removesuffix(".h")
    if parts[0] == "smtpstatus":
        return HEADER_MODULE.get(stem, stem)
    if parts[0] == "gen":
        return GENERATED_MODULE.get(stem, "gen")
    return parts[0] if len(parts) > 1 else None


def faults(module, text, table):
    """What is wrong with the #include lines of one file of a module."""
    found = []
    for bracket, name in INCLUDE.findall(text):
        of_system = bracket == "<" and not name.startswith("smtpstatus/")
        target = None if of_system else target_module(name)
        if of_system:
            allowed = MODULE_C_HEADERS.get(module, C_HEADERS)
            if name not in allowed:
                found.append(f"<{name}> has no place in {module}")
        elif target is None:
            found.append(f'"{name}" is to be written with its module: "{module}/{name}"')
        elif target != module and not {target, name} & table[module]:
            found.append(f"{module} may not include {name} ({target})")
    return found


def command_faults(text):
    """The command sees public headers, its own, and the C library and its dependencies."""
    return [
        f'"{name}" is a header of the library'
        for bracket, name in INCLUDE.findall(text)
        if bracket == '"' and "/" in name
    ]


def module_of(path):
    return GENERATED_MODULE.get(path.stem) if path.parent.name == "gen" else path.parent.name


def check_itself(tap, table):
    """The check must be able to fail."""
    bad = [
        ("status", "#include <smtpstatus/reply.h>"),
        ("reply", '#include "verdict/decide.h"'),
        ("rules", '#include "verdict/builtin.h"'),
        ("verdict", '#include "rules/compile.h"'),
        ("verdict", "#include <stdio.h>"),
        ("record", '#include "writer.h"'),
        ("client", "#include <sys/socket.h>"),
        ("client", "#include <smtpstatus/net.h>"),
        ("net", "#include <smtpstatus/bounce.h>"),
        ("net", '#include "client/session.h"'),
        ("net", "#include <locale.h>"),
    ]
    for module, line in bad:
        tap.ok(faults(module, line, table), f"in {module} this is refused: {line}")
    tap.ok(command_faults('#include "base/ascii.h"'), "an internal header is refused in cli")


def main():
    tap = Tap()
    table = read_table((ROOT / "CONTRIBUTING.md").read_text())
    check_itself(tap, table)
    for path in sorted(ROOT.glob("src/*/*.[ch]")):
        module = module_of(path)
        name = path.relative_to(ROOT)
        if tap.ok(module in table, f"{name} belongs to a module of the table"):
            found = faults(module, path.read_text(), table)
            tap.ok(not found, f"{name} includes only what its layer may", "\n".join(found))
    for path in sorted((ROOT / "include/smtpstatus").glob("*.h")):
        module = target_module(f"smtpstatus/{path.name}")
        if path.name == "smtpstatus.h":
            continue
        found = faults(module, path.read_text(), table)
        tap.ok(not found, f"{path.name} includes only what its layer may", "\n".join(found))
    for path in sorted((ROOT / "cli").glob("*.[ch]")):
        found = command_faults(path.read_text())
        tap.ok(not found, f"cli/{path.name} includes public headers only", "\n".join(found))
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
