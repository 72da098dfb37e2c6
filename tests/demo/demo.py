#!/usr/bin/env python3
"""Shows what wirewatch does, on feeds written for it: a story, its syndicated copy inside another
site's furniture, a truncated one, an update, and other news.

usage: demo.py BUILD_FOLDER

A small local server plays the publishers and receives the webhooks; the daemon runs as it would
anywhere, in a temporary folder that goes at the end.  Exits 0 if the alerts were those expected."""
import base64, hashlib, hmac, http.server, json, os, re, subprocess, sys, tempfile, threading, time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

HERE = os.path.dirname(os.path.abspath(__file__))
SECRET = base64.b64encode(b"a secret for the demonstration").decode()
WAIT_SECONDS = 30
FEEDS = ["agency", "valley", "briefly", "harbour"]
# What a publisher has before its news is out: the daemon polls new feeds soon, not only when told to.
NOTHING_YET = b'<rss version="2.0"><channel><title>Soon</title><link>http://127.0.0.1/</link></channel></rss>'
BOLD, DIM, PLAIN = ("\033[1m", "\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "", "")


def fill(text, host):
    """Puts the server's address and dates of today into a feed."""
    now = datetime.now(timezone.utc).replace(microsecond=0)

    def date(match):
        then = now + timedelta(minutes=int(match[2]))
        if match[1] == "rfc822":
            return format_datetime(then, usegmt=True)
        return then.isoformat().replace("+00:00", "Z")

    return re.sub(r"\{(rfc822|iso) (-?\d+)\}", date, text.replace("{host}", host))


def is_signed(headers, body):
    """Standard Webhooks: HMAC-SHA256 over id, timestamp and body."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = base64.b64encode(hmac.new(base64.b64decode(SECRET), signed, hashlib.sha256).digest())
    return f"v1,{right.decode()}" in headers.get("webhook-signature", "").split()


class World(http.server.ThreadingHTTPServer):
    """The publishers and the receiver of webhooks."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server_port}"
        self.feeds = dict.fromkeys(FEEDS, NOTHING_YET)
        self.alerts = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def read(self, file):
        with open(os.path.join(HERE, "feeds", file), encoding="utf-8") as f:
            return fill(f.read(), self.host).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        body = self.server.feeds.get(self.path.strip("/"))
        self.answer(200, body) if body else self.answer(404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        event = json.loads(body)
        self.server.alerts.append((event, is_signed(self.headers, body)))
        self.answer(204)


def write_config(folder, host):
    feeds = "\n".join(f'[Feed "{name}"]\nURL=http://{host}/{name}\nBackfill=1d\n' for name in FEEDS)
    with open(os.path.join(folder, "wirewatch.conf"), "w", encoding="utf-8") as f:
        f.write(f"""[Daemon]
StateDirectory={folder}/state
ControlSocket={folder}/control.sock
AllowPrivateNetworks=127.0.0.0/8
HostGap=0
Journal=no

{feeds}
[Topic "battery-fires"]
Query=("battery plant" OR "battery store" OR "battery stores") NEAR/30 (fire* OR blaze* OR burn*)
Alert=new update
Notify=desk

[Webhook "desk"]
URL=http://{host}/hook
SecretFile={folder}/secret
""")
    with open(os.path.join(folder, "secret"), "w", encoding="ascii") as f:
        f.write(f"whsec_{SECRET}\n")
    os.chmod(f.name, 0o600)


def wait_for(what, condition):
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"demo: waited {WAIT_SECONDS} s for {what}")
        time.sleep(0.02)


class Demo:
    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.world = World()
        self.shown = 0
        write_config(folder, self.world.host)
        self.log = open(os.path.join(folder, "log"), "w+", encoding="utf-8")
        self.daemon = subprocess.Popen(
            [f"{build}/wirewatchd", "--config", folder], stderr=self.log, env={**os.environ, "NOTIFY_SOCKET": ""})
        wait_for("the daemon", lambda: self.tool("status", check=False).returncode == 0)

    def tool(self, *arguments, check=True):
        done = subprocess.run([f"{self.build}/wirewatch", *arguments, "--socket", f"{self.folder}/control.sock"],
                              capture_output=True, text=True)
        if check and done.returncode:
            sys.exit(f"demo: wirewatch {' '.join(arguments)}: {done.stderr}")
        return done

    def ask(self, *arguments):
        return json.loads(self.tool(*arguments, "--json").stdout)

    def publish(self, feed, file, words):
        print(f"\n{BOLD}{words}{PLAIN}  {DIM}$ wirewatch poll {feed}{PLAIN}")
        before = self.ask("status")["articles"]
        self.world.feeds[feed] = self.world.read(file)
        self.tool("poll", feed)
        wait_for(f"the feed {feed}", lambda: self.ask("status")["articles"] != before)
        wait_for("the webhooks", lambda: self.ask("status")["deliveries"]["pending"] == 0)
        self.show_alerts()

    def show_alerts(self):
        new, self.shown = self.world.alerts[self.shown:], len(self.world.alerts)
        if not new:
            print("  no alert")
        for event, signed in new:
            data = event["data"]
            print(f"  {BOLD}ALERT {event['type']}{PLAIN}  {data['article']['title']}")
            print(f"    topic {data['topic']}, from {data['article']['feed_title']}, id {event['id']},"
                  f" signature {'good' if signed else 'BAD'}")
            if data["relation"]["kind"] != "new":
                print(f"    {data['relation']['kind']}: {data['relation']['why']}")

    def show_stories(self):
        print(f"\n{BOLD}What was recognised, and why{PLAIN}  {DIM}$ wirewatch stories, wirewatch story ID{PLAIN}")
        for story in self.ask("stories")["stories"]:
            whole = self.ask("story", story["id"])
            if len(whole["members"]) < 2:
                continue
            for member in whole["members"]:
                print(f"  {member['relation']:8s} {member['title']}  {DIM}({member['source'] or member['site']}){PLAIN}")
                print(f"           {DIM}{member['why']}{PLAIN}")

    def stop(self):
        self.daemon.terminate()
        self.daemon.wait()


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="wirewatch-demo-") as folder:
        demo = Demo(sys.argv[1], folder)
        try:
            demo.publish("agency", "agency.xml", "A news agency reports a fire")
            demo.publish("valley", "valley.xml", "A local site carries the report inside its own page")
            demo.publish("briefly", "briefly.json", "An aggregator gives its first sentences under another headline")
            demo.publish("harbour", "harbour.xml", "Another paper reports something else on the topic")
            demo.publish("agency", "agency-later.xml", "The agency has news of the fire")
            demo.show_stories()
        finally:
            demo.stop()
        kinds = [event["type"] for event, signed in demo.world.alerts if signed]
        print(f"\n{len(kinds)} alerts for {len(FEEDS)} feeds: {', '.join(kinds)}")
        return 0 if kinds == ["story.new", "story.new", "story.update"] else 1


if __name__ == "__main__":
    sys.exit(main())
