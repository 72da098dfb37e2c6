#!/usr/bin/env python3
"""What test_package.py runs inside a booted systemd, as root: the package's life, from its first
installation to its purge."""
import json
import os
import sqlite3
import sys
import time

import inside
from inside import Publisher, check, run, serve, until

HERE = os.path.dirname(os.path.abspath(__file__))
UNIT = "wirewatchd.service"
STATE = "/var/lib/wirewatch"
DATABASE = f"{STATE}/wirewatch.db"
CONFFILE = "/etc/wirewatch/wirewatch.conf"
OWN_CONFIG = "/etc/wirewatch/conf.d/50-own.conf"

SETTINGS = """[Daemon]
AllowPrivateNetworks=127.0.0.0/8
[Feed "wire"]
URL=http://127.0.0.1:{port}/feed.xml
PollInterval=1s
Backfill=1d
[Topic "batteries"]
Query="battery plant"
"""


def active(unit=UNIT):
    return run("systemctl", "is-active", unit)[1].strip() == "active"


def enabled(unit):
    return run("systemctl", "is-enabled", unit)[1].strip() == "enabled"


def journal():
    return inside.journal("-u", UNIT)[-2000:]


def listed(verb):
    status, output = run("wirewatch", verb, "--json")
    return json.loads(output)[verb] if status == 0 else []


def contains(path, text):
    with open(path, encoding="utf-8") as file:
        return text in file.read()


def schema_version():
    with sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True) as database:
        return database.execute("PRAGMA user_version").fetchone()[0]


def check_install():
    status, output = run("dpkg", "-i", f"{HERE}/old.deb")
    check("installs", status == 0, output)
    check("the service runs, and will after a boot", until(active) and enabled(UNIT), journal())
    check("the control socket is there", enabled("wirewatchd.socket") and run("wirewatch", "status")[0] == 0)
    check("... and so is the one for hooks' units", active("wirewatch-hook.socket"))
    check("the timer is not for everybody", not enabled("wirewatchd-once.timer"))
    check("it has its user", run("id", "wirewatch")[0] == 0)


def plant_first_schema():
    """A state as the schema's first version left it, with a feed that was polled."""
    run("systemctl", "stop", "wirewatchd.socket", UNIT)
    for name in os.listdir(STATE):
        if name.startswith("wirewatch.db"):
            os.unlink(f"{STATE}/{name}")
    with sqlite3.connect(DATABASE) as database, open(f"{HERE}/schema.sql", encoding="utf-8") as schema:
        database.executescript(schema.read() + "PRAGMA user_version = 1;")
        database.execute("INSERT INTO stories (id, title, first_seen, last_seen, article_count, site_count) "
                         "VALUES ('story-of-old', 'A story of old', ?, ?, 1, 1)",
                         (time.time_ns() // 1000, time.time_ns() // 1000))
    run("chown", "-R", "wirewatch:wirewatch", STATE)
    run("systemctl", "start", "wirewatchd.socket", UNIT)


def check_upgrade(port):
    plant_first_schema()
    check("a state of the first schema is taken along", until(active), journal())
    check("... with its stories", until(lambda: listed("stories")) and [s["title"] for s in listed("stories")] == ["A story of old"], listed("stories"))
    with open(OWN_CONFIG, "w", encoding="utf-8") as file:
        file.write(SETTINGS.format(port=port))
    run("systemctl", "reload", UNIT)
    check("it does its work", until(lambda: len(listed("alerts")) == 1), journal())
    before = listed("stories"), listed("alerts")
    pid = run("systemctl", "show", "-P", "MainPID", UNIT)[1]
    status, output = run("dpkg", "-i", f"{HERE}/new.deb")
    check("upgrades", status == 0, output)
    check("the new one runs", until(active) and run("systemctl", "show", "-P", "MainPID", UNIT)[1] != pid, journal())
    check("what it knew it still knows, and nobody is told again", (listed("stories"), listed("alerts")) == before)
    check("an untouched sample configuration is the new one", not contains(CONFFILE, "of the version before"))
    check("the own configuration stays", os.path.exists(OWN_CONFIG) and len(listed("feeds")) == 1)


def check_changed_conffile():
    run("dpkg", "--force-downgrade", "-i", f"{HERE}/old.deb")
    with open(CONFFILE, "a", encoding="utf-8") as file:
        file.write("# changed by hand\n")
    status, output = run("dpkg", "--force-confold", "-i", f"{HERE}/new.deb")
    check("a changed configuration is kept", status == 0 and contains(CONFFILE, "changed by hand"), output)
    check("... with the new one beside it", os.path.exists(f"{CONFFILE}.dpkg-dist"))
    check("... and the daemon runs", until(active), journal())


def check_removal():
    status, output = run("dpkg", "-r", "wirewatch")
    check("is removed", status == 0, output)
    check("nothing of it runs", not active() and run("pgrep", "wirewatchd")[0] != 0)
    check("... and nothing listens", not active("wirewatchd.socket") and not active("wirewatch-hook.socket"))
    check("configuration and state stay", os.path.exists(CONFFILE) and os.path.exists(DATABASE))
    check("... the state in a newer schema than it was", schema_version() > 1)
    os.unlink(OWN_CONFIG)
    status, output = run("dpkg", "-P", "wirewatch")
    check("is purged", status == 0, output)
    left = [path for path in (STATE, "/etc/wirewatch", "/run/wirewatch", f"/lib/systemd/system/{UNIT}")
            if os.path.exists(path)]
    check("nothing is left", not left, left)
    check("... not even a link to a unit", "wirewatchd" not in run("find", "/etc/systemd/system")[1])


def main():
    if os.path.exists("/usr/sbin/policy-rc.d"):  # of machines on which packages must not start services
        os.unlink("/usr/sbin/policy-rc.d")
    check_install()
    check_upgrade(serve(Publisher))
    check_changed_conffile()
    check_removal()
    return check.end()


if __name__ == "__main__":
    sys.exit(main())
