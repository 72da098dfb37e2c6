#!/usr/bin/env python3
"""Checks that the manual of the tool tells every verb and option.

usage: check_verbs.py SOURCE_DIR

Verbs are those of the tables in daemon/wirewatch.c, options those of each verb's own table in
daemon/cli/cmd_VERB.c.
"""
import re
import sys
from pathlib import Path

VERB = re.compile(r'\{"(\w+)", cmd_(\w+), "')
OPTION = re.compile(r'\{"([\w-]+)",\s*(?:NULL|"[\w]+"),\s*OPTION_(?:FLAG|TEXT)')


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    root = Path(sys.argv[1])
    manual = (root / "man/wirewatch.1.scd").read_text()
    verbs = VERB.findall((root / "daemon/wirewatch.c").read_text())
    remote = OPTION.findall((root / "daemon/cli/remote.h").read_text())
    faults = [] if len(verbs) > 5 and remote else ["the tables were not understood"]
    for verb, function in verbs:
        if not re.search(rf"^\*{verb}[ *]", manual, re.M):
            faults.append(f"wirewatch.1.scd: the verb {verb} is missing")
        source = (root / f"daemon/cli/cmd_{function}.c").read_text()
        for option in OPTION.findall(source) + remote:
            if f"--{option}" not in manual:
                faults.append(f"wirewatch.1.scd: --{option} of {verb} is missing")
    print("\n".join(sorted(set(faults))) if faults else f"{len(verbs)} verbs are documented")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
