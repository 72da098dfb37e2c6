#!/usr/bin/env python3
"""WebSub against a hub made for it: subscribing, pushes right and wrong, pushes that never come, a
hub that says no, a restart, a feed that goes."""
import contextlib
import hashlib
import hmac
import http.client
import http.server
import json
import threading
import time
import unittest
import urllib.parse
from datetime import datetime, timedelta

from support import Daemon, Item, Publisher, Server, Story, free_port, rss, serve, wait_for

SECONDS = 60


class Hub:
    """A hub that asks back at once.  `refuse`: denies instead; `status`: what it answers first;
    `moved`: requests are sent on from /hub to /new."""

    def __init__(self):
        hub = self
        self.asked = []  # forms
        self.challenges = []  # what came back
        self.refuse = False
        self.status = 202
        self.moved = False

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = dict(urllib.parse.parse_qsl(body, strict_parsing=True))
                if hub.moved and self.path == "/hub":
                    Publisher.respond(self, 307, {"Location": "/new"}, b"")
                    return
                Publisher.respond(self, hub.status, {"Retry-After": "360000"}, b"")
                if hub.status != 202:
                    return
                threading.Thread(target=hub.ask_back, args=(form,)).start()

        self.server = Server(("127.1.0.3", 0), Handler)
        serve(self.server)

    def url(self):
        return f"http://127.1.0.3:{self.server.server_port}/hub"

    def ask_back(self, form):
        query = {"hub.mode": form["hub.mode"], "hub.topic": form["hub.topic"]}
        if self.refuse:
            query.update({"hub.mode": "denied", "hub.reason": "not today"})
        else:
            query.update({"hub.challenge": "ch&lle ge", "hub.lease_seconds": "86400"})
        self.asked.append(form)
        self.challenges.append(call("GET", form["hub.callback"] + "?" + urllib.parse.urlencode(query)))

    def push(self, body, method="sha256", secret=None, form=None):
        form = form or self.asked[-1]
        digest = hmac.new((secret or form["hub.secret"]).encode(), body, getattr(hashlib, method))
        return call("POST", form["hub.callback"], body,
                    {"X-Hub-Signature": f"{method}={digest.hexdigest()}",
                     "Content-Type": "application/rss+xml"})[0]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class SlowPublisher(Publisher):
    """Answers when it is let go."""

    def __init__(self):
        self.asked = threading.Event()
        self.go = threading.Event()
        self.go.set()
        super().__init__(1)

    def answer(self, request):
        self.asked.set()
        self.go.wait(SECONDS)
        super().answer(request)


def call(method, url, body=None, headers=None):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=SECONDS)
    with contextlib.closing(connection):
        connection.request(method, parts.path + ("?" + parts.query if parts.query else ""), body,
                           headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


class WebsubTest(unittest.TestCase):
    def setUp(self):
        self.publisher = SlowPublisher()
        self.hub = Hub()
        self.port = free_port()
        self.items = [Item(Story("first"), "agency")]
        self.publish()
        self.daemon = Daemon(self.configuration())

    def tearDown(self):
        self.publisher.go.set()
        self.daemon.remove()
        self.publisher.close()
        self.hub.close()

    def configuration(self, safety="1h", more="", feed=True):
        section = f"[Feed \"agency\"]\nURL={self.publisher.url('agency')}\n" if feed else ""
        return ("AllowPrivateNetworks=127.1.0.0/16\nHostGap=0\nJournal=no\nPollInterval=1s\n"
                f"PublicURL=http://127.0.0.1:{self.port}/news/\nListen=127.0.0.1:{self.port}\n"
                f"SafetyPollInterval={safety}\n{more}{section}")

    def document(self, items=None):
        links = (f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="{self.hub.url()}"/>'
                 f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" '
                 f'href="{self.publisher.url("agency")}?topic"/>')
        return rss("agency", items or self.items).replace(b"<channel>", b"<channel>" + links.encode())

    def publish(self, *stories, age=timedelta()):
        for story in stories:
            self.items.append(Item(Story(story), "agency"))
            self.items[-1].date -= age
        self.publisher.set("agency", self.document())

    def feed(self):
        return json.loads(self.daemon.tool("feeds", "agency", "--json").stdout)

    def hub_is(self, key, value):
        hub = self.feed()["hub"]
        return hub is not None and hub[key] == value

    def start(self):
        self.daemon.start()
        wait_for("the subscription", lambda: self.hub_is("state", "active"), SECONDS)
        wait_for("the hub's side of it", lambda: len(self.hub.challenges) == 1, SECONDS)

    def expect_articles(self, count):
        wait_for(f"{count} articles", lambda: self.daemon.status()["articles"] == count, SECONDS)

    def push_news(self, count, item, method="sha256"):
        self.assertEqual(self.hub.push(self.document([item]), method), 202)
        self.expect_articles(count)

    def requests(self):
        with self.publisher.lock:
            return sum(self.publisher.plain_requests.values()) + \
                sum(self.publisher.conditional_requests.values())

    def test_news_is_pushed_and_polls_are_rare(self):
        self.start()
        form = self.hub.asked[0]
        self.assertEqual(form["hub.mode"], "subscribe")
        self.assertEqual(form["hub.topic"], self.publisher.url("agency") + "?topic")
        self.assertRegex(form["hub.callback"], r"^http://127.0.0.1:\d+/news/websub/[0-9a-f]{32}$")
        self.assertEqual(self.hub.challenges[0], (200, "ch&lle ge"))
        wait_for("the safety poll", lambda: self.feed()["rule"] == "pushed", SECONDS)
        for count, method in enumerate(("sha1", "sha256", "sha384", "sha512"), 2):
            item = Item(Story(method), "agency")
            self.items.append(item)
            self.push_news(count, item, method)
        self.assertIsNotNone(self.feed()["hub"]["last_push"])
        # What a poll finds later was pushed: nothing new, nothing missed.
        self.publish()
        polls = self.requests()
        self.daemon.tool("poll", "agency")
        wait_for("the poll", lambda: self.requests() > polls, SECONDS)
        self.expect_articles(5)
        self.assertEqual(self.feed()["hub"]["missed"], 0)

    def test_pushes_during_a_poll_are_taken_after_it(self):
        self.start()
        wait_for("the safety poll", lambda: self.feed()["rule"] == "pushed", SECONDS)
        self.publisher.go.clear()
        self.publisher.asked.clear()
        self.assertEqual(self.daemon.tool("poll", "agency").returncode, 0)
        self.assertTrue(self.publisher.asked.wait(SECONDS))
        for name in ("one", "two"):
            body = self.document([Item(Story(name), "agency")])
            self.assertEqual(self.hub.push(body), 202)
        self.assertEqual(self.daemon.status()["articles"], 1)
        self.publisher.go.set()
        self.expect_articles(3)
        self.assertEqual(self.feed()["hub"]["missed"], 0)

    def test_what_is_not_the_hubs_is_not_believed(self):
        self.start()
        form = self.hub.asked[0]
        before = self.feed()["hub"]
        body = self.document([Item(Story("forged"), "agency")])
        self.assertEqual(self.hub.push(body, secret="guessed"), 202)
        self.assertEqual(call("POST", form["hub.callback"], body)[0], 202)
        self.assertEqual(call("POST", form["hub.callback"][:-1] + "x", body)[0], 404)
        try:
            self.assertEqual(call("POST", form["hub.callback"], b"x" * (5 << 20))[0], 413)
        except ConnectionError:
            pass  # closed before all of it was sent
        for change in ({"hub.topic": "http://other.example/"}, {"hub.mode": "unsubscribe"}, {}):
            query = {"hub.mode": "subscribe", "hub.topic": form["hub.topic"],
                     "hub.challenge": "x", "hub.lease_seconds": "9", **change}
            answer = call("GET", form["hub.callback"] + "?" + urllib.parse.urlencode(query))
            self.assertEqual(answer, (404, ""))  # nothing is pending any more
        self.assertEqual(self.feed()["hub"], before)
        self.assertEqual(self.daemon.status()["articles"], 1)

    def test_pushes_that_do_not_come_bring_polling_back(self):
        self.daemon.write_config(self.configuration(safety="2s"))
        self.start()
        polls = self.requests()
        wait_for("a safety poll", lambda: self.requests() > polls + 1, SECONDS)
        self.publish("unpushed", age=timedelta(minutes=20))
        self.expect_articles(2)
        wait_for("the distrust", lambda: self.hub_is("pushes_trusted", False), SECONDS)
        self.assertIn("missed news; it is polled as before", self.daemon.log())
        self.assertNotEqual(self.feed()["rule"], "pushed")
        for count in range(3, 6):
            self.push_news(count, Item(Story(f"p{count}"), "agency"))
        wait_for("the trust", lambda: self.hub_is("pushes_trusted", True), SECONDS)

    def test_a_hub_that_says_no_is_left(self):
        self.hub.refuse = True
        self.daemon.start()
        wait_for("the denial", lambda: self.hub_is("state", "denied"), SECONDS)
        self.assertEqual(self.feed()["hub"]["reason"], "not today")
        self.assertEqual(self.hub.push(self.document([Item(Story("x"), "agency")])), 410)
        self.publish("polled")
        self.expect_articles(2)

    def test_a_hub_that_moved_is_asked_where_it_is(self):
        self.hub.moved = True
        self.start()
        self.assertEqual(self.hub.asked[0]["hub.mode"], "subscribe")

    def test_a_hub_that_asks_to_wait_is_left_alone(self):
        self.hub.status = 429
        before = time.time()
        self.daemon.start()
        wait_for("the answer", lambda: self.hub_is("reason", "it answered 429"), SECONDS)
        asked_next = datetime.fromisoformat(self.feed()["hub"]["next_attempt"]).timestamp()
        self.assertGreaterEqual(asked_next, before + 360000 - 1)

    def test_a_restart_keeps_the_subscription_and_a_feed_that_goes_ends_it(self):
        self.start()
        self.daemon.stop()
        self.daemon.start()
        self.assertTrue(self.hub_is("state", "active"))
        self.assertEqual(self.hub.push(self.document([Item(Story("after"), "agency")])), 202)
        self.expect_articles(2)
        self.assertEqual(len(self.hub.asked), 1)
        self.daemon.write_config(self.configuration(feed=False))
        self.assertEqual(self.daemon.tool("reload").returncode, 0)
        wait_for("the farewell", lambda: len(self.hub.challenges) == 2, SECONDS)
        self.assertEqual(self.hub.asked[1]["hub.mode"], "unsubscribe")
        self.assertNotIn("hub.secret", self.hub.asked[1])
        self.assertEqual(self.hub.challenges[1][0], 200)
        self.assertEqual(self.hub.push(b"x", form=self.hub.asked[0]), 404)

    def test_what_a_hub_could_not_bring_is_polled_after_a_restart(self):
        self.start()
        wait_for("the safety poll", lambda: self.feed()["rule"] == "pushed", SECONDS)
        self.daemon.stop()
        self.publish("unpushed", age=timedelta(minutes=20))
        self.daemon.start()
        self.expect_articles(2)
        wait_for("the safety poll", lambda: self.feed()["rule"] == "pushed", SECONDS)
        self.assertEqual(self.feed()["hub"]["missed"], 0)

    def test_without_a_public_url_there_are_no_pushes(self):
        config = self.configuration()
        self.daemon.write_config("\n".join(
            line for line in config.splitlines() if not line.startswith(("PublicURL", "Listen"))))
        self.daemon.start()
        self.expect_articles(1)
        self.assertIsNone(self.feed()["hub"])
        self.assertEqual(self.hub.asked, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
