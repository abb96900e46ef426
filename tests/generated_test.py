#!/usr/bin/env python3
"""Generated files are what their sources say: everything is generated anew and compared.

Usage: generated_test.py COMMAND
"""

import importlib.util
import pathlib
import subprocess
import sys
import tempfile

from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent
MANUAL_BY_HAND = {"smtpstatus.3"}


def committed():
    """Every file of the repository that is generated."""
    files = [path for path in (ROOT / "src/gen").rglob("*") if path.is_file()]
    files += [path for path in (ROOT / "docs/reference").rglob("*") if path.is_file()]
    files += [path for path in (ROOT / "docs/man").glob("*.3") if path.name not in MANUAL_BY_HAND]
    return {path.relative_to(ROOT) for path in files}


def main():
    tap = Tap()
    if importlib.util.find_spec("polib") is None:
        tap.skip("generated files", "no polib")
        return tap.finish()
    with tempfile.TemporaryDirectory() as name:
        output = pathlib.Path(name)
        command = [sys.executable, ROOT / "tools/generate.py", "--output", output, sys.argv[1]]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        tap.ok(done.returncode == 0, "everything is generated", done.stdout + done.stderr)
        written = {path.relative_to(output) for path in output.rglob("*") if path.is_file()}
        for path in sorted(committed() | written):
            ours, anew = ROOT / path, output / path
            same = ours.exists() and anew.exists() and ours.read_bytes() == anew.read_bytes()
            tap.ok(same, f"{path} is up to date", f"python3 tools/generate.py {sys.argv[1]}")
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
