#!/usr/bin/env python3
"""Each public header alone is a whole C11 and C++17 program, and may be included twice."""

import os
import pathlib
import shutil
import sys
import tempfile

from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]


def compilers():
    """(language, file suffix, command) of what is there; command None where nothing is."""
    c = os.environ.get("CC", "cc").split()
    names = [os.environ.get("CXX", ""), "c++", "g++", "clang++"]
    cxx = next((found for name in names if name and (found := shutil.which(name))), None)
    return [
        ("C11", ".c", c + ["-std=c11", "-Wstrict-prototypes"]),
        ("C++17", ".cc", [cxx, "-std=c++17"] if cxx else None),
    ]


def main():
    tap = Tap()
    headers = sorted(path.name for path in (ROOT / "include/smtpstatus").glob("*.h"))
    with tempfile.TemporaryDirectory() as directory:
        for language, suffix, command in compilers():
            for header in headers:
                name = f"{header} as {language}"
                if command is None:
                    tap.skip(name, "no compiler")
                    continue
                source = pathlib.Path(directory) / ("alone" + suffix)
                source.write_text(f"#include <smtpstatus/{header}>\n" * 2 + "int main(void);\n")
                include = ["-I", str(ROOT / "include"), "-fsyntax-only", str(source)]
                tap.run(command + WARNINGS + include, name)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
