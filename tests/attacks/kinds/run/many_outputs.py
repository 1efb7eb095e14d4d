"""Sends pieces of output by the thousand past the limits of its own process (B7)."""

import sys

for name in ("worker", "inside.worker"):
    if name in sys.modules:
        sys.modules[name]._outputs = lambda *a: [{"stream": "x" * 19_999 + "\n"}] * 2500
