# SPDX-License-Identifier: EUPL-1.2
"""OAuth's own error form (RFC 6749 section 5.2), for the token endpoint and redirects."""

from __future__ import annotations


class OAuthError(Exception):
    """`error` and `error_description` as OAuth clients expect them."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        self.error = error
        self.description = description
        self.status = status
        super().__init__(error)

    def as_json(self) -> dict[str, str]:
        return {"error": self.error, "error_description": self.description}


class PageError(Exception):
    """A fault that is shown to the person, since the address to send it back to can't be trusted."""

    def __init__(self, text: str, status: int = 400) -> None:
        self.text = text
        self.status = status
        super().__init__(text)
