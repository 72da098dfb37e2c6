#!/usr/bin/env python3
"""The installed service under a real systemd, which systemd-lab boots in namespaces of its own: the
lab installs the build folder and runs service_inside.py as root in there.

$WIREWATCH_CMAKE is the folder that cmake built in, $WIREWATCH_HANG the library that hangs a daemon,
$WIREWATCH_SHARED has the lab; ctest sets them.
Skips (77) where there is no lab or it cannot boot."""
import os
import shlex
import sys

from lab import HERE, missing_lab, run_inside

SKIP = 77


def main():
    reason = missing_lab()
    if reason:
        print(f"skipped: {reason}")
        return SKIP
    files = {name: os.path.join(HERE, name) for name in ("sandbox_probe.py", "fork_bomb.py")}
    files["hang.so"] = os.environ["WIREWATCH_HANG"]
    return run_inside("service_inside.py", files,
                      f"cmake --install {shlex.quote(os.environ['WIREWATCH_CMAKE'])} --prefix /usr")


if __name__ == "__main__":
    sys.exit(main())
