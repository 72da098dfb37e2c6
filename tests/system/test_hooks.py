#!/usr/bin/env python3
"""Destinations: templates, tests of hooks, following alerts live, dead letters."""
import collections
import http.server
import json
import os
import signal
import socket
import subprocess
import threading
import unittest

from support import (SECRET, AgencyTest, Daemon, Item, Publisher, Server, Story, build_folder, rss,
                     serve, signature_is_right, wait_for)

SECONDS = 60
KEYWORD = "embargo"


class RawReceiver:
    """Takes whatever is posted, as it comes."""

    def __init__(self, status=204):
        receiver = self
        self.status = status
        self.lock = threading.Lock()
        self.requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.lock:
                    receiver.requests.append((self.headers, body.decode()))
                answer = b"" if receiver.status == 204 else b"no\x1b[31m such hook"
                self.send_response(receiver.status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        self.server = Server(("127.0.0.1", 0), Handler)
        serve(self.server)

    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/T0/secret-path"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class HooksTest(AgencyTest):
    def setUp(self):
        self.publisher = Publisher()
        self.receiver = RawReceiver()
        self.publisher.set("agency", rss("agency", [Item(Story("old"), "agency")]))
        self.daemon = None

    def tearDown(self):
        if self.daemon:
            self.daemon.remove()
        self.publisher.close()
        self.receiver.close()

    def start(self, hook, files):
        self.daemon = Daemon(
            "AllowPrivateNetworks=127.1.0.0/16\nHostGap=0\nJournal=no\n"
            f"[Feed \"agency\"]\nURL={self.publisher.url('agency')}\n"
            f"[Topic \"embargoes\"]\nQuery={KEYWORD}\nNotify=desk\n" + hook)
        for name, text in files.items():
            self.write(name, text)
        self.daemon.start()
        self.poll()
        wait_for("the first poll", lambda: self.daemon.status()["articles"] == 1, SECONDS)

    def write(self, name, text):
        with open(os.path.join(self.daemon.folder, name), "w", encoding="utf-8") as f:
            f.write(text)

    def hang_up(self, words):
        before = self.daemon.log().count(words)
        self.daemon.process.send_signal(signal.SIGHUP)
        wait_for(words, lambda: self.daemon.log().count(words) > before, SECONDS)

    def requests(self, count):
        wait_for(f"{count} requests", lambda: len(self.receiver.requests) >= count, SECONDS)
        return self.receiver.requests

    def test_template_makes_the_body_and_a_reload_reads_it_again(self):
        self.start(f"[Webhook \"desk\"]\nURL={self.receiver.url()}\nTemplate=desk.template\n",
                   {"desk.template": '{"summary": "{{heading}}: {{title}}", "n": '
                                     '{{data.story.articles|json}}}'})
        story = Story("one", KEYWORD)
        story.title = f'The {KEYWORD} "talks\\" & notes\u00a0of {{{{topic}}}}'
        self.publish(story)
        headers, body = self.requests(1)[0]
        self.assertEqual(headers["content-type"], "application/json")
        self.assertEqual(json.loads(body),
                         {"summary": f'embargoes: The {KEYWORD} "talks\\" & notes of {{{{topic}}}}',
                          "n": 1})
        self.write("desk.template", '{"summary": "{{titel}}"}')
        self.hang_up("the running one stays")
        self.assertIn('desk.template:1:16: {{titel}}: unknown field; did you mean {{title}}?',
                      self.daemon.log())
        self.write("desk.template", '["{{topic}}"]')
        self.hang_up("reloaded: 1 feed,")
        self.publish(Story("two", KEYWORD))
        self.assertEqual(self.requests(2)[1][1], '["embargoes"]')


    def test_test_of_a_webhook_prints_the_exchange_without_secrets(self):
        self.start(f"[Webhook \"desk\"]\nURL={self.receiver.url()}\nSecretFile={{folder}}/secret\n"
                   "Header=Authorization: Bearer s3cr3t\n", {})
        done = self.daemon.tool("hooks", "test", "desk")
        self.assertEqual(done.returncode, 0, done.stderr)
        headers, body = self.requests(1)[0]
        self.assertEqual(headers["Authorization"], "Bearer s3cr3t")
        event = json.loads(body)
        self.assertEqual(event["type"], "test")
        self.assertIn("TEST", event["data"]["words"])
        self.assertTrue(signature_is_right(headers, body.encode()))
        for line in (f"> POST http://127.0.0.1:{self.receiver.server.server_port}/(hidden)",
                     "> Authorization: (hidden)", f"> webhook-id: {event['id']}",
                     f"> webhook-signature: {headers['webhook-signature']}", f"> {body}",
                     "< HTTP 204", "Next: nothing: the hook works"):
            self.assertIn(line + "\n", done.stdout)
        self.assertIn("\ndelivered after ", done.stdout)
        for secret in ("s3cr3t", "secret-path", SECRET):
            self.assertNotIn(secret, done.stdout)
        self.assertEqual(self.daemon.status()["deliveries"]["pending"], 0)

    def test_test_of_a_hook_that_fails_is_refused_with_the_answer(self):
        self.receiver.status = 404
        self.start(f"[Webhook \"desk\"]\nURL={self.receiver.url()}\n"
                   "[Exec \"bad\"]\nCommand=/bin/sh -c \"cat >/dev/null; echo oh no >&2; exit 3\"\n"
                   "[Exec \"good\"]\nCommand=/bin/sh -c \"echo \\\"$WIREWATCH_TYPE\\\" >&2\"\n", {})
        done = self.daemon.tool("hooks", "test", "desk", "--json")
        self.assertEqual(done.returncode, 1)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["verdict"], "retry")
        self.assertIn("HTTP 404", answer["words"])
        self.assertIn("< no?[31m such hook", answer["exchange"])
        done = self.daemon.tool("hooks", "test", "bad", "--json")
        self.assertEqual(done.returncode, 1)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["verdict"], "failed")
        self.assertIn("> WIREWATCH_TYPE=test", answer["exchange"])
        self.assertEqual(answer["exchange"][-2:], ["< oh no", "< exit status 3"])
        done = self.daemon.tool("hooks", "test", "good", "--json")
        self.assertEqual(done.returncode, 0)
        self.assertIn("< test", json.loads(done.stdout)["exchange"])
        done = self.daemon.tool("hooks", "test", "nobody")
        self.assertEqual(done.returncode, 1)
        self.assertIn("there is no such hook", done.stderr)
        self.assertEqual(self.daemon.tool("hooks", "test").returncode, 2)

    def test_hooks_are_listed_with_what_they_do(self):
        self.receiver.status = 503
        self.start(f"[Webhook \"desk\"]\nURL={self.receiver.url()}\nRetryFirst=100ms\nRetryFor=1h\n", {})
        self.publish(Story("one", KEYWORD))

        def hook():
            return json.loads(self.daemon.tool("hooks", "--json").stdout)["hooks"][0]

        wait_for("the hook to fail", lambda: hook()["state"] == "failing", SECONDS)
        found = hook()
        self.assertEqual((found["name"], found["kind"], found["pending"], found["dead"]),
                         ("desk", "webhook", 1, 0))
        self.assertIn("HTTP 503", found["error"])
        self.receiver.status = 204
        wait_for("the hook to work", lambda: hook()["state"] == "working" and
                 hook()["pending"] == 0, SECONDS)
        self.assertIsNone(hook()["error"])

    def test_dead_letters_are_sent_again_or_given_up_all_at_once(self):
        self.receiver.status = 404
        self.start(f"[Webhook \"desk\"]\nURL={self.receiver.url()}\nRetryFor=0\n"
                   "[Exec \"other\"]\nCommand=/bin/false\nRetryFor=0\n"
                   f"[Topic \"more\"]\nQuery={KEYWORD}\nNotify=other\n", {})
        for number in range(3):
            self.publish(Story(f"story {number}", KEYWORD))
            wait_for("the dead letters", lambda n=number: self.states().get("dead") == 2 * (n + 1),
                     SECONDS)
        self.receiver.status = 204
        done = self.daemon.tool("retry", "--all", "--hook", "desk")
        self.assertEqual((done.returncode, done.stdout), (0, "3 dead letters are sent again\n"))
        wait_for("the deliveries", lambda: self.states() == {"delivered": 3, "dead": 3}, SECONDS)
        self.assertEqual(len(self.requests(6)), 6)
        done = self.daemon.tool("drop", "--all", "--json")
        self.assertEqual(json.loads(done.stdout), {"dropped": 3})
        self.assertEqual(self.states(), {"delivered": 3, "dropped": 3})
        done = self.daemon.tool("retry", "--all", "--hook", "dekks")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("'wirewatch hooks' lists", done.stderr)
        self.assertEqual(self.daemon.tool("retry", "4711").returncode, 1)
        self.assertEqual(self.daemon.tool("retry").returncode, 2)
        self.assertEqual(self.daemon.tool("drop", "--all", "1").returncode, 2)
        self.assertEqual(self.daemon.tool("retry", "1").stdout, "1: is sent again\n")

    def test_all_dead_letters_of_a_hook_that_is_gone_are_given_up(self):
        count = 200  # as many as the daemon takes at a time
        self.receiver.status = 404
        self.start(f"[Webhook \"desk\"]\nURL={self.receiver.url()}\nRetryFor=0\n", {})
        self.publisher.set("agency", rss("agency", [Item(Story(f"story {n}", KEYWORD), "agency")
                                                    for n in range(count)]))
        self.poll()
        wait_for("the dead letters", lambda: self.daemon.status()["deliveries"]["dead"] == count, SECONDS)
        self.daemon.write_config("[Topic \"other\"]\nQuery=other\n")
        self.hang_up("reloaded: 0 feeds,")
        done = self.daemon.tool("drop", "--all", "--hook", "desk")
        self.assertEqual((done.returncode, done.stdout), (0, f"{count} dead letters are given up\n"))

    def test_hook_that_is_gone_is_told_with_what_waits_for_it(self):
        self.receiver.status = 500
        self.start(f"[Webhook \"desk\"]\nURL={self.receiver.url()}\nRetryFirst=1h\n", {})
        self.publisher.set("agency", rss("agency", [Item(Story(f"story {n}", KEYWORD), "agency")
                                                    for n in range(3)]))
        self.poll()
        wait_for("the attempts", lambda: self.states() == {"pending": 3}, SECONDS)
        self.daemon.write_config("[Topic \"other\"]\nQuery=other\n")
        self.hang_up("reloaded: 0 feeds,")
        wait_for("the warning", lambda: "hook desk: is not configured, and 3 of its deliveries wait"
                 in self.daemon.log(), SECONDS)
        hooks = json.loads(self.daemon.tool("hooks", "--json").stdout)["hooks"]
        desk = [h for h in hooks if h["name"] == "desk"][0]
        self.assertEqual((desk["state"], desk["pending"]), ("gone", 3))
        self.assertIn("not configured any more", self.daemon.tool("hooks").stdout)
        done = self.daemon.tool("retry", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("its hook is not configured any more", done.stderr)
        done = self.daemon.tool("retry", "--all", "--hook", "desk")
        self.assertEqual(done.returncode, 1)
        self.assertIn("the hook is not configured any more", done.stderr)
        self.assertEqual(self.daemon.tool("drop", "1").returncode, 0)
        done = self.daemon.tool("drop", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("delivered or given up before", done.stderr)
        done = self.daemon.tool("drop", "--all", "--hook", "desk")
        self.assertEqual((done.returncode, done.stdout),
                         (0, "0 dead letters are given up\n"
                             "2 deliveries that waited are given up\n"))
        self.assertEqual(self.states(), {"dropped": 3})
        self.assertNotIn("desk", self.daemon.tool("hooks").stdout)

    def states(self):
        """How many deliveries are in each state."""
        rows = json.loads(self.daemon.tool("deliveries", "--json").stdout)["deliveries"]
        return dict(collections.Counter(r["state"] for r in rows))

    def follow(self, *options):
        """Starts `wirewatch tail`, to be read line by line."""
        return subprocess.Popen(
            [os.path.join(build_folder(), "wirewatch"), "tail", "--socket", self.daemon.control,
             *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def test_tail_follows_alerts_across_a_restart_of_the_daemon(self):
        self.start(f"[Webhook \"desk\"]\nURL={self.receiver.url()}\n", {})
        self.publish(Story("one", KEYWORD))
        self.requests(1)
        tail = self.follow("--json", "--topic", "embargoes", "--since", "1h")
        try:
            first = json.loads(tail.stdout.readline())
            self.assertEqual(first["type"], "story.new")
            self.assertEqual(first, json.loads(self.receiver.requests[0][1]))
            self.publish(Story("two", KEYWORD))
            second = json.loads(tail.stdout.readline())
            self.daemon.stop()
            self.assertIn("waiting until it is back", tail.stderr.readline())
            self.daemon.start()
            self.publish(Story("three", KEYWORD))
            third = json.loads(tail.stdout.readline())
            self.assertEqual(len({e["id"] for e in (first, second, third)}), 3)
            self.assertIn("the daemon is back", tail.stderr.readline())
        finally:
            tail.kill()
            tail.communicate()
        done = self.daemon.tool("tail", "--since", "1h", "--limit", "3")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(len(done.stdout.splitlines()), 3)
        self.assertIn("story.new  embargoes  ", done.stdout)
        self.assertEqual(self.daemon.tool("tail", "--topic", "nothing").returncode, 1)
        self.daemon.stop()
        done = self.daemon.tool("tail")
        self.assertEqual(done.returncode, 3)

    def test_followers_beyond_the_bound_are_refused(self):
        self.start(f"[Webhook \"desk\"]\nURL={self.receiver.url()}\n", {})
        self.publish(Story("one", KEYWORD))
        self.requests(1)
        tails = [self.follow("--since", "1h") for _ in range(16)]
        try:
            for tail in tails:
                self.assertIn("story.new", tail.stdout.readline())
            done = self.daemon.tool("tail", "--since", "1h")
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("too many readers", done.stderr)
        finally:
            for tail in tails:
                tail.kill()
                tail.communicate()

    def test_reader_that_stands_still_holds_nobody_up_and_misses_nothing(self):
        self.start(f"[Webhook \"desk\"]\nURL={self.receiver.url()}\n", {})
        slow = socket.socket(socket.AF_UNIX)
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(self.daemon.control)
        slow.settimeout(SECONDS)
        slow.sendall(b"GET /tail HTTP/1.1\r\nHost: x\r\n\r\n")
        received = b""
        while b"{}\n" not in received:  # it follows from here on
            received += slow.recv(1)
        count = 120
        stories = [Story(f"burst {number}", KEYWORD) for number in range(count)]
        self.publisher.set("agency", rss("agency", [Item(story, "agency") for story in stories]))
        # What is made before it is there it reads from the store.
        quick = self.follow("--since", "1h", "--limit", str(count))
        self.poll()
        self.assertEqual(len(quick.communicate(timeout=2 * SECONDS)[0].splitlines()), count)
        self.requests(count)
        while received.count(b'"type":"story.new","id"') < count:
            more = slow.recv(65536)
            self.assertTrue(more)
            received += more
        slow.close()
        # Readers that come and go in the midst of lines leave nothing behind.
        for _ in range(20):
            reader = socket.socket(socket.AF_UNIX)
            reader.connect(self.daemon.control)
            reader.sendall(b"GET /tail?since=1h HTTP/1.1\r\nHost: x\r\n\r\n")
            reader.recv(100)
            reader.close()
        self.assertIsNotNone(self.daemon.status())
        self.assertEqual(self.daemon.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
