"""Drawing without a library: SVG elements, escaped, coloured by class and never by style."""

from xml.etree import ElementTree

from django.utils.safestring import SafeString, mark_safe

Node = ElementTree.Element
Length = int | str


def drawing(width: int, height: int, *, title: str, kind: str) -> Node:
    """Return an empty drawing that a screen reader calls `title`."""
    root = Node("svg")
    root.attrib = {
        "class": f"chart chart--{kind}",
        "viewBox": f"0 0 {width} {height}",
        "role": "img",
        "aria-label": title,
    }
    ElementTree.SubElement(root, "title").text = title
    return root


def add(parent: Node, tag: str, text: str = "", /, **attributes: Length) -> Node:
    """Append an element; `_` becomes `-` in names, and `class_` is the class."""
    node = ElementTree.SubElement(parent, tag)
    for name, value in attributes.items():
        node.set(name.rstrip("_").replace("_", "-"), str(value))
    node.text = text or None
    return node


def hover(node: Node, words: str) -> None:
    """Let the browser show `words` over `node`."""
    ElementTree.SubElement(node, "title").text = words


def markup(root: Node) -> SafeString:
    """Return the drawing's markup. Every text in it has been escaped by the serialiser."""
    return mark_safe(ElementTree.tostring(root, encoding="unicode"))  # noqa: S308
