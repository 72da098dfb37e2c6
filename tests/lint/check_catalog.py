#!/usr/bin/env python3
"""Each MESSAGE_ID of daemon/base/message_ids.h has one entry in the journal's catalog, and none is left over.

An entry has a subject and a text, and names only fields that the journal gets and verbs that the tool has.
usage: check_catalog.py REPOSITORY
"""
import re
import sys
from pathlib import Path

# Beside these, messages carry what log_write() and notify/journal.c name.
FIELDS_EVERYWHERE = {"MESSAGE"}


def ids(header):
    return dict((hexadecimal, name) for name, hexadecimal in
                re.findall(r'^#define (MESSAGE_\w+) "([0-9a-f]{32})"$', header, re.M))


def entries(catalog):
    """[(id, header lines, body)] in order."""
    found = []
    for part in re.split(r"^-- ", catalog, flags=re.M)[1:]:
        first, _, rest = part.partition("\n")
        head, _, body = rest.partition("\n\n")
        found.append((first.strip(), dict(line.split(": ", 1) for line in head.splitlines()), body.strip()))
    return found


def fields(root):
    """The journal fields that the sources write."""
    names = set(FIELDS_EVERYWHERE)
    for path in root.rglob("*.c"):
        text = path.read_text()
        names.update("WIREWATCH_" + name for name in re.findall(r'\{"([A-Z_]+)",', text))
        names.update(re.findall(r'\{"(WIREWATCH_[A-Z_]+)",', text))
    return names


def faults(repository):
    known = ids((repository / "daemon/base/message_ids.h").read_text())
    written = fields(repository / "daemon")
    verbs = {path.stem.removeprefix("cmd_") for path in (repository / "daemon/cli").glob("cmd_*.c")}
    seen = set()
    if not known:
        yield "message_ids.h: no ids found"
    for identifier, head, body in entries((repository / "systemd/wirewatch.catalog").read_text()):
        name = known.get(identifier)
        if not name:
            yield f"catalog: {identifier} is no id of message_ids.h"
        if identifier in seen:
            yield f"catalog: {identifier} stands twice"
        seen.add(identifier)
        if not head.get("Subject") or head.get("Defined-By") != "wirewatch" or not body:
            yield f"catalog: {name or identifier} lacks subject, origin or text"
        for field in set(re.findall(r"@(\w+)@", head.get("Subject", "") + body)) - written:
            yield f"catalog: {name or identifier} names {field}, which no message carries"
        for verb in set(re.findall(r"`wirewatch (\w+)", body)) - verbs:
            yield f"catalog: {name or identifier} names the verb {verb}, which the tool has not"
    for identifier, name in known.items():
        if identifier not in seen:
            yield f"catalog: no entry for {name} ({identifier})"


def main():
    found = list(faults(Path(sys.argv[1])))
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
