# SPDX-License-Identifier: EUPL-1.2
"""A check of retrievals as a table: whatever people wrote is text where a spreadsheet opens it."""

import csv
import datetime as dt
import io
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from genius_gateway.retrieval_log.report import report
from genius_gateway.retrieval_log.schemas import CheckWithItems, Entry, Item

AT = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
ONE = UUID(int=1)
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
TEXTS = st.one_of(st.text(max_size=40), st.builds(str.__add__, st.sampled_from(FORMULAS), st.text(max_size=20)))


def check(text: str) -> CheckWithItems:
    entry = Entry(
        id=ONE, at=AT, authority=None, person=ONE, application=None, login=text, kind="search", category=None,
        case=None, reference=text, object=None, hits=1, outcome="ok", status=200,
    )  # fmt: skip
    item = Item(position=1, retrieval=ONE, entry=entry, decision="offen", reason=text, decided_by=None, decided_at=None)
    return CheckWithItems(
        id=ONE, at=AT, period_from=AT, period_until=AT, seed="a" * 8, population=1, size=1, created_by=ONE,
        closed_at=None, digest=None, counts={}, items=[item],
    )  # fmt: skip


@given(TEXTS)
@example('=HYPERLINK("https://evil.example";"x")')
@example("＝1+1")
@example("\n=1+1")
def test_no_cell_begins_as_a_formula(text: str) -> None:
    """OUT-05 in part: exported tables hold no formulas, and the text is all there."""
    table = bytes(report(check(text), "csv").body).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table, newline=""), delimiter=";"))
    assert len(rows) == 2
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULAS)]
    assert rows[1][3].removeprefix("'") == text.removeprefix("'")
