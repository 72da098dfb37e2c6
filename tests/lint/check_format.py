#!/usr/bin/env python3
"""Checks that clang-format would leave the sources as they are.

usage: check_format.py SOURCE_DIR

Exits 77 (skipped) where clang-format is missing, or is another version than the one whose results
are committed: versions differ in details.
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

VERSION = "14"


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    program = shutil.which(f"clang-format-{VERSION}") or shutil.which("clang-format")
    if not program:
        print("skipped: clang-format is not installed")
        return 77
    told = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    if not re.search(rf"version {VERSION}\.", told):
        print(f"skipped: clang-format is not version {VERSION}: {told.strip()}")
        return 77
    root = Path(sys.argv[1])
    files = sorted(str(path.relative_to(root)) for folder in ("daemon", "tests")
                   for path in (root / folder).rglob("*.[ch]"))
    done = subprocess.run([program, "--dry-run", "--Werror", *files], cwd=root,
                          capture_output=True, text=True)
    print(done.stderr or f"{len(files)} files are in form")
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
