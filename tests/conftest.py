"""What is asked of a machine: where a library or a browser is required, a test that needs it must not be skipped."""

from __future__ import annotations

import os

import pytest

PEERS_REQUIRED = os.environ.get("WEIGHTINIT_REQUIRE_PEERS") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    return failed_if_skipped(report) if item.get_closest_marker("peers") else report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    return failed_if_skipped(report) if collector.path.parent.name == "peers" else report


def failed_if_skipped(report):
    """`make peers` has installed every library, so a skip says that one is missing."""
    if PEERS_REQUIRED and report.skipped:
        path, line, reason = report.longrepr
        report.outcome, report.longrepr = "failed", f"{path}:{line}: {reason}"
    return report
