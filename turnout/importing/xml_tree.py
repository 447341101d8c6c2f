"""XML of strangers as a small tree whose elements know their lines.

Entities, external or not, and document types are refused; so are files too large or too deep.
"""

from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from xml.sax import ContentHandler, SAXException
from xml.sax.handler import LexicalHandler, property_lexical_handler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from turnout.frozen import attribute, define
from turnout.importing.foreign import ForeignError

MOST_BYTES = 20_000_000
DEEPEST = 50
MOST_ELEMENTS = 400_000


@define(eq=False)
class Element:
    """An element: its line, text and children; names of it and its attributes have no prefix.

    comments: those before it, and those behind its last child.
    """

    name: str
    line: int
    attributes: Mapping[str, str] = attribute(factory=dict[str, str])
    text: str = ""
    children: list["Element"] = attribute(factory=list["Element"])
    comments: list[str] = attribute(factory=list[str])

    def all(self, name: str) -> Iterator["Element"]:
        """Yield the children of a name, in order."""
        return (child for child in self.children if child.name == name)

    def first(self, name: str) -> "Element | None":
        """Return the first child of a name, None where there is none."""
        return next(self.all(name), None)

    def said(self, name: str) -> str:
        """Return the text of the first child of a name, "" where there is none."""
        child = self.first(name)
        return "" if child is None else child.text.strip()

    def every_comment(self) -> Iterator[str]:
        """Yield the comments before it and inside it, in order but for those at its end."""
        yield from self.comments
        for child in self.children:
            yield from child.every_comment()


def xml_tree(path: Path) -> Element:
    """Return the root of a file. Raises ForeignError where it is no XML that can be trusted."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise ForeignError(
                f"{path} has {size:,} bytes, and at most {MOST_BYTES:,} are read",
                "name the file with the rules",
            )
        data = path.read_bytes()
    except OSError as failure:
        raise ForeignError(f"{path} can't be read: {failure.strerror}", "check its name") from None
    builder = _Builder(path)
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(builder)
    parser.setProperty(property_lexical_handler, builder)
    try:
        parser.parse(BytesIO(data))
    except DefusedXmlException:
        raise ForeignError(
            f"{path} declares a document type or entities, which no rules need",
            "export it again, or take the declaration out",
        ) from None
    except SAXException as failure:
        line = getattr(failure, "getLineNumber", lambda: 0)()
        raise ForeignError(
            f"{path}:{line}: not well-formed XML: {failure.getMessage()}", "export it again"
        ) from None
    except (UnicodeError, LookupError, ValueError) as failure:
        raise ForeignError(f"{path} is in no encoding that it says: {failure}", "") from None
    assert builder.root is not None  # a text without an element isn't well-formed
    return builder.root


class _Builder(ContentHandler, LexicalHandler):
    """Builds the tree, and stops where it grows beyond what rules need."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.root: Element | None = None
        self._path = path
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._comments: list[str] = []
        self._count = 0
        self._locator: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802 - SAX's own name
        self._locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - SAX's own name
        line = 0 if self._locator is None else self._locator.getLineNumber() or 0
        self._count += 1
        if len(self._open) >= DEEPEST or self._count > MOST_ELEMENTS:
            raise ForeignError(
                f"{self._path}:{line}: more than {DEEPEST} elements inside each other, or "
                f"{MOST_ELEMENTS:,} in all",
                "name the file with the rules",
            )
        attributes = {key.rpartition(":")[2]: value for key, value in attrs.items()}
        element = Element(name.rpartition(":")[2], line, attributes, comments=self._comments)
        self._comments = []
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)
        self._texts.append([])

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX's own name
        del name
        element = self._open.pop()
        element.text = "".join(self._texts.pop())
        element.comments += self._comments
        self._comments = []

    def characters(self, content: str) -> None:
        self._texts[-1].append(content)

    def comment(self, content: str) -> None:
        self._comments.append(content)
