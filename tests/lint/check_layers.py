#!/usr/bin/env python3
"""Checks that rooms know only those that daemon/layers.txt lets them know.

usage: check_layers.py SOURCE_DIR

A room is a folder of daemon/, or a file right in it.  Told are: includes of rooms that may not be
known, rooms without a line, lines without a room that anything knows, circles, KNOWS lines of
CMakeLists.txt that differ from the table, and libraries or calls that only some rooms may use.
"""
import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.M)
KNOWS = re.compile(r"wirewatch_room\(\s*(\w+)(.*?)\n?\)", re.S)

# Headers from outside, by their beginning, and the rooms that may include them.
OUTSIDE = {
    "sqlite3.h": {"store"},
    "curl/": {"http", "control"},
    "event2/": {"base", "http", "worker", "websub", "notify", "control", "service"},
    "systemd/": {"base", "notify", "service"},
    "libxml/": {"text", "parse", "extract", "config"},
    "seccomp.h": {"worker"},
    "pcre2.h": {"match"},
    "libstemmer.h": {"text", "match"},
    "ini.h": {"config"},
}

# The stages are pure functions: what they must not call.
STAGES = {"parse", "extract", "match", "dedup"}
IMPURE = re.compile(
    r"\b(log_(?:debug|info|notice|warning|error|fail|write)|clock_(?:now|monotonic|new_system)"
    r"|clock_gettime|gettimeofday|time|fopen|open|socket)\s*\("
)
COMMENT = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\])*"', re.S)


def read_table(path):
    table = {}
    for line in path.read_text().splitlines():
        name, colon, rest = line.partition("#")[0].partition(":")
        if colon:
            table[name.strip()] = rest.split()
    return table


def room_of(inside):
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def find_circle(table):
    done = set()

    def visit(room, trail):
        if room in trail:
            return trail[trail.index(room):] + [room]
        if room in done:
            return None
        for other in table.get(room, []):
            circle = other != "*" and visit(other, trail + [room])
            if circle:
                return circle
        done.add(room)
        return None

    return next(filter(None, (visit(room, []) for room in table)), None)


def check_include(room, known, inner, outer):
    if inner:
        other = room_of(Path(inner))
        if other != room and other not in known and "*" not in known:
            return f"room {room} may not know {other} ({inner})"
    for prefix, rooms in OUTSIDE.items():
        if outer and outer.startswith(prefix) and room not in rooms:
            return f"only {', '.join(sorted(rooms))} may include <{outer}>"
    return None


def check_file(daemon, path, table):
    inside = path.relative_to(daemon)
    room = room_of(inside)
    text = path.read_text()
    if room not in table:
        yield f"{inside}: room {room} has no line in layers.txt"
        return
    for found in INCLUDE.finditer(text):
        fault = check_include(room, table[room], *found.groups())
        if fault:
            yield f"{inside}:{text.count(chr(10), 0, found.start()) + 1}: {fault}"
    if room in STAGES:
        code = COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
        for found in IMPURE.finditer(code):
            line = code.count("\n", 0, found.start()) + 1
            yield f"{inside}:{line}: {room} is a pure stage; it may not call {found.group(1)}()"


def check_build(path, table):
    for name, body in KNOWS.findall(path.read_text()):
        words = body.split()
        knows = []
        if "KNOWS" in words:
            for word in words[words.index("KNOWS") + 1:]:
                if word in ("SOURCES", "LIBS"):
                    break
                knows.append(word)
        if sorted(knows) != sorted(table.get(name, [])):
            yield (f"{path.parent.name}/CMakeLists.txt: KNOWS {' '.join(knows)} differs from "
                   f"layers.txt: {' '.join(table.get(name, []))}")


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    daemon = Path(sys.argv[1]) / "daemon"
    table = read_table(daemon / "layers.txt")
    sources = sorted(p for p in daemon.rglob("*") if p.suffix in (".c", ".h"))
    faults = []
    circle = find_circle(table)
    if circle:
        faults.append("layers.txt: a circle: " + " -> ".join(circle))
    for room, known in table.items():
        faults += [f"layers.txt: {room} knows {other}, which has no line"
                   for other in known if other != "*" and other not in table]
    for path in sources:
        faults += check_file(daemon, path, table)
    for path in sorted(daemon.glob("*/CMakeLists.txt")):
        faults += check_build(path, table)
    print("\n".join(faults) if faults else f"{len(sources)} files keep to layers.txt")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
