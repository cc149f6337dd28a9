# SPDX-License-Identifier: EUPL-1.2
"""Proof that a changing request with a cookie comes from our own page (AUTH-11)."""

from __future__ import annotations

from collections.abc import Mapping

from genius_gateway.auth.errors import CsrfRefused

HEADER = "x-csrf"
VALUE = "1"
SAFE_METHODS = frozenset({"GET", "HEAD"})


def require_same_origin(headers: Mapping[str, str], origins: frozenset[str]) -> None:
    """Raise `CsrfRefused` unless the custom header is there and the browser names our origin.

    A foreign page can't set the header without a CORS answer, which nobody gets. `Sec-Fetch-Site` and `Origin` must
    fit where they are sent, and one of them must be: every browser that we support sends `Origin` on such requests.
    """
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if headers.get(HEADER) != VALUE or (origin is None and site is None):
        raise CsrfRefused
    if site is not None and site != "same-origin":
        raise CsrfRefused
    if origin is not None and origin not in origins:
        raise CsrfRefused
