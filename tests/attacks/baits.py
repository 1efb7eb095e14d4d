"""What an attacker must not reach: servers on sockets of several kinds, and a file in the marker's home.

Where they are is no secret: an attacker tries the numbers 0 to 9 of each (`weightinit-bait-N`, port 47110 + N).
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from pathlib import Path

from ordinary import Person

WORDS = "STOLEN: the words of the teacher"  # an attacker that finds them prints them
FIRST_PORT = 47110


class Baits:
    """Servers that note who comes, and words that nobody may read; use it as a context manager."""

    def __init__(self, person: Person):
        self._person = person
        self._came: list[str] = []
        self._stop, self._stopped = socket.socketpair()

    def __enter__(self) -> Baits:
        private = self._person.home / "private"
        private.mkdir(mode=0o700)
        (private / "weightinit-words.txt").write_text(WORDS, encoding="utf8")
        self._person.give(private)
        abstract, number = self._first_free()
        port = ("127.0.0.1", FIRST_PORT + number)
        self._door = Path(f"/tmp/weightinit-bait-{number}")
        self._door.unlink(missing_ok=True)
        self._servers = {"an abstract socket": abstract}
        for name, family, kind, address in (
            ("a socket's file", socket.AF_UNIX, socket.SOCK_STREAM, str(self._door)),
            ("TCP", socket.AF_INET, socket.SOCK_STREAM, port),
            ("UDP", socket.AF_INET, socket.SOCK_DGRAM, port),
        ):
            self._servers[name] = server = socket.socket(family, kind)
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(address)
        self._door.chmod(0o777)
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def _first_free(self) -> tuple[socket.socket, int]:
        """A number that no other test of this machine uses now, held as an abstract name."""
        server = socket.socket(socket.AF_UNIX)
        for number in range(10):
            with contextlib.suppress(OSError):
                server.bind(f"\0weightinit-bait-{number}")
                return server, number
        raise OSError("ten tests have baits out at the same time")

    def _watch(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._stopped, selectors.EVENT_READ)
            for name, server in self._servers.items():
                if server.type == socket.SOCK_STREAM:
                    server.listen()
                selector.register(server, selectors.EVENT_READ, name)
            while True:
                for key, _ in selector.select():
                    if key.data is None:
                        return
                    self._came.append(key.data)
                    if key.fileobj.type == socket.SOCK_STREAM:
                        key.fileobj.accept()[0].close()
                    else:
                        key.fileobj.recv(100)

    def visitors(self) -> list[str]:
        """Who came, in words."""
        return [f"somebody reached {name}" for name in self._came]

    def __exit__(self, *_) -> None:
        self._stop.send(b"x")
        self._thread.join()
        self._door.unlink(missing_ok=True)
        for server in (self._stop, self._stopped, *self._servers.values()):
            server.close()
