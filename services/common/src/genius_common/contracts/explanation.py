# SPDX-License-Identifier: EUPL-1.2
"""How a search came to its hits, for those who look after a knowledge base."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from genius_common.contracts.retrieval import Hit, Model, Searched, Verdict

SearchStepName = Literal["question", "index", "ranking", "rerank", "verdict"]


class QueryWord(Model):
    """A word of the query that counts. `also`: stems that may stand for it, its own first."""

    word: str
    weight: float = Field(description="how rare it is (IDF): rarer words count more")
    known: bool = Field(description="whether it, or a derivation of it, is in the vocabulary")
    also: list[str]


class QueryReading(Model):
    """How the query was understood."""

    form: Literal["question", "keywords", "statement"]
    words: list[QueryWord]
    kinds: list[str] = Field(description="what is asked for, such as a period or an amount")
    references: list[str] = Field(description="§§ and file numbers that it cites, as written")
    laws: list[str]


class BranchPlace(Model):
    """Where a passage stands in one list of the search; `share` is its score divided by the best one there."""

    branch: str
    rank: int
    share: float


class ExplainedHit(Model):
    hit: Hit
    branches: list[BranchPlace]
    words: list[str] = Field(description="words of the query that stand in the passage or its heading")
    cited: bool = Field(description="the query cites this very section, so it comes first")
    near: float = Field(description="how much of the score is the word of an embedding model")


class Step(Model):
    name: SearchStepName
    milliseconds: float


class SearchExplanation(Model):
    """`candidates`: how many passages were looked at. Answerable is what has a confidence of `threshold` or more."""

    reading: QueryReading
    hits: list[ExplainedHit]
    verdict: Verdict
    threshold: float
    candidates: int
    steps: list[Step]
    searched: Searched
