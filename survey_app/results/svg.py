"""Matplotlib's SVG made fit for our pages: no inline style, no id twice, a title and a description, text as text."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
import zlib

SVG = "http://www.w3.org/2000/svg"


def tidy_svg(data: bytes, title: str, description: str, width: int, height: float) -> bytes:
    """Styles become attributes (the content policy allows no inline style); a title and a description are added."""
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ET.fromstring(data)  # noqa: S314  our own drawing
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style") or (
                child.tag == f"{{{SVG}}}defs" and not len(child)
            ):
                parent.remove(child)
    for element in root.iter():
        _style_to_attributes(element)
        _shorten(element)
    _unwrap(root)
    root.attrib.pop("height", None)
    root.set("font-family", "'Be Vietnam Pro', sans-serif")
    root.set("width", "100%")
    root.set("viewBox", f"0 0 {width * 0.75:g} {height * 0.75:g}")
    root.set("role", "img")
    root.set("stroke-linejoin", "round")
    for place, (name, words) in enumerate((("title", title), ("desc", description))):
        element = ET.Element(f"{{{SVG}}}{name}")
        element.text = words
        root.insert(place, element)
    text = ET.tostring(root, encoding="unicode")
    return _unique_ids(text, f"c{width}{zlib.crc32(title.encode()):x}").encode()


NUMBER = re.compile(r"-?\d+\.\d+")
NEEDLESS = {("text-anchor", "start"), ("stroke-dashoffset", "0"), ("stroke-linejoin", "miter")}


def _style_to_attributes(element: ET.Element) -> None:
    style = element.attrib.pop("style", "")
    for part in filter(None, (piece.strip() for piece in style.split(";"))):
        name, _colon, value = (piece.strip() for piece in part.partition(":"))
        if name != "font-family" and (name, value) not in NEEDLESS:
            element.set(name, value)


def _shorten(element: ET.Element) -> None:
    """Places to a tenth of a point, no layout between elements: half the weight."""
    for name in ("d", "x", "y", "transform"):
        if name in element.attrib:
            element.set(
                name, NUMBER.sub(lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), element.attrib[name])
            )
    if "d" in element.attrib:
        element.set("d", " ".join(element.attrib["d"].split()))
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]
    if not (element.text or "").strip():
        element.text = None
    element.tail = None


def _unwrap(root: ET.Element) -> None:
    """Groups that say nothing give way to what they hold."""
    group = f"{{{SVG}}}g"
    for parent in list(root.iter()):
        while any(child.tag == group and not set(child.attrib) - {"id"} for child in parent):
            parent[:] = [
                inner
                for child in parent
                for inner in (child if child.tag == group and not set(child.attrib) - {"id"} else [child])
            ]


def _unique_ids(svg: str, prefix: str) -> str:
    """Charts on one page must not share ids; an id that nothing points to is dropped."""
    used = set(re.findall(r'(?:xlink:href="#|url\(#)([^")]+)', svg))
    svg = re.sub(r' id="([^"]+)"', lambda m: f' id="{prefix}-{m[1]}"' if m[1] in used else "", svg)
    svg = re.sub(r'xlink:href="#([^"]+)"', rf'xlink:href="#{prefix}-\1"', svg)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)
