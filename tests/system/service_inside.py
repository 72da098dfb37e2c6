#!/usr/bin/env python3
"""What test_service.py runs inside a booted systemd, as root: the unit's promises, one by one.

A local server plays a publisher; an exec hook and the journal take the alerts."""
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import time
from email.utils import formatdate

UNIT = "wirewatchd.service"
SOCKET = "/run/wirewatch/control.sock"
CONFIG = "/etc/wirewatch/conf.d/50-test.conf"
BROKEN = "/etc/wirewatch/conf.d/60-broken.conf"
HOOK = "/usr/local/bin/wirewatch-test-hook"
TOLD = "/var/lib/wirewatch/told"
DROP_IN = f"/etc/systemd/system/{UNIT}.d/50-test.conf"
CATALOG_TITLE = "New story on batteries"
WAIT_SECONDS = 20

# daemon/base/message_ids.h
STORY_NEW = "b08e86f768194bb7916f40367b02ed29"
RELOADED = "342817bd68ab4c4d969f0e7b65cefab2"

FEED = """<?xml version="1.0"?>
<rss version="2.0"><channel><title>Test wire</title><link>http://127.0.0.1/</link>
<item><guid>urn:test:1</guid><title>Fire at battery plant in Northgate</title>
<link>http://127.0.0.1/northgate</link><pubDate>{date}</pubDate>
<description>A fire broke out at the Northgate battery plant on Saturday, and 1,200 residents were
asked to leave their homes while crews fought it through the night.</description></item>
</channel></rss>"""

SETTINGS = """[Daemon]
AllowPrivateNetworks=127.0.0.0/8
[Feed "wire"]
URL=http://127.0.0.1:{port}/feed.xml
Backfill=1d
[Topic "batteries"]
Query="battery plant"
Notify=told post
[Exec "told"]
Command={hook}
[Webhook "post"]
URL=http://127.0.0.1:{port}/post
SecretCredential=desk-secret
"""

# A watchdog that a test can wait for; the credential of the webhook.
UNIT_SETTINGS = """[Service]
WatchdogSec=3s
RestartSec=200ms
LoadCredential=desk-secret:/etc/wirewatch/desk-secret
"""

HOOK_PROGRAM = f"""#!/bin/sh
echo "$WIREWATCH_TOPIC $WIREWATCH_ALERT_ID" >>{TOLD}
"""


class Publisher(http.server.BaseHTTPRequestHandler):
    posted = []

    def do_GET(self):
        body = FEED.format(date=formatdate(usegmt=True)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        Publisher.posted.append(self.headers["webhook-signature"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


class Checks:
    def __init__(self):
        self.failed = 0

    def __call__(self, name, good, more=""):
        self.failed += not good
        print(("ok   " if good else "FAIL ") + name + (f"\n     {more}" if more and not good else ""), flush=True)


check = Checks()


def run(*command):
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def show(name, unit=UNIT):
    return run("systemctl", "show", "-P", name, unit)[1].strip()


def state():
    return f"{show('NRestarts')}/{run('systemctl', 'is-active', UNIT)[1].strip()}"


def journal(*arguments):
    run("journalctl", "--sync")
    return run("journalctl", "-q", *arguments)[1]


def until(condition):
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def told():
    try:
        with open(TOLD, encoding="utf-8") as file:
            return file.read().splitlines()
    except FileNotFoundError:
        return []


def readers():
    """The statuses of the reader processes, by name of their field."""
    found = []
    for pid in run("pgrep", "-f", "^[^ ]* --reader$")[1].split():
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            found.append(dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line))
    return found


def prepare():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    write(CONFIG, SETTINGS.format(port=server.server_port, hook=HOOK))
    write(HOOK, HOOK_PROGRAM, 0o755)
    write("/etc/wirewatch/desk-secret", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3\n", 0o600)
    for command in (["systemd-sysusers"], ["systemd-tmpfiles", "--create"], ["journalctl", "--update-catalog"],
                    ["systemctl", "daemon-reload"]):
        status, output = run(*command)
        check(" ".join(command), status == 0, output)


def check_unit():
    status, output = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", UNIT, "wirewatchd.socket")
    check("systemd-analyze verify prints nothing", status == 0 and not output, output)
    output = run("systemd-analyze", "security", "--no-pager", UNIT)[1]
    level = re.search(r"Overall exposure level for .*: ([\d.]+)", output)
    check("systemd-analyze security: exposure at most 1.0", bool(level) and float(level[1]) <= 1.0, output[-200:])
    write(DROP_IN, UNIT_SETTINGS)
    run("systemctl", "daemon-reload")


def check_start():
    status, output = run("systemctl", "start", UNIT)
    check("starts and says that it is ready", status == 0, output + journal("-u", UNIT))
    check("tells its figures", "feed" in show("StatusText"), show("StatusText"))
    owner = run("ps", "-o", "user=", "-p", show("MainPID"))[1].strip()
    check("runs as its own user", owner == "wirewatch", owner)
    mode = os.stat(SOCKET).st_mode & 0o777
    check("control socket is its group's", mode == 0o660, oct(mode))
    check("state is nobody else's", os.stat("/var/lib/wirewatch").st_mode & 0o007 == 0)


def check_alert():
    check("exec hook is told once", until(lambda: len(told()) == 1), f"{told()}\n{journal('-u', UNIT)}")
    check("webhook is told, signed with the credential", until(lambda: len(Publisher.posted) == 1 and Publisher.posted[0]))
    check("journal is told", until(lambda: journal("-o", "json", f"MESSAGE_ID={STORY_NEW}")))
    fields = json.loads(journal("-o", "json", f"MESSAGE_ID={STORY_NEW}").splitlines()[0])
    check("journal has the fields", fields.get("WIREWATCH_TOPIC") == "batteries", fields)
    text = journal("-x", f"MESSAGE_ID={STORY_NEW}")
    check("journal has the catalog's text", CATALOG_TITLE in text and "Fire at battery plant" in text, text)


def check_readers():
    found = readers()
    check("a reader runs", len(found) >= 1)
    for status in found:
        # The unit's filters and the reader's own.
        check("reader is filtered", status["Seccomp"] == "2" and int(status["Seccomp_filters"]) >= 2, status)
        check("reader has no capability and gets no privilege",
              int(status["CapEff"], 16) == 0 and status["NoNewPrivs"] == "1", status)


def check_reload():
    status, output = run("systemctl", "reload", UNIT)
    check("reload", status == 0 and f"{RELOADED}" in journal("-o", "json", f"MESSAGE_ID={RELOADED}"), output)
    write(BROKEN, "[Topic \"broken\"]\nQuery=(\n")
    status, output = run("systemctl", "reload", UNIT)
    check("reload of a faulty configuration fails", status != 0, output)
    check("... with file and line in the journal", f"{BROKEN}:" in journal("-u", UNIT), journal("-u", UNIT))
    check("... and the running one stays", state() == "0/active", state())
    os.unlink(BROKEN)
    status, output = run("systemctl", "kill", "-s", "HUP", UNIT)
    check("SIGHUP reloads too",
          until(lambda: len(journal("-o", "json", f"MESSAGE_ID={RELOADED}").splitlines()) == 2), journal("-u", UNIT))


def check_failures():
    time.sleep(4)
    check("keep-alives hold beyond WatchdogSec=", state() == "0/active", state())
    os.kill(int(show("MainPID")), 9)
    check("kill -9: restarted", until(lambda: state() == "1/active"), state())
    os.kill(int(show("MainPID")), 19)
    check("hang: restarted by the watchdog", until(lambda: state() == "2/active"), state())
    check("nobody is told again", until(lambda: "feed" in show("StatusText")) and len(told()) == 1, told())
    write(BROKEN, "[Topic \"broken\"]\nQuery=(\n")
    status, _ = run("systemctl", "restart", UNIT)
    check("faulty configuration: no start, no loop of restarts",
          status != 0 and show("ExecMainStatus") == "1" and state().endswith("/failed"), state())
    os.unlink(BROKEN)
    run("systemctl", "reset-failed", UNIT)
    run("systemctl", "start", UNIT)
    check("starts with the faults mended", until(lambda: state().endswith("/active")), state())


def check_stop():
    begun = time.monotonic()
    run("systemctl", "stop", UNIT)
    took = time.monotonic() - begun
    check("stops in time and well", show("Result") == "success" and took < 5, f"{show('Result')}, {took:.1f} s")
    check("leaves no process", not readers())


def check_socket():
    status, output = run("systemctl", "start", "wirewatchd.socket")
    check("socket unit listens", status == 0 and os.path.exists(SOCKET), output)
    status, output = run("wirewatch", "status")
    check("a command starts the daemon", status == 0 and state().endswith("/active"), output)
    run("systemctl", "stop", UNIT)
    check("the socket outlives the daemon", os.path.exists(SOCKET))
    status, output = run("wirewatch", "status")
    check("... and starts it again", status == 0, output)


def main():
    prepare()
    check_unit()
    check_start()
    check_alert()
    check_readers()
    check_reload()
    check_failures()
    check_stop()
    check_socket()
    print(f"{check.failed} failed")
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
