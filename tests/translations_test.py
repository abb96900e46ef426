#!/usr/bin/env python3
"""Each translation in po/ is whole: every text, none of them fuzzy, with the same marks such as
{provider} as the English one; and gettext's own check has nothing to say.
"""

import pathlib
import re
import shutil
import sys

from tap import Tap

try:
    import polib
except ImportError:
    polib = None

ROOT = pathlib.Path(__file__).resolve().parent.parent
MARK = re.compile(r"\{\w+\}")


def key(entry):
    return entry.msgctxt, entry.msgid


def wrong_marks(entries):
    return [
        f"{entry.msgctxt}: {entry.msgstr}"
        for entry in entries
        if sorted(set(MARK.findall(entry.msgid))) != sorted(set(MARK.findall(entry.msgstr)))
    ]


def untidy(text):
    """Blanks at an end or two in a row would show in the output."""
    return text != text.strip() or "  " in text


def check_english(tap, catalogue):
    contexts = [entry.msgctxt for entry in catalogue]
    tap.equal(len(contexts), len(set(contexts)), "smtpstatus.pot has each key once")
    unwritten = [entry.msgctxt for entry in catalogue if entry.msgid.startswith("TODO")]
    tap.ok(not unwritten, "smtpstatus.pot has every text", "\n".join(unwritten))
    odd = [entry.msgctxt for entry in catalogue if untidy(entry.msgid)]
    tap.ok(not odd, "smtpstatus.pot has no stray blanks", "\n".join(odd))


def check_language(tap, path, english):
    catalogue = polib.pofile(str(path))
    entries = [entry for entry in catalogue if not entry.obsolete]
    keys = {key(entry) for entry in entries}

    def none(faults, name):
        tap.ok(not faults, f"{path.name}: {name}", "\n".join(str(fault) for fault in faults))

    tap.equal(catalogue.metadata.get("Language"), path.stem, f"{path.name}: names its language")
    none(sorted(english - keys), "has every text of smtpstatus.pot")
    none(sorted(keys - english), "has no other text")
    none([entry.msgctxt for entry in entries if not entry.msgstr], "none is untranslated")
    none([entry.msgctxt for entry in entries if entry.fuzzy], "none is fuzzy")
    none([entry.msgctxt for entry in catalogue if entry.obsolete], "none is obsolete")
    none(wrong_marks(entries), "the marks are those of the English text")
    none([entry.msgctxt for entry in entries if untidy(entry.msgstr)], "no stray blanks")


def main():
    tap = Tap()
    paths = sorted((ROOT / "po").glob("*.po"))
    tap.ok(len(paths) >= 3, "translations were found")
    for path in paths:
        if shutil.which("msgfmt"):
            command = ["msgfmt", "--check", "--output-file=/dev/null", str(path)]
            tap.run(command, f"{path.name}: msgfmt --check")
        else:
            tap.skip(f"{path.name}: msgfmt --check", "no msgfmt")
    if polib is None:
        tap.skip("every text is translated", "no polib")
        return tap.finish()
    catalogue = polib.pofile(str(ROOT / "po/smtpstatus.pot"))
    check_english(tap, catalogue)
    for path in paths:
        check_language(tap, path, {key(entry) for entry in catalogue})
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
