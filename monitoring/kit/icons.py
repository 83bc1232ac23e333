"""Lucide icons as inline SVG, read from the installed package."""

from functools import lru_cache
from importlib.resources import as_file, files
from xml.etree import ElementTree
from zipfile import ZipFile

from django.utils.safestring import SafeString, mark_safe

NAMESPACE = "{http://www.w3.org/2000/svg}"


@lru_cache(maxsize=256)
def icon(name: str) -> SafeString:
    """Return the icon's markup, hidden from screen readers: a word always stands beside it.

    Raises KeyError for a name that the package does not have.
    """
    with as_file(files("lucide") / "lucide.zip") as archive, ZipFile(archive) as zipped:
        svg = ElementTree.fromstring(zipped.read(f"{name}.svg"))
    for node in svg.iter():
        node.tag = node.tag.removeprefix(NAMESPACE)
    svg.attrib = {
        "class": "icon",
        "viewBox": "0 0 24 24",
        "aria-hidden": "true",
        "focusable": "false",
    }
    return mark_safe(ElementTree.tostring(svg, encoding="unicode"))  # noqa: S308
