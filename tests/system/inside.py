"""What service_inside.py and package_inside.py share: checks that are counted, commands, a publisher
of one feed.  It runs as root inside the systemd that systemd-lab booted."""
import http.server
import os
import subprocess
import threading
import time
from email.utils import formatdate

WAIT_SECONDS = 60

FEED = """<?xml version="1.0"?>
<rss version="2.0"><channel><title>Test wire</title><link>http://127.0.0.1/</link>
<item><guid>urn:test:1</guid><title>Fire at battery plant in Northgate</title>
<link>http://127.0.0.1/northgate</link><pubDate>{date}</pubDate>
<description>A fire broke out at the Northgate battery plant on Saturday, and 1,200 residents were
asked to leave their homes while crews fought it through the night.</description></item>
</channel></rss>"""


class Checks:
    """check(NAME, GOOD, MORE) prints a line for each promise; one that is broken says more."""

    def __init__(self):
        self.failed = 0

    def __call__(self, name, good, more=""):
        self.failed += not good
        print(("ok   " if good else "FAIL ") + name + (f"\n     {more}" if more and not good else ""), flush=True)

    def end(self):
        """The program's exit status."""
        print(f"{self.failed} failed")
        return 1 if self.failed else 0


check = Checks()


class Publisher(http.server.BaseHTTPRequestHandler):
    """A feed whose one entry is always of this minute."""

    def do_GET(self):
        body = FEED.format(date=formatdate(usegmt=True)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(publisher, address="127.0.0.1"):
    """Runs the server to the program's end; returns its port."""
    server = http.server.ThreadingHTTPServer((address, 0), publisher)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def run(*command):
    """Returns the exit status and what was printed."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment,
                          stdin=subprocess.DEVNULL, check=False)
    return done.returncode, done.stdout


def until(condition):
    """Whether the condition comes true within WAIT_SECONDS."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def journal(*arguments):
    run("journalctl", "--sync")
    return run("journalctl", "-q", *arguments)[1]
