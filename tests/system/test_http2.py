#!/usr/bin/env python3
"""HTTP/2 through nginx before a farm of feeds: chosen by ALPN, one connection for many polls, 304s and
compression as over HTTP/1.1.  Skipped where the farm or nginx is missing."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.request

from support import Daemon, free_port, wait_for

SECONDS = 60
FEEDS = 6
FARM = os.environ.get("FEEDFARM", "")
FRONT = os.path.join(os.environ.get("WIREWATCH_SHARED", ""), "bench", "h2front")


def missing():
    if not os.access(FARM, os.X_OK) or not os.access(FRONT, os.X_OK):
        return "there is no farm of feeds with its front"
    if not (shutil.which("nginx") or os.path.exists("/usr/sbin/nginx")):
        return "nginx is not installed"
    if not shutil.which("openssl"):
        return "openssl is not installed"
    return None


class Http2Test(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="wirewatch-http2-")
        self.log = os.path.join(self.folder, "requests.jsonl")
        self.farm_port, self.port = free_port(), free_port()
        self.processes = [
            subprocess.Popen([FARM, "--feeds", str(FEEDS), "--hosts", "1", "--port",
                              str(self.farm_port), "--log", self.log],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)]
        wait_for("the farm", lambda: self.control("stats"), SECONDS)
        path = os.environ["PATH"] + ":/usr/sbin"
        self.processes.append(
            subprocess.Popen([FRONT, self.folder, str(self.port), str(self.farm_port)],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             env=dict(os.environ, PATH=path)))
        self.daemon = None
        wait_for("nginx", lambda: os.path.exists(os.path.join(self.folder, "nginx.pid")), SECONDS)

    def tearDown(self):
        if self.daemon:
            self.daemon.remove()
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            process.wait(SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def control(self, what):
        try:
            url = f"http://127.0.0.1:{self.farm_port}/ctl/{what}"
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read() or b"-"
        except OSError:
            return None

    def requests(self):
        """What the farm was asked for each feed, headers as a dictionary."""
        self.control("flush")
        with open(self.log, encoding="utf-8") as f:
            lines = [json.loads(line) for line in f if line.endswith("\n")]
        feeds = {}
        for line in lines:
            if line.get("path", "").startswith("/f/"):
                feeds.setdefault(line["path"], []).append(
                    dict(line, headers={k.lower(): v for k, v in line["headers"]}))
        return feeds

    def test_polls_share_a_connection_and_are_conditional(self):
        feeds = "".join(f"[Feed \"f{i}\"]\nURL=https://127.0.0.1:{self.port}/f/{i}.xml\n"
                        f"CAFile={self.folder}/ca.pem\n" for i in range(FEEDS))
        self.daemon = Daemon("AllowPrivateNetworks=127.0.0.1/32\nHostGap=10ms\nJournal=no\n" + feeds)
        self.daemon.start()
        for i in range(FEEDS):
            self.assertEqual(self.daemon.tool("poll", f"f{i}").returncode, 0)
        wait_for("the first polls", lambda: len(self.requests()) == FEEDS, SECONDS)
        wait_for("their commits", lambda: all(
            json.loads(self.daemon.tool("feeds", f"f{i}", "--json").stdout)["state"] == "ok"
            for i in range(FEEDS)), SECONDS)
        for i in range(FEEDS):
            self.assertEqual(self.daemon.tool("poll", f"f{i}").returncode, 0)
        wait_for("the second polls", lambda: all(
            len(polls) > 1 for polls in self.requests().values()), SECONDS)
        requests = [r for polls in self.requests().values() for r in polls]
        self.assertEqual({r["headers"]["x-front-proto"] for r in requests}, {"HTTP/2.0"})
        self.assertEqual(len({r["headers"]["x-front-conn"] for r in requests}), 1)
        self.assertTrue(all("gzip" in r["headers"]["accept-encoding"] for r in requests))
        for first, *later in self.requests().values():
            self.assertEqual(first["status"], 200)
            self.assertEqual({r["status"] for r in later}, {304})
            self.assertTrue(all(r["headers"].get("if-none-match") for r in later))


if __name__ == "__main__":
    if missing():
        print(f"skipped: {missing()}")
        sys.exit(77)
    unittest.main(verbosity=2)
