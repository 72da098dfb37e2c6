#!/usr/bin/env python3
"""The disk of the state directory is full for a while, with a kill -9 meanwhile: the daemon says so,
lives on, sends nothing that it could not store, and afterwards no alert is lost or doubled.

Needs a small file system of its own, that is the right to mount one; else the test is skipped."""
import os
import random
import subprocess
import tempfile
import time
import unittest

from support import Daemon, Publisher, Receiver, wait_for
from test_crash import FEEDS, Newsroom, configuration

SKIPPED = 77
DISK_SIZE = "8m"
NEWS_WHILE_FULL = 10
PRIME_SECONDS = 60
FINISH_SECONDS = 180  # a minute passes before what could not be stored is tried again


def mount(folder):
    os.makedirs(folder, exist_ok=True)
    return subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_SIZE}", "wirewatch", folder],
                          capture_output=True, check=False).returncode == 0


def unmount(folder):
    subprocess.run(["umount", folder], capture_output=True, check=False)


def fill(path):
    """Takes all that is left, to the last byte."""
    with open(path, "ab", buffering=0) as f:
        size = 1 << 20
        while size > 0:
            try:
                f.write(b"x" * size)
            except OSError:
                size //= 2


class FullDiskTest(unittest.TestCase):
    def setUp(self):
        self.rng = random.Random("full disk")
        self.folder = tempfile.mkdtemp(prefix="wirewatch-system-")
        self.state = os.path.join(self.folder, "state")
        self.filler = os.path.join(self.state, "filler")
        if not mount(self.state):
            os.rmdir(self.state)
            os.rmdir(self.folder)
            os._exit(SKIPPED)  # unittest takes a SystemExit for an error
        self.publisher = Publisher(len(FEEDS))
        self.receiver = Receiver()
        self.daemon = Daemon(configuration(self.publisher, self.receiver), self.folder)
        with open(f"{self.folder}/log.sh", "w", encoding="ascii") as f:
            f.write("exit 0\n")
        self.newsroom = Newsroom(self.publisher, self.rng)

    def tearDown(self):
        self.newsroom.stopped.set()
        if self.daemon.process and self.daemon.process.poll() is None:
            self.daemon.kill()
        unmount(self.state)
        self.daemon.remove()
        self.publisher.close()
        self.receiver.close()

    def told(self):
        """The ids that each watched story's first alert came under."""
        ids = {}
        for attempt in self.receiver.seen():
            data = attempt.event["data"]
            if attempt.event["type"] == "story.new" and data["topic"] == "watched":
                label = data["article"]["url"].rsplit("/", 1)[1]
                ids.setdefault(label, set()).add(attempt.id)
        return ids

    def prime(self):
        self.daemon.start()
        wait_for("the first polls", lambda: all(map(self.publisher.is_conditional, FEEDS)),
                 PRIME_SECONDS)

    def complaints(self):
        return self.daemon.log().count("the disk is full")

    def is_told_of(self, watched):
        """As systemd does: a daemon that could not start on the full disk is started again."""
        if self.daemon.process.poll() is not None:
            self.daemon.start()
        return watched <= set(self.told())

    def fill_and_wait(self):
        """Full: what comes now can't be stored, not even after kill and restart."""
        fill(self.filler)
        full_from = len(self.newsroom.watched)
        wait_for("the daemon's word on it", self.complaints, FINISH_SECONDS)
        wait_for("news meanwhile", lambda: len(self.newsroom.watched) > full_from + NEWS_WHILE_FULL,
                 FINISH_SECONDS)
        # However long the rest takes: all of it stays in the feeds.
        self.newsroom.stop()
        self.assertIsNone(self.daemon.process.poll(), "the daemon ended")
        self.daemon.kill()
        before = self.complaints()
        self.daemon.start(wait=False)
        wait_for("its word on it", lambda: self.complaints() > before, FINISH_SECONDS)

    def test_no_alert_is_lost_or_doubled_over_a_full_disk(self):
        self.prime()
        self.newsroom.start()
        wait_for("some alerts", lambda: len(self.told()) > 5, FINISH_SECONDS)
        self.fill_and_wait()
        during = len(self.newsroom.watched)
        before = len(self.told())
        os.unlink(self.filler)
        watched = {s.label for s in self.newsroom.watched}
        wait_for("the last alerts", lambda: self.is_told_of(watched), FINISH_SECONDS)
        time.sleep(1.5)  # for one that would come twice
        self.assertEqual(self.daemon.stop(), 0)
        ids = self.told()
        self.assertEqual(set(ids), watched)
        self.assertEqual({k: v for k, v in ids.items() if len(v) > 1}, {}, "stories with two ids")
        self.assertIn("free space in", self.daemon.log())
        print(f"{len(watched)} stories, {during} published and {before} told before there was room "
              "again")
        self.assertLess(before, during, "the disk was never full: the test shows nothing")


if __name__ == "__main__":
    unittest.main()
