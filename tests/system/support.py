"""What the system tests share: the daemon as a process, a server of feeds that change, a receiver of
webhooks that may fail, and a source of news whose stories differ.  Python's standard library only.

$WIREWATCH_BUILD is the build folder; ctest sets it."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from datetime import datetime, timezone
from email.utils import format_datetime
from xml.sax.saxutils import escape

SECRET = base64.b64encode(b"a secret of the system tests").decode()
DAEMON_READY_SECONDS = 60
TOOL_SECONDS = 120  # its own time-out is a minute, and it says what it waited for


def build_folder():
    folder = os.environ.get("WIREWATCH_BUILD")
    if not folder:
        sys.exit("WIREWATCH_BUILD should name the build folder")
    return folder


def free_port():
    """A port for a server that is started later: below those that connections get by themselves
    (ip_local_port_range), of which any may be taken meanwhile."""
    while True:
        port = random.SystemRandom().randrange(10000, 32768)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def wait_for(what, condition, seconds):
    """Waits until `condition()` is true; raises with `what` after so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.02)


def signature_is_right(headers, body, secret=SECRET):
    """Standard Webhooks: HMAC-SHA256 over id, timestamp and body."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = base64.b64encode(hmac.new(base64.b64decode(secret), signed, hashlib.sha256).digest())
    return f"v1,{right.decode()}" in headers.get("webhook-signature", "").split()


class Daemon:
    """wirewatchd over a folder of its own, in a session of its own."""

    def __init__(self, config, folder=None):
        self.folder = folder or tempfile.mkdtemp(prefix="wirewatch-system-")
        self.config = os.path.join(self.folder, "wirewatch.conf")
        self.log_path = os.path.join(self.folder, "log")
        self.control = os.path.join(self.folder, "control.sock")
        self.process = None
        self.notify = None
        self.environment = {}
        secret = os.path.join(self.folder, "secret")
        with open(secret, "w", encoding="ascii") as f:
            f.write(f"whsec_{SECRET}\n")
        os.chmod(secret, 0o600)
        self.write_config(config)

    def write_config(self, config):
        """`config` without [Daemon]'s paths; {folder} stands for the daemon's folder."""
        with open(self.config, "w", encoding="utf-8") as f:
            f.write(f"[Daemon]\nStateDirectory={self.folder}/state\nControlSocket={self.control}\n")
            f.write(config.replace("{folder}", self.folder))

    def start(self, *options, wait=True, before=None):
        """Starts; with `wait`, returns when the daemon says that it is ready (sd_notify(3)).
        `before` is called in the process that becomes the daemon."""
        path = os.path.join(self.folder, "notify.sock")
        if os.path.exists(path):
            os.unlink(path)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(path)
        environment = dict(os.environ, NOTIFY_SOCKET=path, **self.environment)
        environment.pop("JOURNAL_STREAM", None)
        with open(self.log_path, "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [os.path.join(build_folder(), "wirewatchd"), "--config", self.config, *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
                start_new_session=True, preexec_fn=before)
        if wait:
            self.wait_ready()

    def wait_ready(self):
        end = time.monotonic() + DAEMON_READY_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"the daemon ended with {self.process.returncode}:\n{self.log()}")
            self.notify.settimeout(0.1)
            try:
                if b"READY=1" in self.notify.recv(4096).split(b"\n"):
                    return
            except TimeoutError:
                continue
        raise TimeoutError(f"the daemon did not become ready:\n{self.log()}")

    def kill(self):
        """kill -9 of the daemon alone; its readers are to notice by themselves."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.notify.close()

    def stop(self, seconds=60):
        """SIGTERM.  Returns the exit status."""
        self.process.terminate()
        try:
            return self.process.wait(seconds)
        finally:
            self.notify.close()

    def session_is_empty(self):
        """Whether nothing is left of the last start (readers, that is)."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def tool(self, *arguments):
        """Runs `wirewatch ARGUMENTS --socket ...`; returns its completed process."""
        return subprocess.run(
            [os.path.join(build_folder(), "wirewatch"), *arguments, "--socket", self.control],
            capture_output=True, text=True, check=False, timeout=TOOL_SECONDS)

    def status(self):
        done = self.tool("status", "--json")
        return json.loads(done.stdout) if done.returncode == 0 else None

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def remove(self):
        """Ends what runs and removes the folder."""
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """Connections that a killed daemon leaves behind are no news."""


def serve(server):
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05},
                     daemon=True).start()


class Publisher:
    """Feeds on loopback hosts of their own (127.1.0.1, 127.1.0.2, ...) and one port; each feed's
    document may be set at any time.  Answers 304 to the right ETag.  Counts requests."""

    def __init__(self, hosts=1):
        self.lock = threading.Lock()
        self.documents = {}
        self.plain_requests = {}
        self.conditional_requests = {}
        self.servers = []
        self.port = 0
        while len(self.servers) < hosts:
            self.bind(f"127.1.0.{len(self.servers) + 1}")

    def bind(self, host):
        publisher = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                publisher.answer(self)

        server = Server((host, self.port), Handler)
        self.port = server.server_port
        self.servers.append(server)
        serve(server)

    def url(self, name, host=0):
        return f"http://127.1.0.{host + 1}:{self.port}/{name}"

    def set(self, name, body, content_type="application/rss+xml"):
        etag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
        with self.lock:
            self.documents[name] = (body, content_type, etag)

    def is_conditional(self, name):
        """Whether a validator came back: then the feed's first poll was committed."""
        with self.lock:
            return self.conditional_requests.get(name, 0) > 0

    def answer(self, request):
        name = request.path.strip("/")
        condition = request.headers.get("If-None-Match")
        with self.lock:
            document = self.documents.get(name)
            counts = self.conditional_requests if condition else self.plain_requests
            counts[name] = counts.get(name, 0) + 1
        if not document:
            self.respond(request, 404, {}, b"")
            return
        body, content_type, etag = document
        if condition == etag:
            self.respond(request, 304, {"ETag": etag}, b"")
        else:
            self.respond(request, 200, {"ETag": etag, "Content-Type": content_type}, body)

    @staticmethod
    def respond(request, status, headers, body):
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        if status != 304:
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()


class Attempt:
    """One webhook request, as it came, and what was answered."""

    def __init__(self, number, path, headers, body):
        self.number = number
        self.path = path
        self.id = headers["webhook-id"]
        self.timestamp = headers["webhook-timestamp"]
        self.signed = signature_is_right(headers, body)
        self.body = body
        self.event = json.loads(body)
        self.answer = None


class Receiver:
    """Takes webhooks.  `choose(attempt)` says how each is answered: a status, or "reset" (all was
    read, then the connection is reset) or "hang" (no answer for `hang_seconds`)."""

    def __init__(self, choose=None, hang_seconds=3):
        receiver = self
        self.lock = threading.Lock()
        self.attempts = []
        self.choose = choose or (lambda attempt: 204)
        self.hang_seconds = hang_seconds

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                receiver.take(self)

        self.handler = Handler
        self.server = Server(("127.0.0.1", 0), Handler)
        serve(self.server)

    def restart(self, seconds):
        """Is down for a while: connections are refused."""
        port = self.server.server_port
        self.close()
        time.sleep(seconds)
        self.server = Server(("127.0.0.1", port), self.handler)
        serve(self.server)

    def url(self, name="hook"):
        return f"http://127.0.0.1:{self.server.server_port}/{name}"

    def take(self, request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        with self.lock:
            attempt = Attempt(len(self.attempts), request.path, request.headers, body)
            answer = self.choose(attempt)
            self.attempts.append(attempt)
        if answer == "hang":
            time.sleep(self.hang_seconds)
        if answer in ("hang", "reset"):
            linger = struct.pack("ii", 1, 0)
            request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            request.close_connection = True
            attempt.answer = answer
            return
        request.send_response(answer)
        if answer == 429:
            request.send_header("Retry-After", "1")
        request.send_header("Content-Length", "0")
        request.end_headers()
        attempt.answer = answer

    def seen(self):
        with self.lock:
            return list(self.attempts)

    def delivered(self):
        """The attempts that were answered with success."""
        return [a for a in self.seen() if isinstance(a.answer, int) and 200 <= a.answer < 300]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Story:
    """A report whose words, names and numbers are its own; `label` tells it apart."""

    SYLLABLES = ("ba be bi bo bu da de di do du fa fe ga ge go ha he hi ka ke ko la le li lo lu ma me "
                 "mi mo mu na ne ni no nu pa pe po ra re ri ro ru sa se si so su ta te ti to tu va ve "
                 "vi vo wa we wi ya yo za ze zo").split()
    SMALL = "the of a in to and for on with by at from that was were has after over under near".split()

    def __init__(self, seed, keyword=None):
        self.label = f"s{seed}"
        rng = random.Random(f"story {seed}")
        names = [self.word(rng, 3).capitalize() for _ in range(6)]
        sentences = [self.sentence(rng, names) for _ in range(9)]
        self.later = [self.sentence(rng, names) for _ in range(4)]
        if keyword:
            sentences[0] = f"Officials in {names[0]} spoke of the {keyword} on the {names[1]} road. " \
                           + sentences[0]
        self.title = f"{names[0]} {self.word(rng, 2)} {self.word(rng, 3)} in {names[1]}" + \
                     (f" as {keyword} {self.word(rng, 3)}" if keyword else "")
        self.paragraphs = [" ".join(sentences[i:i + 3]) for i in range(0, 9, 3)]

    def updated(self):
        """The same report with news at its top and end."""
        news = Story.__new__(Story)
        news.label, news.title = self.label, self.title
        first, *rest = self.paragraphs
        news.paragraphs = [" ".join(self.later[:2]) + " " + first, *rest, " ".join(self.later[2:])]
        return news

    def word(self, rng, syllables):
        return "".join(rng.choice(self.SYLLABLES) for _ in range(syllables))

    def sentence(self, rng, names):
        words = []
        for _ in range(rng.randint(11, 17)):
            words.append(rng.choice(self.SMALL) if rng.random() < 0.4
                         else self.word(rng, rng.randint(2, 4)))
        words.insert(rng.randint(2, 8), rng.choice(names))
        words.insert(rng.randint(2, 8), str(rng.randint(3, 9999)))
        return " ".join(words).capitalize() + "."


class Item:
    """An entry of a feed: a story in some wrapping."""

    def __init__(self, story, site, before="", after="", suffix=""):
        self.story = story
        self.guid = f"{site}-{story.label}"
        self.link = f"https://{site}.example/{story.label}"
        self.title = story.title + suffix
        self.around = (before, after)
        self.date = datetime.now(timezone.utc)

    def paragraphs(self):
        before, after = self.around
        return [p for p in (before, *self.story.paragraphs, after) if p]


def rss(title, items):
    """An RSS 2.0 document, the newest item first."""
    out = [f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>{escape(title)}'
           f"</title><link>https://{title}.example/</link><description>News</description>"]
    for item in reversed(items):
        html = "".join(f"<p>{escape(p)}</p>" for p in item.paragraphs())
        out.append(f'<item><guid isPermaLink="false">{item.guid}</guid><title>{escape(item.title)}</title>'
                   f"<link>{item.link}</link><pubDate>{format_datetime(item.date)}</pubDate>"
                   f"<description>{escape(html)}</description></item>\n")
    out.append("</channel></rss>\n")
    return "".join(out).encode()


class AgencyTest(unittest.TestCase):
    """A daemon (self.daemon) that has one feed, "agency", from self.publisher."""

    def poll(self):
        self.assertEqual(self.daemon.tool("poll", "agency").returncode, 0)

    def publish(self, story):
        self.publisher.set("agency", rss("agency", [Item(story, "agency")]))
        self.poll()
