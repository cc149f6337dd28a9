# SPDX-License-Identifier: EUPL-1.2
"""Decides about a route for a principal: plain functions, the same for every kind of credential."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from genius_common.errors import Forbidden, MethodNotAllowed, NotFound
from genius_common.principal import Principal
from genius_gateway.policy.table import PUBLIC, RULES, UUID_PARAMETERS, Rule

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_PARAMETER = re.compile(r"\{([a-z]+)\}")
PERSON_SCOPES = frozenset(
    {
        "chat.completions",
        "embeddings",
        "models.read",
        "modules.run",
        "search",
        "documents.read",
        "documents.write",
        "files.read",
        "files.write",
        "knowledge-bases.manage",
    }
)
"""What people's tokens for the inner services may carry at most; operators may `import` besides."""
APPLICATION_SCOPES = PERSON_SCOPES - {"knowledge-bases.manage", "files.read", "files.write"}
"""What the identity provider may give an application, and a person an API token; files of its own runs come with
`modules.run`."""
_NO_SCOPE = "Dieser Anwendung fehlt die Berechtigung dafür."
_NOT_FOR_TOKEN = "Dieser Zugangsschlüssel ist dafür nicht vorgesehen."


@dataclass(slots=True)
class Policy:
    """The table, compiled. `rule_for` finds the line of a request before any routing."""

    rules: Iterable[Rule] = RULES
    _fixed: dict[str, dict[str, Rule]] = field(init=False)
    _compiled: list[tuple[re.Pattern[str], dict[str, Rule]]] = field(init=False)

    def __post_init__(self) -> None:
        by_path: dict[str, dict[str, Rule]] = {}
        for rule in self.rules:
            if rule.method in by_path.setdefault(rule.path, {}):
                raise ValueError(f"two policy entries for {rule.method} {rule.path}")
            by_path[rule.path][rule.method] = rule
        self._fixed = {path: methods for path, methods in by_path.items() if "{" not in path}
        self._compiled = [(_pattern(path), methods) for path, methods in by_path.items() if "{" in path]

    def rule_for(self, method: str, path: str) -> Rule:
        """The line for a request. Raises: NotFound (no such path, or an impossible id), MethodNotAllowed."""
        methods = self._fixed.get(path) or next(
            (methods for pattern, methods in self._compiled if pattern.fullmatch(path)), None
        )
        if methods is None:
            raise NotFound
        rule = methods.get(method)
        if rule is None:
            raise MethodNotAllowed
        return rule

    def covers(self, method: str, template: str) -> bool:
        """Whether a route of the application has an entry."""
        return (method, template) in PUBLIC or any(
            rule.method == method and rule.path == template for rule in self.rules
        )

    def allowed(self, principal: Principal) -> list[Rule]:
        """The lines that the principal may use, for `/api/v1/me`."""
        return [rule for rule in self.rules if _may(rule, principal)]


def _may(rule: Rule, principal: Principal) -> bool:
    try:
        require(rule, principal)
    except Forbidden:
        return False
    return True


def require(rule: Rule, principal: Principal) -> None:
    """Raise `Forbidden` unless the principal may call the route at all.

    Applications need the rule's scope and an authority; people need one of its roles; an application that acts for a
    person, and a person's API token, need both, so that they can do nothing which the person may not.
    """
    if principal.application is not None or principal.api_token is not None:
        if rule.scope is None or rule.scope not in principal.scopes or principal.authority is None:
            raise Forbidden(_NO_SCOPE if principal.application else _NOT_FOR_TOKEN)
        if principal.application == principal.subject:
            return
    if not principal.has_role(*rule.roles):
        raise Forbidden


def _pattern(template: str) -> re.Pattern[str]:
    def part(match: re.Match[str]) -> str:
        return _UUID if match[1] in UUID_PARAMETERS else "[^/]+"

    return re.compile(_PARAMETER.sub(part, template.replace(".", r"\.")))
