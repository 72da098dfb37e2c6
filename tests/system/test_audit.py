#!/usr/bin/env python3
"""`wirewatch audit`: what a daemon did over polls, a redirect, a reload and a restart is recorded, and
breaks no rule; a log that was forged is found guilty."""
import json
import os
import sqlite3
import unittest

from support import Daemon, Item, Publisher, Story, rss, wait_for

SECONDS = 60


class AuditTest(unittest.TestCase):
    def setUp(self):
        self.publisher = Publisher(1)
        self.publisher.set("agency", rss("agency", [Item(Story("old"), "agency")]))
        self.publisher.set("sport", rss("sport", [Item(Story("match"), "sport")]))
        self.daemon = Daemon("AllowPrivateNetworks=127.1.0.0/16\nHostGap=10ms\nJournal=no\n"
                             f"[Feed \"agency\"]\nURL={self.publisher.url('agency')}\n"
                             f"[Feed \"sport\"]\nURL={self.publisher.url('sport')}\n")
        self.daemon.start()

    def tearDown(self):
        self.daemon.remove()
        self.publisher.close()

    def audit(self):
        done = self.daemon.tool("audit", "agency", "--json")
        return done.returncode, json.loads(done.stdout)

    def poll(self, count):
        """Polls now, and waits until so many requests are recorded."""
        self.assertEqual(self.daemon.tool("poll", "agency").returncode, 0)
        wait_for("the record", lambda: len(self.audit()[1]["requests"]) == count, SECONDS)

    def test_what_the_daemon_did_breaks_no_rule(self):
        wait_for("the first poll", lambda: len(self.audit()[1]["requests"]) == 1, SECONDS)
        self.poll(2)
        self.publisher.set("agency", rss("agency", [Item(Story("new"), "agency")]))
        self.poll(3)
        self.daemon.stop()
        self.daemon.start()
        self.poll(4)
        status, audit = self.audit()
        self.assertEqual((status, audit["breach_count"], audit["complete"]), (0, 0, True))
        statuses = [r["status"] for r in audit["requests"]]
        self.assertEqual(statuses, [200, 304, 200, 304])
        for earlier, later in zip(audit["requests"], audit["requests"][1:]):
            self.assertEqual(later["if_none_match"], earlier["etag"])
        self.assertEqual(len(audit["rules"]), 17)
        told = self.daemon.tool("audit", "agency", "--requests")
        self.assertEqual(told.returncode, 0)
        self.assertIn("agency: 4 requests recorded since it was added, 0 breaches.", told.stdout)

    def test_a_forged_log_is_found_guilty(self):
        wait_for("the first poll", lambda: len(self.audit()[1]["requests"]) == 1, SECONDS)
        self.poll(2)
        self.daemon.stop()
        db = sqlite3.connect(os.path.join(self.daemon.folder, "state", "wirewatch.db"))
        db.execute("UPDATE requests SET if_none_match = '\"made up\"' WHERE status = 304")
        db.commit()
        db.close()
        self.daemon.start()
        status, audit = self.audit()
        self.assertEqual(status, 1)
        self.assertIn("P2", [b["rule"] for b in audit["breaches"]])
        told = self.daemon.tool("audit", "agency")
        self.assertEqual(told.returncode, 1)
        self.assertIn("it sent a validator that was never given", told.stdout)

    def test_requests_of_other_feeds_of_the_host_are_looked_at_too(self):
        wait_for("the first polls",
                 lambda: self.audit()[1]["requests"] and self.audit()[1]["neighbour_requests"], SECONDS)
        self.poll(2)
        self.assertEqual(self.audit()[0], 0)
        told = self.daemon.tool("audit", "agency").stdout
        self.assertIn("P11 was held against 1 request of other feeds of its host too", told)
        self.daemon.stop()
        db = sqlite3.connect(os.path.join(self.daemon.folder, "state", "wirewatch.db"))
        asked, = db.execute("SELECT started FROM requests WHERE status = 304").fetchone()
        db.execute("UPDATE requests SET started = ?1, ended = ?1 WHERE url LIKE '%sport%'", [asked - 1000])
        db.commit()
        db.close()
        self.daemon.start()
        status, audit = self.audit()
        self.assertEqual(status, 1)
        self.assertEqual([(b["rule"], b["other_feed"]) for b in audit["breaches"]], [("P11", "sport")])
        self.assertIn("it asked too soon after another feed of the host: sport",
                      self.daemon.tool("audit", "agency").stdout)

    def test_feeds_say_which_rule_set_the_time_in_words(self):
        wait_for("the first poll", lambda: len(self.audit()[1]["requests"]) == 1, SECONDS)
        wait_for("its end", lambda: "PollInterval=" in self.daemon.tool("feeds").stdout, SECONDS)
        feed = json.loads(self.daemon.tool("feeds", "agency", "--json").stdout)
        self.assertEqual((feed["rule"], feed["why"]), ("interval", "PollInterval="))

    def test_a_feed_that_is_not_there_is_refused(self):
        done = self.daemon.tool("audit", "agenzy")
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
