"""The systemd that systemd-lab boots in namespaces of its own, for the tests that need one.  What
goes in with the files under test goes to LIBRARY: the lab has a /tmp of its own, where a checkout
may stand.  $WIREWATCH_SHARED has the lab."""
import os
import shlex
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
LIBRARY = "/usr/libexec/wirewatch-test"
TIMEOUT_SECONDS = 600


def lab_program():
    return os.path.join(os.environ.get("WIREWATCH_SHARED", ""), "systemd-lab", "systemd-lab")


def missing_lab():
    """Why there is none, or None."""
    if not os.access(lab_program(), os.X_OK):
        return f"no systemd-lab at {lab_program()}"
    if subprocess.run([lab_program(), "check"], check=False).returncode != 0:
        return "systemd cannot be booted here"
    return None


def run_inside(program, files, install="true"):
    """Runs a program of this folder as root in the lab, with the files (name in LIBRARY: source) and
    what a command installs to $DESTDIR; returns its exit status."""
    files = {**files, **{name: os.path.join(HERE, name) for name in (program, "inside.py")}}
    for name, source in files.items():
        install += f" && install -D -m 644 {shlex.quote(source)} \"$DESTDIR{LIBRARY}/{name}\""
    command = [lab_program(), "run", "--install", install, "--timeout", str(TIMEOUT_SECONDS), "--",
               "/usr/bin/python3", "-B", f"{LIBRARY}/{program}"]
    return subprocess.run(command, check=False).returncode
