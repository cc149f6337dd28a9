# SPDX-License-Identifier: EUPL-1.2
"""A real embedding model behind OpenAI's API, as vLLM serves one: `python embedding_server.py FOLDER PORT`.

It prints its port when it serves. Run by path, since its interpreter has sentence-transformers and nothing of the
platform. Like vLLM it cuts nothing: a text longer than the model reads is refused with 400 and the number of tokens.
"""

from __future__ import annotations

import base64
import http.server
import json
import sys
from typing import Any

NAME = "all-minilm"


def handler(model: Any) -> type[http.server.BaseHTTPRequestHandler]:
    def embedded(body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        longest = max(len(model.tokenizer(text)["input_ids"]) for text in body["input"])
        if longest > model.max_seq_length:
            said = f"This model's maximum context length is {model.max_seq_length} tokens. You requested {longest}."
            return 400, {"error": {"message": said, "type": "BadRequestError", "param": None, "code": 400}}
        vectors = model.encode(body["input"], normalize_embeddings=True, show_progress_bar=False).astype("<f4")
        data = [
            {"object": "embedding", "index": number, "embedding": base64.b64encode(vector.tobytes()).decode()}
            for number, vector in enumerate(vectors)
        ]
        return 200, {"object": "list", "data": data, "model": body["model"], "usage": {"prompt_tokens": longest}}

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(200, {"object": "list", "data": [{"id": NAME, "object": "model", "owned_by": "tests"}]})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            assert body.get("encoding_format") == "base64"
            self._answer(*embedded(body))

        def _answer(self, status: int, value: dict[str, Any]) -> None:
            raw = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


def main(folder: str, port: int) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(folder, device="cpu", local_files_only=True)
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler(model)) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
