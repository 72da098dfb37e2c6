#!/usr/bin/env python3
"""Checks the settings table against the manual and the sample configuration.

usage: check_settings.py SOURCE_DIR

Every setting of daemon/config/settings.c stands in man/wirewatch.conf.5.scd under its section, with
its default, and in conf/wirewatch.conf (it may be a comment there), and neither knows others.  In
[Daemon] the sample shows the defaults themselves.
"""
import re
import sys
from pathlib import Path

KIND = re.compile(r'\[(SECTION_\w+)\]\s*=\s*"(\w+)"')
SETTING = re.compile(r'\{(SECTION_\w+),\s*"(\w+)",\s*\w+,\s*TARGET\([\w.]+\),\s*(NULL|"[^"]*")', re.S)
MANUAL_SECTION = re.compile(r'^# (?:\[(\w+)[^\]]*\]|.*)$')
MANUAL_KEY = re.compile(r"^\*(\w+)=\*$")
SAMPLE_SECTION = re.compile(r'^#?\[(\w+)(?: ".*")?\]$')
SAMPLE_KEY = re.compile(r"^#?(\w+)=(.*)$")


def read_table(path):
    text = path.read_text()
    kinds = dict(KIND.findall(text))
    return {(kinds[kind], key): None if fallback == "NULL" else fallback.strip('"')
            for kind, key, fallback in SETTING.findall(text)}


def read_manual(path):
    """The text under each key."""
    told, section, key = {}, None, None
    for line in path.read_text().splitlines():
        header = MANUAL_SECTION.match(line)
        found = MANUAL_KEY.match(line)
        if header:
            section, key = header.group(1), None
        elif found and section:
            key = (section, found.group(1))
            told[key] = ""
        elif key:
            told[key] += " " + line.strip().replace("\\", "")
    return told


def read_sample(path):
    shown, section = {}, None
    for line in path.read_text().splitlines():
        header = SAMPLE_SECTION.match(line)
        found = SAMPLE_KEY.match(line)
        if header:
            section = header.group(1)
        elif found:
            shown[section, found.group(1)] = found.group(2)
    return shown


def differences(name, table, found):
    for section, key in sorted(table.keys() - found.keys()):
        yield f"{name}: {key}= of [{section}] is missing"
    for section, key in sorted(found.keys() - table.keys()):
        yield f"{name}: there is no {key}= in [{section}]"


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    root = Path(sys.argv[1])
    table = read_table(root / "daemon/config/settings.c")
    manual = read_manual(root / "man/wirewatch.conf.5.scd")
    sample = read_sample(root / "conf/wirewatch.conf")
    faults = []
    if len(table) < 10:
        faults.append("settings.c: the table was not understood: the check itself is broken")
    faults += differences("wirewatch.conf.5.scd", table, manual)
    faults += differences("wirewatch.conf", table, sample)
    for (section, key), fallback in table.items():
        words = manual.get((section, key), "")
        if fallback is not None and f"efault _{fallback}_" not in words:
            faults.append(f"wirewatch.conf.5.scd: {key}= of [{section}] should tell its default: "
                          f"Default _{fallback}_")
        shown = sample.get((section, key))
        if section == "Daemon" and fallback is not None and shown not in (None, fallback):
            faults.append(f"wirewatch.conf: {key}= should show its default {fallback}")
    print("\n".join(faults) if faults else f"{len(table)} settings are documented")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
