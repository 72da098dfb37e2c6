#!/usr/bin/env python3
"""Labels what `replay_file --relations` printed, for train_network.c.

usage: label_relations.py TRUTH.tsv < LINES > ROWS

The labels are storyscore.py's: a spun text or a summary in new prose is a rewrite (1), an update or
a rolling version an update (2), all else a copy (0).  Left out is what it leaves out, and copies of
updates, for which it takes either.
"""
import sys

WANT = {"spun": 1, "update": 2, "rolling": 2}
WEIGHT = {0: "1", 1: "1", 2: "1.6"}  # updates are few, and the ones users wait for

lines = {}
for line in sys.stdin:
    words = line.split()
    if words[0] == "1":
        lines.setdefault(words[1], words)

first, updated = {}, set()
with open(sys.argv[1], encoding="utf8") as file:
    next(file)
    for row in file:
        id_, story, kind, ops = row.rstrip("\n").split("\t")[:4]
        first.setdefault(story, kind)
        again = kind == "update" and story in updated
        if kind == "update":
            updated.add(story)
        if id_ not in lines or story == "-" or kind == "original" or first[story] in WANT:
            continue
        if "of-update" in ops.split(",") or again:
            continue
        label = 1 if "prose=" in ops else WANT.get(kind, 0)
        print(label, WEIGHT[label], *lines[id_][8:])
