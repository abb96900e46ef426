#!/usr/bin/env python3
"""status, reply and verdict build freestanding: linked with nothing but mem* functions they make
a shared object that has no undefined symbol, can be loaded into any process, and works.
"""

import ctypes
import os
import pathlib
import sys
import tempfile

from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULES = ["base", "status", "reply", "verdict", "gen"]
HOSTED = {"alloc.c"}  # of base: the default allocator, which none of the others may need

COMPILE = [
    "-std=c11",
    "-ffreestanding",
    "-fno-stack-protector",
    "-U_FORTIFY_SOURCE",
    "-fPIC",
    "-DNDEBUG",
    "-DSST_BUILDING",
    "-fvisibility=hidden",
    "-Iinclude",
    "-Isrc",
]
LINK = ["-shared", "-nostdlib", "-Wl,--no-undefined", "-Wl,-Bsymbolic"]


def sources():
    return [
        path
        for module in MODULES
        for path in sorted(ROOT.glob(f"src/{module}/*.c"))
        if path.name not in HOSTED
    ]


def build(tap, compiler, directory):
    objects = []
    for path in sources() + sorted(ROOT.glob("tests/freestanding/*.c")):
        relative = path.relative_to(ROOT)
        output = directory / (str(relative).replace("/", "_") + ".o")
        level = "-O2" if "src" in relative.parts else "-O0"
        words = compiler + COMPILE + [level, "-c", str(relative), "-o", str(output)]
        tap.run(words, f"{relative} compiles freestanding", cwd=ROOT)
        objects.append(str(output))
    library = directory / "freestanding.so"
    words = compiler + LINK + objects + ["-o", str(library)]
    tap.run(words, "linked with nothing but mem* functions")
    return library


def main():
    tap = Tap()
    if sys.platform != "linux":
        tap.skip("freestanding", "written for ELF and GNU-like linkers")
        return tap.finish()
    compiler = os.environ.get("CC", "cc").split()
    with tempfile.TemporaryDirectory() as name:
        path = build(tap, compiler, pathlib.Path(name))
        if path.exists():
            library = ctypes.CDLL(str(path))
            for module in ("status", "reply", "verdict"):
                probe = getattr(library, f"probe_{module}")
                tap.ok(probe(), f"{module} works in it")
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
