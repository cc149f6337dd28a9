# SPDX-License-Identifier: EUPL-1.2
"""What our services write into their logs, read from the code."""

import ast

from genius_common.telemetry import LOG_FIELDS
from tests.repo.source import python_files, tree

_EVERY_LINE = {"timestamp", "level", "service", "message"}
_METHODS = {"debug", "info", "warning", "error", "exception", "critical"}


def logged() -> set[str]:
    """Fields of all calls of a module's `log`, and those that `security_event` puts together."""
    found: set[str] = set()
    for path in python_files("services"):
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            if isinstance(called, ast.Attribute) and called.attr in _METHODS and ast.unparse(called.value) == "log":
                assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}: the message is no constant"
                found |= {keyword.arg for keyword in node.keywords if keyword.arg}
            elif isinstance(called, ast.Name) and called.id == "security_event":
                found |= {keyword.arg for keyword in node.keywords if keyword.arg} | {"outcome"}
    return found


def test_only_listed_fields_are_logged() -> None:
    """LOG-01: the list is what the code writes, no more and no less; a new field is a decision."""
    assert logged() | _EVERY_LINE == LOG_FIELDS
