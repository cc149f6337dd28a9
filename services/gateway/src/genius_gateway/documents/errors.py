# SPDX-License-Identifier: EUPL-1.2
"""Why a file is not taken."""

from __future__ import annotations

from genius_common.errors import TooLarge


class FileTooLarge(TooLarge):
    code = "file_too_large"
    title = "Datei zu groß"
    default_detail = "Die Datei ist zu groß. Bitte teilen Sie sie auf."
