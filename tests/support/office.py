# SPDX-License-Identifier: EUPL-1.2
"""DOCX and ODT files written by hand, also hostile ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
)
CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
STYLES = f"""<?xml version="1.0"?><w:styles {_W}>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Amt"><w:name w:val="Amtlich"/><w:basedOn w:val="berschrift1"/></w:style>
</w:styles>"""


def archive(parts: Mapping[str, str | bytes], *, prefix: bytes = b"") -> bytes:
    """A deflated ZIP of `parts` in their order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in parts.items():
            zipped.writestr(name, content)
    return prefix + out.getvalue()


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(content: str, *, style: str = "", listed: bool = False) -> str:
    """A DOCX paragraph of runs, or of plain text."""
    inner = content if content.startswith("<w:") else run(content)
    properties = (f'<w:pStyle w:val="{style}"/>' if style else "") + (
        '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>' if listed else ""
    )
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def docx(*blocks: str, prolog: str = '<?xml version="1.0"?>', parts: Mapping[str, str | bytes] | None = None) -> bytes:
    body = f"{prolog}<w:document {_W}><w:body>{''.join(blocks)}</w:body></w:document>"
    return archive(
        {"[Content_Types].xml": CONTENT_TYPES, "word/document.xml": body, "word/styles.xml": STYLES, **(parts or {})}
    )


def odt(
    *blocks: str,
    styles: str = "",
    prolog: str = '<?xml version="1.0"?>',
    parts: Mapping[str, str | bytes] | None = None,
) -> bytes:
    content = (
        f"{prolog}<office:document-content {ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{''.join(blocks)}</office:text></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.text"
    return archive({"mimetype": kind, "content.xml": content, **(parts or {})})
