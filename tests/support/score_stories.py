#!/usr/bin/env python3
"""Prints storyscore.py's figures for several archives, a line each, and their mean.

usage: score_stories.py STORYSCORE < LINES

Each line names a replay program, an archive and its truth.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

FIGURES = ("precision", "recall", "f1", "bcubed", "spun", "prose", "relation", "updates", "graft",
           "template", "natural", "nothing", "other")


def score(program, archive, truth):
    with tempfile.TemporaryDirectory() as folder:
        output, figures = pathlib.Path(folder) / "output", pathlib.Path(folder) / "figures"
        with open(output, "wb") as file:
            subprocess.run([program, archive], stdout=file, stderr=subprocess.DEVNULL, check=True)
        text = subprocess.run([sys.executable, sys.argv[1], truth, output, "--json", figures],
                              stdout=subprocess.PIPE, encoding="utf8", check=True).stdout
        got = json.loads(figures.read_text(encoding="utf8"))
    got["prose"] = got["ops"].get("prose", 1.0)
    updates = {b: int(n) for b, n in re.findall(r"\bupdate->(\w+) (\d+)", text)}
    got["updates"] = updates.get("update", 0) / max(1, sum(updates.values()))
    got.update(got["false"])
    got["other"] = sum(got["false"].get(k, 0) for k in ("event", "names", "site", "other"))
    return [got.get(k, 0) for k in FIGURES]


def show(name, values):
    print("%-8s" % name + " ".join(
        "%9.4f" % v if k < FIGURES.index("graft") else "%9.4g" % v for k, v in enumerate(values)),
        flush=True)


print("%-8s" % "" + " ".join("%9s" % k for k in FIGURES))
rows = []
for line in sys.stdin:
    program, archive, truth = line.split()
    rows.append(score(program, archive, truth))
    show(pathlib.Path(archive).stem, rows[-1])
show("mean", [sum(x) / len(rows) for x in zip(*rows)])
