#!/usr/bin/env python3
"""Memory of an idle daemon: all its processes together, by proportional set size (PSS).

usage: bench_idle.py BUILD_FOLDER [--feeds N] [--hosts N] [--seconds S]

Serves N small feeds from loopback addresses, has each polled by `wirewatchd --once`, starts the
daemon, lets it poll a few again, and prints each process's PSS and their sum."""
import argparse, http.server, json, os, subprocess, sys, tempfile, threading, time

ENTRY = "<item><title>Report {n} of feed {feed}</title><link>http://127.1.0.1/{feed}/{n}</link><guid>{feed}-{n}</guid>" \
        "<description>The council of town {feed} met for the {n}th time and spoke of {n} roads.</description></item>"
FEED = '<?xml version="1.0"?><rss version="2.0"><channel><title>Feed {feed}</title><link>http://127.1.0.1/</link>' \
       "<description>d</description>{entries}</channel></rss>"


READ_AGAIN = 10  # feeds whose document is read once more, so that the readers run
changed = set()


class Publisher(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        feed = self.path.strip("/")
        first = 1 if feed in changed else 0
        body = FEED.format(feed=feed, entries="".join(ENTRY.format(n=n, feed=feed)
                                                      for n in range(first, first + 20))).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("ETag", f'"{feed}-{first}"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def host(number, hosts):
    return f"127.1.{number % hosts // 250}.{number % hosts % 250 + 1}"


def write_config(folder, args, port):
    with open(f"{folder}/wirewatch.conf", "w", encoding="utf-8") as f:
        f.write(f"[Daemon]\nStateDirectory={folder}/state\nControlSocket={folder}/control.sock\n"
                "AllowPrivateNetworks=127.1.0.0/16\nHostGap=0\nMaxTransfers=50\n\n"
                '[Topic "roads"]\nQuery="council" AND roads\nNotify=\n\n')
        for number in range(args.feeds):
            f.write(f'[Feed "f{number}"]\nURL=http://{host(number, args.hosts)}:{port}/{number}\n\n')


def tree(pid):
    """The process and its descendants."""
    found = [pid]
    for folder in os.listdir("/proc"):
        if not folder.isdigit():
            continue
        try:
            with open(f"/proc/{folder}/stat", encoding="utf-8") as f:
                parent = int(f.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if parent == pid:
            found += tree(int(folder))
    return found


def pss_kib(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("Pss:"))


def status(build, folder):
    done = subprocess.run([f"{build}/wirewatch", "status", "--json", "--socket", f"{folder}/control.sock"],
                          capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("build")
    ap.add_argument("--feeds", type=int, default=1000)
    ap.add_argument("--hosts", type=int, default=100)
    ap.add_argument("--seconds", type=int, default=5, help="to let it rest")
    args = ap.parse_args()
    server = http.server.ThreadingHTTPServer(("0.0.0.0", 0), Publisher)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        write_config(folder, args, server.server_port)
        subprocess.run([f"{args.build}/wirewatchd", "--quiet", "--config", folder, "--once"], check=True)
        daemon = subprocess.Popen([f"{args.build}/wirewatchd", "--quiet", "--config", folder])
        try:
            while not status(args.build, folder):
                time.sleep(0.1)
            for number in range(READ_AGAIN):
                changed.add(str(number))
                subprocess.run([f"{args.build}/wirewatch", "poll", f"f{number}", "--socket", f"{folder}/control.sock"],
                               stdout=subprocess.DEVNULL, check=True)
            time.sleep(args.seconds)
            figures = status(args.build, folder)
            total = 0
            for pid in tree(daemon.pid):
                with open(f"/proc/{pid}/cmdline", encoding="utf-8") as f:
                    words = f.read().replace("\0", " ").split()
                size = pss_kib(pid)
                total += size
                print(f"{size:8d} KiB PSS  {os.path.basename(words[0])} {' '.join(words[1:2])}")
            print(f"{total:8d} KiB PSS  in all: {total / 1024:.1f} MiB; {args.feeds} feeds, "
                  f"{figures['articles']} articles stored")
        finally:
            daemon.terminate()
            daemon.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
