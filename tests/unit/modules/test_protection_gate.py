# SPDX-License-Identifier: EUPL-1.2
"""TEN-15: the modules service judges by the token, the request and each file, whoever judged before."""

import dataclasses
import itertools
from uuid import UUID

import pytest
from pydantic import ValidationError

from genius_common.contracts.modules import ModuleRunRequest, RunFile, ServiceUrls
from genius_common.errors import PlatformError
from genius_common.principal import Principal, ProtectionClass
from genius_modules.base import AnyModule
from genius_modules.registry import built_in
from genius_modules.runner import check_class

CLASSES = list(ProtectionClass)
RUN = UUID(int=4)


def _seen_up_to(module: AnyModule, highest: ProtectionClass) -> AnyModule:
    changed: AnyModule = type(module)()
    changed.spec = dataclasses.replace(module.spec, protection_classes=ProtectionClass.up_to(highest))
    return changed


def _request(stated: ProtectionClass, *files: ProtectionClass) -> ModuleRunRequest:
    given = [RunFile(id=UUID(int=n), name="a.pdf", size=1, protection_class=item) for n, item in enumerate(files)]
    services = ServiceUrls(inference="http://127.0.0.1:9", retrieval="http://127.0.0.1:9")
    return ModuleRunRequest(run=RUN, version="1.0.0", input={}, protection_class=stated, files=given, services=services)


def _refusal(module: AnyModule, token: ProtectionClass, request: ModuleRunRequest) -> str | None:
    principal = Principal(subject=UUID(int=1), tenant="t", authority=UUID(int=2), classification=token, run=RUN)
    try:
        check_class(module, request, principal)
    except PlatformError as error:
        return f"{error.status} {error.code}"
    return None


@pytest.mark.parametrize("module", list(built_in()), ids=lambda module: module.spec.id)
def test_nothing_above_what_a_module_may_see_reaches_it(module: AnyModule) -> None:
    """TEN-15: every built-in × what it may see × class of the token × of the request × of a file: 625 each."""
    for allowed, token, stated, of_file in itertools.product(CLASSES, repeat=4):
        refusal = _refusal(_seen_up_to(module, allowed), token, _request(stated, ProtectionClass.OFFEN, of_file))
        if max(stated.rank, of_file.rank) > token.rank:
            assert refusal == "403 class_above_token"
        elif max(token.rank, stated.rank, of_file.rank) > allowed.rank:
            assert refusal == "403 class_not_for_module"
        else:
            assert refusal is None


def test_a_module_that_lists_nothing_sees_nothing() -> None:
    """TEN-15: past the registry, too, a missing line allows nothing."""
    module = next(iter(built_in()))
    module.spec = dataclasses.replace(module.spec, protection_classes=())
    assert {_refusal(module, item, _request(ProtectionClass.OFFEN)) for item in CLASSES} == {"403 class_not_for_module"}


@pytest.mark.parametrize("value", ["vs-nfd", "VS-NfD", "INTERN", "", None, 3, ["offen"]])
def test_an_unknown_class_is_no_request(value: object) -> None:
    """TEN-15: of the run and of each of its files."""
    good = _request(ProtectionClass.OFFEN, ProtectionClass.OFFEN).model_dump(mode="json")
    for bad in (
        {**good, "protection_class": value},
        {**good, "files": [{**good["files"][0], "protection_class": value}]},
    ):
        with pytest.raises(ValidationError):
            ModuleRunRequest.model_validate(bad)
