# SPDX-License-Identifier: EUPL-1.2
"""The rule sets that a check can be run with: those whose application form is described too."""

from __future__ import annotations

import functools

from genius_modules.completeness.capture.description import forms
from genius_modules.completeness.rules.store import shipped


@functools.cache
def titles() -> dict[str, str]:
    """Title by id. A rule set without a form can be checked and shown, but nothing can be read for it."""
    return {name: stored.rules.title for name, stored in shipped().items() if name in forms()}
