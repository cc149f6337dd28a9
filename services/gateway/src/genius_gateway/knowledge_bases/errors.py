# SPDX-License-Identifier: EUPL-1.2
"""Why a knowledge base is not made or shared."""

from __future__ import annotations

from genius_common.errors import Forbidden, Unprocessable


class OwnerNotAllowed(Forbidden):
    code = "owner_not_allowed"
    title = "Nicht erlaubt"
    default_detail = (
        "Wissensbasen eines Referats oder der Behörde legt nur die Wissenspflege an, landesweite nur der Betrieb. "
        "Legen Sie eine persönliche Wissensbasis an, oder wenden Sie sich an die Wissenspflege Ihrer Behörde."
    )


class UnitNeeded(Unprocessable):
    code = "unit_needed"
    title = "Referat fehlt"
    default_detail = "Sie gehören zu keinem oder zu mehreren Referaten. Bitte nennen Sie eines davon im Feld „unit“."


class ProtectionClassTooHigh(Forbidden):
    code = "protection_class_too_high"
    title = "Schutzklasse nicht zugelassen"
    default_detail = "Diese Schutzklasse dürfen Sie hier nicht verwenden. Bitte wählen Sie eine niedrigere."


class UseUnknown(Unprocessable):
    """Neither a registered module nor `search`; training and evaluation are none either (DSG-06)."""

    code = "use_unknown"
    title = "Verwendung unbekannt"
    default_detail = (
        "Diese Verwendung gibt es hier nicht. Möglich sind die Kennungen der Funktionen (/api/v1/modules) und „search“ "
        "für die direkte Suche."
    )


class AuthorityUnknown(Unprocessable):
    code = "authority_unknown"
    title = "Behörde unbekannt"
    default_detail = "Diese Behörde gibt es nicht, sie ist nicht mehr aktiv, oder es ist Ihre eigene."


class OwnerKept(Unprocessable):
    code = "owner_kept"
    title = "Nicht möglich"
    default_detail = (
        "Eine gemeinsame Wissensbasis wird nicht wieder persönlich, und eine landesweite bleibt landesweit. "
        "Bitte wählen Sie ein Referat oder die Behörde."
    )


class GranteeUnknown(Unprocessable):
    code = "grantee_unknown"
    title = "Empfänger unbekannt"
    default_detail = (
        "Eine Freigabe nennt eine Person, ein Referat oder eine Behörde, die es in Ihrer Behörde nicht gibt. "
        "Bitte prüfen Sie die genannten Felder; anderen Behörden bieten Sie eine Wissensbasis eigens an."
    )
