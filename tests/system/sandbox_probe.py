#!/usr/bin/env python3
"""Tries what a sandbox should refuse and prints, as JSON, what was refused.  Run as an exec hook it
shows the service's sandbox, run by root beside it that the machine itself would have allowed it."""
import ctypes
import json
import mmap
import os
import platform
import socket
import sys

CLONE_NEWUSER = 0x10000000
SYS_UNSHARE = 272  # x86-64
SYS_KEYCTL = 250


def write(path):
    def attempt():
        with open(path, "w", encoding="ascii") as file:
            file.write("x")
        os.unlink(path)
    return attempt


def read(path):
    return lambda: open(path, "rb").close()


def open_socket(family, kind):
    return lambda: socket.socket(family, kind).close()


def system_call(number, *arguments):
    def attempt():
        if ctypes.CDLL(None, use_errno=True).syscall(number, *arguments) < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return attempt


def map_writable_code():
    mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()


def send_multicast():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        sender.sendto(b"x", ("224.0.0.251", 5353))


ATTEMPTS = {
    "write to /etc": write("/etc/wirewatch-probe"),
    "write to /usr": write("/usr/wirewatch-probe"),
    "write to /var/lib": write("/var/lib/wirewatch-probe"),
    "write to the configuration": write("/etc/wirewatch/wirewatch-probe"),
    "look into /root": read("/root/wirewatch-probe"),
    "look at process 1": read("/proc/1/status"),
    "open a packet socket": open_socket(socket.AF_PACKET, socket.SOCK_RAW),
    "open a netlink socket": open_socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "send multicast": send_multicast,
    "map writable code": map_writable_code,
}
if platform.machine() == "x86_64":
    ATTEMPTS["make a user namespace"] = system_call(SYS_UNSHARE, CLONE_NEWUSER)
    ATTEMPTS["use a key ring"] = system_call(SYS_KEYCTL, 0, -3, 1, 0, 0)


def main():
    refused = []
    for name, attempt in ATTEMPTS.items():
        try:
            attempt()
        except OSError:
            refused.append(name)
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump({"refused": refused, "attempts": list(ATTEMPTS)}, file)


if __name__ == "__main__":
    main()
