#!/usr/bin/env python3
"""Documents come in every Content-Encoding there is; one that is damaged costs a poll and no rule."""
import gzip
import json
import os
import struct
import subprocess
import unittest
import zlib

from support import Daemon, Item, Publisher, Story, build_folder, rss, wait_for

SECONDS = 60
STORED_MAX = 60000  # bytes in a block of br or zstd


def raw_deflate(body):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush()


def pieces(body):
    return [body[at:at + STORED_MAX] for at in range(0, len(body), STORED_MAX)]


def br(body):
    """RFC 7932, in meta-blocks that are not compressed: section 9.2."""
    out = b""
    for number, piece in enumerate(pieces(body)):
        # ISLAST 0, MNIBBLES 4, MLEN - 1, ISUNCOMPRESSED; the first behind the window's size, 0 for 16 bits.
        head = (len(piece) - 1) << 3 | 1 << 19
        out += (head << (1 if number == 0 else 0)).to_bytes(3, "little") + piece
    return out + b"\x03"


def zstd(body):
    """RFC 8878, in raw blocks: section 3.1.1.2."""
    out = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(body))
    parts = pieces(body)
    for number, piece in enumerate(parts):
        last = number == len(parts) - 1
        out += (len(piece) << 3 | last).to_bytes(3, "little") + piece
    return out


PACKINGS = {
    "gzip": lambda body: ("gzip", gzip.compress(body)),
    "members": lambda body: ("x-gzip", gzip.compress(body[:100]) + gzip.compress(body[100:])),
    "zlib": lambda body: ("deflate", zlib.compress(body)),
    "raw": lambda body: ("deflate", raw_deflate(body)),
    "br": lambda body: ("br", br(body)),
    "zstd": lambda body: ("zstd", zstd(body)),
    "stacked": lambda body: ("br, gzip", gzip.compress(br(body))),
    "file": lambda body: (None, gzip.compress(body)),
    "plain": lambda body: (None, body),
}


class Packer(Publisher):
    """Packs each document anew by the packing whose name it has; `damage` spoils what follows."""

    def __init__(self):
        super().__init__()
        self.damaged = set()
        self.offers = set()

    def answer(self, request):
        name = request.path.strip("/")
        with self.lock:
            self.offers.add(request.headers.get("Accept-Encoding"))
        request.packing = name
        super().answer(request)

    def respond(self, request, status, headers, body):
        name = request.packing
        if status == 200 and name in PACKINGS:
            encoding, body = PACKINGS[name](body)
            if encoding:
                headers = dict(headers, **{"Content-Encoding": encoding})
            if name in self.damaged:
                headers = dict(headers, ETag='"damaged"')
                body = body[:-9]
        Publisher.respond(request, status, headers, body)


class EncodingsTest(unittest.TestCase):
    def setUp(self):
        self.publisher = Packer()
        for name in PACKINGS:
            self.publisher.set(name, rss(name, [Item(Story(f"{name} {i}"), name) for i in range(9)]))
        feeds = "".join(f"[Feed \"{name}\"]\nURL={self.publisher.url(name)}\n" for name in PACKINGS)
        self.daemon = Daemon("AllowPrivateNetworks=127.1.0.0/16\nHostGap=0\nJournal=no\n" + feeds)

    def tearDown(self):
        self.daemon.remove()
        self.publisher.close()

    def feed(self, name):
        return json.loads(self.daemon.tool("feeds", name, "--json").stdout)

    def wait_state(self, name, state):
        wait_for(f"{name} to be {state}", lambda: self.feed(name)["state"] == state, SECONDS)

    def poll(self, name, state):
        self.assertEqual(self.daemon.tool("poll", name).returncode, 0)
        self.wait_state(name, state)

    def audit(self, name):
        done = self.daemon.tool("audit", name, "--json")
        return done.returncode, json.loads(done.stdout)

    def test_documents_are_read_however_they_are_packed(self):
        self.daemon.start()
        for name in PACKINGS:
            self.poll(name, "ok")
            self.assertEqual(self.feed(name)["title"], name)
        self.assertEqual(self.publisher.offers, {"gzip, br, zstd"})
        wait_for("the articles", lambda: self.daemon.status()["articles"] == 9 * len(PACKINGS), SECONDS)

    def test_a_damaged_document_costs_a_poll_and_no_rule(self):
        self.daemon.start()
        for name in ("gzip", "br", "zstd"):
            self.poll(name, "ok")
            given = self.audit(name)[1]["requests"][0]["etag"]
            self.publisher.set(name, rss(name, [Item(Story("changed"), name)]))
            self.publisher.damaged.add(name)
            self.poll(name, "failing")
            self.assertIn(f"its {name} is damaged or cut off", self.feed(name)["error"])
            self.publisher.damaged.clear()
            self.poll(name, "ok")
            status, audit = self.audit(name)
            self.assertEqual((status, audit["breach_count"]), (0, 0))
            self.assertEqual([r["if_none_match"] for r in audit["requests"]], [None, given, given])
            self.assertEqual([r["outcome"] for r in audit["requests"]], ["document", "failed", "document"])

    def discover(self, name):
        return subprocess.run(
            [os.path.join(build_folder(), "wirewatch"), "discover", "--allow-private", self.publisher.url(name)],
            capture_output=True, text=True, check=False, timeout=SECONDS)

    def test_the_tool_reads_them_too(self):
        for name in PACKINGS:
            done = self.discover(name)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("this is a feed itself", done.stderr)
        self.publisher.damaged.add("gzip")
        done = self.discover("gzip")
        self.assertEqual(done.returncode, 1)
        self.assertIn("damaged or cut off", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
