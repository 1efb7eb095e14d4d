"""Print the lowest version of each runtime dependency that pyproject.toml allows, as pip's constraints."""

import re
import tomllib
from pathlib import Path


def lowest(requirement: str) -> str:
    """``"numpy>=1.25,<3"`` becomes ``"numpy==1.25"``; a dependency without a lower bound cannot be tried at it."""
    found = re.match(r"([\w.-]+)\s*>=\s*([\w.]+)", requirement)
    if not found:
        raise SystemExit(f"error: {requirement!r} in pyproject.toml has no lower bound")
    return f"{found[1]}=={found[2]}"


if __name__ == "__main__":
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf8"))["project"]
    print(*map(lowest, project["dependencies"]), sep="\n")
