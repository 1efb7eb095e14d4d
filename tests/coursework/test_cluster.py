"""Marking on a cluster: messages where there is none."""

from __future__ import annotations

import sys

import pytest

from weightinit_course.cluster import cluster
from weightinit_course.terms import CourseError


def test_without_an_address_nothing_is_needed(monkeypatch):
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    for address in (None, ""):
        with cluster(address):
            pass


def test_without_dask_there_is_a_message(monkeypatch):
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    with pytest.raises(CourseError, match="dask\\[distributed\\]"), cluster("tcp://127.0.0.1:1"):
        pass


@pytest.mark.peers
def test_without_a_scheduler_there_is_a_message():
    pytest.importorskip("dask.distributed")
    with pytest.raises(CourseError, match="no scheduler answers at tcp://127.0.0.1:1"), cluster("tcp://127.0.0.1:1"):
        pass
