#!/usr/bin/env python3
"""Makes archives like the corpus's for train_stories.sh, with other amounts and other words.

usage: make_story_archives.py CORPUS WORK [--folds story|source]

CORPUS is shared/corpus/stories.  Writes WORK/NAME.jsonl and NAME.tsv.  To train the weights of the
tree on: dev; w0 to w9 from the same articles, each with another seed and other shares of everything
that gen.py does to an article, from half to twice of DEV's, so that no share is learnt by heart; and
v0 to v3, with the words, templates and furniture of story_vocabulary.json and synonyms that mean
nothing; f0 to f2, with some of the articles made into forms whose issues have other names and figures.

With --folds it makes for each of three parts of the articles (families of like articles, or whole
sources; and every third template) what to train on without that part, tF-0 to tF-11, and what to
measure on within it: hF-0 with DEV's shares, hF-1 with others, hF-2 and hF-3 with the other
vocabulary too, which is then trained on nowhere.  The same names give the same bytes.
"""
import argparse
import gzip
import json
import pathlib
import random
import re
import subprocess
import sys

SHARES = ("instream_headlines", "net_spun", "caption_share", "ticker_share", "midstart", "excerpts",
          "name_texts", "reorder")
COUNTS = ("digests", "nothing", "natural_pairs")
FOLDS = 3
FORMS = 40

options = argparse.ArgumentParser()
options.add_argument("corpus", type=pathlib.Path)
options.add_argument("work", type=pathlib.Path)
options.add_argument("--folds", choices=("story", "source"))
arguments = options.parse_args()
corpus, work = arguments.corpus, arguments.work
here = pathlib.Path(__file__).parent
DEV = json.loads((corpus / "params_dev.json").read_text(encoding="utf8"))
OTHER = json.loads((here / "story_vocabulary.json").read_text(encoding="utf8"))
BASE = [json.loads(x) for x in gzip.open(corpus / "base_dev.jsonl.gz", "rt", encoding="utf8")]


def resize(p, size):
    """As many of everything as so large a part of the articles has."""
    p["articles"] = int(p["articles"] * size)
    p["base_quota"] = {k: max(20, int(v * size)) for k, v in p["base_quota"].items()}
    for k in COUNTS:
        p[k] = max(4, int(p[k] * size))
    for k in ("graft", "names", "event"):
        p[k]["families"] = max(4, int(p[k]["families"] * size))


def vary(p, draw):
    """Other amounts of everything."""
    factor = lambda: 2 ** draw.uniform(-1, 1)
    for t in p["templates"]:
        t["groups"] = max(2, int(t["groups"] * factor()))
    p["kinds"] = {k: v * factor() for k, v in p["kinds"].items()}
    for k in COUNTS:
        p[k] = max(4, int(p[k] * factor()))
    for k in SHARES:
        p[k] = min(0.8, p[k] * factor())
    for k in ("graft", "names", "event"):
        p[k]["families"] = max(4, int(p[k]["families"] * factor()))
    p["graft"]["share"] = [0.2, draw.uniform(0.45, 0.7)]
    p["boiler"] = [0.05, draw.uniform(0.8, 2.0)]
    p["spin"] = [draw.uniform(0.1, 0.25), draw.uniform(0.4, 0.6)]
    p["prose_share"] = draw.uniform(0.4, 0.9)
    p["prose_ratio"] = draw.uniform(0.6, 0.85)
    p["sites"] = int(p["sites"] * draw.uniform(0.5, 1.2))
    p["single_share"] = draw.uniform(0.3, 0.5)


def reword(p):
    """The other vocabulary."""
    p["templates"] = json.loads(json.dumps(OTHER["templates"]))
    p["pool"]["lists"].update(OTHER["lists"])
    p["pool"].update(OTHER["pool"])
    for k in ("name_swaps", "given", "fixed_swaps"):
        p[k] = OTHER[k]


NAME = re.compile(r"(?<![.!?] )(?<![\w“\"])(?<!^)[A-Z][a-z]{2,}(?: [A-Z][a-z]{2,})?\b")
NUMBER = re.compile(r"\b\d{1,7}\b(?![.,]\d)")


def make_form(article, draw):
    """A template of an article's own sentences: names and figures give way to slots."""
    slots = {}

    def name(match):
        words = match.group().split()
        if match.group() not in slots:
            k = ("%o" % len(slots)).translate(str.maketrans("01234567", "12345678"))  # gen.py: no 0
            slots[match.group()] = "{first%s} {last%s}" % (k, k) if len(words) > 1 else "{town%s}" % k
        return slots[match.group()]

    def number(match):
        n = int(match.group())
        return "{n%d-%d}" % (n // 3, 3 * n + 2)

    fill = lambda text: NUMBER.sub(number, NAME.sub(name, text.replace("{", "(").replace("}", ")")))
    paras = [fill(x) for x in article["paras"][:draw.randint(3, 9)]]
    return {"name": "form" + article["id"], "groups": 1, "n": draw.randint(3, 6),
            "step": draw.uniform(0.5, 3), "fixed": "", "title": fill(article["title"]),
            "paras": paras}


def add_forms(p, base, draw):
    """Machine-made reports of every kind of text; enough of them to be learnt from."""
    short = [x for x in base if x["cat"] != "earn" and len(x["paras"]) >= 3]
    p["templates"] += [make_form(x, draw) for x in draw.sample(short, FORMS * len(base) // len(BASE))]
    p["pool"]["lists"] = dict(OTHER["lists"], **p["pool"]["lists"])


def write_synonyms(path, draw):
    """WordNet's table with every word's synonyms given to another."""
    with gzip.open(corpus / "syn_wordnet.tsv.gz", "rt", encoding="utf8") as file:
        rows = [x.rstrip("\n").split("\t") for x in file]
    others = [x[1] for x in rows]
    draw.shuffle(others)
    with gzip.open(path, "wt", encoding="utf8") as file:
        for (word, _), synonyms in zip(rows, others):
            file.write("%s\t%s\n" % (word, synonyms))


def make(name, base, templates, varied=True, reworded=False, forms=False):
    draw = random.Random("stories " + name)
    p = json.loads(json.dumps(DEV))
    p["templates"] = p["templates"][templates]
    p["seed"], p["prefix"] = draw.randrange(1, 10**9), name + "-"
    resize(p, len(base) / len(BASE))
    if reworded:
        reword(p)
    if varied:
        vary(p, draw)
    if forms:
        add_forms(p, base, draw)
    texts, parameters = work / (name + ".base.jsonl.gz"), work / (name + ".params.json")
    with gzip.open(texts, "wt", encoding="utf8") as file:
        file.writelines(json.dumps(x, ensure_ascii=False) + "\n" for x in base)
    parameters.write_text(json.dumps(p), encoding="utf8")
    synonyms = corpus / "syn_wordnet.tsv.gz"
    if reworded:
        synonyms = work / (name + ".synonyms.tsv.gz")
        write_synonyms(synonyms, draw)
    subprocess.run([sys.executable, corpus / "gen.py", "--base", texts, "--params", parameters,
                    "--syn", synonyms, "--out", work / (name + ".jsonl"),
                    "--truth", work / (name + ".tsv")], check=True, stdout=sys.stderr)


def make_all():
    (work / "dev.jsonl").write_bytes(gzip.decompress((corpus / "dev.jsonl.gz").read_bytes()))
    (work / "dev.tsv").write_bytes((corpus / "dev.tsv").read_bytes())
    for i in range(10):
        make("w%d" % i, BASE, slice(None))
    for i in range(4):
        make("v%d" % i, BASE, slice(None), reworded=True)
    for i in range(3):
        make("f%d" % i, BASE, slice(None), forms=True)


def fold_of(article, families):
    """Like articles have a family in common: these stay together."""
    if arguments.folds == "source":
        return sorted({x["src"] for x in BASE}).index(article["src"]) % FOLDS
    return families.index(article["nat"] or article["id"]) % FOLDS


def make_folds():
    families = sorted({x["nat"] or x["id"] for x in BASE})
    random.Random("folds").shuffle(families)
    parts = [[] for _ in range(FOLDS)]
    for article in BASE:
        parts[fold_of(article, families)].append(article)
    for f in range(FOLDS):
        rest = [x for k in range(FOLDS) if k != f for x in parts[k]]
        # A slice can't leave out every third template: those behind and before it by turns.
        for i in range(12):
            make("t%d-%d" % (f, i), rest, slice((f + 1 + i % 2) % FOLDS, None, FOLDS),
                 forms=i >= 10)
        make("h%d-0" % f, parts[f], slice(f, None, FOLDS), varied=False)
        make("h%d-1" % f, parts[f], slice(f, None, FOLDS))
        make("h%d-2" % f, parts[f], slice(f, None, FOLDS), reworded=True)
        make("h%d-3" % f, parts[f], slice(f, None, FOLDS), reworded=True)


work.mkdir(exist_ok=True)
if arguments.folds:
    make_folds()
else:
    make_all()
