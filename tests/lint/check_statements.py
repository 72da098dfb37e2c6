#!/usr/bin/env python3
"""Checks that the store has a place for each of its SQL texts, and places to spare.

usage: check_statements.py SOURCE_DIR

daemon/store/statement.c keeps each text's prepared statement, found by the text's address in a table
of STATEMENTS_MAX places, which is a power of two and at most two thirds full.
"""
import re
import sys
from pathlib import Path

TEXT = re.compile(r"^static const char \w+\[\]\s*=", re.M)
PLACES = re.compile(r"\bSTATEMENTS_MAX = (\d+),")


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    store = Path(sys.argv[1]) / "daemon/store"
    places = PLACES.search((store / "connection.h").read_text())
    texts = sum(len(TEXT.findall(source.read_text())) for source in store.glob("*.c"))
    if not places or texts < 50:
        print("the statements were not understood")
        return 1
    count = int(places.group(1))
    if count & (count - 1) or texts * 3 > count * 2:
        print(f"connection.h: STATEMENTS_MAX = {count} is no power of two, or too little for {texts} texts")
        return 1
    print(f"{texts} SQL texts have {count} places")
    return 0


if __name__ == "__main__":
    sys.exit(main())
