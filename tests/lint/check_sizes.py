#!/usr/bin/env python3
"""Checks that files and functions stay small enough to be read at once.

usage: check_sizes.py SOURCE_DIR

A function begins at the line in column 0 before its opening brace in column 0 and ends at the
closing one, as .clang-format has it.
"""
import sys
from pathlib import Path

FILE_MAX = 800
FUNCTION_MAX = 120
FUNCTION_GOOD = 60


def functions(lines):
    """Yields (first line, lines, name) of each function."""
    for number, line in enumerate(lines):
        if line != "{":
            continue
        first = number - 1
        # Parameters on lines of their own are indented; a header's first line is not.
        while first > 0 and lines[first][:1] in ("\t", " "):
            first -= 1
        last = next((i for i in range(number, len(lines)) if lines[i] == "}"), None)
        if last is not None:
            yield first + 1, last - first + 1, lines[first].split("(")[0].split()[-1].lstrip("*")


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    root = Path(sys.argv[1])
    faults, sizes, longest = [], [], 0
    for folder in ("daemon", "tests"):
        for path in sorted((root / folder).rglob("*.[ch]")):
            lines = path.read_text().splitlines()
            name = path.relative_to(root)
            longest = max(longest, len(lines))
            if len(lines) > FILE_MAX:
                faults.append(f"{name}: {len(lines)} lines; at most {FILE_MAX}")
            for first, size, function in functions(lines):
                sizes.append(size)
                if size > FUNCTION_MAX:
                    faults.append(f"{name}:{first}: {function}() has {size} lines; "
                                  f"at most {FUNCTION_MAX}")
    if not sizes:
        faults.append("no function was found: the check itself is broken")
    print("\n".join(faults))
    over = sum(size > FUNCTION_GOOD for size in sizes)
    print(f"{len(sizes)} functions, median {sorted(sizes)[len(sizes) // 2] if sizes else 0} lines, "
          f"{over} over {FUNCTION_GOOD}; longest file {longest} lines")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
