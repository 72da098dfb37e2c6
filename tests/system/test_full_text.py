#!/usr/bin/env python3
"""FullText=: articles get the text of their web pages, politely, and the feed's where there is none."""
import json
import threading
import time
import unittest

from support import Daemon, Item, Publisher, Receiver, Story, rss, wait_for

SECONDS = 60

CONFIG = """
HostGap=0
AllowPrivateNetworks=127.1.0.0/16
Journal=no
PollInterval=1s

[Feed "short"]
URL={feed}
FullText={full_text}

[Topic "embargoes"]
Query=embargo
Notify=desk

[Webhook "desk"]
URL={hook}
SecretFile={folder}/secret
"""

PAGE = """<!DOCTYPE html><html lang="en"><head><title>{title} | The Courier</title>
<link rel="canonical" href="{canonical}"></head><body><nav><a href="/">Home</a></nav>
<article><h1>{title}</h1>{paragraphs}</article><footer><p>All rights reserved by the Courier.</p></footer>
</body></html>"""


class Site(Publisher):
    """A publisher whose pages count requests, may have a status of their own, and may hang."""

    def __init__(self):
        super().__init__()
        self.asked = []
        self.statuses = {}
        self.agents = set()
        self.gate = threading.Event()
        self.gate.set()
        self.slow = set()

    def answer(self, request):
        request.path = request.path.partition("?")[0]
        name = request.path.strip("/")
        with self.lock:
            self.asked.append(name)
            self.agents.add(request.headers.get("User-Agent", ""))
            status = self.statuses.get(name)
        if name in self.slow:
            self.gate.wait(2 * SECONDS)
        if status:
            code, headers = status
            self.respond(request, code, headers, b"")
        else:
            super().answer(request)

    def count(self, name):
        with self.lock:
            return self.asked.count(name)


class FullTextTest(unittest.TestCase):
    def setUp(self):
        self.site = Site()
        self.receiver = Receiver()
        self.items = [self.item(Story("old"), teaser=False)]
        self.site.set("feed", rss("courier", self.items))
        self.daemon = None

    def tearDown(self):
        self.site.gate.set()
        if self.daemon:
            self.daemon.remove()
        self.site.close()
        self.receiver.close()

    def item(self, story, teaser=True, path=None):
        item = Item(story, "courier")
        item.link = self.site.url(path or f"news/{story.label}")
        if teaser:
            item.paragraphs = lambda: [story.paragraphs[1][:80]]
        return item

    def set_page(self, story, path=None, canonical=None, paragraphs=None):
        path = path or f"news/{story.label}"
        text = "".join(f"<p>{p}</p>" for p in (paragraphs or story.paragraphs))
        page = PAGE.format(title=story.title, canonical=canonical or self.site.url(path),
                           paragraphs=text)
        self.site.set(path, page.encode(), "text/html; charset=utf-8")

    def start(self, full_text="yes", folder=None):
        config = CONFIG.replace("{feed}", self.site.url("feed")) \
                       .replace("{hook}", self.receiver.url()).replace("{full_text}", full_text)
        self.daemon = Daemon(config, folder)
        self.daemon.start()
        wait_for("the first poll", lambda: self.site.is_conditional("feed"), SECONDS)

    def publish(self, *items):
        self.items.extend(items)
        self.site.set("feed", rss("courier", self.items))

    def events(self, count, seconds=SECONDS):
        wait_for(f"{count} events", lambda: len(self.receiver.delivered()) >= count, seconds)
        return [json.loads(a.body)["data"]["article"] for a in self.receiver.delivered()]

    def test_text_is_the_pages(self):
        self.start()
        # The word is in the page alone, in the first paragraph; the address is a tracked one.
        story = Story("one", "embargo")
        story.title = "Talks in the north"
        self.set_page(story, canonical=self.site.url("news/s-one-canonical"))
        item = self.item(story)
        item.link += "?utm_source=rss"
        self.publish(item)
        article = self.events(1)[0]
        self.assertEqual(article["text_from"], "page")
        self.assertNotIn("text_note", article)
        self.assertIn("embargo", article["excerpt"])
        self.assertNotIn("All rights reserved", article["excerpt"])
        self.assertEqual(article["url"], self.site.url("news/s-one-canonical"))
        self.assertEqual(self.site.count("robots.txt"), 1)
        self.assertEqual(self.site.count("news/sold"), 0)
        audit = json.loads(self.daemon.tool("audit", "short", "--json").stdout)
        self.assertEqual([(r["for"], r["status"]) for r in audit["page_requests"]],
                         [("robots.txt", 404), ("page", 200)])
        self.assertEqual(audit["breach_count"], 0, audit["breaches"])
        told = self.daemon.tool("audit", "short", "--requests").stdout
        self.assertIn(self.site.url("news/sone"), told)
        self.assertIn("were held against 2 requests for its sitemaps and "
                      "its articles' pages.", told)

    def test_feeds_text_stands_in_and_says_why(self):
        self.start()
        self.site.set("robots.txt", b"User-agent: *\nDisallow: /closed/\n", "text/plain")
        gone, closed, wall = Story("gone", "embargo"), Story("closed", "embargo"), Story("wall", "embargo")
        self.set_page(closed, "closed/a")
        self.set_page(wall, "news/wall", paragraphs=["Short."])
        items = [self.item(gone), self.item(closed, path="closed/a"), self.item(wall, path="news/wall")]
        self.publish(*items)
        notes = {a["title"]: (a["text_from"], a["text_note"]) for a in self.events(3)}
        self.assertEqual(notes[gone.title], ("feed", "gone"))
        self.assertEqual(notes[closed.title], ("feed", "robots.txt"))
        self.assertEqual(notes[wall.title][0], "feed")
        self.assertEqual(self.site.count("closed/a"), 0)

    def test_auto_fetches_only_for_short_texts(self):
        self.start("auto")
        short, long = Story("short", "embargo"), Story("long", "embargo")
        self.set_page(short)
        self.set_page(long)
        long_item = self.item(long, teaser=False)
        long_item.paragraphs = lambda: long.paragraphs * 2
        self.publish(self.item(short), long_item)
        texts = {a["title"]: a["text_from"] for a in self.events(2)}
        self.assertEqual(texts, {short.title: "page", long.title: "feed"})
        self.assertEqual(self.site.count("news/slong"), 0)

    def test_a_crash_during_the_wait_loses_nothing(self):
        self.start()
        story = Story("crash", "embargo")
        self.set_page(story)
        self.site.slow.add("news/scrash")
        self.site.gate.clear()
        self.publish(self.item(story))
        wait_for("the page's request", lambda: self.site.count("news/scrash") > 0, SECONDS)
        # It is asked for after the commit that let the entry wait.
        folder = self.daemon.folder
        self.daemon.kill()
        self.assertEqual(self.receiver.delivered(), [])
        self.site.gate.set()
        self.daemon = Daemon(CONFIG.replace("{feed}", self.site.url("feed"))
                             .replace("{hook}", self.receiver.url()).replace("{full_text}", "yes"),
                             folder)
        self.daemon.start()
        articles = self.events(1)
        self.assertEqual([a["text_from"] for a in articles], ["page"])
        # Its rules may have waited for their commit when the crash came.
        self.assertLessEqual(self.site.count("robots.txt"), 2)

    def test_a_host_that_asks_to_wait_is_left_alone(self):
        self.start()
        story = Story("busy", "embargo")
        self.site.statuses["news/sbusy"] = (429, {"Retry-After": "3600"})
        self.publish(self.item(story))
        article = self.events(1)[0]
        self.assertEqual((article["text_from"], article["text_note"]), ("feed", "its host asks to wait"))
        # The feed's polls are of the same host: they wait too (P7).
        polls = self.site.count("feed")
        time.sleep(3)
        self.assertLessEqual(self.site.count("feed"), polls + 1)

    def test_one_page_is_fetched_once(self):
        self.start()
        story = Story("twice", "embargo")
        self.set_page(story)
        first, second = self.item(story), self.item(story)
        second.guid += "-again"
        second.title += " (more)"
        second.link += "?utm_medium=feed"
        self.publish(first, second)
        self.events(1)
        wait_for("both articles", lambda: self.daemon.status()["articles"] == 3, SECONDS)
        self.assertEqual(self.site.count("news/stwice"), 1)
        self.assertEqual(len({a for a in self.site.agents if a.startswith("wirewatch/")}), 1)


if __name__ == "__main__":
    unittest.main()
