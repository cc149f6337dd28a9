# SPDX-License-Identifier: EUPL-1.2
"""PPTX files written by hand, also hostile ones."""

from __future__ import annotations

from collections.abc import Mapping

from tests.support.office import archive
from tests.support.sheets import relations

_PROLOG = '<?xml version="1.0" encoding="UTF-8"?>'
_NS = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    ' xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
)
_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def paragraph(text: str, *, properties: str = "", run: str = "") -> str:
    return f"<a:p><a:pPr>{properties}</a:pPr><a:r><a:rPr>{run}</a:rPr><a:t>{text}</a:t></a:r></a:p>"


def shape(*paragraphs: str, kind: str | None = None, hidden: bool = False, frame: str = "") -> str:
    """A shape with text; `kind` is its role in the layout, "" where it has one without a name."""
    inner = "".join(item if item.startswith("<a:p>") else paragraph(item) for item in paragraphs)
    role = "" if kind is None else f'<p:ph type="{kind}"/>' if kind else '<p:ph idx="1"/>'
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="1" name="x" hidden="{int(hidden)}"/><p:nvPr>{role}</p:nvPr></p:nvSpPr>'
        f"<p:spPr>{frame}</p:spPr><p:txBody><a:bodyPr/>{inner}</p:txBody></p:sp>"
    )


def frame(x: int, y: int, width: int = 100, height: int = 100) -> str:
    return f'<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'


def table(*rows: tuple[str, ...]) -> str:
    made = "".join(
        "<a:tr>" + "".join(f"<a:tc><a:txBody>{paragraph(cell)}</a:txBody></a:tc>" for cell in row) + "</a:tr>"
        for row in rows
    )
    return (
        f"<p:graphicFrame><p:nvGraphicFramePr/><a:graphic><a:graphicData><a:tbl>{made}</a:tbl></a:graphicData>"
        "</a:graphic></p:graphicFrame>"
    )


def chart(identifier: str) -> str:
    return (
        f'<p:graphicFrame><a:graphic><a:graphicData><c:chart r:id="{identifier}"/></a:graphicData></a:graphic>'
        "</p:graphicFrame>"
    )


def points(*values: str, code: str = "", kind: str = "num") -> str:
    """Kept values of cells; an empty one has no point."""
    format_code = f"<c:formatCode>{code}</c:formatCode>" if code else ""
    made = "".join(f'<c:pt idx="{at}"><c:v>{value}</c:v></c:pt>' for at, value in enumerate(values) if value)
    return f"<c:{kind}Ref><c:f>x</c:f><c:{kind}Cache>{format_code}{made}</c:{kind}Cache></c:{kind}Ref>"


def series(name: str, along: str, values: str, *, scattered: bool = False) -> str:
    x, y = ("xVal", "yVal") if scattered else ("cat", "val")
    named = points(name, kind="str")
    return f"<c:ser><c:tx>{named}</c:tx><c:{x}>{along}</c:{x}><c:{y}>{values}</c:{y}></c:ser>"


def title(text: str) -> str:
    return f"<c:title><c:tx><c:rich>{paragraph(text)}</c:rich></c:tx></c:title>"


def chart_part(*shown: str, above: str = "", axes: str = "") -> str:
    """The part of a chart with the series `shown`."""
    plot = f"<c:plotArea><c:barChart>{''.join(shown)}</c:barChart>{axes}</c:plotArea>"
    return f"{_PROLOG}<c:chartSpace {_NS}><c:chart>{above}{plot}</c:chart></c:chartSpace>"


def slide(*shapes: str, attributes: str = "", prolog: str = _PROLOG, root: str = "sld") -> str:
    return (
        f"{prolog}<p:{root} {_NS} {attributes}><p:cSld><p:spTree><p:nvGrpSpPr/>{''.join(shapes)}</p:spTree></p:cSld>"
        f"</p:{root}>"
    )


def notes(*paragraphs: str) -> str:
    return slide(shape("3", kind="sldNum"), shape(*paragraphs, kind="body"), root="notes")


def pptx(
    *slides: str | bytes,
    order: list[int] | None = None,
    attributes: str = "",
    notes: Mapping[int, str] | None = None,
    parts: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """Slides in `order` (numbers from 1, as in the names of the parts); `notes` by number."""
    listed = "".join(f'<p:sldId id="{256 + n}" r:id="s{n}"/>' for n in order or range(1, len(slides) + 1))
    made: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "ppt/presentation.xml": f"{_PROLOG}<p:presentation {_NS} {attributes}><p:sldIdLst>{listed}</p:sldIdLst>"
        '<p:sldSz cx="12192000" cy="6858000"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relations(
            **{f"s{n}": f"slide slides/slide{n}.xml" for n in range(1, len(slides) + 1)}
        ),
        **{f"ppt/slides/slide{n}.xml": content for n, content in enumerate(slides, 1)},
    }
    for number, content in (notes or {}).items():
        made[f"ppt/notesSlides/notesSlide{number}.xml"] = content
        made[f"ppt/slides/_rels/slide{number}.xml.rels"] = relations(
            n=f"notesSlide ../notesSlides/notesSlide{number}.xml"
        )
    return archive({**made, **(parts or {})})
