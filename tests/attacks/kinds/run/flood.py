"""A million warnings, log lines and displays, pictures and pages of ten megabytes, and no line feed (N46)."""

import logging
import warnings

from IPython.display import HTML, Image, display

warnings.simplefilter("always")
for number in range(3000):
    warnings.warn("w" * 1000)
    logging.error("l" * 1000)
    display(HTML("<b>" * 300))
print("\r" * 10**6, "\b" * 10**6, "x" * 10**7)
display(Image(data=b"\x89PNG\r\n\x1a\n" + b"0" * 10**7))
