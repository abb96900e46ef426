#!/usr/bin/env python3
"""Writes the man pages of section 3 from the public headers, so that each thing is said once.

usage: gen_man.py [HEADER_DIRECTORY [OUTPUT_DIRECTORY]]

A page has the functions as SYNOPSIS, the header's opening comment as DESCRIPTION, and then every
declaration with the comment above it, in the order of the header. Comments are plain text: lines
indented by four blanks, or with columns, are kept as they stand.
"""
import os
import re
import sys
import textwrap

DATE = "November 22, 2026"  # of the last change to what the pages are made like

LONGEST_LIST = 40  # rows of an X-macro that are shown; longer ones are for `smtpstatus list`

TITLES = {
    "base": "spans, errors, allocator, sink and version",
    "code": "SMTP reply codes",
    "enhanced": "enhanced mail system status codes",
    "vocabulary": "terms of a verdict",
    "text": "what codes and terms mean, in several languages",
    "reply": "parser of SMTP replies",
    "client": "SMTP and LMTP sessions without a socket",
    "net": "SMTP and LMTP sessions over sockets, with TLS and authentication",
    "rules": "rules of the user, and the list of those built in",
    "verdict": "what a failed delivery means",
    "record": "one recipient, one attempt, and its writers",
    "group": "templates of replies",
    "bounce": "reader of bounces and other reports",
    "log": "reader of mail server logs",
    "report": "what many records add up to",
}

# Headers of another library than libsmtpstatus.
LIBRARIES = {"net": "smtpstatus-net"}

# Conditional and wrapping lines that are no part of the interface.
NOISE = re.compile(
    r'^#(?:ifndef SMTPSTATUS_|define SMTPSTATUS_\w+_H$|include|undef|ifdef __cplusplus|endif|if |else|elif)'
    r'|^extern "C" \{$|^\}$|^#define SST_API|^#if|^#else'
)


def blocks(text):
    """The header in order: ("comment", text) and ("code", lines)."""
    lines = text.splitlines()
    found, position = [], 0
    while position < len(lines):
        line = lines[position]
        start = position
        if line.startswith("/*"):
            while "*/" not in lines[position]:
                position += 1
            found.append(("comment", comment_text(lines[start : position + 1])))
        elif line.startswith("#"):
            while lines[position].endswith("\\"):
                position += 1
            if not NOISE.match(line):
                found.append(("code", lines[start : position + 1]))
        elif line.strip() and not NOISE.match(line):
            depth = line.count("{") - line.count("}")
            while depth > 0 or not re.search(r";\s*(/\*.*\*/)?$", lines[position]):
                position += 1
                depth += lines[position].count("{") - lines[position].count("}")
            found.append(("code", lines[start : position + 1]))
        elif not line.strip():
            found.append(("gap", None))
        position += 1
    return found


def comment_text(lines):
    text = "\n".join(lines)
    text = re.sub(r"^/\*+ ?|\s*\*/$", "", text)
    return "\n".join(re.sub(r"^ \* ?", "", line) for line in text.splitlines()).strip("\n")


def escape(line):
    line = line.replace("\\", "\\e")
    return "\\&" + line if line[:1] in (".", "'") else line


def literal(lines):
    kept = [escape(line.rstrip()) for line in lines]
    return [".Bd -literal -compact", *kept, ".Ed"]


def prose(text):
    """Paragraphs; in running text each sentence begins its own line, as mdoc wants it."""
    out = []
    for number, paragraph in enumerate(re.split(r"\n\s*\n", text)):
        lines = paragraph.split("\n")
        if number:
            out.append(".Pp")
        if any(line.startswith("    ") or re.search(r"\S {2,}\S", line) for line in lines):
            indent = min(len(line) - len(line.lstrip()) for line in lines)
            out += literal(line[indent:] for line in lines)
        else:
            sentences = re.sub(r"([.!?][)\"']*) +", r"\1\n", " ".join(lines)).split("\n")
            for sentence in sentences:
                out += [escape(line) for line in textwrap.wrap(sentence, 78, break_on_hyphens=False)]
    return out


def tidy_code(lines):
    """A declaration as it is to be read: without what only the preprocessor needs."""
    if lines[0].startswith("#define") and len(lines) > 1:
        lines = [line.rstrip("\\").rstrip() for line in lines]
        rows = sum(line.lstrip().startswith("X(") for line in lines)
        return [lines[0]] + (lines[1:] if rows <= LONGEST_LIST else [f"    ... {rows} rows"])
    out = []
    for line in lines:
        made = re.match(r"#define SST_X_\w+\(.*\)\s+(\w+)##ident", line)
        if made:
            out.append(f"    {made[1]}ident,  one for each row of the list")
        elif not re.match(r"#undef|\s+SST_\w+_LIST\(SST_X_", line):
            out.append(line.replace("SST_API ", ""))
    return out


def functions(code):
    """(type, name, parameters) of every function that a code block declares."""
    text = " ".join(line.strip() for line in code)
    for match in re.finditer(r"SST_API ([^;()]*?[ *])(sst_\w+)\(([^;]*)\);", text):
        parameters = [part.strip() for part in match[3].split(",")]
        yield match[1].strip(), match[2], parameters


def library(name):
    package = LIBRARIES.get(name, "smtpstatus")
    said = f"lib{package}; compiler and linker flags come from"
    return [".Sh LIBRARY", said, f".Dl pkg-config --cflags --libs {package}"]


def synopsis(name, items):
    out = [".Sh SYNOPSIS", f".In smtpstatus/{name}.h"]
    for kind, code in items:
        for result, function, parameters in functions(code) if kind == "code" else ():
            out += [f".Ft {result}", f".Fo {function}"]
            out += [f'.Fa "{parameter}"' for parameter in parameters]
            out.append(".Fc")
    return out


def declarations(items):
    """Each declaration, or run of them, with the comment that stands right above it."""
    out, said, code = [], [], []

    def finish():
        for part in [literal(code)] if code else []:
            out.extend([".Pp", *part])
        for text in said:
            out.extend([".Pp", *prose(text)])
        said.clear()
        code.clear()

    for kind, content in items:
        if kind == "code":
            code += tidy_code(content)
        elif code or kind == "comment":
            finish()
        if kind == "comment":
            said.append(content)
    finish()
    return out


def page(name, text):
    items = blocks(text)
    opening = next(content for kind, content in items if kind == "comment")
    rest = items[1:] if items[0][0] == "comment" else items
    names = [f for kind, code in items if kind == "code" for _, f, _ in functions(code)]
    out = [f'.\\" Generated by tools/gen_man.py from include/smtpstatus/{name}.h. Do not edit.']
    out += [f".Dd {DATE}", f".Dt SMTPSTATUS_{name.upper()} 3", ".Os smtpstatus", ".Sh NAME"]
    out += [f".Nm {function} ," for function in names[:-1]] + [f".Nm {names[-1]}"] if names else []
    out += [f".Nd {TITLES[name]}", *library(name)]
    out += synopsis(name, items)
    out += [".Sh DESCRIPTION", *prose(opening), ".Sh DECLARATIONS"]
    out += declarations(rest)[1:]
    out += [".Sh SEE ALSO", ".Xr smtpstatus 1 ,", ".Xr smtpstatus 3"]
    return "\n".join(out) + "\n"


def main(arguments):
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    headers = arguments[0] if arguments else os.path.join(root, "include", "smtpstatus")
    output = arguments[1] if len(arguments) > 1 else os.path.join(root, "docs", "man")
    for name in TITLES:
        path = os.path.join(headers, name + ".h")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                text = page(name, file.read())
            with open(os.path.join(output, f"smtpstatus_{name}.3"), "w", encoding="utf-8") as file:
                file.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
