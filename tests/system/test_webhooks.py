#!/usr/bin/env python3
"""Webhooks over real connections: HTTP/2, reuse, answers without end, redirects, Retry-After, and
secrets that are changed."""
import base64
import http.server
import json
import os
import shutil
import signal
import tempfile
import threading
import time
import unittest
from email.utils import formatdate

from http2_server import Http2Receiver
from mail_server import make_certificate
from support import (SECRET, AgencyTest, Daemon, Item, Publisher, Server, Story, rss, serve,
                     signature_is_right, wait_for)

SECONDS = 60
KEYWORD = "embargo"
NEXT_SECRET = base64.b64encode(b"another secret of the tests").decode()


class PlainReceiver:
    """HTTP/1.1 with keep-alive; `answer(handler, number)` answers the request."""

    def __init__(self, answer):
        receiver = self
        self.lock = threading.Lock()
        self.connections = 0
        self.requests = []
        self.times = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                with receiver.lock:
                    receiver.connections += 1

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.lock:
                    number = len(receiver.requests)
                    receiver.requests.append((self.path, self.headers, body))
                    receiver.times.append(time.time())
                answer(self, number)

        self.server = Server(("127.0.0.1", 0), Handler)
        serve(self.server)

    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def count(self):
        with self.lock:
            return len(self.requests)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def reply(handler, status, headers=(), body=b""):
    handler.send_response(status)
    for name, value in headers:
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


class WebhooksTest(AgencyTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="wirewatch-webhooks-")
        cls.certificate = make_certificate(cls.folder)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def setUp(self):
        self.publisher = Publisher()
        self.publisher.set("agency", rss("agency", [Item(Story("old"), "agency")]))
        self.receiver = None
        self.daemon = None

    def tearDown(self):
        if self.daemon:
            self.daemon.remove()
        self.publisher.close()
        if self.receiver:
            self.receiver.close()

    def config(self, settings):
        return ("AllowPrivateNetworks=127.1.0.0/16\nHostGap=0\nJournal=no\n"
                f"[Feed \"agency\"]\nURL={self.publisher.url('agency')}\n"
                f"[Topic \"embargoes\"]\nQuery={KEYWORD}\nNotify=desk\n"
                f"[Webhook \"desk\"]\nURL={self.receiver.url()}\nRetryFirst=100ms\n" + settings)

    def start(self, receiver, settings=""):
        self.receiver = receiver
        self.daemon = Daemon(self.config(settings))
        shutil.copy(self.certificate[1], self.daemon.folder)
        self.daemon.start()
        self.poll()
        wait_for("the first poll", lambda: self.daemon.status()["articles"] == 1, SECONDS)

    def publish(self, *stories):
        self.publisher.set("agency", rss("agency", [Item(story, "agency") for story in stories]))
        self.poll()

    def delivery(self):
        rows = json.loads(self.daemon.tool("deliveries", "--json").stdout)["deliveries"]
        return rows[0] if rows else {}

    def test_deliveries_share_one_connection_of_http_2(self):
        self.start(Http2Receiver(self.certificate), "CAFile=mail-ca.pem\n")
        self.publish(Story("one", KEYWORD))
        wait_for("the first", lambda: len(self.receiver.bodies) == 1, SECONDS)
        self.publish(*[Story(f"more {n}", KEYWORD) for n in range(8)])
        wait_for("the rest", lambda: len(self.receiver.bodies) == 9, SECONDS)
        self.assertEqual(self.receiver.connections, 1)
        self.assertEqual(len({json.loads(body)["id"] for body in self.receiver.bodies}), 9)

    def test_connection_of_http_1_is_used_again(self):
        self.start(PlainReceiver(lambda handler, number: reply(handler, 204)), "Concurrency=1\n")
        for number in range(4):
            self.publish(Story(f"one {number}", KEYWORD))
            wait_for("it", lambda n=number: self.receiver.count() == n + 1, SECONDS)
        self.assertEqual(self.receiver.connections, 1)

    def test_receiver_whom_nobody_vouches_for_gets_nothing(self):
        self.start(Http2Receiver(self.certificate))
        self.publish(Story("one", KEYWORD))
        wait_for("the error", lambda: "secure" in (self.delivery().get("error") or ""), SECONDS)
        self.assertEqual(self.receiver.bodies, [])

    def test_answer_without_end_is_read_to_the_bound_alone(self):
        sent = []

        def flood(handler, number):
            handler.send_response(200 if number else 500)
            handler.end_headers()
            try:
                for _ in range(100000):
                    handler.wfile.write(b"x" * 4096)
                    sent.append(4096)
            except OSError:
                pass
            handler.close_connection = True

        self.start(PlainReceiver(flood), "Timeout=1h\n")
        self.publish(Story("one", KEYWORD))
        wait_for("the delivery", lambda: self.delivery().get("state") == "delivered", SECONDS)
        self.assertEqual(self.receiver.count(), 2)
        # What lies in buffers between the two is sent, and not read.
        self.assertLess(sum(sent), 2 * 16 * 1024 * 1024)

    def test_status_counts_though_the_rest_breaks_off_or_never_ends(self):
        def break_off(handler, number):
            handler.send_response(503 if number == 0 else 200)
            handler.send_header("Retry-After", "1")
            handler.send_header("Content-Length", "100")
            handler.end_headers()
            handler.wfile.write(b"and then")
            if number == 2:
                time.sleep(5)
            handler.close_connection = True

        self.start(PlainReceiver(break_off), "Timeout=2s\n")
        self.publish(Story("one", KEYWORD))
        wait_for("the delivery", lambda: self.delivery().get("state") == "delivered", SECONDS)
        self.assertGreaterEqual(self.receiver.times[1], self.receiver.times[0] + 0.95)
        self.publish(Story("one", KEYWORD), Story("two", KEYWORD))
        wait_for("another", lambda: self.delivery().get("state") == "delivered" and
                 self.receiver.count() >= 3, SECONDS)
        self.assertEqual(self.receiver.count(), 3)
        done = self.daemon.tool("hooks", "test", "desk")
        self.assertEqual(done.returncode, 0)
        self.assertIn("\n< HTTP 200\n", done.stdout)

    def test_redirects_are_not_followed(self):
        def redirect(handler, number):
            if number == 0:
                reply(handler, 307, [("Location", "/elsewhere")])
            else:
                reply(handler, 204)

        self.start(PlainReceiver(redirect))
        self.publish(Story("one", KEYWORD))
        wait_for("the delivery", lambda: self.delivery().get("state") == "delivered", SECONDS)
        self.assertEqual([path for path, _, _ in self.receiver.requests], ["/hook", "/hook"])

    def test_retry_after_is_honoured_as_seconds_and_as_a_date(self):
        due = []

        def later(handler, number):
            if number == 0:
                due.append(time.time() + 2)
                reply(handler, 429, [("Retry-After", "2")])
            elif number == 1:
                date = int(time.time()) + 3
                due.append(date)
                reply(handler, 503, [("Retry-After", formatdate(date, usegmt=True))])
            else:
                reply(handler, 204)

        self.start(PlainReceiver(later))
        self.publish(Story("one", KEYWORD))
        wait_for("the delivery", lambda: self.delivery().get("state") == "delivered", SECONDS)
        self.assertEqual(self.receiver.count(), 3)
        # The daemon counts from when the answer is read: never earlier than asked for.
        for number in (0, 1):
            self.assertGreaterEqual(self.receiver.times[number + 1], due[number] - 0.05)

    def test_two_secrets_sign_while_one_is_changed(self):
        self.start(PlainReceiver(lambda handler, number: reply(handler, 204)),
                   "SecretFile={folder}/secret\n")
        with open(os.path.join(self.daemon.folder, "next"), "w", encoding="ascii") as f:
            f.write(f"whsec_{NEXT_SECRET}\n")
        for number, (files, good) in enumerate((
                ("{folder}/secret", (True, False)), ("{folder}/secret {folder}/next", (True, True)),
                ("{folder}/next", (False, True)))):
            before = self.daemon.log().count("reloaded")
            self.daemon.write_config(self.config(f"SecretFile={files}\n"))
            self.daemon.process.send_signal(signal.SIGHUP)
            wait_for("the reload", lambda b=before: self.daemon.log().count("reloaded") > b, SECONDS)
            self.publish(Story(f"secret {number}", KEYWORD))
            wait_for("it", lambda n=number: self.receiver.count() == n + 1, SECONDS)
            _, headers, body = self.receiver.requests[number]
            self.assertEqual((signature_is_right(headers, body, SECRET),
                              signature_is_right(headers, body, NEXT_SECRET)), good)


if __name__ == "__main__":
    unittest.main(verbosity=2)
