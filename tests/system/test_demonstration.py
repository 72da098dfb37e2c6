#!/usr/bin/env python3
"""The whole of it: three feeds carry one story in three wrappings, one of them another report on the
topic.  Exactly two alerts come, signed, by webhook, to an exec hook and to the journal; and when the
daemon is killed at any point of that and started again, none is lost and none has a new id.

The journal's socket stands in a mount namespace of the test's own; where none can be made, the
journal's records are not looked at, and a message says so."""
import ctypes
import os
import random
import socket
import struct
import threading
import time
import unittest

from support import Daemon, Item, Publisher, Receiver, Story, rss, wait_for

KILLS = int(os.environ.get("WIREWATCH_DEMONSTRATION_KILLS", "20"))
SETTLE_SECONDS = 60
KILL_SECONDS = 0.4
KEYWORD = "embargo"
FEEDS = ("agency", "herald", "gazette")
FURNITURE = "Home > World > Trade | Share | Print. Sign up for our newsletter to read more every day."
CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 1 << 18
JOURNAL = "/run/systemd/journal"


def private_run():
    """A /run of this process's own.  Returns whether it could be had."""
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.unshare(CLONE_NEWNS) == 0 and \
        libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None) == 0 and \
        libc.mount(b"tmpfs", b"/run", b"tmpfs", 0, None) == 0


class Journal(threading.Thread):
    """Takes records in the journal's native protocol, as journald would."""

    def __init__(self):
        super().__init__(daemon=True)
        os.makedirs(JOURNAL)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(f"{JOURNAL}/socket")
        self.records = []
        self.start()

    def run(self):
        while True:
            self.records.append(self.fields(self.socket.recv(1 << 20)))

    @staticmethod
    def fields(data):
        fields = {}
        while data:
            line, data = data.split(b"\n", 1)
            name, equals, value = line.partition(b"=")
            if not equals:
                length = struct.unpack("<Q", data[:8])[0]
                value, data = data[8:8 + length], data[9 + length:]
            fields[name.decode()] = value.decode()
        return fields

    def alerts(self):
        return [r for r in self.records if "WIREWATCH_ALERT_ID" in r]


def configuration(publisher, receiver):
    feeds = "".join(f'[Feed "{feed}"]\nURL={publisher.url(feed, i)}\nPollInterval=1s\nBackfill=1h\n\n'
                    for i, feed in enumerate(FEEDS))
    return f"""AllowPrivateNetworks=127.0.0.0/8
HostGap=0

{feeds}
[Topic "trade"]
Query={KEYWORD}
Notify=desk log

[Webhook "desk"]
URL={receiver.url()}
SecretFile={{folder}}/secret
RetryFirst=100ms

[Exec "log"]
Command=/bin/sh {{folder}}/log.sh {{folder}}/alerts.log
"""


class Demonstration(unittest.TestCase):
    journal = None

    @classmethod
    def setUpClass(cls):
        if private_run():
            cls.journal = Journal()
        else:
            print("skipped: the journal's records, for no mount namespace could be made here")

    def setUp(self):
        if self.journal:
            self.journal.records.clear()
        self.publisher = Publisher(len(FEEDS))
        self.receiver = Receiver()
        self.daemon = Daemon(configuration(self.publisher, self.receiver))
        with open(f"{self.daemon.folder}/log.sh", "w", encoding="ascii") as f:
            f.write('echo "$WIREWATCH_ALERT_ID $WIREWATCH_TOPIC" >> "$1"\n')

    def tearDown(self):
        self.daemon.remove()
        self.publisher.close()
        self.receiver.close()

    def publish(self, number):
        """One story in three wrappings, another report on the topic, other news."""
        story = Story(f"demonstration {number}", KEYWORD)
        self.publisher.set("agency", rss("agency", [Item(story, "agency")]))
        self.publisher.set("herald", rss("herald", [
            Item(Story(f"unwatched {number}"), "herald"),
            Item(story, "herald", FURNITURE, "Most read: ten recipes for a cold Sunday", " - The Herald")]))
        self.publisher.set("gazette", rss("gazette", [
            Item(story, "gazette", "Advertisement", "", " | Gazette"),
            Item(Story(f"other {number}", KEYWORD), "gazette")]))

    def poll_all(self):
        """New feeds are spread over time; the test does not wait for that."""
        for feed in FEEDS:
            self.daemon.tool("poll", feed)

    def exec_alerts(self):
        try:
            with open(f"{self.daemon.folder}/alerts.log", encoding="ascii") as f:
                return [line.split()[0] for line in f]
        except FileNotFoundError:
            return []

    def is_settled(self):
        figures = self.daemon.status()
        return figures and figures["articles"] == 5 and figures["deliveries"]["pending"] == 0

    def check(self):
        """Two alerts, everywhere the same, each repeat under its first id."""
        ids = {a.id for a in self.receiver.seen()}
        self.assertEqual(len(ids), 2, [a.event["data"]["article"]["title"] for a in self.receiver.seen()])
        self.assertTrue(all(a.signed and a.event["type"] == "story.new" for a in self.receiver.seen()))
        self.assertEqual({a.id for a in self.receiver.delivered()}, ids)
        self.assertEqual(set(self.exec_alerts()), ids)
        if self.journal:
            wait_for("the journal", lambda: len(self.journal.alerts()) >= 2, SETTLE_SECONDS)
            self.assertEqual({r["WIREWATCH_ALERT_ID"] for r in self.journal.alerts()}, ids)
            self.assertTrue(all(r["WIREWATCH_TOPIC"] == "trade" and r["MESSAGE_ID"] and r["WIREWATCH_URL"]
                                for r in self.journal.alerts()))
        return ids

    def test_three_wrappings_and_another_report_make_two_alerts(self):
        self.publish(0)
        self.daemon.start()
        self.poll_all()
        wait_for("all articles and deliveries", self.is_settled, SETTLE_SECONDS)
        ids = self.check()
        self.assertEqual(len(self.receiver.seen()), len(ids), "an alert came twice without need")
        self.assertEqual(self.daemon.stop(), 0)

    def test_kill_at_any_point_loses_nothing_and_makes_no_new_id(self):
        rng = random.Random("demonstration")
        for number in range(1, KILLS + 1):
            with self.subTest(kill=number):
                if number > 1:
                    self.tearDown()
                    self.setUp()
                self.publish(number)
                self.daemon.start()
                polls = threading.Thread(target=self.poll_all)
                polls.start()
                time.sleep(rng.uniform(0, KILL_SECONDS))
                self.daemon.kill()
                polls.join()
                self.daemon.start()
                self.poll_all()
                wait_for("all articles and deliveries", self.is_settled, SETTLE_SECONDS)
                self.check()


if __name__ == "__main__":
    unittest.main(verbosity=2)
