#!/usr/bin/env python3
"""Exec hooks in units of their own, with the test in systemd's place: it holds the socket and starts
`wirewatchd --run-hook` for each connection, as wirewatch-hook.socket does."""
import json
import os
import signal
import socket
import subprocess
import threading
import unittest

from support import AgencyTest, Daemon, Item, Publisher, Story, build_folder, rss, wait_for

SECONDS = 60
KEYWORD = "embargo"


class Activator:
    """The socket; what comes in is given to a runner, or dropped as many times as `drop` says."""

    def __init__(self, path):
        self.path = path
        self.drop = 0
        self.runners = []
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(path)
        self.listener.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                if self.drop > 0:
                    self.drop -= 1
                    continue
                self.runners.append(subprocess.Popen(
                    [os.path.join(build_folder(), "wirewatchd"), "--run-hook"], stdin=connection,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True))

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for runner in self.runners:
            runner.wait(SECONDS)


def is_gone(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return ") Z " in file.read()
    except FileNotFoundError:
        return True


class HookUnitsTest(AgencyTest):
    def setUp(self):
        self.publisher = Publisher()
        self.publisher.set("agency", rss("agency", [Item(Story("old"), "agency")]))
        self.daemon = Daemon("")
        self.marks = os.path.join(self.daemon.folder, "marks")
        self.activator = Activator(os.path.join(self.daemon.folder, "hook.sock"))

    def tearDown(self):
        self.daemon.remove()
        self.activator.close()
        self.publisher.close()

    def start(self, script, more=""):
        """The script is a shell's; $1 is the file for its marks."""
        path = os.path.join(self.daemon.folder, "hook")
        with open(path, "w", encoding="utf-8") as file:
            file.write(script)
        self.daemon.write_config(
            "AllowPrivateNetworks=127.1.0.0/16\nHostGap=0\nJournal=no\nHookSocket={folder}/hook.sock\n"
            f"[Feed \"agency\"]\nURL={self.publisher.url('agency')}\n"
            f"[Topic \"embargoes\"]\nQuery={KEYWORD}\nNotify=desk\n"
            f"[Exec \"desk\"]\nCommand=/bin/sh {path} {self.marks}\nRetryFirst=100ms\n{more}")
        self.daemon.start()
        self.poll()
        wait_for("the first poll", lambda: self.daemon.status()["articles"] == 1, SECONDS)

    def read_marks(self):
        try:
            with open(self.marks, encoding="utf-8") as file:
                return file.read().splitlines()
        except FileNotFoundError:
            return []

    def delivery(self):
        rows = json.loads(self.daemon.tool("deliveries", "--json").stdout)["deliveries"]
        return rows[0] if rows else {"state": None, "attempts": 0}

    def hook(self):
        return json.loads(self.daemon.tool("hooks", "--json").stdout)["hooks"][0]

    def test_hook_is_run_by_the_runner(self):
        self.start("cat >>\"$1\"; echo >>\"$1\"; tr '\\0' ' ' </proc/$PPID/cmdline >>\"$1\"")
        self.assertIn("exec hooks run in units of their own", self.daemon.log())
        self.assertTrue(self.hook()["in_unit"])
        self.publish(Story("one", KEYWORD))
        wait_for("the delivery", lambda: self.delivery()["state"] == "delivered", SECONDS)
        event, parent = self.read_marks()
        self.assertEqual(json.loads(event)["type"], "story.new")
        self.assertIn("--run-hook", parent)
        self.assertEqual([runner.wait(SECONDS) for runner in self.activator.runners], [0])

    def test_unit_that_does_not_start_costs_a_wait_and_no_alert(self):
        self.start("echo run >>\"$1\"")
        self.activator.drop = 7  # more than the five times of a command that fails
        self.publish(Story("one", KEYWORD))
        wait_for("the delivery", lambda: self.delivery()["state"] == "delivered", SECONDS)
        self.assertEqual(self.read_marks(), ["run"])
        self.assertEqual(self.activator.drop, 0)

    def test_runner_that_is_killed_counts_as_a_failure(self):
        self.start("echo $$ >>\"$1\"; [ $(wc -l <\"$1\") -gt 1 ] || exec sleep 1000", "Timeout=1h\n")
        self.publish(Story("one", KEYWORD))
        wait_for("the hook", lambda: len(self.read_marks()) == 1, SECONDS)
        self.activator.runners[0].kill()
        os.kill(int(self.read_marks()[0]), signal.SIGKILL)  # as systemd does with the unit
        wait_for("the delivery", lambda: self.delivery()["state"] == "delivered", SECONDS)
        self.assertEqual(len(self.read_marks()), 2)

    def test_time_out_ends_the_hook(self):
        self.start("echo $$ >>\"$1\"; exec sleep 1000", "Timeout=1s\nRetryFor=0\n")
        self.publish(Story("one", KEYWORD))
        wait_for("the dead letter", lambda: self.daemon.status()["deliveries"]["dead"] == 1, SECONDS)
        self.assertIn("Timeout=", self.delivery()["error"])
        self.assertTrue(is_gone(self.read_marks()[0]))

    def test_hook_does_not_outlive_its_daemon(self):
        self.start("echo $$ >>\"$1\"; exec sleep 1000", "Timeout=1h\n")
        self.publish(Story("one", KEYWORD))
        wait_for("the hook", lambda: self.read_marks(), SECONDS)
        self.daemon.kill()
        wait_for("the end of the hook", lambda: is_gone(self.read_marks()[0]), SECONDS)

    def test_without_the_socket_the_daemon_runs_it(self):
        os.unlink(self.activator.path)
        self.start("tr '\\0' ' ' </proc/$PPID/cmdline >>\"$1\"")
        self.assertIn("exec hooks run as processes of the daemon", self.daemon.log())
        self.assertFalse(self.hook()["in_unit"])
        self.publish(Story("one", KEYWORD))
        wait_for("the delivery", lambda: self.delivery()["state"] == "delivered", SECONDS)
        self.assertIn("--config", self.read_marks()[0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
