#!/usr/bin/env python3
"""What polling costs beside curl: CPU of all processes, and memory (PSS) at its peak.

usage: bench_polls.py BUILD_FOLDER [--shared DIR] [--sizes 1000:100,10000:1000] [--rounds N]

Feeds come from shared/bench's feedfarm over loopback, curl's argument vectors and the daemon's
configuration from its pollbench.  curl fetches the same feeds with `--parallel` and neither parses
nor stores.  Phases, each in fresh processes over the state that the last one left: cold (all is
new), warm (nothing changed), tick (one feed in a hundred has a new entry).  Both take turns for N
rounds from nothing, and the median of each phase is told, as pollbench does it: other work on the
machine meets both.  Ends with status 77 where shared/bench is missing."""
import argparse, importlib.machinery, importlib.util, os, shutil, statistics, subprocess, sys, tempfile, threading, time

# Issue: at most so many times curl's CPU, and so many MiB with so many feeds.
CPU_BARS = {"cold": 5.0, "warm": 0.8, "tick": 1.2}
PSS_BARS = {1000: 64, 10000: 160}
PHASES = ("cold", "warm", "tick")
SAMPLE_SECONDS = 0.25
OUTPUT_SHOWN = 1000
SKIPPED = 77


def load_pollbench(shared):
    path = os.path.join(shared, "bench", "pollbench")
    if not os.path.exists(path) or not shutil.which("curl"):
        print(f"skipped: {path} or curl is missing")
        sys.exit(SKIPPED)
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_loader("pollbench", importlib.machinery.SourceFileLoader("pollbench", path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class PssSampler(threading.Thread):
    """The greatest sum of PSS of a session's processes."""

    def __init__(self, session):
        super().__init__(daemon=True)
        self.session, self.peak_kib, self.over = session, 0, threading.Event()

    def run(self):
        while not self.over.wait(SAMPLE_SECONDS):
            self.peak_kib = max(self.peak_kib, sum(self.pss_kib(p) for p in os.listdir("/proc") if p.isdigit()))

    def pss_kib(self, pid):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
                if int(f.read().rsplit(")", 1)[1].split()[3]) != self.session:
                    return 0
            with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as f:
                return next(int(line.split()[1]) for line in f if line.startswith("Pss:"))
        except (OSError, IndexError, ValueError, StopIteration):
            return 0  # it has just ended


def run(argv, home):
    """CPU seconds of the process and all its children, and MiB at the peak."""
    output = os.path.join(home, "output")
    with open(output, "wb") as log:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=home,
                                   env=dict(os.environ, HOME=home), start_new_session=True)
        sampler = PssSampler(process.pid)
        sampler.start()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        sampler.over.set()
        sampler.join()
    if process.returncode != 0:
        with open(output, encoding="utf-8", errors="replace") as f:
            print(f"{argv[0]} ended with status {process.returncode}, and said last:\n{f.read()[-OUTPUT_SHOWN:]}")
    return usage.ru_utime + usage.ru_stime, sampler.peak_kib / 1024


class Bench:
    def __init__(self, pollbench, args, feeds, hosts, work):
        self.pollbench, self.args, self.work = pollbench, args, work
        self.farm_args = argparse.Namespace(farm=args.farm, feeds=feeds, hosts=hosts, seed=1, port=args.port,
                                            latency=0, log=None, curl_max=50)
        self.ticks = 0

    def get(self, path):
        return self.pollbench.get(self.farm_args, path)

    def before(self, phase):
        """Feeds are due again after a second; a tick's feeds differ from all before."""
        if phase != "cold":
            time.sleep(1.5)
        if phase == "tick":
            self.ticks += 1
            self.get(f"/ctl/tick?feeds={max(1, self.farm_args.feeds // 100)}&entries=1&first={3 + self.ticks}")
            time.sleep(1.1)

    def measure(self, make_argv):
        """One round from nothing: (CPU seconds, MiB) by phase."""
        measured = {}
        with tempfile.TemporaryDirectory(dir=self.work) as home:
            argvs = make_argv(home, self.feeds, self.farm_args)
            for phase in PHASES:
                self.before(phase)
                measured[phase] = run(argvs[phase], home)
        return measured

    def report(self):
        farm = self.pollbench.start_farm(self.farm_args, None)
        try:
            listed = (line.split("\t") for line in self.get("/ctl/list").decode().splitlines())
            self.feeds = [(int(number), url, kind) for number, url, kind, *_ in listed]
            rounds = [(self.measure(self.pollbench.p_curl), self.measure(self.pollbench.p_wirewatchd))
                      for _ in range(self.args.rounds)]
        finally:
            farm.terminate()
            farm.wait()
        feeds = self.farm_args.feeds
        for phase in PHASES:
            curl, daemon = (statistics.median(r[who][phase][0] for r in rounds) for who in (0, 1))
            peak = max(daemon_round[phase][1] for _, daemon_round in rounds)
            print(f"{feeds:6} feeds  {phase}  curl {curl:7.2f} s  wirewatchd {daemon:7.2f} s"
                  f"  {daemon / curl:6.2f} x curl (bar {CPU_BARS[phase]})  {peak:6.1f} MiB at its peak", flush=True)
        peak = max(pss for _, daemon_round in rounds for _, pss in daemon_round.values())
        bar = f" (bar {PSS_BARS[feeds]} MiB)" if feeds in PSS_BARS else ""
        print(f"{feeds:6} feeds  memory at the peak of all phases {peak:.1f} MiB{bar}", flush=True)


def find_farm(args, work):
    """The farm of the scenario tests, or one made now."""
    built = os.path.join(args.build, "tests", "scenario", "feedfarm")
    if not os.path.exists(built):
        subprocess.run(["make", "-s", "-C", os.path.join(args.shared, "bench"), f"BUILD={work}/farm"], check=True)
        built = os.path.join(work, "farm", "feedfarm")
    return os.path.abspath(built)


def main():
    tree = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("build", help="build folder, of the release preset for figures that count")
    ap.add_argument("--shared", default=os.environ.get("WIREWATCH_SHARED", os.path.join(tree, "..", "shared")))
    ap.add_argument("--sizes", default="1000:100,10000:1000", help="FEEDS:HOSTS, ...")
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--port", type=int, default=8786)
    args = ap.parse_args()
    pollbench = load_pollbench(args.shared)
    os.environ["WIREWATCHD"] = os.path.abspath(os.path.join(args.build, "daemon", "wirewatchd"))
    for size in args.sizes.split(","):
        feeds, hosts = (int(n) for n in size.split(":"))
        with tempfile.TemporaryDirectory(prefix="bench-polls-") as work:
            args.farm = find_farm(args, work)
            Bench(pollbench, args, feeds, hosts, work).report()


if __name__ == "__main__":
    main()
