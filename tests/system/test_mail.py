#!/usr/bin/env python3
"""Mail from the daemon to a server on loopback: TLS, logins, answers, and servers that hang."""
import email
import email.policy
import json
import os
import shutil
import tempfile
import time
import unittest

from mail_server import MailServer, make_certificate
from support import AgencyTest, Daemon, Item, Publisher, Story, rss, wait_for

SECONDS = 60
KEYWORD = "embargo"
LOGIN = ("wirewatch", "p\u00e4ss wörd")
HOSTILE = f'{KEYWORD} "talks" & <notes>: =?UTF-8?B?QQ==?= Größe 日本 ' + "x" * 90


class MailTest(AgencyTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="wirewatch-mail-")
        cls.certificate = make_certificate(cls.folder)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def setUp(self):
        self.publisher = Publisher()
        self.publisher.set("agency", rss("agency", [Item(Story("old"), "agency")]))
        self.server = None
        self.daemon = None

    def tearDown(self):
        if self.daemon:
            self.daemon.remove()
        if self.server:
            self.server.close()
        self.publisher.close()

    def start(self, server, settings=""):
        self.server = server
        self.daemon = Daemon(
            "AllowPrivateNetworks=127.1.0.0/16\nHostGap=0\nJournal=no\n"
            f"[Feed \"agency\"]\nURL={self.publisher.url('agency')}\n"
            f"[Topic \"embargoes\"]\nQuery={KEYWORD}\nNotify=editors\nAlert=new update\n"
            f"[Mail \"editors\"]\nServer={server.url()}\nFrom=wire watch <ww@example.org>\n"
            "To=Büro <desk@example.org>, archive@example.org\nRetryFirst=100ms\n" + settings)
        shutil.copy(self.certificate[1], self.daemon.folder)
        with open(os.path.join(self.daemon.folder, "password"), "w", encoding="utf-8") as f:
            f.write(LOGIN[1] + "\n")
        self.daemon.start()
        self.poll()
        wait_for("the first poll", lambda: self.daemon.status()["articles"] == 1, SECONDS)

    def mails(self, count):
        wait_for(f"{count} mails", lambda: self.server.count() >= count, SECONDS)
        return self.server.mails

    def error_of_the_delivery(self):
        done = self.daemon.tool("deliveries", "--json")
        rows = json.loads(done.stdout)["deliveries"]
        return rows[0]["error"] if rows else None

    def wait_for_error(self, words):
        wait_for(words, lambda: words in (self.error_of_the_delivery() or ""), SECONDS)

    def test_mail_goes_secured_with_a_login_and_reads_as_it_was_written(self):
        self.start(MailServer(self.certificate, login=LOGIN),
                   f"CAFile=mail-ca.pem\nUser={LOGIN[0]}\nPasswordFile=password\n")
        story = Story("one", KEYWORD)
        story.title = HOSTILE
        self.publish(story)
        session, raw = self.mails(1)[0]
        self.assertTrue(session["secure"])
        self.assertEqual(session["user"], LOGIN[0])
        self.assertEqual(session["from"], "<ww@example.org>")
        self.assertEqual(session["to"], ["<desk@example.org>", "<archive@example.org>"])
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        self.assertEqual(mail["Subject"], f"[embargoes] {HOSTILE}")
        self.assertEqual(mail["To"], "Büro <desk@example.org>, archive@example.org")
        self.assertEqual(mail["Auto-Submitted"], "auto-generated")
        self.assertEqual(mail["List-Id"].split()[-1], "<embargoes.wirewatch.example.org>")
        self.assertEqual(mail.get_content_type(), "multipart/alternative")
        plain, html = mail.iter_parts()
        self.assertEqual(plain.get_content().splitlines()[:2],
                         [HOSTILE, "https://agency.example/sone"])
        self.assertIn("&lt;notes&gt;", html.get_content())
        self.assertFalse(any(len(line) > 80 for line in raw.split(b"\r\n")))
        self.publish(story.updated())
        later = email.message_from_bytes(self.mails(2)[1][1], policy=email.policy.default)
        self.assertEqual(later["References"], mail["References"])
        self.assertNotEqual(later["Message-ID"], mail["Message-ID"])
        self.assertEqual(self.daemon.stop(), 0)

    def test_server_with_tls_from_the_start(self):
        self.start(MailServer(self.certificate, wrapped=True), "CAFile=mail-ca.pem\n")
        self.publish(Story("one", KEYWORD))
        self.assertTrue(self.mails(1)[0][0]["secure"])

    def test_server_without_starttls_gets_nothing_unless_allowed(self):
        self.start(MailServer())
        self.publish(Story("one", KEYWORD))
        self.wait_for_error("offers no STARTTLS")
        self.assertEqual(self.server.count(), 0)
        self.assertFalse(any(c.startswith("MAIL") for c in self.server.commands))
        self.daemon.remove()
        self.server.close()
        self.publisher.set("agency", rss("agency", [Item(Story("old"), "agency")]))
        self.start(MailServer(), "StartTLS=no\n")
        self.publish(Story("one", KEYWORD))
        self.assertFalse(self.mails(1)[0][0]["secure"])

    def test_certificate_that_nobody_signed_is_refused(self):
        self.start(MailServer(self.certificate))
        self.publish(Story("one", KEYWORD))
        self.wait_for_error("CAFile=")
        self.assertEqual(self.server.count(), 0)

    def test_refused_login_is_told_without_the_password(self):
        self.start(MailServer(self.certificate, login=("wirewatch", "other")),
                   f"CAFile=mail-ca.pem\nUser={LOGIN[0]}\nPasswordFile=password\n")
        self.publish(Story("one", KEYWORD))
        self.wait_for_error("refused the login")
        self.assertIn("535 5.7.8 wrong name or password", self.error_of_the_delivery())
        for text in (self.daemon.log(), self.error_of_the_delivery()):
            self.assertNotIn(LOGIN[1], text)
        self.assertEqual(self.daemon.status()["deliveries"]["dead"], 0)

    def test_temporary_answers_are_tried_again_and_permanent_ones_given_up(self):
        answers = iter(["451 later", "451 later", "close"])

        def answer(command, session):
            if command.startswith("RCPT TO:<archive"):
                return next(answers, None)
            return "554 no news here" if command == "CONTENT" and "refused" in session else None

        self.start(MailServer(answer=answer), "StartTLS=no\n")
        self.publish(Story("one", KEYWORD))
        self.mails(1)
        self.server.answer = lambda command, session: \
            "554 no news here" if command == "CONTENT" else None
        self.publish(Story("two", KEYWORD))
        wait_for("the dead letter", lambda: self.daemon.status()["deliveries"]["dead"] == 1, SECONDS)
        self.assertIn("554 no news here", self.error_of_the_delivery())
        self.assertEqual(sum(c == "DATA" for c in self.server.commands), 6)

    def hangs_at(self, stage):
        self.server.answer = lambda command, session: "hang" if command.startswith(stage) else None
        before = len(self.server.commands)
        self.publish(Story(f"hang {stage}", KEYWORD))
        wait_for(stage, lambda: any(c.startswith(stage) for c in self.server.commands[before:])
                 or stage == "CONTENT" and self.server.commands[-1] == "DATA", SECONDS)
        start = time.monotonic()
        for _ in range(5):
            self.assertIsNotNone(self.daemon.status())
        return time.monotonic() - start

    def test_server_that_hangs_anywhere_holds_up_nothing_else(self):
        self.start(MailServer(), "StartTLS=no\nTimeout=1h\nConcurrency=64\n")
        for stage in ("EHLO", "MAIL", "RCPT", "DATA", "CONTENT"):
            # The longest that curl itself would wait for an answer is two minutes; the tool's own
            # time-out is one: a loop that waits is seen whatever the machine's load.
            self.assertLess(self.hangs_at(stage), 50)

    def test_no_connection_is_left_open(self):
        self.start(MailServer(self.certificate), "CAFile=mail-ca.pem\n")
        self.publish(Story("first", KEYWORD))
        self.mails(1)
        folder = f"/proc/{self.daemon.process.pid}/fd"
        for number in range(5):
            self.publish(Story(f"more {number}", KEYWORD))
            self.mails(number + 2)
        wait_for("the connections' ends", lambda: not any(
            self.is_to_the_server(os.path.join(folder, name)) for name in os.listdir(folder)), SECONDS)
        wait_for("their words", lambda: self.server.commands.count("QUIT") == 6, SECONDS)

    def is_to_the_server(self, path):
        """Whether the daemon's descriptor is a connection to the mail server."""
        try:
            inode = os.readlink(path).removeprefix("socket:[").removesuffix("]")
        except FileNotFoundError:
            return False
        port = f":{self.server.socket.getsockname()[1]:04X}"
        with open("/proc/net/tcp", encoding="ascii") as f:
            rows = [line.split() for line in f][1:]
        return any(row[9] == inode and row[2].endswith(port) for row in rows)


if __name__ == "__main__":
    unittest.main(verbosity=2)
