#!/usr/bin/env python3
"""The Debian package: built, looked over by lintian, then installed, upgraded and purged under a real
systemd, which systemd-lab boots; package_inside.py is what runs as root in there.

The version before is the same package with an older number, an older sample configuration and a
state of the schema's first version.  $WIREWATCH_SOURCE is the tree, $WIREWATCH_SHARED has the lab;
ctest sets both.  Skips (77) where packages cannot be built or a systemd cannot be booted."""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

from lab import missing_lab, run_inside

SKIP = 77
TOOLS = ["dpkg-buildpackage", "dh", "lintian", "dpkg-deb"]
OLD_VERSION = "0.0.1"
CONFFILE = "etc/wirewatch/wirewatch.conf"


def run(*command, **options):
    subprocess.run(command, check=True, **options)


def copy_source(source, target):
    """What is in the tree but for what building left there."""
    shutil.copytree(source, target, symlinks=True,
                    ignore=shutil.ignore_patterns(".git", "build", "build-*", "__pycache__", ".cache"))


def build(source, folder):
    """Builds the package and returns its path; the tests it could run are run by ctest already."""
    tree = os.path.join(folder, "wirewatch")
    copy_source(source, tree)
    environment = {**os.environ, "DEB_BUILD_OPTIONS": f"nocheck noautodbgsym parallel={os.cpu_count()}"}
    log = os.path.join(folder, "log")
    with open(log, "w", encoding="utf-8") as file:
        done = subprocess.run(["dpkg-buildpackage", "-us", "-uc", "-b", "-d"], cwd=tree, env=environment,
                              stdout=file, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        with open(log, encoding="utf-8") as file:
            sys.exit(file.read()[-5000:] + "\nthe package cannot be built")
    return glob.glob(os.path.join(folder, "wirewatch_*.deb"))[0]


def lint(folder):
    """lintian's errors and warnings fail; it says that it is not meant to be run by root."""
    changes = glob.glob(os.path.join(folder, "*.changes"))[0]
    run("lintian", "--allow-root", "--fail-on", "error,warning", changes)


def make_older(package, folder):
    """The version before."""
    tree = os.path.join(folder, "older")
    run("dpkg-deb", "--raw-extract", package, tree)
    control = os.path.join(tree, "DEBIAN", "control")
    with open(control, encoding="utf-8") as file:
        lines = [f"Version: {OLD_VERSION}\n" if line.startswith("Version:") else line for line in file]
    with open(control, "w", encoding="utf-8") as file:
        file.writelines(lines)
    with open(os.path.join(tree, CONFFILE), "a", encoding="utf-8") as file:
        file.write("# of the version before\n")
    older = os.path.join(folder, "older.deb")
    run("dpkg-deb", "--root-owner-group", "--build", tree, older, stdout=subprocess.DEVNULL)
    return older


def main():
    source = os.environ["WIREWATCH_SOURCE"]
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        print(f"skipped: not installed: {' '.join(missing)}")
        return SKIP
    with tempfile.TemporaryDirectory(prefix="wirewatch-package-") as folder:
        package = build(source, folder)
        lint(folder)
        reason = missing_lab()
        if reason:
            print(f"skipped: the package is built and good, but cannot be installed: {reason}")
            return SKIP
        files = {"new.deb": package, "old.deb": make_older(package, folder),
                 "schema.sql": os.path.join(source, "daemon", "store", "schema.sql")}
        return run_inside("package_inside.py", files)


if __name__ == "__main__":
    sys.exit(main())
