# SPDX-License-Identifier: EUPL-1.2
"""The process of one model: frames of JSON on standard input and output, one answer a question.

Run by path, since its interpreter may be one that has sentence-transformers and nothing of the platform; so it imports
nothing of the platform. A local folder, safetensors, no code of the model, no network.
Started as `python worker.py encode|rerank FOLDER THREADS`. A frame is its length (4 bytes, big endian) and JSON.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import struct
import sys
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

# Tokens that cutting a text anew may add to a window.
_SPARE = 4
_OVERLAP = 8


def windows(tokenizer: Any, text: str, room: int) -> list[str]:
    """The text, or overlapping parts of it with at most `room` tokens each: together they hold all of it."""
    # Its warning about the length is not about us: nothing is cut here.
    offsets = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)["offset_mapping"]
    if len(offsets) <= room:
        return [text]
    step = room - room // _OVERLAP
    parts = []
    for start in range(0, len(offsets), step):
        last = min(start + room, len(offsets)) - 1
        begin = 0 if start == 0 else offsets[start][0]
        parts.append(text[begin : len(text) if last == len(offsets) - 1 else offsets[last][1]])
        if last == len(offsets) - 1:
            break
    return parts


def pooled(vectors: Sequence[Any], how: str) -> Any:
    """One vector of length 1 for the windows of one text."""
    import numpy as np

    joined = np.mean(vectors, axis=0) if how == "mean" else np.max(vectors, axis=0)
    return joined / (np.linalg.norm(joined) or 1.0)


def encoder(folder: str) -> tuple[dict[str, Any], Callable[[dict[str, Any]], dict[str, Any]]]:
    import numpy as np
    from sentence_transformers import SentenceTransformer

    model: Any = SentenceTransformer(
        folder, device="cpu", local_files_only=True, trust_remote_code=False, model_kwargs={"use_safetensors": True}
    )
    tokenizer = model.tokenizer
    if not getattr(tokenizer, "is_fast", False) or not model.max_seq_length:
        raise ValueError("the model needs a fast tokenizer and a longest length")
    special = int(tokenizer.num_special_tokens_to_add())

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        prefix = asked["prefix"]
        own = len(tokenizer(prefix, add_special_tokens=False)["input_ids"]) if prefix else 0
        room = max(16, int(model.max_seq_length) - special - own - _SPARE)
        cut = [windows(tokenizer, text, room) for text in asked["texts"]]
        flat = [prefix + part for parts in cut for part in parts]
        encoded = model.encode(flat, batch_size=8, normalize_embeddings=True, show_progress_bar=False)
        found, start = [], 0
        for parts in cut:
            found.append(pooled(encoded[start : start + len(parts)], asked["pooling"]))
            start += len(parts)
        raw = np.asarray(found, dtype="<f4")
        return {"vectors": base64.b64encode(raw.tobytes()).decode(), "windows": len(flat)}

    size = len(model.encode("x", show_progress_bar=False))
    return {"size": size, "longest": int(model.max_seq_length)}, answer


def reranker(folder: str) -> tuple[dict[str, Any], Callable[[dict[str, Any]], dict[str, Any]]]:
    from sentence_transformers import CrossEncoder

    model: Any = CrossEncoder(
        folder, device="cpu", local_files_only=True, trust_remote_code=False, model_kwargs={"use_safetensors": True}
    )
    tokenizer = model.tokenizer
    longest = int(getattr(model, "max_length", None) or tokenizer.model_max_length)
    special = int(tokenizer.num_special_tokens_to_add(pair=True))

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        own = len(tokenizer(asked["query"], add_special_tokens=False)["input_ids"])
        room = max(16, longest - special - own - _SPARE)
        cut = [windows(tokenizer, text, room) for text in asked["texts"]]
        pairs = [(asked["query"], part) for parts in cut for part in parts]
        scores = [float(score) for score in model.predict(pairs, batch_size=8, show_progress_bar=False)]
        found, start = [], 0
        for parts in cut:  # a text is as good as its best window
            found.append(max(scores[start : start + len(parts)]))
            start += len(parts)
        return {"scores": found}

    return {"longest": longest}, answer


def _read(stream: BinaryIO) -> dict[str, Any] | None:
    head = stream.read(4)
    if len(head) < 4:
        return None
    found: dict[str, Any] = json.loads(stream.read(struct.unpack(">I", head)[0]))
    return found


def _write(stream: BinaryIO, value: dict[str, Any]) -> None:
    raw = json.dumps(value).encode()
    stream.write(struct.pack(">I", len(raw)) + raw)
    stream.flush()


def main(kind: str, folder: str, threads: int) -> None:
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not stand between the frames
    try:
        import torch

        torch.set_num_threads(threads)
        hello, answer = {"encode": encoder, "rerank": reranker}[kind](folder)
    except Exception as error:  # noqa: BLE001 whatever a model folder may cause is told by its type, and ends us
        _write(out, {"error": type(error).__name__})
        return
    _write(out, hello)
    with contextlib.suppress(BrokenPipeError):
        while (asked := _read(sys.stdin.buffer)) is not None:
            try:
                _write(out, answer(asked))
            except Exception as error:  # noqa: BLE001 its text may hold content; the caller decides what follows
                _write(out, {"error": type(error).__name__})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
