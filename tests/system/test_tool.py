#!/usr/bin/env python3
"""The tool against a running daemon and by itself: what it prints, and how it exits."""
import itertools
import json
import os
import pty
import re
import socket
import subprocess
import tempfile
import unittest
from datetime import datetime, timedelta

from support import Daemon, Item, Publisher, Story, build_folder, free_port, rss, wait_for

CONFIG = """
HostGap=0
AllowPrivateNetworks=127.1.0.0/16
Journal=no

[Feed "a/b é"]
URL={url}
Tags=wire
PollInterval=1h

[Feed "the same"]
URL={url}

[Feed "missing"]
URL={missing}

[Topic "embargoes"]
Query=embargo
Feeds=tag:wire
Notify=works fails

[Exec "works"]
Command=/bin/true

[Exec "fails"]
Command=/bin/sh -c "echo run >> {folder}/runs; echo it is broken >&2; exit 1"
RetryFor=0
"""

SECONDS = 60
DONE, REFUSED, USAGE, UNREACHABLE = 0, 1, 2, 3


def tool(*arguments, **options):
    return subprocess.run([os.path.join(build_folder(), "wirewatch"), *arguments],
                          capture_output=True, text=True, check=False, timeout=2 * SECONDS, **options)


class OnlineTest(unittest.TestCase):
    """One daemon with a feed that works, one that fails, a hook that works, one that fails."""

    @classmethod
    def setUpClass(cls):
        cls.publisher = Publisher()
        cls.items = [Item(Story("old"), "agency")]
        cls.publisher.set("feed", rss("agency", cls.items))
        cls.config = CONFIG.replace("{url}", cls.publisher.url("feed")) \
                           .replace("{missing}", cls.publisher.url("missing"))
        cls.daemon = Daemon(cls.config)
        cls.daemon.start()
        wait_for("the first polls", lambda: cls.daemon.status()["articles"] == 1
                 and cls.daemon.status()["feeds"]["failing"] == 1, SECONDS)
        cls.items.append(Item(Story("new", "embargo"), "agency"))
        cls.publisher.set("feed", rss("agency \x9b31m", cls.items))
        cls.daemon.tool("poll", "a/b é")
        wait_for("the deliveries", lambda: len(cls.settled()) == 2, SECONDS)

    @classmethod
    def tearDownClass(cls):
        cls.daemon.remove()
        cls.publisher.close()

    @classmethod
    def ask(cls, *arguments):
        done = cls.daemon.tool(*arguments, "--json")
        assert done.returncode == DONE, done.stderr
        return json.loads(done.stdout)

    @classmethod
    def settled(cls):
        return [d for d in cls.ask("deliveries")["deliveries"] if d["state"] != "pending"]

    def refused(self, *arguments):
        done = self.daemon.tool(*arguments)
        self.assertEqual(done.returncode, REFUSED, done)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def test_status_counts(self):
        status = self.ask("status")
        self.assertEqual(status["feeds"]["configured"], 2)
        self.assertEqual(status["feeds"]["failing"], 1)
        self.assertEqual(status["articles"], 2)
        self.assertEqual(status["alerts"], 1)
        words = self.daemon.tool("status").stdout
        self.assertIn("2, 1 failing", words)
        self.assertIn("wirewatch feeds --failing", words)

    def test_feeds_say_when_and_why(self):
        good, bad = self.ask("feeds")["feeds"]
        self.assertEqual((good["name"], good["state"], good["tags"]), ("a/b é", "ok", ["wire"]))
        self.assertEqual((bad["name"], bad["state"], bad["rule"]), ("missing", "failing", "backoff"))
        self.assertIn("404", bad["error"])
        self.assertEqual(self.ask("feeds", "--failing")["feeds"], [bad])
        self.assertEqual(self.ask("feeds", "a/b é"), good)
        self.assertEqual(self.ask("feeds", good["url"]), good)
        table = self.daemon.tool("feeds").stdout.splitlines()
        self.assertEqual(len(table), 3)
        self.assertTrue(table[0].startswith("FEED"))
        self.assertIn("'wirewatch feeds' lists", self.refused("feeds", "nowhere"))

    def test_wrong_names_are_refused_with_the_verb_that_lists_them(self):
        for lister, *arguments in (("topics", "alerts", "--topic=embargos"),
                                   ("topics", "stories", "--topic=embargos"),
                                   ("topics", "topics", "test", "embargos"),
                                   ("topics", "explain", "embargos", "x"),
                                   ("story STORY --json", "explain", "embargoes", "x"),
                                   ("stories", "story", "x")):
            self.assertIn(f"'wirewatch {lister}' lists", self.refused(*arguments))
        self.assertIn("since is a time span", self.refused("stories", "--since=soon"))
        self.assertNotIn("limit", self.refused("stories", "--since=soon"))

    def test_lists_of_nothing_say_so(self):
        for arguments in (("alerts", "--since=2100-01-01"), ("stories", "--since=2100-01-01")):
            done = self.daemon.tool(*arguments)
            self.assertEqual(done.returncode, DONE)
            self.assertTrue(done.stdout.startswith("None.\n"), done.stdout)

    def test_nothing_steers_a_terminal(self):
        leader, follower = pty.openpty()
        for arguments in (("feeds", "a/b é"), ("feeds", "--json"), ("alerts",)):
            subprocess.run([os.path.join(build_folder(), "wirewatch"), *arguments, "--socket",
                            self.daemon.control], stdout=follower, check=True, timeout=2 * SECONDS)
            shown = os.read(leader, 65536).decode()
            self.assertNotIn("\x9b", shown)
            self.assertNotIn("\x1b", shown)
        os.close(leader)
        os.close(follower)

    def test_topics_show_their_routing(self):
        topic, = self.ask("topics")["topics"]
        self.assertEqual(topic["name"], "embargoes")
        self.assertEqual(topic["query"], "embargo")
        self.assertEqual(topic["feeds"], ["tag:wire"])
        self.assertEqual(topic["notify"], ["works", "fails"])
        self.assertIn("embargoes", self.daemon.tool("topics").stdout)

    def article_of(self, label):
        for story in self.ask("stories")["stories"]:
            for member in self.ask("story", story["id"])["members"]:
                if member["url"].endswith("/" + label):
                    return member
        raise LookupError(label)

    def test_explain_tells_the_stage(self):
        told = self.ask("explain", "embargoes", self.article_of("snew")["id"])
        self.assertEqual((told["stage"], told["matched"]), ("told", True))
        self.assertEqual(told["tree"]["words"], "embargo")
        self.assertTrue(told["tree"]["verdict"])
        self.assertIn("\xabembargo\xbb", told["tree"]["places"][0]["snippet"].lower())
        self.assertEqual(told["article"]["feed"], "a/b é")
        old = self.ask("explain", "embargoes", self.article_of("sold")["id"])
        self.assertEqual((old["stage"], old["matched"]), ("not-matched", False))
        self.assertEqual(old["tree"]["places"], [])
        words = self.daemon.tool("explain", "embargoes", self.article_of("snew")["id"]).stdout
        self.assertIn("an alert was made", words)
        self.assertIn("yes  embargo  (column 1)", words)
        self.assertIn("no such article", self.refused("explain", "embargoes", "nothing"))
        self.assertIn("no such topic", self.refused("explain", "nothing", "nothing"))

    def test_stories_and_alerts(self):
        story, = self.ask("stories", "--topic", "embargoes", "--since", "1h")["stories"]
        self.assertEqual(story["articles"], 1)
        members = self.ask("story", story["id"])["members"]
        self.assertEqual([m["relation"] for m in members], ["new"])
        self.assertIn("1 article on 1 site", self.daemon.tool("story", story["id"]).stdout)
        self.assertEqual(len(self.ask("stories", "--limit", "1")["stories"]), 1)
        self.assertEqual(self.ask("stories", "--since", "2999-01-01")["stories"], [])
        self.assertIn("no such story", self.refused("story", "01ZZZZZZZZZZZZZZZZZZZZZZZZ"))
        alert, = self.ask("alerts", "--topic", "embargoes", "--events")["alerts"]
        self.assertEqual(alert["type"], "story.new")
        self.assertEqual(alert["story"], story["id"])
        self.assertEqual(alert["event"]["data"]["topic"], "embargoes")
        self.assertIn("there is no such topic", self.refused("alerts", "--topic", "nothing"))
        self.assertIn("since is", self.refused("alerts", "--since", "banana"))

    def test_dead_delivery_is_sent_again_and_dropped(self):
        dead, = self.ask("deliveries", "--failed")["deliveries"]
        self.assertEqual((dead["hook"], dead["state"]), ("fails", "dead"))
        self.assertIn("it is broken", dead["error"])
        number = str(dead["id"])
        done = self.daemon.tool("deliveries", "retry", number)
        self.assertEqual((done.returncode, done.stdout), (DONE, f"{number}: is sent again\n"))
        wait_for("another attempt", lambda: self.runs() == 2, SECONDS)
        wait_for("its end", lambda: self.ask("deliveries", "--failed")["deliveries"] != [], SECONDS)
        self.assertEqual(self.daemon.tool("deliveries", "drop", number).returncode, DONE)
        self.assertEqual([d["state"] for d in self.ask("deliveries")["deliveries"]
                          if d["hook"] == "fails"], ["dropped"])
        self.assertIn("no such delivery", self.refused("deliveries", "retry", "999999"))
        self.assertIn("is a number", self.refused("deliveries", "drop", "x"))

    def runs(self):
        with open(os.path.join(self.daemon.folder, "runs"), encoding="ascii") as f:
            return len(f.readlines())

    def test_poll_now(self):
        done = self.daemon.tool("poll", "a/b é")
        self.assertEqual(done.returncode, DONE)
        self.assertEqual(self.daemon.tool("poll", "the same").returncode, DONE)
        self.assertEqual(self.ask("feeds", "the same")["name"], "a/b é")
        self.assertIn("no such feed", self.refused("poll", "nowhere"))

    def test_faulty_reload_is_refused_with_its_faults(self):
        self.daemon.write_config(self.config + "\n[Daemon]\nReader=3\n[Topic \"x\"]\nQuery=a OR\n")
        words = self.refused("reload")
        self.assertIn("the running one stays", words)
        self.assertIn("Reader=: unknown key in [Daemon]; did you mean Readers=?", words)
        self.assertIn("topic \"x\": column 3: ", words)
        self.daemon.write_config(self.config)
        self.assertEqual(self.ask("reload"), {"feeds": 2, "topics": 1, "hooks": 2})

    def test_curl_speaks_to_the_socket_too(self):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.daemon.control)
            connection.sendall(b"GET /feeds/a%2Fb%20%C3%A9 HTTP/1.0\r\nHost: x\r\n\r\n")
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        self.assertIn(b" 200 ", head.splitlines()[0])
        self.assertEqual(json.loads(body)["name"], "a/b é")


class StagesTest(unittest.TestCase):
    """`explain` of stored articles: which stage each of them came to."""

    FEEDS = ("a", "b", "c")
    CONFIG = """
HostGap=0
AllowPrivateNetworks=127.1.0.0/16
Journal=no
{feeds}
[Topic "all"]
Query=embargo
Alert=new update
[Topic "new"]
Query=embargo
Alert=new
[Topic "of a"]
Query=embargo
Feeds=a
[Topic "updates"]
Query=embargo
Alert=update
[Topic "daily"]
Query=embargo
Digest=daily {later}
"""

    @classmethod
    def setUpClass(cls):
        cls.publisher = Publisher()
        cls.items = {name: [Item(Story(f"first{name}", "embargo"), name)] for name in cls.FEEDS}
        for name in cls.FEEDS:
            cls.publisher.set(name, rss(name, cls.items[name]))
        later = datetime.now() + timedelta(hours=12)  # no digest goes out meanwhile
        cls.daemon = Daemon(cls.CONFIG.replace("{later}", f"{later:%H:%M}").replace("{feeds}", "".join(
            f'[Feed "{name}"]\nURL={cls.publisher.url(name)}\nPollInterval=1h\n'
            for name in cls.FEEDS)))
        cls.daemon.start()
        wait_for("the first polls", lambda: cls.daemon.status()["articles"] == 3, SECONDS)
        story = Story("report", "embargo")
        cls.add("a", story, 4)
        cls.add("b", story, 5)
        for number in range(3):
            story = cls.updated(story, number)
            cls.add("c", story, 6 + number)

    @classmethod
    def tearDownClass(cls):
        cls.daemon.remove()
        cls.publisher.close()

    @staticmethod
    def updated(story, number):
        """A newer version, with news at its top and every third figure another."""
        figures = itertools.count()

        def change(figure):
            return figure[0] if next(figures) % 3 else str(7 * int(figure[0]) + number)

        story.later = Story(f"later{number}").later
        news = story.updated()
        news.paragraphs = [re.sub(r"\b\d+\b", change, p) for p in news.paragraphs]
        news.label = f"update{number}"
        return news

    @classmethod
    def add(cls, feed, story, count):
        cls.items[feed].append(Item(story, feed))
        cls.publisher.set(feed, rss(feed, cls.items[feed]))
        cls.daemon.tool("poll", feed)
        wait_for(f"article {count}", lambda: cls.daemon.status()["articles"] == count, SECONDS)

    def members(self):
        stories = json.loads(self.daemon.tool("stories", "--json").stdout)["stories"]
        return {m["url"].split("//")[1]: m for s in stories for m in
                json.loads(self.daemon.tool("story", s["id"], "--json").stdout)["members"]}

    def explain(self, topic, article):
        found = self.members()[article]
        done = self.daemon.tool("explain", topic, found["id"], "--json")
        self.assertEqual(done.returncode, DONE, done.stderr)
        return found["relation"], json.loads(done.stdout)

    def check(self, topic, article, relation, stage, words):
        found, told = self.explain(topic, article)
        self.assertEqual((found, told["stage"]), (relation, stage), told["words"])
        self.assertIn(words, told["words"])

    def test_first_poll_is_primed(self):
        self.check("all", "a.example/sfirsta", "new", "primed", "first poll")

    def test_first_of_a_story_is_told(self):
        self.check("all", "a.example/sreport", "new", "told", "an alert was made")

    def test_alert_that_waits_for_a_digest_is_gathered(self):
        self.check("daily", "a.example/sreport", "new", "gathered", "waits for the topic's digest")

    def test_copy_is_a_repeat(self):
        self.check("all", "b.example/sreport", "copy", "repeat", "copies are counted")

    def test_feed_of_no_concern_is_named(self):
        self.check("of a", "b.example/sreport", "copy", "feed", "not among the topic's Feeds=")

    def test_kind_that_is_not_asked_for_is_silent(self):
        self.check("updates", "a.example/sreport", "new", "silent", "Alert= does not ask")
        self.check("new", "c.example/update0", "update", "repeat", "Alert= does not ask for")

    def test_updates_are_told_held_or_overtaken(self):
        self.check("all", "c.example/update0", "update", "told", "an alert was made")
        self.check("all", "c.example/update1", "update", "overtaken", "a later version")
        self.check("all", "c.example/update2", "update", "held", "held back until 20")


    def test_story_is_shown_with_two_articles_side_by_side(self):
        stories = json.loads(self.daemon.tool("stories", "--topic=all", "--json").stdout)["stories"]
        story = max(stories, key=lambda s: s["articles"])
        self.assertEqual((story["articles"], story["sites"]), (5, 3))
        shown = self.daemon.tool("story", story["id"]).stdout
        self.assertIn("5 articles on 3 sites", shown)
        members = json.loads(self.daemon.tool("story", story["id"], "--json").stdout)["members"]
        self.assertEqual([m["number"] for m in members], [1, 2, 3, 4, 5])
        done = self.daemon.tool("story", "--diff", story["id"])
        self.assertEqual(done.returncode, DONE, done.stderr)
        self.assertRegex(done.stdout, r"^1 a\.example 20.*5 c\.example 20")
        self.assertIn(" | ", done.stdout)
        done = self.daemon.tool("story", "--diff", story["id"], "1", members[1]["id"])
        self.assertRegex(done.stdout, r"^1 a\.example.*2 b\.example")
        self.assertNotRegex(done.stdout, r" [|<>] ")
        self.assertIn("no article 9", self.daemon.tool("story", "--diff", story["id"], "1", "9").stderr)
        alone = next(s for s in stories if s["articles"] == 1)
        self.assertEqual(self.daemon.tool("story", "--diff", alone["id"]).returncode, REFUSED)
        self.assertEqual(self.daemon.tool("story", story["id"], "1", "2").returncode, USAGE)
        self.assertEqual(self.daemon.tool("story", "--diff", story["id"], "1").returncode, USAGE)

    def test_stories_come_page_by_page(self):
        def page(query):
            body = subprocess.run(["curl", "-s", "--unix-socket", self.daemon.control,
                                   f"http://localhost/stories?limit=2{query}"],
                                  capture_output=True, check=True, timeout=2 * SECONDS).stdout
            return json.loads(body)

        first = page("")
        second = page(f"&before={first['next']}")
        self.assertIsNone(second["next"] and page(f"&before={second['next']}")["next"])
        ids = [s["id"] for s in first["stories"] + second["stories"]]
        self.assertEqual(len(set(ids)), 4)
        whole = json.loads(self.daemon.tool("stories", "--json").stdout)["stories"]
        self.assertEqual([s["id"] for s in whole], ids)
        self.assertEqual(self.daemon.tool("stories", "--limit=x").returncode, USAGE)


class ExplainTest(unittest.TestCase):
    """`explain` without a daemon."""

    TOPICS = """[Topic "arms"]
Query=(korea OR dprk) NEAR/9 list:weapons NOT football
[List "weapons"]
Terms=missile*, howitzer
"""
    ARTICLE = {"id": "x", "title": "Korea", "text": "The DPRK and its missiles."}

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.topics = os.path.join(self.folder.name, "topics.conf")
        with open(self.topics, "w", encoding="utf-8") as f:
            f.write(self.TOPICS)

    def explain(self, *arguments, article=None):
        return tool("explain", "--topics", self.topics, *arguments,
                    input=json.dumps(article or self.ARTICLE))

    def test_each_node_has_its_verdict(self):
        done = self.explain("arms", "-", "--json")
        self.assertEqual(done.returncode, DONE, done.stderr)
        body = json.loads(done.stdout)
        self.assertTrue(body["matched"])
        near, negated = body["tree"]["children"]
        self.assertEqual((near["operator"], near["verdict"]), ("NEAR/9", True))
        self.assertEqual((negated["operator"], negated["verdict"]), ("NOT", True))
        found = [(term["words"], term["verdict"], term["found"])
                 for group in near["children"] for term in group["children"]]
        self.assertEqual(found, [("korea", True, 1), ("dprk", True, 1), ("missile*", True, 1),
                                 ("howitzer", False, 0)])

    def test_people_read_a_tree(self):
        lines = self.explain("arms", "-", article={"id": "x", "title": "football"}).stdout.splitlines()
        self.assertIn("matches  no", lines)
        self.assertIn("no     NOT  (column 37)", lines)
        self.assertIn("yes      football  (column 41)", lines)
        self.assertIn("no       list:weapons  (column 24)", lines)

    def test_faults_are_refused(self):
        done = self.explain("amrs", "-")
        self.assertEqual((done.returncode, done.stdout), (REFUSED, ""))
        self.assertIn('no topic "amrs"', done.stderr)
        done = tool("explain", "--topics", self.topics, "arms", "-", input="")
        self.assertEqual(done.returncode, REFUSED)
        self.assertEqual(tool("explain", "arms").returncode, USAGE)


class TrialTest(unittest.TestCase):
    """`topics test`: over the archive of a daemon, of more articles than one answer takes, and over
    a file."""

    ARTICLES, MATCHING = 120, 30

    def test_archive_is_gone_through_whole(self):
        publisher = Publisher()
        self.addCleanup(publisher.close)
        items = [Item(Story(f"t{i}", "embargo" if i < self.MATCHING else None), "agency")
                 for i in range(self.ARTICLES)]
        publisher.set("feed", rss("agency", items))
        daemon = Daemon(CONFIG.replace("{url}", publisher.url("feed"))
                        .replace("{missing}", publisher.url("missing")))
        try:
            daemon.start()
            wait_for("the poll", lambda: daemon.status()["articles"] == self.ARTICLES, SECONDS)
            body = json.loads(daemon.tool("topics", "test", "embargoes", "--json").stdout)
            self.assertEqual((body["looked_at"], body["matched"]), (self.ARTICLES, self.MATCHING))
            self.assertEqual(len(body["matches"]), 20)
            self.assertEqual(sum(body["days"].values()), self.MATCHING)
            self.assertEqual(len({m["id"] for m in body["matches"]}), 20)
            self.assertIn("\xabembargo\xbb", body["matches"][0]["terms"][0]["snippet"].lower())
            body = json.loads(daemon.tool("topics", "test", "embargoes", "--json", "--limit=99",
                                          "--since=2999-01-01").stdout)
            self.assertEqual((body["looked_at"], body["matches"]), (0, []))
            done = daemon.tool("topics", "test", "nothing")
            self.assertEqual((done.returncode, done.stdout), (REFUSED, ""))
            self.assertIn("no such topic", done.stderr)
            done = daemon.tool("topics", "test", "embargoes", "--since=x")
            self.assertEqual(done.returncode, REFUSED)
        finally:
            daemon.remove()

    def test_file_is_gone_through_without_a_daemon(self):
        lines = [{"id": "a", "title": "Missiles \x1b[31m seen", "published": "2026-11-21T10:00:00Z"},
                 {"id": "b", "title": "Nothing", "published": "2026-11-21T10:00:00Z"},
                 {"id": "c", "text": "A howitzer.", "published": "2026-11-20T10:00:00Z"},
                 {"id": "d", "title": "missile"}]
        with tempfile.TemporaryDirectory() as folder:
            topics = os.path.join(folder, "topics.conf")
            articles = os.path.join(folder, "articles.jsonl")
            with open(topics, "w", encoding="utf-8") as f:
                f.write('[Topic "other"]\nQuery=nothing\n[Topic "arms"]\nQuery=list:weapons\n'
                        '[List "weapons"]\nTerms=missile*, howitzer\n')
            with open(articles, "w", encoding="utf-8") as f:
                f.writelines(json.dumps(line) + "\n" for line in lines)
            base = ("topics", "test", "--topics", topics)
            body = json.loads(tool(*base, "arms", articles, "--json", "--limit", "1").stdout)
            self.assertEqual((body["looked_at"], body["matched"]), (4, 3))
            self.assertEqual(body["days"], {"2026-11-21": 1, "2026-11-20": 1, "undated": 1})
            self.assertEqual([m["id"] for m in body["matches"]], ["a"])
            self.assertEqual(body["matches"][0]["terms"][0]["term"], "missile*")
            words = tool(*base, "arms", articles).stdout
            self.assertNotIn("\x1b", words)
            self.assertIn("    body: A «howitzer».\n", words)
            self.assertIn("3 of 4 articles match\n2026-11-20  1\n2026-11-21  1\nundated     1\n",
                          words)
            self.check_terminal(*base, "arms", articles)
            self.assertEqual(tool(*base, "amrs", articles).returncode, REFUSED)
            self.assertEqual(tool(*base, "arms").returncode, USAGE)
            self.assertEqual(tool("topics", "test", "arms", articles).returncode, USAGE)
            self.assertEqual(tool("topics", "test").returncode, USAGE)
            self.assertEqual(tool("topics", "toast").returncode, USAGE)

    def check_terminal(self, *arguments):
        """On a terminal what was found is bold, and nothing of the article steers it."""
        leader, follower = pty.openpty()
        subprocess.run([os.path.join(build_folder(), "wirewatch"), *arguments], stdout=follower,
                       check=True, timeout=2 * SECONDS)
        shown = os.read(leader, 65536).decode()
        os.close(leader)
        os.close(follower)
        self.assertIn("A \x1b[1mhowitzer\x1b[0m.", shown)
        self.assertNotIn("\x1b[31m", shown)


class LintTest(unittest.TestCase):
    """`topics lint`: by the form of queries, over a file of articles, over a daemon's archive."""

    TOPICS = """[Topic "korea"]
Query=North Korea missile
    OR dprk or pyongyang
[Topic "again"]
Query=dprk pyongyang or OR missile  korea north
[Topic "arms"]
Stem=english
Query=(missile* OR "cruise missile" OR howitzr OR =nato OR list:none) the NOT "ballistic"
[Topic "near"]
Query=minister NEAR/1 resigned "prime minister"  carter lang:english
[List "none"]
Terms=pike, halberd
[Topic "good"]
Query=minister
"""

    @staticmethod
    def articles():
        """120 of them, of which none is told apart by chance."""
        texts = ["The missile seen over North Korea was ballistic, NATO said.",
                 "The minister for carters resigned.", "The minister who spoke has resigned today.",
                 "Nothing at all."]
        return [{"id": str(i), "title": f"Title {i}", "text": texts[i % 4]} for i in range(120)]

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.topics = self.write("topics.conf", self.TOPICS)

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    @staticmethod
    def findings(done):
        return {(f["topic"], f["line"], f["column"], f["kind"]): f["suggestion"]
                for f in json.loads(done.stdout)["findings"]}

    FORM = {("korea", 2, 7, "phrase"): '"North Korea"',
            ("korea", 3, 13, "operator"): "OR",
            ("again", 5, 7, "duplicate"): None,
            ("arms", 8, 20, "covered"): None,
            ("near", 10, 57, "language"): "en"}

    def test_form_is_judged_without_articles(self):
        done = tool("topics", "lint", "--topics", self.topics, "--json")
        self.assertEqual(done.returncode, REFUSED)
        found = self.findings(done)
        self.assertEqual({k: found.get(k, "-") for k in self.FORM}, self.FORM)
        self.assertFalse([k for k in found if k[3] in ("never", "everything")])
        done = tool("topics", "lint", "--topics", self.topics, "good")
        self.assertEqual((done.returncode, done.stdout), (DONE, "0 findings in 1 topic\n"))

    def check_archive(self, done):
        self.assertEqual(done.returncode, REFUSED, done.stderr)
        body = json.loads(done.stdout)
        self.assertEqual((body["topics"], body["articles"]), (5, 120))
        found = self.findings(done)
        expected = {("korea", 2, 7, "phrase"): '"North Korea"', ("korea", 3, 8, "never"): None,
                    ("korea", 3, 16, "never"): None,
                    ("arms", 8, 40, "never"): None,
                    ("arms", 8, 51, "never"): "=NATO", ("arms", 8, 60, "never"): None,
                    ("arms", 8, 71, "everything"): None, ("arms", 8, 75, "removes-all"): None,
                    ("near", 10, 7, "never-near"): "NEAR/10", ("near", 10, 50, "never"): "carter*"}
        self.assertEqual({k: found.get(k, "-") for k in expected}, expected)
        self.assertFalse([k for k in found if k[0] == "good"])

    def test_archive_tells_what_occurs(self):
        lines = "".join(json.dumps(line) + "\n" for line in self.articles())
        articles = self.write("articles.jsonl", lines)
        self.check_archive(tool("topics", "lint", "--topics", self.topics, "--articles", articles,
                                "--json"))
        words = tool("topics", "lint", "--topics", self.topics, "--articles", articles).stdout
        self.assertIn(f'{self.topics}:8:51: topic "arms": `=nato` occurs in none of the 120 '
                      "articles; =NATO matches 30 [never]\n    perhaps: =NATO\n", words)
        self.assertIn(" in 5 topics, 120 articles looked at\n", words)
        few = self.write("few.jsonl", lines[:lines.index("\n") + 1])
        done = tool("topics", "lint", "--topics", self.topics, "--articles", few)
        self.assertIn("Of fewer than 100 articles nothing is said", done.stdout)
        self.assertNotIn("[never]", done.stdout)
        self.assertIn("[phrase]", done.stdout)

    def test_archive_of_the_daemon_is_gone_through(self):
        publisher = Publisher()
        self.addCleanup(publisher.close)
        entries = "".join(
            f"<item><guid>{a['id']}</guid><title>{a['title']}</title>"
            f"<description>{a['text']} Number {a['id']}.</description></item>"
            for a in self.articles())
        publisher.set("feed", ('<rss version="2.0"><channel><title>t</title>'
                               f"{entries}</channel></rss>").encode())
        daemon = Daemon(CONFIG.split("[Topic")[0].replace("{url}", publisher.url("feed"))
                        .replace("{missing}", publisher.url("missing")) + self.TOPICS)
        self.addCleanup(daemon.remove)
        daemon.start()
        wait_for("the poll", lambda: daemon.status()["articles"] == 120, SECONDS)
        done = daemon.tool("topics", "lint", "--json")
        shift = json.loads(done.stdout)["findings"][0]["line"] - 2
        body = json.loads(done.stdout)
        for finding in body["findings"]:
            finding["line"] -= shift
        done.stdout = json.dumps(body)
        self.check_archive(done)
        done = daemon.tool("topics", "lint", "good", "--since=1h")
        self.assertEqual(done.returncode, DONE, done.stdout)
        self.assertEqual(daemon.tool("topics", "lint", "goood").returncode, REFUSED)

    def test_wrong_command_lines_are_told(self):
        self.assertEqual(tool("topics", "lint", "--articles", "x").returncode, USAGE)
        self.assertEqual(tool("topics", "lint", "--topics", self.topics,
                              "--since=1h").returncode, USAGE)
        self.assertEqual(tool("topics", "lint", "--topics", self.topics, "x").returncode, REFUSED)
        faulty = self.write("faulty.conf", '[Topic "x"]\nQuery=a OR\n')
        self.assertEqual(tool("topics", "lint", "--topics", faulty).returncode, REFUSED)


class LongListTest(unittest.TestCase):
    """More topics than one answer holds, by count and by bytes."""

    def test_lists_come_whole(self):
        topics = [f'[Topic "t{i}"]\nQuery={" OR ".join(f"w{i}x{k}" for k in range(200))}\n'
                  for i in range(1500)]
        daemon = Daemon("".join(topics))
        try:
            daemon.start()
            listed = json.loads(daemon.tool("topics", "--json").stdout)["topics"]
            self.assertEqual([t["name"] for t in listed], [f"t{i}" for i in range(1500)])
            self.assertEqual(len(daemon.tool("topics").stdout.splitlines()), 1501)
            self.assertEqual(json.loads(daemon.tool("feeds", "--json").stdout), {"feeds": []})
        finally:
            daemon.remove()


PAGE = b"""<!doctype html><html><head><title>Site</title>
<link rel="alternate" type="application/rss+xml" href="/world.rss">
<link rel="alternate" type="application/atom+xml" href="https://other.example/atom">
</head><body><p>News.</p></body></html>"""


class DiscoverTest(unittest.TestCase):
    """`discover`, from the web and from files."""

    def setUp(self):
        self.publisher = Publisher()
        self.addCleanup(self.publisher.close)
        self.publisher.set("", PAGE, "text/html")
        self.publisher.set("feed", rss("agency", [Item(Story("one"), "agency")]))

    def test_page_on_the_web_names_its_feeds(self):
        done = tool("discover", "--allow-private", self.publisher.url(""))
        self.assertEqual(done.returncode, DONE, done.stderr)
        self.assertEqual(done.stdout.splitlines(),
                         [self.publisher.url("world.rss"), "https://other.example/atom"])

    def test_feed_is_told_to_be_one(self):
        url = self.publisher.url("feed")
        done = tool("discover", "--allow-private", url)
        self.assertEqual((done.returncode, done.stdout), (DONE, url + "\n"))
        self.assertIn("a feed itself (rss2.0)", done.stderr)
        done = tool("discover", "--allow-private", "--json", url)
        self.assertEqual(json.loads(done.stdout), {"url": url, "format": "rss2.0", "feeds": [url]})

    def test_private_networks_are_left_alone_unless_allowed(self):
        done = tool("discover", self.publisher.url(""))
        self.assertEqual((done.returncode, done.stdout), (REFUSED, ""))
        self.assertIn("--allow-private", done.stderr)

    def test_no_page_and_no_server_differ(self):
        done = tool("discover", "--allow-private", self.publisher.url("missing"))
        self.assertEqual(done.returncode, REFUSED)
        self.assertIn("404", done.stderr)
        done = tool("discover", "--allow-private", f"http://127.0.0.1:{free_port()}/")
        self.assertEqual(done.returncode, UNREACHABLE)

    def test_links_of_a_file_are_relative_to_its_url(self):
        done = tool("discover", "--url", "https://site.example/a/b", "-", input=PAGE.decode())
        self.assertEqual(done.stdout.splitlines(),
                         ["https://site.example/world.rss", "https://other.example/atom"])
        done = tool("discover", "-", input=PAGE.decode())
        self.assertEqual(done.stdout.splitlines(), ["https://other.example/atom"])

    def test_page_without_feeds_is_refused(self):
        done = tool("discover", "--json", "-", input="<!doctype html><html><p>Nothing.</p></html>")
        self.assertEqual(done.returncode, REFUSED)
        self.assertEqual(json.loads(done.stdout)["feeds"], [])
        self.assertIn("links to no feed", done.stderr)


class CompareTest(unittest.TestCase):
    """`compare`: two files of whatever kind."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.story = Story("report")
        self.text = self.write("a.txt", self.as_text(self.story))

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    @staticmethod
    def as_text(story):
        return story.title + "\n\n" + "\n".join(story.paragraphs) + "\n"

    def compare(self, earlier, later, **options):
        done = tool("compare", "--json", earlier, later, **options)
        self.assertEqual(done.returncode, DONE, done.stderr)
        body = json.loads(done.stdout)
        self.assertEqual(body["same_story"], body["relation"] != "new")
        return body

    def test_kinds_of_files_are_told_apart(self):
        html = self.write("b.html", f"<!DOCTYPE html><title>{self.story.title}</title><article>"
                          f"<h1>{self.story.title}</h1>"
                          + "".join(f"<p>{p}</p>" for p in self.story.paragraphs) + "</article>")
        article = self.write("c.json", json.dumps(
            {"title": self.story.title, "text": "\n".join(self.story.paragraphs)}))
        for other in (html, article):
            body = self.compare(self.text, other)
            self.assertEqual(body["relation"], "copy", other)
            self.assertGreater(body["similarity"], 0.9)
        self.assertEqual(body["earlier"]["title"], self.story.title)
        with open(self.text, encoding="utf-8") as f:
            body = self.compare(article, "-", input=f.read())
        self.assertEqual((body["relation"], body["changed"]), ("copy", None))

    def test_other_stories_and_updates_are_told(self):
        other = self.write("other.txt", self.as_text(Story("another")))
        body = self.compare(self.text, other)
        self.assertEqual((body["relation"], body["changed"]), ("new", None))
        figures = itertools.count()
        news = self.story.updated()
        news.paragraphs = [re.sub(r"\b\d+\b", lambda m: m[0] if next(figures) % 3 else m[0] + "7", p)
                           for p in news.paragraphs]
        update = self.write("update.txt", self.as_text(news))
        body = self.compare(self.text, update)
        self.assertEqual((body["relation"], body["material"]), ("update", True))
        self.assertTrue(body["changed"])
        brief = self.write("brief.txt", "Fire\n\nA fire in a plant.\n")
        done = tool("compare", brief, brief)
        self.assertIn("relation   new: different stories\nsimilarity 100 %\n", done.stdout)
        self.assertIn("too little text", done.stdout)
        done = tool("compare", "--diff", self.text, update)
        self.assertIn("relation   update: the same story, with materially new text\n", done.stdout)
        self.assertIn(" > ", done.stdout)
        self.assertIn(" | ", done.stdout)
        self.assertNotIn("\x1b", done.stdout)

    def test_files_that_are_none_are_refused(self):
        for name, content in (("empty", " \n"), ("broken.json", '{"title":')):
            done = tool("compare", self.write(name, content), self.text)
            self.assertEqual(done.returncode, REFUSED)
            self.assertIn(name, done.stderr)
        lines = self.write("archive.jsonl", '{"id": "a"}\n{"id": "b"}\n')
        self.assertIn("archive.jsonl:2: ", tool("compare", lines, self.text).stderr)
        self.assertIn("expected one article", tool("compare", lines, self.text).stderr)
        with open(os.path.join(self.folder.name, "binary"), "wb") as f:
            f.write(b"a\xff\xfe")
        self.assertEqual(tool("compare", f.name, self.text).returncode, REFUSED)
        self.assertEqual(tool("compare", self.text, "/nonexistent").returncode, REFUSED)
        self.assertEqual(tool("compare", self.text).returncode, USAGE)
        self.assertEqual(tool("compare", "-", "-").returncode, USAGE)


class OfflineTest(unittest.TestCase):
    def test_extract_prints_the_article_of_a_page(self):
        words = "Boats sailed again on Monday after officials lifted the ban of nine days. "
        page = f"""<html lang=en><title>Boats sail again | Courier</title>
            <meta property=og:site_name content=Courier><link rel=canonical href=/boats>
            <nav><a href=/>Home</a></nav><article><h1>Boats sail again</h1>
            <p>{words * 2}<p>{words * 3}</article>"""
        done = tool("extract", "--url", "https://news.example/a?x=1", "-", input=page)
        self.assertEqual(done.returncode, DONE, done.stderr)
        article = json.loads(done.stdout)
        self.assertEqual(article["title"], "Boats sail again")
        self.assertEqual(article["text"], (words * 2).strip() + "\n" + (words * 3).strip())
        self.assertEqual(article["canonical_url"], "https://news.example/boats")
        self.assertEqual((article["site"], article["language"]), ("Courier", "en"))
        self.assertEqual(article["verdict"], "article")
        self.assertIsNone(article["published"])

    def test_extract_refuses_what_is_no_page(self):
        done = tool("extract", "-", input="%PDF-1.7")
        self.assertEqual((done.returncode, done.stdout), (REFUSED, ""))
        self.assertIn("it is a PDF", done.stderr)
        self.assertEqual(tool("extract").returncode, USAGE)

    def test_parse_reads_feeds_in_a_cage(self):
        document = rss("agency", [Item(Story("one"), "agency"), Item(Story("two"), "agency")])
        done = tool("parse", "--url", "https://agency.example/feed", "-", input=document.decode())
        self.assertEqual((done.returncode, done.stderr), (DONE, ""))
        parsed = json.loads(done.stdout)
        self.assertEqual(parsed["feed"]["format"], "rss2.0")
        self.assertEqual([e["id"] for e in parsed["entries"]], ["agency-stwo", "agency-sone"])

    def test_parse_says_why_it_is_no_feed(self):
        done = tool("parse", "-", input="<html><head><link rel=alternate type=application/rss+xml "
                    "href=http://a.example/feed></head><body>Hello</body></html>")
        self.assertEqual((done.returncode, done.stdout), (REFUSED, ""))
        self.assertIn("http://a.example/feed", done.stderr)
        done = tool("parse", "-", input="")
        self.assertEqual((done.returncode, done.stdout), (REFUSED, ""))

    def test_no_daemon_is_exit_status_3(self):
        for verb in (("status",), ("feeds",), ("topics",), ("stories",), ("story", "x"), ("alerts",),
                     ("deliveries",), ("deliveries", "drop", "1"), ("poll", "x"), ("reload",)):
            done = tool(*verb, "--socket", "/nonexistent/control.sock")
            self.assertEqual(done.returncode, UNREACHABLE, verb)
            self.assertIn("Is wirewatchd running?", done.stderr)

    def test_every_verb_has_help(self):
        shown = tool("--help").stdout
        verbs = [line.split()[0] for line in shown.splitlines() if line.startswith("  ")]
        self.assertGreater(len(verbs), 10)
        for verb in verbs:
            done = tool(verb, "--help")
            self.assertEqual(done.returncode, DONE)
            self.assertTrue(done.stdout.startswith(f"Usage: wirewatch {verb} "), done.stdout)
            self.assertEqual(tool(verb, "--nonsense").returncode, USAGE)

    def test_wrong_command_lines_are_exit_status_2(self):
        self.assertEqual(tool().returncode, USAGE)
        self.assertEqual(tool("no-verb").returncode, USAGE)
        self.assertIn("did you mean 'feeds'?", tool("feed").stderr)
        self.assertIn("options stand behind a verb", tool("--socket=x", "status").stderr)
        self.assertEqual(tool("match", "x").returncode, USAGE)
        self.assertEqual(tool("parse").returncode, USAGE)

    def test_socket_that_cannot_be_made_names_its_key(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "w.conf")
            with open(path, "w", encoding="utf-8") as f:
                f.write(f"[Daemon]\nStateDirectory={folder}/state\nControlSocket={folder}/none/socket\n")
            done = subprocess.run([os.path.join(build_folder(), "wirewatchd"), "--config", path],
                                  capture_output=True, text=True, check=False, timeout=2 * SECONDS)
        self.assertEqual(done.returncode, 70)
        self.assertIn("ControlSocket=", done.stderr)

    def test_full_disk_is_no_success(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([os.path.join(build_folder(), "wirewatch"), "--help"],
                                  stdout=full, stderr=subprocess.PIPE, check=False, timeout=2 * SECONDS)
            self.assertNotEqual(done.returncode, DONE)


if __name__ == "__main__":
    unittest.main(verbosity=2)
