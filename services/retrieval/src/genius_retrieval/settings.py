# SPDX-License-Identifier: EUPL-1.2
"""Settings of the retrieval service: `GENIUS_RETRIEVAL_…`, nested with `__`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from genius_common.keys_transit import TransitSettings, key_source_error
from genius_common.settings import DatabaseSettings, Section, ServiceSettings, settings_config

_MODEL_DIR = "folder in sentence-transformers' format, weights as safetensors"


class UploadLimits(Section):
    """What an upload may be. Bytes are counted while they arrive."""

    file_bytes: int = Field(default=50 * 1024 * 1024, ge=1024, description="largest file")
    pages: int = Field(default=5_000, ge=1, description="most pages of one file")
    scanned_pages: int = Field(default=1_000, ge=1, description="most pages of one file whose text is recognised")
    image_pixels: int = Field(default=80_000_000, ge=1000, description="most pixels of a page of an image file")
    text_chars: int = Field(default=20_000_000, ge=1000, description="most characters of extracted text")
    archive_entries: int = Field(default=5_000, ge=10, description="most entries of a zipped format (DOCX, ODT)")
    archive_part_bytes: int = Field(default=100 * 1024 * 1024, ge=1024, description="largest unpacked entry")
    archive_total_bytes: int = Field(default=500 * 1024 * 1024, ge=1024, description="all entries unpacked")
    archive_ratio: int = Field(default=100, ge=2, description="unpacked : packed of an entry above 1 MB")


class ParserSettings(Section):
    """The cage of one parser process (see docs/explanation/ingestion.md)."""

    memory_bytes: int = Field(default=1024 * 1024 * 1024, ge=256 * 1024 * 1024, description="address space (RLIMIT_AS)")
    cpu_seconds: int = Field(default=120, ge=1, description="processor time (RLIMIT_CPU)")
    wall_seconds: float = Field(default=180.0, ge=1, description="after this the process is killed")
    result_bytes: int = Field(default=256 * 1024 * 1024, ge=1024, description="most bytes that it may answer")
    picture_pixels: int = Field(default=4_000_000, ge=10_000, description="most pixels of a page picture")
    processes: int = Field(default=2, ge=1, le=64, description="how many at the same time")
    ocr_processes: int | None = Field(
        default=None, ge=1, le=256, description="how many recognise text at the same time; empty = one per core"
    )
    ocr_languages: str = Field(
        default="deu", pattern=r"^[A-Za-z_]+(\+[A-Za-z_]+)*$", description="Tesseract's data for them, e.g. deu+fra"
    )
    ocr_page_seconds: float = Field(default=60.0, ge=0.1, description="after this a scanned page is given up")
    ocr_pixels: int = Field(
        default=40_000_000, ge=100_000, description="most pixels of a scanned page; larger ones are read coarser"
    )


class QdrantSettings(Section):
    """A Qdrant server instead of the embedded engine (docs/howto/use-a-qdrant-server.md)."""

    url: str = Field(pattern=r"^https?://", description="the server's REST address; it must be 1.19 or newer")
    minter_url: str = Field(pattern=r"^https?://", description="the minter, which alone holds the server's API key")
    minter_secret_file: Path = Field(description="file with the secret that the minter knows this service by")


class ScannerSettings(Section):
    """A malware scanner that sees each upload before a parser does (docs/howto/scan-uploads.md)."""

    url: str = Field(pattern=r"^(tcp://[^/:]+:\d+|unix:///.+)$", description="clamd: tcp://host:3310 or unix:///path")
    timeout_s: float = Field(default=120.0, gt=0, description="after this the scanner counts as away")


class InferenceSettings(Section):
    """An embedding model of the inference service (docs/howto/search-with-a-model.md)."""

    url: str = Field(pattern=r"^https?://", description="the inference service, without /v1")
    model: str = Field(min_length=1, max_length=200, description="its name in inference's /v1/models")
    revision: str = Field(
        default="",
        max_length=200,
        description="change it when other weights get the same name: the index is built again",
    )
    secret_file: Path = Field(description="file with the secret for which the gateway gives tokens to ask with")
    window_chars: int = Field(
        default=1200, ge=100, le=100_000, description="longest text sent at once; longer passages go in windows"
    )


class ModelSettings(Section):
    """The process of a model; nothing is ever downloaded (docs/howto/search-with-a-model.md)."""

    python: Path | None = Field(default=None, description="interpreter with sentence-transformers; empty = our own")
    threads: int = Field(default=2, ge=1, le=256, description="processor threads of the model's process")


class DenseSettings(ModelSettings):
    """Dense vectors of passages and questions beside the words: a model in a local folder, or one of inference."""

    model_dir: Path | None = Field(default=None, description=_MODEL_DIR)
    inference: InferenceSettings | None = Field(default=None, description="a model of inference instead of a folder")
    vector_size: int = Field(ge=1, le=8192, description="numbers of a vector; must be what the model makes")
    query_prefix: str = Field(default="", max_length=500, description='before each question, "query: " for e5')
    passage_prefix: str = Field(default="", max_length=500, description='before each passage, "passage: " for e5')
    pooling: Literal["mean", "max"] = Field(
        default="mean", description="how the windows of a passage longer than the model reads become one vector"
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.model_dir is None) == (self.inference is None):
            raise ValueError("either model_dir or inference")
        return self


class RerankSettings(ModelSettings):
    """A cross-encoder that orders the first candidates anew."""

    model_dir: Path = Field(description=_MODEL_DIR)
    candidates: int = Field(default=20, ge=2, le=80, description="how many it looks at")


class Settings(ServiceSettings):
    model_config = settings_config("GENIUS_RETRIEVAL_")

    database: DatabaseSettings
    data_dir: Path = Field(description="indexes, and objects unless objects_url is set")
    kek_file: Path | None = Field(default=None, description="file with the key-encryption key, 64 hex digits a line")
    transit: TransitSettings | None = Field(default=None, description="key-encryption key in Vault, instead of a file")
    jwks_url: str = Field(description="the gateway's /.well-known/jwks.json")
    objects_url: str | None = Field(default=None, description="s3://… or memory:; empty = a folder in data_dir")
    qdrant: QdrantSettings | None = Field(default=None, description="empty = Qdrant Edge in this process")
    scanner: ScannerSettings | None = Field(default=None, description="empty = uploads are not scanned")
    dense: DenseSettings | None = Field(default=None, description="empty = search by words alone")
    dense_before: DenseSettings | None = Field(
        default=None, description="the model before, as long as its collections are being replaced"
    )
    rerank: RerankSettings | None = Field(default=None, description="empty = no cross-encoder")
    reserve_bytes: int = Field(
        default=256 * 1024 * 1024, ge=1024 * 1024, description="space in data_dir that documents never take"
    )
    worker_concurrency: int = Field(default=2, ge=1, le=32, description="documents that are ingested at once")
    limits: UploadLimits = UploadLimits()
    parser: ParserSettings = ParserSettings()

    @model_validator(mode="after")
    def _one_key_source(self) -> Self:
        if wrong := key_source_error(self.kek_file, self.transit):
            raise ValueError(wrong)
        return self
