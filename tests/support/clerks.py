# SPDX-License-Identifier: EUPL-1.2
"""Clerks who upload, replace, delete, update a law and search at the same time, and what they were told.

The service may be killed under them at any moment: then a clerk stops, and what it had not been told is open, until the
list of the documents shows whether it happened (`Ledger.look`).
"""

from __future__ import annotations

import contextlib
import hashlib
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import httpx

from genius_common.contracts.laws import LawText
from tests.support.laws import Section, amended
from tests.support.retrieval import Office, RetrievalService, principal
from tests.support.sent_files import WORD, File, made

NAMES = 5
_BETWEEN_S = 0.03


@dataclass
class Sent:
    """One upload. `id` is None until it is known whether it was accepted; `deleted` None: asked for, no answer."""

    name: str
    file: File
    clerk: int
    replaces: str | None = None
    id: str | None = None
    deleted: bool | None = False

    @property
    def version(self) -> str:
        return hashlib.sha256(self.file.content).hexdigest()


@dataclass
class LawSent:
    law: LawText
    mark: str
    told: bool = False
    tries: int = 0

    @property
    def cut(self) -> bool:
        """Whether it came in at the first try."""
        return self.tries > 1 or not self.told


@dataclass
class Ledger:
    """All that was sent to one knowledge base, in order."""

    sent: list[Sent] = field(default_factory=list)
    laws: list[LawSent] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def gone(self) -> set[str]:
        """Ids of what somebody was told to be deleted."""
        with self.lock:
            return {one.id for one in self.sent if one.id and one.deleted}

    def of(self, clerk: int) -> list[Sent]:
        """What this clerk has sent and knows to be there."""
        with self.lock:
            return [one for one in self.sent if one.clerk == clerk and one.id and one.deleted is False]

    def holds(self, one: Sent) -> bool:
        """Whether nothing came that may have superseded it, which a later deletion would not take back."""
        with self.lock:
            later = self.sent[self.sent.index(one) + 1 :]
        return not one.file.fails and all(one.name != other.name and one.id != other.replaces for other in later)

    def look(self, rows: dict[str, dict[str, Any]]) -> None:
        """Close what was open by what is there, and compare the rest: nothing told is missing, nothing is there twice.

        `rows`: all documents of the knowledge base by id, superseded ones too.
        """
        known = {one.id for one in self.sent if one.id}
        for one in self.sent:
            if one.id is None:
                found = [i for i, row in rows.items() if row["version"] == one.version and i not in known]
                assert len(found) <= 1, f"an upload is there {len(found)} times: {one.name}"
                one.id = found[0] if found else None
                known |= set(found)
            if one.deleted is None:
                one.deleted = one.id not in rows
            if one.id:
                assert (one.id in rows) is not one.deleted, f"{one.name}: {'back' if one.deleted else 'lost'}"
        # What was cut and is not there was never accepted.
        self.sent = [one for one in self.sent if one.id]
        strange = rows.keys() - known
        assert not strange, f"documents that nobody sent: {strange}"


class Desk:
    """The clerks of one office, its laws in a second knowledge base of the same collection."""

    def __init__(self, service: RetrievalService, law: LawText) -> None:
        self.office = Office(service).set_up()
        self.laws = Office(service, self.office.authority, uuid4()).set_up()
        self.ledger = Ledger()
        self._first_law = law
        self._service = service
        self._stopped = threading.Event()
        self.failures: list[BaseException] = []

    def who(self) -> httpx.Client:
        both = frozenset({self.office.knowledge_base, self.laws.knowledge_base})
        return self.office.client(knowledge_bases=both, writable_knowledge_bases=both)

    def operator(self) -> httpx.Client:
        keeper = principal(self.office.authority, subject=UUID(int=0))
        return self._service.client(replace(keeper, scopes=frozenset({"keys.maintain"})))

    def begin(self, seed: str, errands: int = 2) -> list[threading.Thread]:
        """Two clerks with `errands` each, one with the law, one who searches as long as the others are at work."""
        self._stopped.clear()
        busy = [
            self._thread(self._documents, f"{seed}-{clerk}", clerk, errands) for clerk in range(2)
        ] + [self._thread(self._law, f"{seed}-law")]  # fmt: skip
        return [*busy, self._thread(self._search, seed, busy)]

    def stop(self) -> None:
        """Nobody begins anything new."""
        self._stopped.set()

    def _thread(self, work: Callable[..., None], *args: Any) -> threading.Thread:
        def run() -> None:
            # The connection died with the process: nothing was told.
            with contextlib.suppress(httpx.TransportError):
                try:
                    work(*args)
                except httpx.TransportError:
                    raise
                except BaseException as error:  # noqa: BLE001 shown by the test, with the seed
                    self.failures.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def _documents(self, seed: str, clerk: int, errands: int) -> None:
        chance = random.Random(seed)
        with self.who() as client:
            for _ in range(errands):
                if self._stopped.is_set():
                    return
                mine = self.ledger.of(clerk)
                errand = chance.random()
                if mine and errand < 0.25:
                    self._delete(client, chance.choice(mine))
                elif mine and errand < 0.32 and self.ledger.holds(mine[-1]):
                    self._again(client, mine[-1])
                else:
                    self._upload(client, chance, clerk, mine)

    def _upload(self, client: httpx.Client, chance: random.Random, clerk: int, mine: list[Sent]) -> None:
        file = made(chance, f"Kennung{chance.randrange(10**9):09}")
        name = f"{clerk}-{chance.randrange(NAMES)}.{file.suffix}"
        other = [one for one in mine if one.name != name and not one.file.fails]
        replaces = chance.choice(other).id if other and chance.random() < 0.1 else None
        with self.ledger.lock:
            one = Sent(name, file, clerk, replaces)
            self.ledger.sent.append(one)
        params = {"name": name, **({"replaces": replaces} if replaces else {})}
        answer = client.post(self.office.documents, params=params, content=file.content)
        if replaces and answer.status_code in {404, 409}:  # replaced by a later version meanwhile
            with self.ledger.lock:
                self.ledger.sent.remove(one)
            return
        assert answer.status_code == 202, answer.text
        one.id = answer.json()["id"]

    def _again(self, client: httpx.Client, one: Sent) -> None:
        """The same bytes once more answer the document that is there."""
        answer = client.post(self.office.documents, params={"name": one.name}, content=one.file.content)
        assert answer.status_code == 202, answer.text
        assert answer.json()["id"] == one.id, answer.text

    def _delete(self, client: httpx.Client, one: Sent) -> None:
        one.deleted = None
        assert client.delete(f"/documents/{one.id}").status_code == 204
        one.deleted = True

    def _law(self, seed: str) -> None:
        """The next version of the law, or the same once more where the last try was cut."""
        chance = random.Random(seed)
        laws = self.ledger.laws
        if not laws or (laws[-1].told and chance.random() < 0.8) or chance.random() < 0.2:
            laws.append(self._next_version(chance))
        self.law_again()

    def law_again(self) -> None:
        """The same command for the latest version."""
        laws = self.ledger.laws
        laws[-1].tries += 1
        body = {"source": "gesetz", "law": laws[-1].law.model_dump(mode="json")}
        with self.who() as client:
            answer = client.post(f"/knowledge-bases/{self.laws.knowledge_base}/imports", json=body)
        assert answer.status_code == 200, answer.text
        last = httpx.Response(200, content=answer.text.splitlines()[-1]).json()
        assert last.get("finished"), last
        laws[-1].told = True

    def _next_version(self, chance: random.Random) -> LawSent:
        number = len(self.ledger.laws) + 1
        mark = f"Fassungsmerkmal{number:04}"

        def change(sections: list[Section]) -> None:
            for at in chance.sample(range(len(sections)), 2):
                sections[at]["text"] += f"\n\n{WORD} {mark}."
            if chance.random() < 0.3:
                del sections[chance.randrange(len(sections))]

        return LawSent(amended(self._first_law, change, days=number), mark)

    def _search(self, seed: str, busy: list[threading.Thread]) -> None:
        chance = random.Random(seed)
        with self.who() as client:
            while any(thread.is_alive() for thread in busy) and not self._stopped.is_set():
                self.glance(client, chance.choice([WORD, "Wohngeld Antrag", "Fassungsmerkmal Haushalt"]))
                self._stopped.wait(_BETWEEN_S)

    def glance(self, client: httpx.Client, query: str = WORD) -> None:
        """One search: nothing that was deleted before, no passage twice."""
        gone = self.ledger.gone()
        answer = client.post("/search", json={"query": query, "limit": 50})
        assert answer.status_code == 200, answer.text
        places = [(hit["document"], hit["char_from"]) for hit in answer.json()["hits"]]
        assert len(places) == len(set(places)), "a passage is found twice"
        assert not gone & {document for document, _ in places}, "a deleted document is found"
