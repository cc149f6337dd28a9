# SPDX-License-Identifier: EUPL-1.2
"""The models of the settings: which one a collection's vectors are of, vectors of passages and questions, scores.

A model is known by a fingerprint of its folder, so that vectors of two models never meet (REL-11).
"""

from __future__ import annotations

import array
import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from genius_retrieval.dense.port import DenseModel, ModelUnavailable, State, Vector
from genius_retrieval.dense.process import ModelProcess
from genius_retrieval.settings import DenseSettings, RerankSettings

_BATCH = 8
_QUERY_S, _RERANK_S = 10.0, 20.0
_ENDS = 1024 * 1024
_READ = (".json", ".txt", ".model", ".safetensors")


def fingerprint(folder: Path) -> str:
    """Of names, sizes, and the first and last MiB of the files that a model is made of. Raises: OSError, ValueError."""
    digest, files = hashlib.sha256(), sorted(path for path in folder.rglob("*") if path.suffix in _READ)
    if not any(path.suffix == ".safetensors" for path in files):
        raise ValueError(f"{folder} holds no model (*.safetensors)")
    for path in files:
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder)}\0{size}\0".encode())
        with path.open("rb") as opened:
            digest.update(opened.read(_ENDS))
            if size > _ENDS:
                opened.seek(max(_ENDS, size - _ENDS))
                digest.update(opened.read(_ENDS))
    return digest.hexdigest()[:32]


class _Model:
    """A model in its process."""

    _process: ModelProcess

    @property
    def state(self) -> State:
        return self._process.state

    def start(self) -> None:
        self._process.start()

    async def ready(self) -> None:
        """Wait until it is loaded. Raises: ModelUnavailable."""
        await self._process.ready()

    async def close(self) -> None:
        await self._process.close()


class LocalModel(_Model):
    """A dense model of sentence-transformers in a local folder."""

    def __init__(self, settings: DenseSettings) -> None:
        """Raises: OSError, ValueError where the folder holds none."""
        assert settings.model_dir is not None
        self._settings = settings
        self._process = ModelProcess("encode", settings.model_dir, settings.python, settings.threads)
        self.profile: dict[str, Any] = {
            "model": fingerprint(settings.model_dir),
            "size": settings.vector_size,
            "prefix": settings.passage_prefix,
            "pooling": settings.pooling,
        }

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        """Raises: ModelUnavailable."""
        found: list[Vector] = []
        for start in range(0, len(texts), _BATCH):
            found += await self._vectors(texts[start : start + _BATCH], self._settings.passage_prefix, urgent=False)
        return found

    async def query(self, text: str) -> Vector:
        """Raises: ModelUnavailable."""
        return (await self._vectors([text], self._settings.query_prefix, urgent=True))[0]

    async def _vectors(self, texts: Sequence[str], prefix: str, *, urgent: bool) -> list[Vector]:
        question = {"texts": list(texts), "prefix": prefix, "pooling": self._settings.pooling}
        answer = await self._process.ask(question, urgent=urgent, **({"seconds": _QUERY_S} if urgent else {}))
        flat, size = array.array("f", base64.b64decode(answer["vectors"])), self._settings.vector_size
        if len(flat) != size * len(texts):
            # Another size than the collections were made with: a wrong setting, not to be written anywhere.
            raise ModelUnavailable
        return [flat[start : start + size] for start in range(0, len(flat), size)]


class DenseModels:
    """The model in use, and the one before while its collections are being replaced."""

    def __init__(self, current: DenseModel | None, before: DenseModel | None = None) -> None:
        self.current = current
        self._all = [model for model in (current, before) if model]

    @property
    def profile(self) -> dict[str, Any]:
        """What a collection's profile says of it; nothing without a model, so that collections from before stay."""
        return {"dense": self.current.profile} if self.current else {}

    def of(self, profile: Mapping[str, Any]) -> DenseModel | None:
        """The model whose vectors a collection of this profile has; None where that is no longer there."""
        return next((model for model in self._all if model.profile == profile.get("dense")), None)

    def start(self) -> None:
        """Begin to load, so that the first search need not do without."""
        for model in self._all:
            model.start()

    async def close(self) -> None:
        for model in self._all:
            await model.close()


class Reranker(_Model):
    """Scores of a cross-encoder for the first candidates of a search."""

    def __init__(self, settings: RerankSettings) -> None:
        fingerprint(settings.model_dir)
        self.candidates = settings.candidates
        self._process = ModelProcess("rerank", settings.model_dir, settings.python, settings.threads)

    async def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """Higher is better. Raises: ModelUnavailable."""
        question = {"query": query, "texts": list(texts)}
        found: list[float] = (await self._process.ask(question, urgent=True, seconds=_RERANK_S))["scores"]
        return found
