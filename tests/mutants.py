"""Break the package at random, one place at a time, and see whether a test notices.

    python tests/mutants.py --count 150 --seed 1              over all modules of weightinit
    python tests/mutants.py --count 20 --module initializers  over one

A mutant differs from the package in one place: a number (off by one, doubled, halved), True and False, a comparison, an
operator of arithmetic or logic, a bound of a slice, a condition that is negated, a sign or `not` that is dropped, a keyword
that is dropped from a call, two arguments that change places, a `raise` that is removed. Docstrings, messages, other
strings, annotations and decorators stay as they are. Each mutant is tried on a copy of the repository: first by the tests
that carry the module's name, then by all that reach it by imports. What survives is either a test that is missing, or a
change that makes no difference; a person decides.

The same seed over the same source gives the same mutants. A mutant that is killed takes seconds, one that survives a
minute or two. Needs Linux or macOS.
"""

from __future__ import annotations

import argparse
import ast
import functools
import importlib
import multiprocessing
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from queue import Queue
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path("code/src/weightinit")
SECONDS = 900  # tests that take longer never end
# Loaded once, before a process is forked for each run of tests: to import them takes longer than most tests do.
LIBRARIES = ("hypothesis", "matplotlib.pyplot", "scipy.optimize", "scipy.stats", "sympy")
FORK = multiprocessing.get_context("fork")

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

# calls whose first two arguments may change places
COMMUTE = ("max", "min", "np.add", "np.array_equal", "np.maximum", "np.minimum", "np.multiply")


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
            if self.text(node.func) not in COMMUTE:
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
def tests_of(path: Path) -> tuple[list[str], list[str]]:
    """The test files that carry the name of a module or of its folder, and the others that reach it by imports."""
    inside = path.relative_to(PACKAGE)
    room = inside.parts[0] if len(inside.parts) > 1 else inside.stem
    files = [*(ROOT / "tests/unit").glob("test_*.py"), *(ROOT / "tests/statistical").glob("test_*.py")]
    reaching = sorted(
        (str(file.relative_to(ROOT)) for file in files if room in _reached(file)), reverse=True
    )  # unit first
    named = [file for file in reaching if re.search(rf"/test_{room.strip('_')}(_statistical)?\.py$", file)]
    return named, [file for file in reaching if file not in named]


@functools.cache
def _reached(file: Path) -> frozenset[str]:
    """The modules and folders of the package that a file imports, and what these import."""
    found, new = set(), _imported(file)
    while new:
        found |= new
        files = [
            file
            for room in new
            for file in (ROOT / PACKAGE / f"{room}.py", *(ROOT / PACKAGE / room).glob("*.py"))
            if file.exists()
        ]
        new = {room for file in files for room in _imported(file)} - found
    return frozenset(found)


def _imported(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    if "weightinit" in names:  # it loads its modules when they are asked for
        return {path.stem for path in (ROOT / PACKAGE).iterdir() if path.suffix in (".py", "")}
    return {name.split(".")[1] for name in names if name.startswith("weightinit.")}


def copied(folder: Path) -> Path:
    """A copy of the repository without what git, the build and the environment put there."""
    leave = (".git", ".venv", ".*_cache", ".hypothesis", "_build", "build", "__pycache__", "*.egg-info")
    return Path(shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*leave)))


def _run(copy: Path, tests: list[str], output: Path) -> None:
    """Run tests in this process, which is a child made for it; the package comes from the copy."""
    os.setsid()
    os.chdir(copy)
    for stream in (1, 2):
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
    os.environ["PYTHONPATH"] = str(copy / "code" / "src")
    sys.path[0] = os.environ["PYTHONPATH"]
    os._exit(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", "--color=no", *tests]))


def failing(copy: Path, tests: list[str]) -> str:
    """The first of these tests that fails on the copy, "timeout" if they do not come to an end, or nothing."""
    output = copy / "output.txt"
    output.unlink(missing_ok=True)
    child = FORK.Process(target=_run, args=(copy, tests, output))
    child.start()
    child.join(SECONDS)
    if child.is_alive():
        os.killpg(child.pid, signal.SIGKILL)
        child.join()
        return "timeout"
    if child.exitcode == 0:
        return ""
    named = re.search(r"^(?:FAILED|ERROR) (\S+)", output.read_text(), flags=re.MULTILINE)
    return named[1] if named else f"exit code {child.exitcode}"


def _take_copy(copies: Queue) -> None:
    global COPY
    COPY = copies.get()


def fails_unchanged(test: str) -> str:
    """The test that fails although nothing was changed, or nothing. In a worker."""
    return failing(COPY, [test])


def tried(mutant: Mutant) -> str:
    """The first test that fails on the mutant, "timeout", or nothing if it survives. In a worker."""
    file = COPY / mutant.path
    source = file.read_bytes()
    file.write_bytes(mutant.applied(source))
    start = time.monotonic()
    try:
        by = next((test for tests in tests_of(mutant.path) if tests and (test := failing(COPY, tests))), "")
    finally:
        file.write_bytes(source)
    verdict = "timeout" if by == "timeout" else "killed" if by else "survived"
    print(f"{verdict:9}{time.monotonic() - start:4.0f} s  {mutant.described(source)}\n      {by}", flush=True)
    return verdict


def main() -> int:
    """0 if all mutants were noticed."""
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
    print(f"{len(chosen)} of {len(mutants)} mutants of {len(sources)} modules", flush=True)

    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1", "MPLBACKEND": "agg"}
    for library in LIBRARIES:
        importlib.import_module(library)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies = FORK.Queue()
        for job in range(options.jobs):
            copies.put(copied(Path(folder) / str(job)))
        with ProcessPoolExecutor(options.jobs, FORK, _take_copy, (copies,)) as pool:
            needed = sorted({test for mutant in chosen for tests in tests_of(mutant.path) for test in tests})
            if red := [test for test in pool.map(fails_unchanged, needed) if test]:
                parser.exit(2, f"error: {', '.join(red)} fails before anything is changed\n")
            verdicts = list(pool.map(tried, chosen))

    modules = [str(mutant.path.relative_to(PACKAGE)) for mutant in chosen]
    counts = Counter(zip(modules, verdicts, strict=True))
    print(f"\n{'module':26}{'killed':>9}{'timeout':>9}{'survived':>9}")
    for module in sorted(set(modules)):
        print(f"{module:26}" + "".join(f"{counts[module, verdict]:9}" for verdict in ("killed", "timeout", "survived")))
    survived = verdicts.count("survived")
    print(f"{len(chosen) - survived} of {len(chosen)} noticed")
    return min(survived, 1)


if __name__ == "__main__":
    sys.exit(main())
