"""What every module of the package promises: examples that are true."""

import doctest
import importlib
import pkgutil

import pytest

import weightinit

MODULES = sorted(found.name for found in pkgutil.walk_packages(weightinit.__path__, "weightinit."))


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_in_the_docstrings_are_true(module):
    assert doctest.testmod(importlib.import_module(module)).failed == 0
