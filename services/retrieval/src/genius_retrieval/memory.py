# SPDX-License-Identifier: EUPL-1.2
"""Memory that the C library keeps for the next time, given back to the system."""

from __future__ import annotations

import ctypes


def give_back() -> None:
    """What was freed since goes to the system; a tenth of a second after a bulk import, other threads go on.

    glibc keeps what the threads of an import have freed: a third of the own memory of the process after 20,000 chunks.
    Other C libraries have no such call, and nothing happens there.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(ctypes.c_size_t(0))
