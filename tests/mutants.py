"""Break the package at random, one place at a time, and see whether a test notices.

    python tests/mutants.py --count 150 --seed 1              over all modules of weightinit
    python tests/mutants.py --count 20 --module initializers  over one

A mutant differs from the package in one place: a number (off by one, doubled, halved), True and False, a comparison, an
operator of arithmetic or logic, a bound of a slice, a condition that is negated, a sign or `not` that is dropped, a keyword
that is dropped from a call, two arguments that change places, a `raise` that is removed. Docstrings, messages, other
strings, annotations and decorators stay as they are. Each mutant is tried on a copy of the repository: first by the tests
that carry the module's name, then by all unit and statistical tests. What survives is either a test that is missing, or a
change that makes no difference; a person decides.

The same seed over the same source gives the same mutants. Times are about 10 seconds for one that is killed, minutes for
one that survives.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path("code/src/weightinit")
SECONDS = 900  # a mutant that takes longer never ends

SWAPS = {
    ast.Lt: ("<", ("<=", ">")),
    ast.LtE: ("<=", ("<", ">")),
    ast.Gt: (">", (">=", "<")),
    ast.GtE: (">=", (">", "<")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: ("is not", ("is",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: ("not in", ("in",)),
    ast.Add: ("+", ("-",)),
    ast.Sub: ("-", ("+",)),
    ast.Mult: ("*", ("/",)),
    ast.Div: ("/", ("*",)),
    ast.FloorDiv: ("//", ("/",)),
    ast.Mod: ("%", ("//",)),
    ast.Pow: ("**", ("*",)),
    ast.MatMult: ("@", ("*",)),
    ast.BitOr: ("|", ("&",)),
    ast.BitAnd: ("&", ("|",)),
    ast.And: ("and", ("or",)),
    ast.Or: ("or", ("and",)),
}


class Mutant(NamedTuple):
    """One change: the bytes from `start` to `end` of a file become `new`."""

    path: Path
    start: int
    end: int
    new: str

    def applied(self, source: bytes) -> bytes:
        """The file with the change."""
        return source[: self.start] + self.new.encode() + source[self.end :]

    def described(self, source: bytes) -> str:
        """file:line, and the line before and after."""
        first = source.rfind(b"\n", 0, self.start) + 1
        last = source.find(b"\n", self.end)
        before, after = source[first:last], self.applied(source[:last])[first:]
        line = source.count(b"\n", 0, self.start) + 1
        short = [" ".join(text.decode().split()) for text in (before, after)]
        return f"{self.path.relative_to(PACKAGE)}:{line}\n      - {short[0]}\n      + {short[1]}"


class Source:
    """A file, and where its nodes stand in it."""

    def __init__(self, path: Path):
        self.path = path
        self.bytes = (ROOT / path).read_bytes()
        self.tree = ast.parse(self.bytes)
        self._lines = [0]
        for line in self.bytes.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def start(self, node: ast.AST) -> int:
        """First byte of a node."""
        return self._lines[node.lineno - 1] + node.col_offset

    def end(self, node: ast.AST) -> int:
        """The byte behind it."""
        return self._lines[node.end_lineno - 1] + node.end_col_offset

    def text(self, node: ast.AST) -> str:
        """The node as it is written."""
        return self.bytes[self.start(node) : self.end(node)].decode()

    def mutants(self) -> list[Mutant]:
        """All changes that leave a file that can be read and says something else."""
        same = ast.dump(self.tree)
        return [
            mutant
            for node in _code(self.tree)
            for mutant in self._changes(node)
            if (dump := _dump(mutant.applied(self.bytes))) and dump != same
        ]

    def _changes(self, node: ast.AST) -> Iterator[Mutant]:
        match node:
            case ast.Constant(value=bool(value)):
                yield self._replaced(node, str(not value))
            case ast.Constant(value=int(value)):
                yield self._replaced(node, str(value + 1))
                yield self._replaced(node, str(value - 1))
            case ast.Constant(value=float(value)):
                yield self._replaced(node, repr(2 * value or 1.0))
                yield self._replaced(node, repr(value / 2))
            case ast.Compare():
                parts = [node.left, *node.comparators]
                for left, operator, right in zip(parts, node.ops, parts[1:], strict=False):
                    yield from self._operator(left, operator, right)
            case ast.BoolOp():
                for left, right in zip(node.values, node.values[1:], strict=False):
                    yield from self._operator(left, node.op, right)
            case ast.BinOp():
                yield from self._operator(node.left, node.op, node.right)
            case ast.AugAssign():
                yield from self._operator(node.target, node.op, node.value)
            case ast.UnaryOp(op=ast.USub() | ast.Not()):
                yield self._replaced(node, self.text(node.operand))
            case ast.If() | ast.IfExp() | ast.While():
                yield self._replaced(node.test, f"not ({self.text(node.test)})")
            case ast.comprehension():
                for test in node.ifs:
                    yield self._replaced(test, f"not ({self.text(test)})")
            case ast.Slice():
                for bound in (node.lower, node.upper):
                    if bound is not None and not isinstance(bound, ast.Constant):
                        yield self._replaced(bound, f"{self.text(bound)} + 1")
            case ast.Raise():
                yield self._replaced(node, "pass")
            case ast.Call():
                yield from self._call(node)

    def _replaced(self, node: ast.AST, new: str) -> Mutant:
        return Mutant(self.path, self.start(node), self.end(node), new)

    def _operator(self, left: ast.AST, operator: ast.AST, right: ast.AST) -> Iterator[Mutant]:
        old, others = SWAPS.get(type(operator), ("", ()))
        start, end = self.end(left), self.start(right)
        between = self.bytes[start:end].decode()  # the operator, with spaces, brackets and line breaks around it
        for new in others if "#" not in between else ():
            yield Mutant(self.path, start, end, between.replace(old, new, 1))

    def _call(self, node: ast.Call) -> Iterator[Mutant]:
        for keyword in node.keywords:
            start, end = self.start(keyword), self.end(keyword)
            comma = re.match(rb"\s*,", self.bytes[end:])
            yield Mutant(self.path, start, end + (comma.end() if comma else 0), "")
        if len(node.args) > 1 and not any(isinstance(argument, ast.Starred) for argument in node.args[:2]):
            first, second = node.args[:2]
            between = self.bytes[self.end(first) : self.start(second)].decode()
            new = self.text(second) + between + self.text(first)
            if self.text(node.func) not in ("max", "min", "np.maximum", "np.minimum"):  # the order makes no difference
                yield Mutant(self.path, self.start(first), self.end(second), new)


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that compute something: no annotations, decorators, texts with numbers in them, or messages of errors."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list") or isinstance(node, ast.Raise | ast.JoinedStr):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _code(child)


def _dump(source: bytes) -> str:
    try:
        return ast.dump(ast.parse(source))
    except SyntaxError:
        return ""


# ---- trying them ------------------------------------------------------------------------------------------------------
def tests_of(path: Path) -> list[str]:
    """The test files that carry the module's name, or that of its folder."""
    inside = path.relative_to(PACKAGE)
    name = (inside.parts[0] if len(inside.parts) > 1 else inside.stem).strip("_")
    files = (f"tests/unit/test_{name}.py", f"tests/statistical/test_{name}_statistical.py")
    return [file for file in files if (ROOT / file).exists()]


def copied(folder: Path) -> Path:
    """A copy of the repository without what git, the build and the environment put there."""
    leave = shutil.ignore_patterns(
        ".git", ".venv", ".*_cache", ".hypothesis", "_build", "build", "__pycache__", "*.egg-info"
    )
    return Path(shutil.copytree(ROOT, folder, ignore=leave))


def passes(copy: Path, tests: list[str]) -> bool | None:
    """Do these tests pass on the copy? None if they do not come to an end."""
    environment = os.environ | {
        "PYTHONPATH": str(copy / "code" / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", *tests]
    run = subprocess.Popen(
        command, cwd=copy, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        return run.wait(SECONDS) == 0
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        return None


def tried(mutant: Mutant, copy: Path) -> str:
    """killed, survived or timeout."""
    file = copy / mutant.path
    source = file.read_bytes()
    file.write_bytes(mutant.applied(source))
    try:
        for tests in (tests_of(mutant.path), ["tests/unit", "tests/statistical"]):
            if tests and (passed := passes(copy, tests)) is not True:
                return "timeout" if passed is None else "killed"
        return "survived"
    finally:
        file.write_bytes(source)


def main() -> int:
    """Returns the number of survivors."""
    parser = argparse.ArgumentParser(description="break the package at random and see whether a test notices")
    parser.add_argument("--count", type=int, default=150, help="number of mutants (default 150)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--module", action="append", help="a module of weightinit, or a folder (default: all)")
    parser.add_argument("--jobs", type=int, default=2, help="mutants at a time (default 2)")
    options = parser.parse_args()

    paths = sorted(path.relative_to(ROOT) for path in (ROOT / PACKAGE).rglob("*.py"))
    known = {path: {path.stem, path.relative_to(PACKAGE).parts[0]} for path in paths}
    if unknown := set(options.module or ()) - set().union(*known.values()):
        parser.error(f"no module called {', '.join(sorted(unknown))}")
    sources = [Source(path) for path in paths if not options.module or known[path] & set(options.module)]
    mutants = [mutant for source in sources for mutant in source.mutants()]
    chosen = random.Random(options.seed).sample(mutants, min(options.count, len(mutants)))
    texts = {source.path: source.bytes for source in sources}
    print(f"{len(chosen)} of {len(mutants)} mutants of {len(sources)} modules", flush=True)

    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies: Queue[Path] = Queue()
        for job in range(options.jobs):
            copies.put(copied(Path(folder) / str(job)))

        def judge(mutant: Mutant) -> tuple[Mutant, str]:
            copy, start = copies.get(), time.monotonic()
            try:
                verdict = tried(mutant, copy)
            finally:
                copies.put(copy)
            print(f"{verdict:9}{time.monotonic() - start:4.0f} s  {mutant.described(texts[mutant.path])}", flush=True)
            return mutant, verdict

        with ThreadPoolExecutor(options.jobs) as pool:
            results = list(pool.map(judge, chosen))

    counts = Counter((str(mutant.path.relative_to(PACKAGE)), verdict) for mutant, verdict in results)
    print(f"\n{'module':26}{'killed':>9}{'timeout':>9}{'survived':>9}")
    for module in sorted({module for module, _ in counts}):
        print(f"{module:26}" + "".join(f"{counts[module, verdict]:9}" for verdict in ("killed", "timeout", "survived")))
    survived = sum(verdict == "survived" for _, verdict in results)
    print(f"{len(results) - survived} of {len(results)} noticed")
    return min(survived, 1)


if __name__ == "__main__":
    sys.exit(main())
