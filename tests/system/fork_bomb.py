"""An exec hook that forks until it may not: says on standard error how often it could.  Its children
wait for it to end."""
import os
import sys

FORKS_MAX = 2000  # where nothing stops it, this does

read_end, write_end = os.pipe()
forked = 0
while forked < FORKS_MAX:
    try:
        if os.fork() == 0:
            os.close(write_end)
            os.read(read_end, 1)
            os._exit(0)
    except OSError:
        break
    forked += 1
print(f"forked {forked}", file=sys.stderr)
