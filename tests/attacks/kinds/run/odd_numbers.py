"""Hands in numbers of 5,000 digits, 1e999, NaN, and the same keys again and again (N30, N31)."""

import nbformat


def write(entry, notebook, problem_set):
    entry.mkdir()
    more = (
        f'{{"n": {"9" * 5000}, "x": 1e999, "y": NaN, "cells": [], "nbformat": 99, "metadata": {{"n": {"9" * 4000}}}, '
    )
    (entry / f"{problem_set.name}.ipynb").write_text(more + nbformat.writes(notebook).lstrip()[1:])
