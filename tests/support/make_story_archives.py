#!/usr/bin/env python3
"""Makes the archives that train_stories.sh trains on, beside dev.jsonl.

usage: make_story_archives.py CORPUS WORK

CORPUS is shared/corpus/stories.  Writes WORK/NAME.jsonl and NAME.tsv for a0 to a3 and b0 to b3,
which have no article and no template in common (the even and the odd ones of each), and for w0 and
w1 from the whole; and dev.  Each has another seed and other shares of everything that gen.py does
to an article, from half to twice of DEV's, so that no share is learnt by heart.  The same names
give the same bytes.
"""
import gzip
import json
import pathlib
import random
import subprocess
import sys

corpus, work = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
dev = json.loads((corpus / "params_dev.json").read_text(encoding="utf8"))
base = gzip.open(corpus / "base_dev.jsonl.gz", "rt", encoding="utf8").readlines()
HALVES = {"a": (0, 2), "b": (1, 2), "w": (0, 1)}  # first, step
SHARES = ("instream_headlines", "net_spun", "caption_share", "ticker_share", "midstart", "excerpts",
          "name_texts", "reorder")
COUNTS = ("digests", "nothing", "natural_pairs")


def vary(parameters, name, first, step):
    """Other amounts of everything; smaller ones for half of the articles."""
    draw = random.Random("stories " + name)
    factor = lambda: 2 ** draw.uniform(-1, 1)
    size = 1 / step
    p = json.loads(json.dumps(parameters))
    p["seed"] = draw.randrange(1, 10**9)
    p["prefix"] = name + "-"
    p["articles"] = int(p["articles"] * size)
    p["base_quota"] = {k: max(20, int(v * size)) for k, v in p["base_quota"].items()}
    p["templates"] = p["templates"][first::step]
    for t in p["templates"]:
        t["groups"] = max(2, int(t["groups"] * factor()))
    p["kinds"] = {k: v * factor() for k, v in p["kinds"].items()}
    for k in COUNTS:
        p[k] = max(4, int(p[k] * size * factor()))
    for k in SHARES:
        if k in p:
            p[k] = min(0.8, p[k] * factor())
    for k in ("graft", "names", "event"):
        p[k]["families"] = max(4, int(p[k]["families"] * size * factor()))
    p["graft"]["share"] = [0.2, draw.uniform(0.45, 0.7)]
    p["boiler"] = [0.05, draw.uniform(0.8, 2.0)]
    p["spin"] = [draw.uniform(0.1, 0.25), draw.uniform(0.4, 0.6)]
    p["prose_share"] = draw.uniform(0.4, 0.9)
    p["sites"] = int(p["sites"] * draw.uniform(0.5, 1.2))
    p["single_share"] = draw.uniform(0.3, 0.5)
    return p


def make(name):
    first, step = HALVES[name[0]]
    half = work / (name[0] + ".base.jsonl.gz")
    with gzip.open(half, "wt", encoding="utf8") as file:
        file.writelines(base[first::step])
    parameters = work / (name + ".params.json")
    parameters.write_text(json.dumps(vary(dev, name, first, step)), encoding="utf8")
    subprocess.run([sys.executable, corpus / "gen.py", "--base", half, "--params", parameters,
                    "--syn", corpus / "syn_wordnet.tsv.gz", "--out", work / (name + ".jsonl"),
                    "--truth", work / (name + ".tsv")], check=True, stdout=sys.stderr)


(work / "dev.jsonl").write_bytes(gzip.decompress((corpus / "dev.jsonl.gz").read_bytes()))
(work / "dev.tsv").write_bytes((corpus / "dev.tsv").read_bytes())
for name in ("a0", "a1", "a2", "a3", "b0", "b1", "b2", "b3", "w0", "w1"):
    make(name)
