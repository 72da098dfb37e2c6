#!/usr/bin/env python3
"""Feeds that want more than a URL: credentials, headers, certificates, proxies.  Nothing secret goes
to another site, into the log, the store's texts or what the tool prints."""
import base64
import http.server
import os
import shutil
import ssl
import subprocess
import types
import unittest

from support import Daemon, Item, Publisher, Server, Story, rss, serve, wait_for

SECONDS = 60
PASSWORD = "open sesame of the tests"
TOKEN = "t0ken-of-the-tests"
KEY = "key-of-the-tests"
SECRETS = (PASSWORD, TOKEN, KEY, base64.b64encode(f"reader:{PASSWORD}".encode()).decode(),
           "proxy-pw", "url-pw")


class Site:
    """A server that keeps every request; `answer(request)` gives status, headers and body."""

    def __init__(self, answer, host="127.1.0.1", context=None):
        site = self
        self.requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                site.requests.append(types.SimpleNamespace(path=self.path, headers=self.headers))
                Publisher.respond(self, *answer(self))

        self.server = Server((host, 0), Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.host, self.port = host, self.server.server_port
        serve(self.server)

    def url(self, path="feed", scheme="http"):
        return f"{scheme}://{self.host}:{self.port}/{path}"

    def seen(self, header):
        return [r.headers.get(header) for r in self.requests]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def document(request, *_):
    name = request.path.strip("/").split("/")[-1]
    return 200, {"Content-Type": "application/rss+xml"}, rss(name, [Item(Story(name), name)])


def guarded(request):
    right = base64.b64encode(f"reader:{PASSWORD}".encode()).decode()
    if request.headers.get("Authorization") in (f"Basic {right}", f"Bearer {TOKEN}"):
        return document(request)
    return 401, {"WWW-Authenticate": 'Basic realm="x"'}, b""


class AccessTest(unittest.TestCase):
    def setUp(self):
        self.sites = []
        self.daemon = Daemon("")
        for name, text in (("password", PASSWORD), ("token", TOKEN)):
            with open(os.path.join(self.daemon.folder, name), "w", encoding="ascii") as f:
                f.write(text + "\n")

    def tearDown(self):
        self.daemon.remove()
        for site in self.sites:
            site.close()

    def site(self, *arguments, **more):
        self.sites.append(Site(*arguments, **more))
        return self.sites[-1]

    def start(self, config, articles):
        self.daemon.write_config("AllowPrivateNetworks=127.1.0.0/16\nHostGap=0\nJournal=no\n" + config)
        self.daemon.start("--verbose")
        for section in config.split("[Feed \"")[1:]:
            self.assertEqual(self.daemon.tool("poll", section.split('"')[0]).returncode, 0)
        wait_for("the articles", lambda: self.daemon.status()["articles"] == articles, SECONDS)

    def state(self, feed):
        return self.daemon.tool("feeds", feed, "--json").stdout

    def expect_no_secrets(self):
        told = self.daemon.log()
        for verb in (["feeds"], ["feeds", "--json"], ["status", "--json"], ["alerts", "--json"]):
            told += self.daemon.tool(*verb).stdout
        with open(os.path.join(self.daemon.folder, "state", "wirewatch.db"), "rb") as f:
            told += f.read().decode("latin-1")
        for secret in SECRETS:
            self.assertNotIn(secret, told)

    def test_credentials_open_feeds_and_go_nowhere_else(self):
        other = self.site(document, host="127.1.0.2")
        own = self.site(lambda r: (302, {"Location": other.url("elsewhere")}, b"")
                        if r.path == "/away" else guarded(r))
        self.start(f"""
[Feed "basic"]
URL={own.url('a')}
User=reader
PasswordFile={{folder}}/password
[Feed "bearer"]
URL={own.url('b')}
TokenFile={{folder}}/token
[Feed "away"]
URL={own.url('away')}
TokenFile={{folder}}/token
Header=X-Key: {KEY}
[Feed "again"]
URL={own.url('a')}
TokenFile={{folder}}/token
""", 4)
        self.assertEqual(set(other.seen("Authorization")), {None})
        self.assertEqual(set(other.seen("X-Key")), {None})
        self.assertEqual({(r.path, r.headers["X-Key"]) for r in own.requests},
                         {("/a", None), ("/b", None), ("/away", KEY)})
        # One URL with two credentials was asked for with each of them.
        kinds = {r.headers["Authorization"].split()[0] for r in own.requests if r.path == "/a"}
        self.assertEqual(kinds, {"Basic", "Bearer"})
        self.expect_no_secrets()

    def test_refused_credentials_are_told_with_the_next_step(self):
        own = self.site(lambda r: (401, {}, b""))
        self.start(f"""
[Feed "closed"]
URL={own.url('x').replace('//', '//reader:url-pw@')}
""", 0)
        wait_for("the refusal", lambda: '"failing"' in self.state("closed").replace(" ", ""), SECONDS)
        self.assertIn("set User= and PasswordFile=", self.state("closed"))
        self.assertEqual(base64.b64decode(own.seen("Authorization")[0].split()[1]), b"reader:url-pw")
        self.expect_no_secrets()

    def test_proxy_is_asked(self):
        proxy = self.site(document)
        self.start(f"""
[Feed "far"]
URL=http://feed.invalid/far
Proxy=http://me:proxy-pw@127.1.0.1:{proxy.port}
""", 1)
        self.assertEqual(proxy.requests[0].path, "http://feed.invalid/far")
        self.assertIsNotNone(proxy.requests[0].headers["Proxy-Authorization"])
        self.expect_no_secrets()

    def certificate(self, name, subject, *issuer):
        """Makes NAME.pem with its key beside it, signed by itself or by `issuer`."""
        path = os.path.join(self.daemon.folder, name)
        more = ["-CA", f"{issuer[0]}.pem", "-CAkey", f"{issuer[0]}.key"] if issuer else []
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{path}.key", "-out",
                        f"{path}.pem", "-days", "30", "-subj", f"/CN={subject}", "-addext",
                        f"subjectAltName=IP:{subject}" if subject[0] == "1" else
                        f"subjectAltName=DNS:{subject}", *more],
                       check=True, capture_output=True)
        return path

    def test_certificates_of_both_sides(self):
        if not shutil.which("openssl"):
            self.skipTest("openssl is not installed: no certificates to test with")
        authority = self.certificate("authority", "authority.example")
        server = self.certificate("server", "127.1.0.1", authority)
        self.certificate("reader", "reader.example", authority)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{server}.pem", f"{server}.key")
        context.load_verify_locations(f"{authority}.pem")
        context.verify_mode = ssl.CERT_OPTIONAL
        other = self.site(document, host="127.1.0.2", context=context)

        def answer(request):
            if request.path == "/led":
                return 302, {"Location": other.url("led", "https")}, b""
            if request.path == "/named" and not request.connection.getpeercert():
                return 403, {}, b""
            return document(request)

        own = self.site(answer, context=context)
        self.start(f"""
[Feed "named"]
URL={own.url('named', 'https')}
CAFile={{folder}}/authority.pem
ClientCertificate={{folder}}/reader.pem
ClientKey={{folder}}/reader.key
[Feed "trusting"]
URL={own.url('trusting', 'https')}
VerifyTLS=no
[Feed "strict"]
URL={own.url('strict', 'https')}
[Feed "led"]
URL={own.url('led', 'https')}
VerifyTLS=no
""", 2)
        for feed in ("strict", "led"):
            wait_for("the refusal", lambda: "no secure connection" in self.state(feed), SECONDS)
        # Trust that is asked for a host is no trust in where it leads.
        self.assertEqual(other.requests, [])
        self.assertIn("VerifyTLS=no: whoever stands between can forge the news", self.daemon.log())
        self.expect_no_secrets()


if __name__ == "__main__":
    unittest.main(verbosity=2)
