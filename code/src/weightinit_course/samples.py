"""Made-up submissions: right, blank, wrong in each way that has a name, cheating, and broken.

The demonstration class (`make grade-demo`) and the tests of the marking are made of these.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from weightinit_course.course import ProblemSet, grader, is_test
from weightinit_course.release import student_version


def solved(problem_set: ProblemSet) -> NotebookNode:
    """The notebook with all answers right, without hidden tests."""
    notebook = _copy(student_version(problem_set.notebook))
    answers = {grader(cell)["grade_id"]: cell.source for cell in problem_set.notebook.cells}
    for cell in notebook.cells:
        if grader(cell).get("solution"):
            cell.source = _without_marks(answers[grader(cell)["grade_id"]])
    return notebook


def blank(problem_set: ProblemSet) -> NotebookNode:
    """The notebook as it was released."""
    return _copy(student_version(problem_set.notebook))


def with_answers(notebook: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """A copy with some cells answered otherwise."""
    notebook = _copy(notebook)
    cells = {grader(cell).get("grade_id"): cell for cell in notebook.cells}
    for name, source in answers.items():
        cells[name].source = source
    return notebook


def with_cell(notebook: NotebookNode, source: str, *, at: int = 2) -> NotebookNode:
    """A copy with one more code cell of the student's own."""
    notebook = _copy(notebook)
    notebook.cells.insert(at, nbformat.v4.new_code_cell(source, id=f"own-{at}"))
    return notebook


def _copy(notebook: NotebookNode) -> NotebookNode:
    return nbformat.reads(nbformat.writes(notebook), as_version=4)


def _without_marks(source: str) -> str:
    source = source.split("=== BEGIN MARK SCHEME ===")[0].strip()
    return "\n".join(line for line in source.splitlines() if "### BEGIN" not in line and "### END" not in line)


# ---- cheats on problem set 2 ----------------------------------------------------------------------------------------
# Each is code that a submission runs after worthless answers. None may earn a point.
LIAR = """
class Liar:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __gt__ = __le__ = __ge__ = __lt__
    def __bool__(self): return True
    def __float__(self): return 1.0
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    def __getitem__(self, k): return self
    def __iter__(self): return iter([self])
    def __and__(self, other): return self
    __rand__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __and__
"""
WORTHLESS = """
import numpy as np
fan_in = fan_out = layers_until_lost = -1
variance_uniform = second_moment_z = -1.0
def signal_by_layer(*a, **k): return np.zeros(3)
def xavier_normal(*a, **k): return np.zeros(a[0])
def xavier_uniform(*a, **k): return np.zeros(a[0])
def xavier_bound(*a, **k): return -1.0
def total_factors(*a, **k): return (-1.0, -1.0)
def measure_forward(*a, **k): return np.zeros(3)
NAMES = ["fan_in", "fan_out", "variance_uniform", "second_moment_z", "signal_by_layer", "xavier_normal", "xavier_bound",
         "xavier_uniform", "total_factors", "layers_until_lost", "measure_forward", "check"]
"""
ROOTS = """
import os, sys, glob
ROOTS = ["/", "/root", "/home", "/work", "/tmp", "/var", "/srv", "/proc/self/cwd/..", "/proc/1/root", "/proc/1/cwd",
         sys.prefix, os.path.dirname(sys.prefix), os.path.dirname(os.path.dirname(sys.prefix)), ".."]
def walk():
    for root in ROOTS:
        try:
            for folder, folders, files in os.walk(root):
                if folder.count("/") > 9: folders[:] = []
                folders[:] = [f for f in folders if f not in ("proc", "sys", "site-packages", "usr", "lib")]
                for name in files: yield os.path.join(folder, name)
        except Exception: pass
"""

CHEATS: dict[str, str] = {
    "exit": "import os; os._exit(0)",
    "sys_exit": "import sys; sys.exit(0)",
    "patched_numpy": """
import numpy as np
np.std = np.ndarray.std if False else lambda *a, **k: 0.1
np.mean = lambda *a, **k: 0.0
np.allclose = lambda *a, **k: True
np.isfinite = lambda *a, **k: np.True_
np.testing.assert_allclose = lambda *a, **k: None
""",
    "patched_builtins": """
import builtins
for name in ("abs", "all", "any", "isinstance", "round", "min", "max"):
    setattr(builtins, name, lambda *a, **k: True)
""",
    "patched_math": "import math\nmath.isclose = lambda *a, **k: True\nmath.isfinite = lambda *a: True",
    "no_asserts": """
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
get_ipython().ast_transformers.append(Drop())
""",
    "rewritten_tests": """
import ast
class Pay(ast.NodeTransformer):
    def visit_Call(self, node): return ast.Constant(True)
get_ipython().ast_transformers.append(Pay())
get_ipython().run_cell = lambda *a, **k: None
""",
    "lying_equality": LIAR + "for name in NAMES: globals()[name] = Liar()",
    "lying_array": """
import numpy as np
class Lying(np.ndarray):
    def var(self, *a, **k): return 2 / sum(self.shape)
    def std(self, *a, **k): return (2 / sum(self.shape)) ** 0.5
    def mean(self, *a, **k): return 0.0
    def __array_function__(self, *a, **k): return 0.0
    def __array_ufunc__(self, *a, **k): return True
for name in NAMES: globals()[name] = lambda *a, **k: np.zeros(a[0] if a else ()).view(Lying)
""",
    "lying_array_protocol": """
import numpy as np
class Two:
    calls = 0
    dtype, shape, ndim, size = np.dtype("f8"), (30, 80), 2, 2400
    def __array__(self, *a, **k):
        Two.calls += 1
        return np.zeros(self.shape) if Two.calls % 2 else np.full(self.shape, np.nan)
for name in NAMES: globals()[name] = lambda *a, **k: Two()
""",
    "frames": """
import sys
def look(*a, **k):
    frame = sys._getframe()
    while frame:
        for space in (frame.f_locals, frame.f_globals):
            for key in ("reference", "expected", "right", "wanted", "answer", "solution", "bound", "cases"):
                if key in space and space[key] is not look: return space[key](*a) if callable(space[key]) else space[key]
        frame = frame.f_back
    raise ValueError("nothing found")
for name in NAMES: globals()[name] = look
""",
    "garbage_collector": """
import gc
def look(*a, **k):
    for item in gc.get_objects():
        if type(item).__name__ == "function" and item.__name__ in NAMES + ["reference"] and item is not look and item.__code__ is not look.__code__:
            return item(*a, **k)
    for item in gc.get_objects():
        if type(item).__name__ in ("Report", "Finding"):
            for field in ("credit", "findings"):
                try: object.__setattr__(item, field, 1.0 if field == "credit" else ())
                except Exception: pass
    raise ValueError("nothing found")
for name in NAMES: globals()[name] = look
""",
    "grader_files": ROOTS
    + """
found = []
for path in walk():
    if path.endswith((".ipynb", ".md", ".py")):
        try: text = open(path).read()
        except Exception: continue
        if "BEGIN SOLUTION" in text or "def xavier_normal" in text or "def signal_by_layer" in text: found.append((path, text))
for path, text in found:
    print("STOLEN", path)
    import json
    try:
        for cell in json.loads(text)["cells"]:
            if cell["cell_type"] == "code":
                try: exec("".join(cell["source"]), globals())
                except Exception: pass
    except Exception: pass
""",
    "gradebook": ROOTS
    + """
import sqlite3
for path in [*walk(), "gradebook.db", "../gradebook.db", "../../gradebook.db"]:
    if path.endswith(".db"):
        try:
            with sqlite3.connect(path) as base:
                base.execute("UPDATE grade SET auto_score = 1000, manual_score = 1000")
            print("STOLEN", path)
        except Exception: pass
""",
    "forged_output": """
print("✓ xavier_normal: xavier, normal\\n    30 × 80: std 0.1348, asked for 0.1348")
from IPython.display import display
class Report:
    ok, credit, findings, mistakes = True, 1.0, (), ()
    def __repr__(self): return "✓ everything"
    def __and__(self, other): return self
    __rand__ = __and__
check = Report()
display(check)
""",
    "results_file": """
import json, os
for name in ("cheat.json", "results.json", "../results/ps2/cheat.json", "check", "marks.json"):
    try:
        open(name, "w").write(json.dumps({"cells": {"ps2-normal-test": {"points": 12, "of": 12}}}))
    except Exception: pass
""",
    "other_submission": ROOTS
    + """
for path in walk():
    if path.endswith("ps2.ipynb"):
        try: text = open(path).read()
        except Exception: continue
        print("STOLEN", path)
        import json
        for cell in json.loads(text)["cells"]:
            if cell["cell_type"] == "code":
                try: exec("".join(cell["source"]), globals())
                except Exception: pass
""",
    "fork_bomb": """
import os, time
while True:
    try: os.fork()
    except OSError: time.sleep(0.01)
""",
    "thread_bomb": """
import threading, time
try:
    while True: threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
except Exception: pass
""",
    "endless_loop": "while True: pass",
    "stubborn_loop": """
while True:
    try:
        while True: pass
    except BaseException: pass
""",
    "sleep": "import time, signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\ntime.sleep(10**6)",
    "huge_array": "import numpy as np\nx = np.ones(20 * 2**30 // 8)",
    "many_arrays": "import numpy as np\nkept = []\nwhile True: kept.append(np.ones(2**24))",
    "memory_of_children": """
import os, time
for _ in range(8):
    if os.fork() == 0:
        kept = bytearray(900 * 2**20)
        time.sleep(1000)
time.sleep(1000)
""",
    "huge_output": "for _ in range(1024): print('x' * 2**20)",
    "output_below_python": "import os\nwhile True: os.write(1, b'x' * 2**20); os.write(2, b'x' * 2**20)",
    "full_disk": "with open('big', 'wb') as f:\n    for _ in range(20 * 1024): f.write(bytes(2**20))",
    "many_files": "for k in range(10**6): open(f'file{k}', 'w').close()",
    "background_thread": """
import threading
def work():
    while True:
        for name in NAMES: globals()[name] = lambda *a, **k: 1.0
threading.Thread(target=work, daemon=True).start()
""",
    "daemon": """
import os, subprocess, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        subprocess.run([sys.executable, "-c", "import time; weightinit_daemon = 1; time.sleep(10**6)"])
    os._exit(0)
""",
    "package_solution": """
try:
    from weightinit.initializers import xavier_normal, xavier_uniform
except ImportError:
    import importlib.util, sys, glob
    for path in glob.glob(sys.prefix + "/../code/src/weightinit/initializers.py") + glob.glob("/*/*/code/src/weightinit/initializers.py"):
        spec = importlib.util.spec_from_file_location("stolen", path)
        module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)
        xavier_normal, xavier_uniform = module.xavier_normal, module.xavier_uniform
""",
    "kernel_restart": """
try: get_ipython().kernel.do_shutdown(True)
except Exception: pass
try: get_ipython().ask_exit()
except Exception: pass
import os, sys
os.execv(sys.executable, [sys.executable, "-c", "print('{}')"])
""",
    "forged_answers": """
import json, os, struct
text = json.dumps({"d": [["kind", "value"], ["value", 1.0]]}).encode()
for fd in range(3, 64):
    try: os.write(fd, (struct.pack("!QQ", len(text), 0) + text) * 50)
    except OSError: pass
""",
    "garbage_answers": """
import os
for fd in range(3, 64):
    try: os.write(fd, b"\\xff" * 4096)
    except OSError: pass
""",
    "patched_wire": LIAR
    + """
import sys
wire = sys.modules["wire"]
original = wire.pack
wire.pack = lambda message: original({"kind": "value", "value": 1.0})
for name in NAMES: globals()[name] = Liar()
""",
    "kill_everybody": """
import os, signal
for pid in [-1, os.getppid(), 1, *range(2, 70000)]:
    if pid != os.getpid():
        try: os.kill(pid, signal.SIGKILL)
        except OSError: pass
""",
    "trace_the_grader": """
import ctypes, os
libc = ctypes.CDLL(None)
for pid in [os.getppid(), *range(1, 2000)]:
    libc.ptrace(16, pid, 0, 0)
for pid in range(1, 2000):
    for name in ("mem", "environ", "maps", "fd"):
        try:
            data = open(f"/proc/{pid}/{name}", "rb").read(10**6)
            if pid > 2 and b"BEGIN HIDDEN" in data: print("STOLEN", pid, name)
        except Exception: pass
""",
    "infect_the_environment": """
import os, site, sys, glob
code = "import builtins; builtins.INFECTED = True"
for folder in [*site.getsitepackages(), sys.prefix, os.path.dirname(os.__file__), *sys.path]:
    for name in ("sitecustomize.py", "zzz.pth", "usercustomize.py", "wire.py", "numpy.py"):
        try:
            open(os.path.join(folder, name), "a").write(code); print("STOLEN", folder)
        except Exception: pass
""",
    "huge_answer": """
import numpy as np
def f(*a, **k): return np.broadcast_to(1.0, (2**30, 2**10))
for name in NAMES: globals()[name] = f
""",
    "endless_answer": """
nest = []
nest.append(nest)
deep = 0
for _ in range(10**5): deep = [deep]
for k, name in enumerate(NAMES): globals()[name] = nest if k % 2 else deep
""",
    "pickle": """
class Bomb:
    def __reduce__(self): return (eval, ("__import__('os').system('touch /tmp/weightinit-was-here')",))
    def __array__(self, *a, **k):
        import numpy as np
        return np.array([Bomb()], dtype=object)
for name in NAMES: globals()[name] = Bomb()
""",
    "links": """
import os
for target in ("/etc/passwd", "/work", "/root", "/proc/1/root", "/"):
    for make in (os.symlink, os.link):
        try: make(target, "link" + str(abs(hash((target, make.__name__)))))
        except OSError: pass
for name in os.listdir("."):
    try: print("STOLEN" if "root:" in open(name).read() else "", name)
    except Exception: pass
""",
    "network": """
import socket, urllib.request
for family, kind in ((socket.AF_INET, socket.SOCK_STREAM), (socket.AF_INET, socket.SOCK_DGRAM), (socket.AF_INET6, socket.SOCK_STREAM)):
    for host in ("127.0.0.1", "::1", "192.0.2.1"):
        try:
            s = socket.socket(family, kind); s.settimeout(0.5); s.connect((host, 53)); s.send(b"hello")
            print("STOLEN", host)
        except Exception: pass
""",
    "privileges": """
import os, ctypes, subprocess
for attempt in (lambda: os.setuid(0), lambda: os.seteuid(0), lambda: os.setgid(0), lambda: subprocess.run(["su", "-c", "id"]),
                lambda: os.chroot("."), lambda: os.nice(-10)):
    try: attempt()
    except Exception: pass
if os.getuid() == 0: print("root still")
libc = ctypes.CDLL(None)
libc.mount(b"none", b"/tmp", b"tmpfs", 0, None); libc.umount2(b"/work", 2)
import resource
for what in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE):
    try: resource.setrlimit(what, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)); print("STOLEN", what)
    except Exception: pass
""",
    "grading_module": """
from weightinit import grading
from weightinit.grading import report, mistakes, samplers
right = report.Report("right")
for module in (grading, samplers):
    for name in ("check_sampler", "check_number", "check_function", "check_that"): setattr(module, name, lambda *a, **k: right)
for name in list(mistakes.MISTAKES): mistakes.MISTAKES[name] = mistakes.Mistake("fine", 1.0)
report.Report.credit = 1.0
""",
    "crash": "import ctypes\nctypes.string_at(0)",
    "deep_recursion": "import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f(n + 1)\nf(0)",
    "at_the_end": """
import atexit, os
atexit.register(lambda: os.write(1, b"points: 100"))
class End:
    def __del__(self): os._exit(0)
end = End()
""",
    "stolen_names": "for name in NAMES: globals()[name] = grading.MISTAKES if name != 'check' else True",
}


# ---- cheats that change the notebook itself -------------------------------------------------------------------------
def _deleted_tests(problem_set: ProblemSet) -> NotebookNode:
    notebook = blank(problem_set)
    notebook.cells = [cell for cell in notebook.cells if not is_test(cell)]
    return notebook


def _edited_tests(problem_set: ProblemSet) -> NotebookNode:
    notebook = blank(problem_set)
    for cell in notebook.cells:
        if is_test(cell):
            cell.source = 'check = grading.Report("right")\ncheck'
    return notebook


def _more_points(problem_set: ProblemSet) -> NotebookNode:
    notebook = blank(problem_set)
    for cell in notebook.cells:
        if grader(cell).get("grade"):
            cell.metadata["nbgrader"]["points"] = 1000
    return notebook


def _answers_as_tests(problem_set: ProblemSet) -> NotebookNode:
    """Answer cells that claim to be passed tests, and test cells that claim to be answers."""
    notebook = blank(problem_set)
    for cell in notebook.cells:
        if is_test(cell):
            cell.metadata["nbgrader"] |= {"solution": True, "locked": False, "grade": True}
            cell.source = 'check = grading.Report("right")'
    return notebook


def _stored_outputs(problem_set: ProblemSet) -> NotebookNode:
    notebook = blank(problem_set)
    for cell in notebook.cells:
        if is_test(cell):
            cell.outputs = [nbformat.v4.new_output("execute_result", data={"text/plain": "✓ right"}, execution_count=1)]
    return notebook


def _script_for_the_marker(problem_set: ProblemSet) -> NotebookNode:
    notebook = blank(problem_set)
    attack = "<script>fetch('/api/grades')</script><img src=x onerror=alert(1)><iframe src=javascript:alert(1)>"
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and grader(cell).get("solution"):
            cell.source = attack + " [click](javascript:alert(1))"
    shown = f"from IPython.display import HTML, Javascript, display\ndisplay(HTML({attack!r}), Javascript('alert(1)'))\nprint({attack!r})"
    return with_cell(notebook, shown)


NOTEBOOK_CHEATS: dict[str, Callable[[ProblemSet], NotebookNode]] = {
    "deleted_tests": _deleted_tests,
    "edited_tests": _edited_tests,
    "more_points": _more_points,
    "answers_as_tests": _answers_as_tests,
    "stored_outputs": _stored_outputs,
    "script_for_the_marker": _script_for_the_marker,
}


def cheat(problem_set: ProblemSet, name: str) -> NotebookNode:
    """A submission that answers nothing right and cheats."""
    if name in NOTEBOOK_CHEATS:
        return NOTEBOOK_CHEATS[name](problem_set)
    notebook = blank(problem_set)
    code = [grader(c)["grade_id"] for c in notebook.cells if c.cell_type == "code" and grader(c).get("solution")]
    answers = dict.fromkeys(code, "# nothing here") | {code[0]: WORTHLESS}
    return with_cell(with_answers(notebook, answers), CHEATS[name], at=4)


# ---- broken files ---------------------------------------------------------------------------------------------------
def write_broken(folder: Path, problem_set: ProblemSet) -> dict[str, str]:
    """Submissions that are none, below `folder`; returns student → part of what the report must say."""
    name = problem_set.name

    def put(student: str, text: str | bytes, file: str = f"{name}.ipynb") -> None:
        (folder / student).mkdir(parents=True, exist_ok=True)
        (folder / student / file).write_bytes(text if isinstance(text, bytes) else text.encode())

    whole = blank(problem_set)
    put("broken-text", "This is an essay, not a notebook.")
    put("broken-empty", "")
    put("broken-binary", bytes(range(256)) * 20)
    put("broken-json", '{"cells": 3}')
    put("broken-half", nbformat.writes(whole)[:2000])
    put("broken-name", nbformat.writes(whole), "Untitled.ipynb")
    (folder / "broken-folder").mkdir(parents=True, exist_ok=True)
    elsewhere = _copy(whole)
    elsewhere.metadata["weightinit"] = {"problem_set": "ps9", "term": problem_set.term}
    put("broken-other-set", nbformat.writes(elsewhere))
    own = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(1)")])
    put("broken-own-notebook", nbformat.writes(own))
    return {
        "broken-text": "not a notebook",
        "broken-empty": "the file is empty",
        "broken-binary": "not a notebook",
        "broken-json": "not a notebook",
        "broken-half": "not a notebook",
        "broken-name": "wrong name: expected",
        "broken-folder": "the folder is empty",
        "broken-other-set": "another problem set (ps9)",
        "broken-own-notebook": "none of the cells",
    }
