#!/usr/bin/env python3
"""What test_service.py runs inside a booted systemd, as root: the unit's promises, one by one.

A local server plays a publisher; an exec hook and the journal take the alerts."""
import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

from inside import WAIT_SECONDS, Publisher, check, journal, run, serve, until

UNIT = "wirewatchd.service"
SOCKET = "/run/wirewatch/control.sock"
CONFIG = "/etc/wirewatch/conf.d/50-test.conf"
GROUP_CONFIG = "/etc/wirewatch/conf.d/55-group.conf"
SLOW_CONFIG = "/etc/wirewatch/conf.d/56-slow.conf"
BROKEN = "/etc/wirewatch/conf.d/60-broken.conf"
HOOK = "/usr/local/bin/wirewatch-test-hook"
TOLD = "/var/lib/wirewatch/told"
PROBED = "/var/lib/wirewatch/probed"
SLEEPER = "86399"  # seconds: by which a process of the hanging hook is known
LIBRARY = os.path.dirname(os.path.abspath(__file__))
PUSH_SOCKET = "wirewatchd-push.socket"
PUSH_PORT = 8427
PUSH_CONFIG = "/etc/wirewatch/conf.d/57-push.conf"
HOOK_SOCKET = "wirewatch-hook.socket"
HOOK_UNIT = "wirewatch-hook@.service"
HOOK_SLICE = "system-wirewatch-hooks.slice"
HOOK_MEMORY = "100M"  # of a hook, in here
HOOK_TASKS = 64
HOOK_DROP_IN = f"/etc/systemd/system/{HOOK_UNIT}.d/50-test.conf"
HOOK_BROKEN = f"/etc/systemd/system/{HOOK_UNIT}.d/60-broken.conf"
DEAF = "/var/lib/wirewatch/deaf"
ONCE = "wirewatchd-once.service"
TIMER = "wirewatchd-once.timer"
MEMBER_ID = 54321  # a user who is nobody but a member of the group
DROP_IN = f"/etc/systemd/system/{UNIT}.d/50-test.conf"
ONCE_DROP_IN = "/etc/systemd/system/wirewatchd-once.service.d/50-test.conf"
CATALOG_TITLE = "New story on batteries"

# daemon/base/message_ids.h
STORY_NEW = "b08e86f768194bb7916f40367b02ed29"
RELOADED = "342817bd68ab4c4d969f0e7b65cefab2"

SETTINGS = """[Daemon]
AllowPrivateNetworks=127.0.0.0/8
[Feed "wire"]
URL=http://127.0.0.1:{port}/feed.xml
Backfill=1d
[Topic "batteries"]
Query="battery plant"
Notify=told post probe hang
[Exec "told"]
Command={hook}
[Exec "probe"]
Command=/usr/bin/python3 -B {library}/sandbox_probe.py {probed}
[Exec "hang"]
Command=/bin/sh -c "sleep {sleeper} & exec sleep {sleeper}"
Timeout=1s
[Exec "where"]
Command=/bin/sh -c "cat /proc/self/cgroup >&2"
[Exec "mark"]
Command=/bin/sh -c "test -e /tmp/mark || {{ touch /tmp/mark; exit 75; }}"
[Exec "busy"]
Command=/bin/sh -c "head -c 200000000 /dev/zero | sha256sum"
[Exec "leaver"]
Command=/bin/sh -c "setsid sh -c 'trap \\\"\\\" TERM; sleep {sleeper}; sleep {sleeper}' & exit 0"
[Exec "runaway"]
Command=/bin/sh -c "setsid sleep {sleeper} & exec sleep {sleeper}"
Timeout=1s
[Exec "deaf"]
Command=/bin/sh -c "trap '' TERM; echo $$ >{deaf}; while :; do sleep 1; done"
[Exec "hog"]
Command=/usr/bin/python3 -c "held = [bytearray(b'x' * 2**20) for _ in range(4096)]"
[Exec "forker"]
Command=/usr/bin/python3 -B {library}/fork_bomb.py
[Webhook "post"]
URL=http://127.0.0.1:{port}/post
SecretCredential=desk-secret
"""

# A watchdog that a test can wait for; the credential of the webhook.
UNIT_SETTINGS = """[Service]
WatchdogSec=5s
RestartSec=200ms
LoadCredential=desk-secret:/etc/wirewatch/desk-secret
Environment=LD_PRELOAD={library}/hang.so
"""

ONCE_SETTINGS = """[Service]
LoadCredential=desk-secret:/etc/wirewatch/desk-secret
"""

SLOW_FEED = """[Feed "slow"]
URL=http://127.0.0.2:{port}/slow
"""

HOOK_PROGRAM = f"""#!/bin/sh
echo "$WIREWATCH_TOPIC $WIREWATCH_ALERT_ID" >>{TOLD}
"""


class Site(Publisher):
    """The publisher, with a feed that takes its time, and the receiver of a webhook."""
    posted = []
    asked_slowly = threading.Event()
    answered_slowly = threading.Event()

    def do_GET(self):
        if self.path == "/slow":
            Site.asked_slowly.set()
            time.sleep(WAIT_SECONDS)
            Site.answered_slowly.set()
        super().do_GET()

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        Site.posted.append(self.headers["webhook-signature"])
        self.send_response(204)
        self.end_headers()


def show(name, unit=UNIT):
    return run("systemctl", "show", "-P", name, unit)[1].strip()


def state():
    return f"{show('NRestarts')}/{run('systemctl', 'is-active', UNIT)[1].strip()}"


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
    """The statuses of the reader processes, by name of their field, and their program."""
    found = []
    for pid in run("pgrep", "-f", "^[^ ]* --reader$")[1].split():
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            found.append(dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line))
        found[-1]["Program"] = os.readlink(f"/proc/{pid}/exe")
    return found


def as_member(*command):
    """Runs a command as somebody who is in the daemon's group and nothing else."""
    return run("setpriv", f"--reuid={MEMBER_ID}", "--regid=wirewatch", "--clear-groups", *command)


def prepare():
    port = serve(Site, "0.0.0.0")
    write(CONFIG, SETTINGS.format(port=port, hook=HOOK, library=LIBRARY, probed=PROBED, sleeper=SLEEPER, deaf=DEAF))
    write(HOOK_DROP_IN, f"[Service]\nMemoryMax={HOOK_MEMORY}\nTasksMax={HOOK_TASKS}\n")
    write("/root/wirewatch-probe", "")
    write(HOOK, HOOK_PROGRAM, 0o755)
    write("/etc/wirewatch/desk-secret", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3\n", 0o600)
    for command in (["systemd-sysusers"], ["systemd-tmpfiles", "--create"], ["journalctl", "--update-catalog"],
                    ["systemctl", "daemon-reload"]):
        status, output = run(*command)
        check(" ".join(command), status == 0, output)
    return port


def check_units():
    status, output = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", UNIT, "wirewatchd.socket",
                         ONCE, TIMER, PUSH_SOCKET, HOOK_SOCKET, HOOK_UNIT, HOOK_SLICE)
    check("systemd-analyze verify prints nothing", status == 0 and not output, output)
    for unit in (UNIT, ONCE, HOOK_UNIT.replace("@", "@test")):
        output = run("systemd-analyze", "security", "--no-pager", unit)[1]
        level = re.search(r"Overall exposure level for .*: ([\d.]+)", output)
        check(f"systemd-analyze security: exposure of {unit} at most 1.0", bool(level) and float(level[1]) <= 1.0,
              output[-200:])
        print("     " + (level[0] if level else ""))
    write(DROP_IN, UNIT_SETTINGS.format(library=LIBRARY))
    write(ONCE_DROP_IN, ONCE_SETTINGS)
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
    private = [name for name in os.listdir("/var/lib/wirewatch")
               if os.stat(f"/var/lib/wirewatch/{name}").st_mode & 0o077]
    check("... and its files are not even the group's", not private, private)


def check_alert():
    check("exec hook is told once", until(lambda: len(told()) == 1), f"{told()}\n{journal('-u', UNIT)}")
    check("webhook is told, signed with the credential", until(lambda: len(Site.posted) == 1 and Site.posted[0]))
    check("journal is told", until(lambda: journal("-o", "json", f"MESSAGE_ID={STORY_NEW}")))
    fields = json.loads(journal("-o", "json", f"MESSAGE_ID={STORY_NEW}").splitlines()[0])
    check("journal has the fields", fields.get("WIREWATCH_TOPIC") == "batteries", fields)
    text = journal("-x", f"MESSAGE_ID={STORY_NEW}")
    check("journal has the catalog's text", CATALOG_TITLE in text and "Fire at battery plant" in text, text)


def check_sandbox():
    """An exec hook tries what the unit closes; root beside it may do all of that."""
    with open("/proc/self/status", encoding="utf-8") as file:
        print("     the machine itself: " + " ".join(line.strip() for line in file if line.startswith("Seccomp:")))
    check("exec hook probed the sandbox", until(lambda: os.path.exists(PROBED)), journal("-u", UNIT))
    with open(PROBED, encoding="utf-8") as file:
        inside = json.load(file)
    run("python3", "-B", f"{LIBRARY}/sandbox_probe.py", "/run/probed")
    with open("/run/probed", encoding="utf-8") as file:
        outside = json.load(file)
    for name in inside["attempts"]:
        if name in outside["refused"]:
            print(f"skip sandbox: {name}: the machine itself refuses it")
        else:
            check(f"sandbox: cannot {name}", name in inside["refused"])


def check_hanging_hook():
    check("a hook that hangs is ended",
          until(lambda: "did not end within its Timeout=" in run("wirewatch", "deliveries", "--json")[1]),
          run("wirewatch", "deliveries")[1])
    check("... with what it had started", until(lambda: run("pgrep", "-f", f"sleep {SLEEPER}")[0] != 0))
    # The next attempt is minutes away or none: its delivery is not to disturb what follows.
    for delivery in json.loads(run("wirewatch", "deliveries", "--json")[1])["deliveries"]:
        if delivery["hook"] == "hang":
            run("wirewatch", "deliveries", "drop", str(delivery["id"]))


def test_hook(name):
    """The answer of `wirewatch hooks test`: a run of the hook, as an alert would cause it."""
    status, output = run("wirewatch", "hooks", "test", name, "--json")
    return json.loads(output) if status in (0, 1) and output.startswith("{") else {"verdict": output, "exchange": []}


def sleepers():
    return run("pgrep", "-f", f"sleep {SLEEPER}")[1].split()


def cgroups_of(answer):
    """Controller -> path, from what a hook said of /proc/self/cgroup."""
    lines = [line[2:].split(":", 2) for line in answer["exchange"] if line.startswith("< ") and line.count(":") >= 2]
    return {line[1]: line[2] for line in lines}


def check_hook_units():
    check("the socket for hooks' units came with the service", show("ActiveState", HOOK_SOCKET) == "active")
    answer = test_hook("where")
    check("a hook runs in a unit of its own",
          answer["verdict"] == "delivered" and
          any(f"/{HOOK_SLICE}/wirewatch-hook@" in path for path in cgroups_of(answer).values()), answer)
    print(f"     which takes {answer.get('milliseconds')} ms from asking for it to its answer")
    marked = [test_hook("mark")["verdict"], test_hook("mark")["verdict"]]
    check("... and shares its /tmp with the others", marked == ["retry", "delivered"], marked)
    check_hook_account()
    answer = test_hook("leaver")
    check("what a hook leaves behind in a session of its own is ended",
          answer["verdict"] == "delivered" and until(lambda: not sleepers()), f"{answer} {sleepers()}")
    answer = test_hook("runaway")
    check("a hook that forks, leaves its group and hangs is ended whole",
          "Timeout=" in (answer.get("words") or "") and until(lambda: not sleepers()), f"{answer} {sleepers()}")
    check_hook_limits()
    check("no unit of a hook stays", until(lambda: "wirewatch-hook@" not in
                                            run("systemctl", "list-units", "--all", "--plain", "wirewatch-hook@*")[1]))


def accounts(name, what):
    """Whether systemd has a controller for it in here; says so where not."""
    if show(name, HOOK_SLICE).isdigit():
        return True
    print(f"skip {what}: systemd has no controller for it in here ({name}={show(name, HOOK_SLICE)})")
    return False


def check_hook_account():
    if not accounts("CPUUsageNSec", "a hook's CPU time is accounted"):
        return
    before = int(show("CPUUsageNSec", HOOK_SLICE))
    answer = test_hook("busy")
    check("a hook's CPU time is accounted", until(lambda: int(show("CPUUsageNSec", HOOK_SLICE)) > before), answer)
    print(f"     {HOOK_SLICE}: {(int(show('CPUUsageNSec', HOOK_SLICE)) - before) / 1e6:.0f} ms by one run")


def check_hook_limits():
    pid = show("MainPID")
    if accounts("MemoryCurrent", "a hook that eats memory is killed at MemoryMax="):
        answer = test_hook("hog")
        check("a hook that eats memory is killed at MemoryMax=", "MemoryMax=" in (answer.get("words") or ""), answer)
    if accounts("TasksCurrent", "a hook that forks and forks meets TasksMax="):
        answer = test_hook("forker")
        forked = [int(line.rsplit(" ", 1)[1]) for line in answer["exchange"] if line.startswith("< forked ")]
        check("a hook that forks and forks meets TasksMax=", forked and forked[0] < HOOK_TASKS, answer)
    check("the daemon is none the worse for it", show("MainPID") == pid and state() == "0/active", state())


def check_hook_without_unit():
    """What is told where there is no socket, and where the unit does not start."""
    run("systemctl", "stop", HOOK_SOCKET)
    answer = test_hook("where")
    check("without the socket a hook runs in the daemon's unit",
          answer["verdict"] == "delivered" and any(f"/{UNIT}" in path for path in cgroups_of(answer).values()), answer)
    print(f"     which takes {answer.get('milliseconds')} ms")
    run("systemctl", "start", HOOK_SOCKET)
    write(HOOK_BROKEN, "[Service]\nExecStartPre=/bin/false\n")
    run("systemctl", "daemon-reload")
    answer = test_hook("where")
    check("a hook whose unit does not start is tried again later",
          answer["verdict"] == "retry" and "was not run" in answer["words"], answer)
    os.unlink(HOOK_BROKEN)
    run("systemctl", "daemon-reload")
    answer = test_hook("where")
    check("... and runs with the unit mended", answer["verdict"] == "delivered", answer)


def start_deaf_hook():
    """A hook that does not heed SIGTERM; returns its process id."""
    subprocess.Popen(["wirewatch", "hooks", "test", "deaf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: os.path.exists(DEAF) and os.path.getsize(DEAF) > 0)
    with open(DEAF, encoding="utf-8") as file:
        return file.read().strip()


def check_rights():
    status, output = as_member("wirewatch", "status")
    check("a member of the group may look", status == 0, output)
    status, output = as_member("wirewatch", "reload")
    check("... but change nothing", status == 1 and "GroupMayChange" in output, output)
    write(GROUP_CONFIG, "[Daemon]\nGroupMayChange=yes\n")
    run("systemctl", "reload", UNIT)
    status, output = as_member("wirewatch", "reload")
    check("... unless the configuration lets it", status == 0, output)
    os.unlink(GROUP_CONFIG)
    run("systemctl", "reload", UNIT)
    status, output = run("setpriv", f"--reuid={MEMBER_ID}", f"--regid={MEMBER_ID}", "--clear-groups", "wirewatch", "status")
    check("a stranger is not even let in", status == 3, output)


def check_readers():
    found = readers()
    check("a reader runs", len(found) >= 1)
    for status in found:
        check("reader is the program of its own", status["Program"].endswith("/wirewatch/wirewatch-reader"), status)
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
    before = len(journal("-o", "json", f"MESSAGE_ID={RELOADED}").splitlines())
    status, output = run("systemctl", "kill", "-s", "HUP", UNIT)
    check("SIGHUP reloads too",
          until(lambda: len(journal("-o", "json", f"MESSAGE_ID={RELOADED}").splitlines()) > before), journal("-u", UNIT))


def check_failures():
    time.sleep(6)
    check("keep-alives hold beyond WatchdogSec=", state() == "0/active", state())
    hook = start_deaf_hook()
    if accounts("TasksCurrent", "a hook's tasks are accounted"):
        check("a hook's tasks are accounted", int(show("TasksCurrent", HOOK_SLICE)) > 0)
    os.kill(int(show("MainPID")), 9)
    check("kill -9: restarted", until(lambda: state() == "1/active"), state())
    check("... and its hooks are ended with it", until(lambda: hook and not os.path.exists(f"/proc/{hook}")), hook)
    os.kill(int(show("MainPID")), signal.SIGUSR1)
    check("a loop that hangs: restarted by the watchdog", until(lambda: state() == "2/active"), state())
    check("... and the journal says so", "Watchdog timeout" in journal("-u", UNIT), journal("-u", UNIT)[-500:])
    check("nobody is told again", until(lambda: "feed" in show("StatusText")) and len(told()) == 1, told())
    write(BROKEN, "[Topic \"broken\"]\nQuery=(\n")
    status, _ = run("systemctl", "restart", UNIT)
    check("faulty configuration: no start, no loop of restarts",
          status != 0 and show("ExecMainStatus") == "1" and state().endswith("/failed"), state())
    os.unlink(BROKEN)
    run("systemctl", "reset-failed", UNIT)
    run("systemctl", "start", UNIT)
    check("starts with the faults mended", until(lambda: state().endswith("/active")), state())


def check_crash_loop():
    """The unit's StartLimitBurst=5; reset-failed has begun the count anew."""
    run("systemctl", "reset-failed", UNIT)
    for _ in range(10):
        if not until(lambda: state().endswith(("/active", "/failed"))) or state().endswith("/failed"):
            break
        os.kill(int(show("MainPID")), 9)
        until(lambda: not state().endswith("/active"))
        until(lambda: state().endswith(("/active", "/failed")))
    check("a loop of crashes ends", state().endswith("/failed"), state())
    run("systemctl", "reset-failed", UNIT)
    status, output = run("systemctl", "start", UNIT)
    check("... and after reset-failed it starts", status == 0, output)


def stories():
    return json.loads(run("wirewatch", "stories", "--json")[1])["stories"]


def check_stop(port):
    known = stories()
    write(SLOW_CONFIG, SLOW_FEED.format(port=port))
    run("systemctl", "reload", UNIT)
    run("wirewatch", "poll", "slow")
    check("a transfer is in flight", Site.asked_slowly.wait(WAIT_SECONDS))
    begun = time.monotonic()
    run("systemctl", "stop", UNIT)
    took = time.monotonic() - begun
    check("stops well, and does not wait for it", show("Result") == "success" and not Site.answered_slowly.is_set(),
          f"{show('Result')}, {took:.1f} s")
    print(f"     stopped in {took:.2f} s")
    check("leaves no process", not readers())
    os.unlink(SLOW_CONFIG)
    run("systemctl", "start", UNIT)
    check("the state survives", known and stories() == known, f"{known} {stories()}")
    run("systemctl", "stop", UNIT)


def check_socket():
    status, output = run("systemctl", "start", "wirewatchd.socket")
    check("socket unit listens", status == 0 and os.path.exists(SOCKET), output)
    status, output = run("wirewatch", "status")
    check("a command starts the daemon", status == 0 and state().endswith("/active"), output)
    run("systemctl", "stop", UNIT)
    check("the socket outlives the daemon", os.path.exists(SOCKET))
    status, output = run("wirewatch", "status")
    check("... and starts it again", status == 0, output)


def ask_as_hub():
    """The status of the answer to a hub that nobody knows.  A daemon that is stopping may take the
    connection and close it: the hub tries again; to be refused one is a failure."""
    end = time.monotonic() + WAIT_SECONDS
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", PUSH_PORT, timeout=WAIT_SECONDS)
        with contextlib.closing(connection):
            try:
                connection.request("GET", "/websub/nobody")
                return connection.getresponse().status
            except (ConnectionResetError, BrokenPipeError):  # RemoteDisconnected is one of the first
                if time.monotonic() > end:
                    raise


def check_push_socket():
    run("systemctl", "stop", "wirewatchd.socket", UNIT)
    write(PUSH_CONFIG, f"[Daemon]\nPublicURL=https://hub.test.invalid/\nListen=127.0.0.1:{PUSH_PORT}\n")
    status, output = run("systemctl", "start", "wirewatchd.socket", PUSH_SOCKET)
    check("the socket for hubs listens", status == 0 and not state().endswith("/active"), output + state())
    check("a hub starts the daemon, and is answered", ask_as_hub() == 404 and state().endswith("/active"), state())
    status, output = run("wirewatch", "status")
    check("... which has its control socket too", status == 0, output)
    run("systemctl", "restart", "--no-block", UNIT)
    check("a hub finds somebody while the daemon restarts", ask_as_hub() == 404)
    run("systemctl", "stop", PUSH_SOCKET, "wirewatchd.socket", UNIT)
    os.unlink(PUSH_CONFIG)
    run("systemctl", "reset-failed", UNIT)


def check_once():
    run("systemctl", "start", UNIT)
    status, output = run("systemctl", "start", TIMER)
    check("the timer starts, and the service is stopped by it",
          status == 0 and until(lambda: state().endswith("/inactive")), output + state())
    status, output = run("systemctl", "start", ONCE)
    check("a single run ends well", status == 0 and show("Result", ONCE) == "success", output + journal("-u", ONCE))
    check("... in the same sandbox, with the same state", len(told()) == 1, told())
    check("the next one is planned", until(lambda: show("NextElapseUSecMonotonic", TIMER) not in ("", "infinity", "0")),
          show("NextElapseUSecMonotonic", TIMER))
    status, output = run("systemctl", "start", UNIT)
    check("the service stops the timer", status == 0 and run("systemctl", "is-active", TIMER)[1].strip() == "inactive",
          output)


def main():
    port = prepare()
    check_units()
    check_start()
    check_alert()
    check_readers()
    check_sandbox()
    check_hanging_hook()
    check_hook_units()
    check_hook_without_unit()
    check_rights()
    check_reload()
    check_failures()
    check_stop(port)
    check_socket()
    check_push_socket()
    check_once()
    check_crash_loop()
    return check.end()


if __name__ == "__main__":
    sys.exit(main())
