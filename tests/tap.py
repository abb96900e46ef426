"""TAP output (Test Anything Protocol) for the checks that are written in Python.

Each case is one line, so that each counts. A check ends with sys.exit(tap.finish()).
"""

import subprocess


class Tap:
    def __init__(self):
        self.count = 0
        self.failures = 0

    def _line(self, result, name, directive=""):
        self.count += 1
        print(f"{result} {self.count} - {name.replace('#', '')}{directive}", flush=True)

    def ok(self, passed, name, detail=""):
        """One case. detail, text of any length, is shown only where it failed."""
        if not passed:
            self.failures += 1
        self._line("ok" if passed else "not ok", name)
        if not passed:
            for line in str(detail).splitlines():
                print(f"# {line}", flush=True)
        return passed

    def equal(self, got, expected, name):
        return self.ok(got == expected, name, f"expected: {expected!r}\ngot:      {got!r}")

    def skip(self, name, why):
        self._line("ok", name, f" # SKIP {why}")

    def gap(self, closed, name, why):
        """A case that is known to fail, and why. It fails where it has come to pass: then it is no gap."""
        if closed:
            self.ok(False, name, f"passes now, and is still listed as a gap: {why}")
        else:
            self._line("not ok", name, f" # TODO {why}")

    def run(self, command, name, **options):
        """Passes where the command exits with 0. Returns what it printed, or None."""
        words = " ".join(str(word) for word in command)
        try:
            done = subprocess.run(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
                **options,
            )
        except OSError as error:
            self.ok(False, name, f"{words}\n{error}")
            return None
        passed = self.ok(done.returncode == 0, name, f"{words}\n{done.stdout}")
        return done.stdout if passed else None

    def finish(self):
        print(f"1..{self.count}", flush=True)
        return 1 if self.failures else 0
