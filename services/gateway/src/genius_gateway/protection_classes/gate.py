# SPDX-License-Identifier: EUPL-1.2
"""The decision before a run: the highest class of everything that goes in, against who asks, module and model.

The class of a run is also all that its token allows. So nothing above it can reach the module or the model, and an
answer carries it whether or not the module says what it has used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from genius_common.contracts.modules import ModuleManifest
from genius_common.errors import FieldError, Forbidden
from genius_common.principal import Principal, ProtectionClass
from genius_gateway.protection_classes.errors import (
    ClassAboveClearance,
    ClassMayNotLeave,
    ClassNotForModel,
    ClassNotForModule,
    ClassUnknown,
)

LEAST = ProtectionClass.INTERN
"""What people write is internal at least."""


@dataclass(frozen=True, slots=True)
class Used:
    """Something that goes into a run: where the request names it, and its class."""

    pointer: str
    protection_class: ProtectionClass


def parse_class(value: str, pointer: str) -> ProtectionClass:
    """Raises: ClassUnknown naming the field."""
    try:
        return ProtectionClass(value)
    except ValueError:
        raise ClassUnknown(errors=[FieldError(pointer, ClassUnknown.default_detail)]) from None


def highest(used: Iterable[Used]) -> ProtectionClass:
    return ProtectionClass.highest([LEAST, *(item.protection_class for item in used)])


def require_clearance(principal: Principal, used: Sequence[Used]) -> None:
    """Raises: ClassAboveClearance naming what is above what the caller may see."""
    allowed = principal.classification
    if not allowed.covers(highest(used)):
        label = highest(used).label
        detail = (
            f"Diese Inhalte haben die Schutzklasse „{label}“; Sie dürfen hier höchstens „{allowed.label}“ verwenden. "
            "Bitte lassen Sie sie weg oder wenden Sie sich an die Administration Ihrer Behörde."
        )
        raise _naming(ClassAboveClearance, detail, used, allowed)


def require_module(module: ModuleManifest, used: Sequence[Used]) -> None:
    """Raises: ClassNotForModule naming what the module may not see."""
    allowed, wanted = module.highest_class, highest(used)
    if allowed is None or not allowed.covers(wanted):
        upto = f"nur bis „{allowed.label}“" if allowed else "für keine"
        detail = (
            f"„{module.title.de}“ ist für die Schutzklasse „{wanted.label}“ nicht zugelassen, {upto}. Bitte lassen Sie "
            "diese Inhalte weg oder verwenden Sie eine andere Funktion."
        )
        raise _naming(ClassNotForModule, detail, used, allowed)


def require_model(allowed: ProtectionClass, used: Sequence[Used]) -> None:
    """`allowed` is the highest class that any model may see. Raises: ClassNotForModel."""
    wanted = highest(used)
    if not allowed.covers(wanted):
        detail = (
            f"Für die Schutzklasse „{wanted.label}“ ist kein Sprachmodell zugelassen, nur bis „{allowed.label}“. Bitte "
            "lassen Sie diese Inhalte weg oder wenden Sie sich an den Betrieb."
        )
        raise _naming(ClassNotForModel, detail, used, allowed)


def require_may_leave(allowed: ProtectionClass, content: ProtectionClass) -> None:
    """Raises: ClassMayNotLeave for content above the class up to which originals may be downloaded."""
    if not allowed.covers(content):
        raise ClassMayNotLeave(
            f"Inhalte der Schutzklasse „{content.label}“ dürfen nicht heruntergeladen werden, nur bis "
            f"„{allowed.label}“. Sie können sie hier weiterhin lesen."
        )


def _naming(error: type[Forbidden], detail: str, used: Sequence[Used], allowed: ProtectionClass | None) -> Forbidden:
    above = [item for item in used if allowed is None or not allowed.covers(item.protection_class)]
    fields = [FieldError(item.pointer, f"Schutzklasse „{item.protection_class.label}“") for item in above]
    return error(detail, errors=fields)
