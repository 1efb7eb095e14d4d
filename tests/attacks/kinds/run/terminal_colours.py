"""Prints colours that no terminal has, on which the conversion of colours ends (B5b, B10)."""

print("\x1b[38m", "\x1b[48m", "\x1b[38;5m", "\x1b[38;2;1m", "\x1b[999999999999m", "\x1b]52;c;eA==\x07", "\x9b31m")
raise ValueError("\x1b[48m\x1b[38;5;999m")
