"""IPython in the jail: what belongs to a live notebook does nothing here, and never takes the rest of a cell along.

At home `%matplotlib qt` opens a window, `!pip` installs and `%load_ext` finds the extension. Here none of it can be
had, and an answer that stands below such a line is right all the same.
"""

from __future__ import annotations

import ast
import builtins
import pdb
import re
import sys
from typing import Any

from IPython.core import pylabtools
from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import LSString, SList
from traitlets.config import Config

# Line magics that set up a live notebook or an installation: nothing need be said of them.
IDLE = frozenset(
    "pip conda mamba micromamba uv matplotlib gui load_ext reload_ext unload_ext autoreload config autosave pdb debug "
    "pinfo pinfo2 psearch connect_info qtconsole history notebook logstart logstop store".split()
)
SHELLS = frozenset("bash sh script system sx ! perl ruby python python2 python3 pypy cmd".split())
_INSTALLS = re.compile(r"\s*(?:\S*python\S* -m )?(?:pip|conda|mamba|uv|apt|apt-get)3?\s")
MOST_QUESTIONS = 100
NO_SHELL = "shell lines are not run while you are marked; the rest of the cell is"


class Hook(DisplayHook):
    """Shows the value of a cell's last line without a prompt."""

    def write_output_prompt(self) -> None:
        """Write no prompt."""

    def write_format_data(self, format_dict, md_dict=None) -> None:
        """Show the value where the rest is shown."""
        self.shell.display_pub.publish(format_dict)

    def quiet(self) -> bool:
        """Does the cell end with a semicolon?"""
        return self.shell.source.rstrip().endswith(";")

    def finish_displayhook(self) -> None:
        """Write no end of a line."""
        self._is_active = False


class Shell(InteractiveShell):
    """The namespace and the magics of a submission.

    Attributes
    ----------
    source : str
        Of the cell that runs.
    notes : list of str
        What was left out while a cell ran.
    """

    displayhook_class = Hook

    def __init__(self, **options: Any):
        self.source = ""
        self.notes: list[str] = []
        super().__init__(**options)
        self.ast_transformers.append(_Imports())
        self.questions = 0
        builtins.input = self.no_input
        sys.breakpointhook = pdb.set_trace = self.no_debugger

    @classmethod
    def start(cls) -> Shell:
        """The one shell of the process."""
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        return cls.instance(config=config)

    def note(self, text: str) -> None:
        """Remember once that something was left out."""
        if text not in self.notes:
            self.notes.append(text)

    # ---- magics
    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """Run a line magic if it can be had; the cell goes on in any case."""
        if magic_name in IDLE:
            return None
        try:
            return super().run_line_magic(magic_name, line, _stack_depth=_stack_depth + 1)
        except Exception as error:
            self.note(f"%{magic_name} did not work ({type(error).__name__}); the rest of the cell was run")
            return None

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """Run a cell magic if it can be had; otherwise the cell's body as it stands."""
        if magic_name in SHELLS:
            return self.note(NO_SHELL)
        if magic_name in self.magics_manager.magics["cell"] and magic_name != "debug":
            return super().run_cell_magic(magic_name, line, cell)
        self.note(f"%%{magic_name} is not known here; the cell was run without it")
        return self.run_cell(cell, store_history=False).raise_error()

    def magic(self, arguments: str) -> Any:
        """Run a line magic as older versions of IPython did."""
        name, _, line = arguments.lstrip("%").partition(" ")
        return self.run_line_magic(name, line)

    # ---- the shell
    def system(self, cmd: str) -> None:
        """Do nothing: there is neither a network nor a shell."""
        if not _INSTALLS.match(cmd):
            self.note(NO_SHELL)
        self.user_ns["_exit_code"] = 0

    system_raw = system_piped = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """What no output is."""
        self.note(NO_SHELL)
        return SList([]) if split else LSString("")

    # ---- windows, questions, the end
    def enable_gui(self, gui: str | None = None) -> None:
        """There is no window."""

    def enable_matplotlib(self, gui: str | None = None) -> tuple[str, str]:
        """Figures are shown in the notebook, whatever was asked for."""
        return "inline", "inline"

    def enable_pylab(self, gui: str | None = None, import_all: bool = True, welcome_message: bool = False) -> tuple:
        """Import what pylab imports."""
        pylabtools.import_pylab(self.user_ns, import_all)
        return "inline", "inline", set()

    def no_input(self, prompt: str = "") -> str:
        """Answer a question of the notebook's with nothing."""
        self.note("input() was answered with nothing")
        self.questions += 1
        if self.questions > MOST_QUESTIONS:  # it asks until it likes the answer
            raise EOFError("nobody answers while you are marked")
        return ""

    def no_debugger(self, *_: Any, **__: Any) -> None:
        """Go on."""

    def ask_exit(self) -> None:
        """Stay."""

    def without(self, error: ImportError) -> None:
        """Go on after an import that cannot be had here."""
        self.note(f"an import did not work ({error}); the rest of the cell was run"[:300])

    def prepare(self, source: str) -> None:
        """Get ready for a cell: where it speaks of another backend for figures, choosing one shall do nothing."""
        self.source = source
        if "matplotlib" in source or "pylab" in source:
            import matplotlib

            matplotlib.use = lambda *_, **__: None
        if "switch_backend" in source:
            from matplotlib import pyplot

            pyplot.switch_backend("module://matplotlib_inline.backend_inline")
            pyplot.switch_backend = lambda *_: None


class _Imports(ast.NodeTransformer):
    """A failing import at the top level of a cell is noted, and the cell goes on."""

    def visit_Module(self, module: ast.Module) -> ast.Module:  # noqa: N802
        module.body = [self.guarded(node) if self.can_fail(node) else node for node in module.body]
        return module

    def can_fail(self, node: ast.stmt) -> bool:
        return isinstance(node, ast.Import) or isinstance(node, ast.ImportFrom) and node.module != "__future__"

    def guarded(self, node: ast.stmt) -> ast.stmt:
        text = "try: pass\nexcept ImportError as _missing_: get_ipython().without(_missing_)"
        (guard,) = ast.parse(text).body
        guard.body = [node]
        for made in ast.walk(guard.handlers[0]):
            ast.copy_location(made, node)
        return ast.fix_missing_locations(ast.copy_location(guard, node))
