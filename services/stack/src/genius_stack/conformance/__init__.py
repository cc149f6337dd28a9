# SPDX-License-Identifier: EUPL-1.2
"""The conformance suite of "Module over HTTP": what every module must hold, built-in or not, checked from outside."""

from genius_stack.conformance.desk import Desk, DeskAddress
from genius_stack.conformance.report import Finding, Report
from genius_stack.conformance.suite import Subject, check_module

__all__ = ["Desk", "DeskAddress", "Finding", "Report", "Subject", "check_module"]
