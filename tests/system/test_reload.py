#!/usr/bin/env python3
"""Reloads of a running daemon, by signal and while the store refuses."""
import os
import signal
import sqlite3
import unittest

from support import Daemon, Item, Publisher, Receiver, Story, rss, wait_for

SECONDS = 60
KEYWORD = "embargo"


def hang_up_itself():
    """A signal that is blocked stays so, and pending, over execve(2)."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
    os.kill(os.getpid(), signal.SIGHUP)


class ReloadTest(unittest.TestCase):
    def setUp(self):
        self.publisher = Publisher(2)
        self.receiver = Receiver()
        self.publisher.set("agency", rss("agency", [Item(Story("old"), "agency")]))
        self.publisher.set("herald", rss("herald", [Item(Story("older"), "herald")]))
        self.daemon = Daemon(self.configuration())
        self.daemon.start()
        self.poll("agency")
        wait_for("the first poll", lambda: self.daemon.status()["articles"] == 1, SECONDS)

    def tearDown(self):
        self.daemon.remove()
        self.publisher.close()
        self.receiver.close()

    def configuration(self, more=""):
        return ("AllowPrivateNetworks=127.1.0.0/16\nHostGap=0\nJournal=no\n"
                f"[Feed \"agency\"]\nURL={self.publisher.url('agency')}\n"
                f"[Topic \"embargoes\"]\nQuery={KEYWORD}\nNotify=desk\n"
                f"[Webhook \"desk\"]\nURL={self.receiver.url()}\nSecretFile={{folder}}/secret\n" + more)

    def poll(self, feed):
        self.assertEqual(self.daemon.tool("poll", feed).returncode, 0)

    def hang_up(self, config, words):
        """Reloads by signal and waits until the log says what became of it, once more than before."""
        before = self.daemon.log().count(words)
        self.daemon.write_config(config)
        self.daemon.process.send_signal(signal.SIGHUP)
        wait_for(words, lambda: self.daemon.log().count(words) > before, SECONDS)

    def expect_alert(self, seed, count):
        self.publisher.set("agency", rss("agency", [Item(Story(seed, KEYWORD), "agency")]))
        self.poll("agency")
        wait_for("the alert", lambda: len(self.receiver.delivered()) == count, SECONDS)

    def herald(self):
        return f"[Feed \"herald\"]\nURL={self.publisher.url('herald', 1)}\n"

    def test_good_configuration_is_applied_and_a_faulty_one_refused(self):
        self.expect_alert("one", 1)
        self.hang_up(self.configuration(self.herald()), "reloaded: 2 feeds")
        self.poll("herald")
        wait_for("the new feed", lambda: self.daemon.status()["articles"] == 3, SECONDS)
        self.hang_up(self.configuration("[Topic \"x\"]\nQuery=a OR\n"), "the running one stays")
        self.assertEqual(self.daemon.status()["feeds"]["configured"], 2)
        self.expect_alert("two", 2)
        self.assertEqual(self.daemon.stop(), 0)

    def test_reload_that_cannot_be_stored_leaves_all_as_it_was(self):
        self.daemon.stop()
        with sqlite3.connect(os.path.join(self.daemon.folder, "state", "wirewatch.db")) as db:
            db.execute("CREATE TRIGGER refuse BEFORE INSERT ON feeds WHEN NEW.url LIKE '%herald' "
                       "BEGIN SELECT RAISE(ABORT, 'refused'); END")
        db.close()
        self.daemon.start()
        self.hang_up(self.configuration(self.herald()), "the running one stays")
        self.assertEqual(self.daemon.status()["feeds"]["configured"], 1)
        self.expect_alert("one", 1)
        done = self.daemon.tool("reload")
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot be stored", done.stderr)
        self.expect_alert("two", 2)
        self.assertEqual(self.daemon.stop(), 0)

    def test_hang_up_before_the_loop_runs_is_heard_by_it(self):
        self.daemon.stop()
        before = self.daemon.log().count("reloaded:")
        self.daemon.start(before=hang_up_itself)
        wait_for("the reload", lambda: self.daemon.log().count("reloaded:") > before, SECONDS)
        self.assertEqual(self.daemon.stop(), 0)

    def test_settings_that_a_reload_does_not_apply_are_named(self):
        self.hang_up("SafetyPollInterval=6h\nPublicURL=https://push.example.org/\n"
                     "Listen=127.0.0.1:1\n" + self.configuration(), "reloaded:")
        for key in ("SafetyPollInterval", "PublicURL", "Listen"):
            self.assertIn(f"{key}= has changed; restart wirewatchd to apply it", self.daemon.log())
        self.assertNotIn("StateDirectory=", self.daemon.log())
        # Told again while it is so, and no more when all is as it was.
        self.hang_up("SafetyPollInterval=6h\n" + self.configuration(), "reloaded:")
        self.assertEqual(self.daemon.log().count("SafetyPollInterval= has changed"), 2)
        self.assertEqual(self.daemon.log().count("Listen= has changed"), 1)
        self.hang_up(self.configuration(), "reloaded:")
        self.assertEqual(self.daemon.log().count("has changed; restart"), 4)
        self.expect_alert("one", 1)

    def test_damaged_database_is_named_by_a_start(self):
        self.daemon.stop()
        path = os.path.join(self.daemon.folder, "state", "wirewatch.db")
        with open(path, "r+b") as file:
            page = int.from_bytes(file.read(18)[16:], "big")
            size = os.path.getsize(path)
            file.seek(page)
            file.write(b"\xff" * (size - page))
        self.daemon.start(wait=False)
        self.assertEqual(self.daemon.process.wait(SECONDS), 70)
        self.assertRegex(self.daemon.log(), r"cannot start: .*wirewatch\.db is damaged .*"
                                            r"put a copy of it in place")
        self.assertNotIn("Bad message", self.daemon.log())

    def test_hang_ups_in_the_middle_of_polls_cost_none(self):
        for number in range(1, 6):
            self.publisher.set("agency",
                               rss("agency", [Item(Story(f"busy {number}", KEYWORD), "agency")]))
            self.poll("agency")
            self.daemon.process.send_signal(signal.SIGHUP)
            wait_for("the alert", lambda n=number: len(self.receiver.delivered()) == n, SECONDS)
        self.assertEqual(len({a.id for a in self.receiver.seen()}), 5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
