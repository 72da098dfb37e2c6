#!/usr/bin/env python3
"""`wirewatch replay` says what the daemon does: the same articles in the same order make the same
stories and relations.  The articles are a corpus beside this tree; without it the test is skipped."""
import gzip
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import unittest

from support import Daemon, Publisher, build_folder, wait_for

SKIPPED = 77
ARTICLES = 400
SECONDS = 60
CORPUS = os.path.join(os.environ.get("WIREWATCH_SHARED", ""), "corpus", "stories", "dev.jsonl.gz")


def feed_of(articles):
    """A JSON feed, the newest item first; its texts come through unchanged."""
    items = [{"id": a["id"], "url": a["url"], "title": a["title"], "content_text": a["text"]}
             for a in reversed(articles)]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "n",
                       "items": items}).encode()


def numbered(stories):
    """Stories by the order of their first articles, for their names differ."""
    numbers = {}
    return [numbers.setdefault(story, len(numbers)) for story in stories]


class ReplayTest(unittest.TestCase):
    def setUp(self):
        with gzip.open(CORPUS, "rt", encoding="utf-8") as f:
            self.articles = [json.loads(line) for line, _ in zip(f, range(ARTICLES))]
        self.publisher = Publisher()
        self.publisher.set("n", feed_of(self.articles), "application/feed+json")
        self.daemon = Daemon("AllowPrivateNetworks=127.1.0.0/16\nJournal=no\n"
                             f"[Feed \"n\"]\nURL={self.publisher.url('n')}\n")

    def tearDown(self):
        self.daemon.remove()
        self.publisher.close()

    def replayed(self):
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as archive:
            archive.writelines(json.dumps(a) + "\n" for a in self.articles)
            archive.flush()
            done = subprocess.run([os.path.join(build_folder(), "wirewatch"), "replay", archive.name],
                                  capture_output=True, text=True, check=True, timeout=SECONDS)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def stored(self):
        self.daemon.start()
        self.daemon.tool("poll", "n")
        wait_for("the articles", lambda: self.daemon.status()["articles"] == ARTICLES, SECONDS)
        self.daemon.stop()
        db = sqlite3.connect(os.path.join(self.daemon.folder, "state", "wirewatch.db"))
        rows = db.execute("SELECT story, relation FROM articles ORDER BY key").fetchall()
        db.close()
        return rows

    def test_daemon_makes_the_stories_of_replay(self):
        replayed = self.replayed()
        stored = self.stored()
        self.assertEqual(numbered(story for story, _ in stored),
                         numbered(line["story"] for line in replayed))
        self.assertEqual([relation for _, relation in stored],
                         [line["relation"] for line in replayed])


if __name__ == "__main__":
    if not os.path.exists(CORPUS):
        print("skipped: no corpus of stories beside this tree")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
