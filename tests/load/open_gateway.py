# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.load.open_gateway quotas audit policy`: the gateway without what is named, to see what it costs.

For benchmarks alone: no setting of the product takes anything away, so the parts are replaced before it starts.
"""

import sys
from typing import Any

from genius_common.principal import Principal
from genius_gateway import __main__ as gateway
from genius_gateway.auth import gate
from genius_gateway.model_path import ModelPath, Reserved
from genius_gateway.policy.evaluate import Policy
from genius_gateway.policy.table import RULES, Rule


def without_quotas() -> None:
    async def reserve(_self: ModelPath, principal: Principal, _action: str, _body: bytes) -> Reserved:
        return Reserved(None, principal.classification)

    def settle(*_: Any) -> None:
        return None

    ModelPath._reserve, ModelPath._settle = reserve, settle  # type: ignore[method-assign]


def without_audit() -> None:
    async def record(*_: Any) -> None:
        return None

    ModelPath._audit = record  # type: ignore[method-assign]


def without_policy() -> None:
    (chat,) = (rule for rule in RULES if rule.action == "model.chat")

    def any_rule(*_: Any) -> Rule:
        return chat

    def allow(*_: Any) -> None:
        return None

    Policy.rule_for = any_rule  # type: ignore[method-assign]
    gate.require = allow


PARTS = {"quotas": without_quotas, "audit": without_audit, "policy": without_policy}

if __name__ == "__main__":
    for part in sys.argv[1:]:
        PARTS[part]()
    sys.argv[1:] = []
    gateway.main()
