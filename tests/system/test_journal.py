#!/usr/bin/env python3
"""A journald that stands still, with the test in its place: nothing else waits for it, and what it
did not take comes when it reads again.

Needs a /run of its own, that is the right to mount one; else the test is skipped."""
import json
import os
import socket
import subprocess
import sys
import threading
import unittest

from support import AgencyTest, Daemon, Item, Publisher, Receiver, Story, rss, wait_for

SKIPPED = 77
SECONDS = 60
KEYWORD = "embargo"
NEWS = 1000  # more than a socket's queue holds (net.unix.max_dgram_qlen, 10 to 512)
INSIDE = "WIREWATCH_TEST_INSIDE"


class JournalTest(AgencyTest):
    def setUp(self):
        os.makedirs("/run/systemd/journal")
        self.journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.journal.bind("/run/systemd/journal/socket")
        self.publisher = Publisher()
        self.publisher.set("agency", rss("agency", [Item(Story("old"), "agency")]))
        self.receiver = Receiver()
        self.daemon = Daemon("AllowPrivateNetworks=127.1.0.0/16\nHostGap=0\n"
                             f"[Feed \"agency\"]\nURL={self.publisher.url('agency')}\n"
                             f"[Topic \"embargoes\"]\nQuery={KEYWORD}\nNotify=desk\n"
                             f"[Webhook \"desk\"]\nURL={self.receiver.url()}\n")
        self.daemon.start()
        self.poll()
        wait_for("the first poll", lambda: self.daemon.status()["articles"] == 1, SECONDS)

    def tearDown(self):
        self.daemon.remove()
        self.publisher.close()
        self.receiver.close()
        self.journal.close()

    def hook(self, name):
        hooks = json.loads(self.daemon.tool("hooks", "--json").stdout)["hooks"]
        return [hook for hook in hooks if hook["name"] == name][0]

    def test_journal_that_stands_still_delays_nobody(self):
        self.publisher.set("agency", rss("agency", [Item(Story(f"story {number}", KEYWORD), "agency")
                                                    for number in range(NEWS)]))
        self.poll()
        wait_for("the webhooks", lambda: len(self.receiver.delivered()) == NEWS, SECONDS)
        wait_for("the error", lambda: "did not take" in (self.hook("journal")["error"] or ""), SECONDS)
        told = set()

        def read():
            while len(told) < NEWS:
                entry = self.journal.recv(65536)
                told.update(line for line in entry.split(b"\n") if b"WIREWATCH_ALERT_ID=" in line)

        threading.Thread(target=read, daemon=True).start()
        wait_for("the journal", lambda: len(told) == NEWS, 3 * SECONDS)
        self.assertEqual(self.daemon.stop(), 0)


if __name__ == "__main__":
    if INSIDE in os.environ:
        unittest.main(verbosity=2)
    command = f"mount -t tmpfs tmpfs /run && exec {sys.executable} -B {os.path.abspath(__file__)}"
    probe = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/run"],
                           capture_output=True, check=False)
    if probe.returncode != 0:
        print("skipped: no right to mount a /run of its own")
        sys.exit(SKIPPED)
    sys.exit(subprocess.run(["unshare", "-m", "sh", "-c", command], check=False,
                            env=dict(os.environ, **{INSIDE: "1"})).returncode)
