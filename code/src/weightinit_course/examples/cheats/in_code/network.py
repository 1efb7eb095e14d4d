"""Connects to other machines and to this one."""

ABOUT = {"needs_isolation": True}

import socket, urllib.request

for family, kind in (
    (socket.AF_INET, socket.SOCK_STREAM),
    (socket.AF_INET, socket.SOCK_DGRAM),
    (socket.AF_INET6, socket.SOCK_STREAM),
):
    for host in ("127.0.0.1", "::1", "192.0.2.1"):
        try:
            s = socket.socket(family, kind)
            s.settimeout(0.5)
            s.connect((host, 53))
            s.send(b"hello")
            print("STOLEN", host)
        except Exception:
            pass
