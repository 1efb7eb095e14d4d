"""What the records of results have in common (floor 1, private)."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

__all__ = ["Result"]


class Result:
    """Base of a dataclass of results: it prints the shapes of its arrays, not thousands of numbers."""

    def __repr__(self) -> str:
        parts = []
        for field in fields(self):
            value = getattr(self, field.name)
            parts.append(f"{field.name}{value.shape}" if isinstance(value, np.ndarray) else f"{field.name}={value!r}")
        return f"{type(self).__name__}({', '.join(parts)})"
