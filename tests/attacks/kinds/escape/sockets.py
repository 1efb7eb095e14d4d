"""Connects to sockets of every family and kind: a file's, an abstract one, TCP, UDP, and whatever else there is (C2, C6, N60)."""

import socket

for number in range(10):
    for family, kind, address in (
        (socket.AF_UNIX, socket.SOCK_STREAM, f"/tmp/weightinit-bait-{number}"),
        (socket.AF_UNIX, socket.SOCK_STREAM, f"\0weightinit-bait-{number}"),
        (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 47110 + number)),
        (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 47110 + number)),
        (socket.AF_INET6, socket.SOCK_STREAM, ("::ffff:127.0.0.1", 47110 + number)),
    ):
        try:
            with socket.socket(family, kind) as client:
                client.settimeout(1)
                client.connect(address)
                client.send(b"hello")
                print("STOLEN", family, kind, address)
        except OSError:
            pass
opened = []
for family in range(1, 46):
    for kind in (1, 2, 3, 5):
        try:
            socket.socket(family, kind).close()
            opened.append((family, kind))
        except OSError:
            pass
if opened:
    print("STOLEN sockets", opened)
