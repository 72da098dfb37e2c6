#!/usr/bin/env python3
"""The installed service under a real systemd, which systemd-lab boots in namespaces of its own: the
lab installs the build folder and runs service_inside.py as root in there.

$WIREWATCH_CMAKE is the folder that cmake built in, $WIREWATCH_HANG the library that hangs a daemon,
$WIREWATCH_SHARED has the lab; ctest sets them.
Skips (77) where there is no lab or it cannot boot."""
import os
import shlex
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SKIP = 77
LIBRARY = "/usr/libexec/wirewatch-test"


def main():
    build = os.environ["WIREWATCH_CMAKE"]
    lab = os.path.join(os.environ.get("WIREWATCH_SHARED", ""), "systemd-lab", "systemd-lab")
    if not os.access(lab, os.X_OK):
        print(f"skipped: no systemd-lab at {lab}")
        return SKIP
    if subprocess.run([lab, "check"]).returncode != 0:
        print("skipped: systemd cannot be booted here")
        return SKIP
    # The test goes in with the rest: the lab has a /tmp of its own, where a checkout may stand.
    install = f"cmake --install {shlex.quote(build)} --prefix /usr"
    for name, source in {"service_inside.py": HERE, "sandbox_probe.py": HERE}.items():
        install += f" && install -D -m 644 {shlex.quote(os.path.join(source, name))} \"$DESTDIR{LIBRARY}/{name}\""
    install += f" && install -D -m 644 {shlex.quote(os.environ['WIREWATCH_HANG'])} \"$DESTDIR{LIBRARY}/hang.so\""
    command = [lab, "run", "--install", install, "--timeout", "200", "--", "python3", "-B",
               f"{LIBRARY}/service_inside.py"]
    return subprocess.run(command).returncode


if __name__ == "__main__":
    sys.exit(main())
