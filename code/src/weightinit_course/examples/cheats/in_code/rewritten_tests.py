"""Rewrites every call in the cells that come after it, and disables the running of cells."""

import ast


class Pay(ast.NodeTransformer):
    def visit_Call(self, node):
        return ast.Constant(True)


get_ipython().ast_transformers.append(Pay())
get_ipython().run_cell = lambda *a, **k: None
