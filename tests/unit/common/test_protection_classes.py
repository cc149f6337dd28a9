# SPDX-License-Identifier: EUPL-1.2
"""TEN-15: the order of protection classes, and that what is not in it is covered by nothing."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from genius_common.principal import ProtectionClass

CLASSES = list(ProtectionClass)


def test_each_class_covers_itself_and_what_is_below() -> None:
    """TEN-15"""
    names = ["offen", "intern", "personenbezogen", "sozialdaten", "steuergeheimnis"]
    assert [item.value for item in CLASSES] == names
    for (high, a), (low, b) in itertools.product(enumerate(CLASSES), repeat=2):
        assert a.covers(b) is a.covers(b.value) is (low <= high)
        assert (b in ProtectionClass.up_to(a)) is (low <= high)


@given(st.text(max_size=20) | st.sampled_from(["vs-nfd", "VS-NfD", "geheim", "INTERN", "offen ", " intern", ""]))
def test_an_unknown_class_is_covered_by_none(value: str) -> None:
    """TEN-15: also one that a newer version of another service may have."""
    assert value in set(ProtectionClass) or not any(item.covers(value) for item in CLASSES)


@given(st.lists(st.sampled_from([*CLASSES, "vs-nfd", "x"])))
def test_a_list_allows_no_more_than_it_has_without_a_gap(listed: list[str]) -> None:
    """TEN-15"""
    found = ProtectionClass.ceiling(listed)
    if found is None:
        assert "offen" not in listed
    else:
        assert set(ProtectionClass.up_to(found)) <= set(listed)
        assert found is CLASSES[-1] or CLASSES[found.rank + 1] not in listed
