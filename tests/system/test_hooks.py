#!/usr/bin/env python3
"""Destinations: what a receiver of webhooks gets with a template, before and after a reload."""
import http.server
import json
import os
import signal
import threading
import unittest

from support import Daemon, Item, Publisher, Server, Story, rss, serve, wait_for

SECONDS = 30
KEYWORD = "embargo"


class RawReceiver:
    """Takes whatever is posted, as it comes."""

    def __init__(self):
        receiver = self
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
                self.send_response(204)
                self.end_headers()

        self.server = Server(("127.0.0.1", 0), Handler)
        serve(self.server)

    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/T0/secret-path"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class HooksTest(unittest.TestCase):
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

    def poll(self):
        self.assertEqual(self.daemon.tool("poll", "agency").returncode, 0)

    def publish(self, story):
        self.publisher.set("agency", rss("agency", [Item(story, "agency")]))
        self.poll()

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
        self.hang_up("reloaded: 1 feeds")
        self.publish(Story("two", KEYWORD))
        self.assertEqual(self.requests(2)[1][1], '["embargoes"]')


if __name__ == "__main__":
    unittest.main(verbosity=2)
