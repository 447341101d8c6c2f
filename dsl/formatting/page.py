"""Words and comments → the lines of the canonical form."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from turnout.dsl.formatting.linebreaks import (
    EMPTY,
    SPACE,
    Align,
    Blank,
    Doc,
    Group,
    Line,
    Nest,
    NewLine,
    Remark,
    Unbroken,
    WrittenLines,
    concat,
    flat_width,
    joined,
    laid_out,
)
from turnout.dsl.formatting.touched import Divided, divided
from turnout.dsl.formatting.words import (
    END,
    Around,
    Branch,
    WordNode,
    WordTree,
    first_word,
    is_word,
    part_at,
    parts_of,
    surroundings,
)
from turnout.dsl.lexing import Token
from turnout.frozen import frozen

WIDTH = 100
INDENT = 2

_BETWEEN = {"person": "  ", "partner": "  ", "team": " ", "test_lead": " "}
"""Rules whose braces stand on one line where they fit, and what stands between their parts."""

_PADDED = {"rule": 4, "rule_table": 4, "calendar": 8}
"""Blocks whose first words are followed by their operands at one column, and its width."""

_CLAUSES = {"when", "sla", "row_sla", "do", "timezone", "opening", "holidays", "closed"}
"""What stands in those blocks, besides targets."""

_GAP = Unbroken("  ")

_MOST_INDENT = 16
"""Columns that are kept free for the blocks around a rule on one line."""


def page(words: WordTree, within: tuple[int, int] | None = None) -> str:
    """Return the file's text in canonical form.

    within: offsets; statements that are not between them stay as they are.
    """
    around = surroundings(words)
    writer = _Writer(words.text, around, within)
    lines: list[tuple[str, str]] = []
    for statement in writer.statements(parts_of(words.tree)):
        lines += laid_out(statement, WIDTH)
    for text, is_apart in around[END].above:
        lines += [("", "")] * (is_apart and bool(lines))
        lines.append((text, ""))
    return "".join(f"{line}\n" for line in _beside(lines))


def _beside(lines: list[tuple[str, str]]) -> Iterator[str]:
    """Yield the lines with their comments, those of neighbouring lines at one column."""
    for has_comment, group in groupby(lines, key=lambda line: bool(line[1])):
        run = list(group)
        column = max(len(text) for text, _ in run) + 2
        for text, comment in run:
            yield f"{text:<{column}}{comment}" if has_comment else text


@frozen
class _Statement:
    """A statement between the line breaks around it.

    above: its comments and the empty lines among them. is_apart: an empty line is above
    it all. cells: what it says, in parts; those of neighbours with the same key are made
    equally wide, the last one not counted.
    """

    above: Doc
    is_apart: bool
    key: str
    cells: tuple[Doc, ...]


class _Writer:
    """Turns the tree of a text into documents; `around` is what stands around its words."""

    def __init__(
        self, text: str, around: dict[int, Around], within: tuple[int, int] | None
    ) -> None:
        self._text = text
        self._around = around
        self._within = within

    def _around_of(self, word: Token) -> Around:
        """Return what stands around a word."""
        return self._around.get(word.start_pos) or Around()

    # -- statements --

    def statements(
        self, nodes: Sequence[WordNode], padding: int = 0, begin: int = 0
    ) -> Iterator[Doc]:
        """Yield the statements of a block: empty lines kept, neighbours lined up.

        padding: the least width of a first cell. begin: the end of the word before them.
        """
        lines = None if self._within is None else divided(self._text, nodes, begin)
        if self._within is None or lines is None:
            yield from self._statements(nodes, padding, is_first=True)
            return
        first, end = lines.touched(self._within, lambda at: self._key(nodes[at]))
        if first:
            yield self._as_written(lines, 0, first)
        yield from self._statements(nodes[first:end], padding, is_first=not first)
        if end < len(nodes):
            yield self._as_written(lines, end, len(nodes))

    def _as_written(self, lines: Divided, first: int, end: int) -> Doc:
        apart = Blank() if first and lines.is_apart(first) else EMPTY
        return concat(apart, WrittenLines(lines.indent(first) + lines.written(first, end)))

    def _key(self, node: WordNode) -> str:
        """Return what a statement has in common with those that it may be lined up with."""
        if isinstance(node, Token):
            return ""
        if node.data == "rule":
            return "rule" if self._is_short(node) else ""
        return "clause" if node.data in {"chain", "row_chain", *_CLAUSES} else node.data

    def _statements(
        self, nodes: Sequence[WordNode], padding: int, *, is_first: bool
    ) -> Iterator[Doc]:
        """Yield statements that are laid out. is_first: whether they begin their block."""
        read = [self._statement(node, is_padded=padding > 0) for node in nodes]
        for run in _runs(read):
            columns = [_column(cells) for cells in zip(*(s.cells for s in run), strict=False)]
            columns[0] = max(columns[0], padding)
            for statement in run:
                is_top = is_first and statement is read[0]
                apart = Blank() if statement.is_apart and not is_top else EMPTY
                *cells, last = statement.cells
                filled = [
                    concat(cell, Unbroken(" " * (column - _width(cell))))
                    for cell, column in zip(cells, columns, strict=False)
                ]
                yield concat(apart, statement.above, *filled, last)

    def _statement(self, node: WordNode, *, is_padded: bool) -> _Statement:
        around = self._around_of(first_word(node))
        above, around.above = around.above, []
        docs: list[Doc] = []
        for at, (text, is_apart) in enumerate(above):
            docs += [Blank()] if at and is_apart else []
            docs += [Unbroken(text), NewLine()]
        if above and around.is_apart:
            docs.append(Blank())
        is_apart = above[0][1] if above else around.is_apart
        return _Statement(concat(*docs), is_apart, *self._divided(node, is_padded=is_padded))

    def _divided(self, node: WordNode, *, is_padded: bool) -> tuple[str, tuple[Doc, ...]]:
        """Return a statement's key and its cells."""
        if isinstance(node, Token):
            return "", (self._word(node),)
        parts = parts_of(node)
        at = next((at for at, part in enumerate(parts) if is_word(part, "EQUAL", "COLON")), 0)
        brace = next((at for at, part in enumerate(parts) if is_word(part, "LBRACE")), 0)
        match node.data:
            case "territory" | "segment" | "member_segment" if at and not _has_children(node):
                meaning = concat(SPACE, self._condition(parts[at:]))
                return node.data, (self._inline(parts[:at]), meaning)
            case "field":
                return "field", (self._inline(parts[: at + 1]), self._type(parts[at + 1 :]))
            case "person" | "partner" | "team" if brace:
                block = self._short_block(parts[brace:], node.data)
                return node.data, (self._inline(parts[:brace]), concat(SPACE, block))
            case "rule" if self._is_short(node):
                condition = concat(SPACE, self._word(parts[brace]), SPACE, self.doc(parts[-3]))
                target = concat(_GAP, self.doc(parts[-2]), SPACE, self._word(parts[-1]))
                return "rule", (self._inline(parts[:brace]), condition, target)
            case "chain" | "row_chain":
                targets = self._chain(parts[1:], NewLine())
                return "clause", (self._word(parts[0]), concat(SPACE, targets))
            case _ if is_padded and node.data in _CLAUSES:
                return "clause", (self._word(parts[0]), concat(SPACE, self._operands(parts[1:])))
            case _:
                return "", (self.doc(node),)

    def _is_short(self, rule: Branch) -> bool:
        """Return whether a rule is written on one line and can stay there."""
        branches = (part.data for part in rule.children if isinstance(part, Branch))
        kinds = [kind for kind in branches if not kind.startswith("valid_")]
        words = list(rule.words())
        is_one_line = "\n" not in self._text[words[0].start_pos : words[-1].end_pos]
        if kinds != ["when", "chain"] or not is_one_line:
            return False
        is_bare = not any(self._around_of(word).behind for word in words[:-1])
        length = sum(len(word) + 1 for word in words)
        return is_bare and length + _MOST_INDENT <= WIDTH

    def doc(self, node: WordNode) -> Doc:
        """Return a word or a rule's words, without what is special to statements."""
        if isinstance(node, Token):
            return self._word(node)
        parts = parts_of(node)
        match node.data:
            case "literals" | "texts" | "field_names":
                return concat(
                    self._word(parts[0]), Align(self._items(parts[1:-1])), self._word(parts[-1])
                )
            case "or_" | "and_":
                return self._condition(parts)
            case "closed_range" | "range_from" | "range_to" | "days":
                return concat(*map(self.doc, parts))
            case "fallback":
                to = self._chained(parts[1])
                return concat(self._word(parts[0]), SPACE, to)
            case "chain" | "row_chain":
                return self._chained(node)
            case "test_lead":
                return concat(self._word(parts[0]), SPACE, self._short_block(parts[1:], node.data))
            case _ if any(is_word(part, "LBRACE") for part in parts):
                return self._block(parts, node.data)
            case _:
                return self._inline(parts)

    def _chained(self, chain: WordNode) -> Doc:
        assert isinstance(chain, Branch)
        to, *rest = parts_of(chain)
        return Group(concat(self._word(to), SPACE, Nest(INDENT, self._chain(rest, Line()))))

    def _chain(self, parts: list[WordNode], between: Doc) -> Doc:
        """Return targets, each `else` behind `between`."""
        docs = [
            concat(between, self._word(part), SPACE) if is_word(part, "ELSE") else self.doc(part)
            for part in parts
        ]
        return concat(*docs)

    def _type(self, parts: list[WordNode]) -> Doc:
        """Return a field's type and what is said of it, each part on its own line if need be."""
        kind, *more = parts
        return concat(
            SPACE,
            Align(Group(concat(self.doc(kind), *(concat(Line(), self.doc(m)) for m in more)))),
        )

    def _operands(self, parts: list[WordNode]) -> Doc:
        if any(is_word(part, "COMMA") for part in parts):
            return Align(self._items(parts))
        return self._condition(parts)

    def _items(self, parts: list[WordNode]) -> Doc:
        """Return what commas separate, as many to a line as fit."""
        docs: list[Doc] = []
        item: list[WordNode] = []
        for part in [*parts, None]:
            if part is not None and not is_word(part, "COMMA"):
                item.append(part)
                continue
            if item:
                comma = EMPTY if part is None else self._word(part)
                said = concat(self._inline(item), comma)
                docs.append(Group(concat(Line(), said)) if docs else said)
            item = []
        return concat(*docs)

    def _condition(self, parts: list[WordNode]) -> Doc:
        """Return `= a or b`, `a and b`, ...: broken before the words that join.

        The joined parts stand below each other, the joining words to their left.
        """
        if is_word(part_at(parts, 0), "EQUAL"):
            return concat(self._word(parts[0]), SPACE, self._condition(parts[1:]))
        if not any(is_word(part, "OR", "AND") for part in parts):
            return self._inline(parts)
        docs: list[Doc] = []
        operand: list[WordNode] = []
        for part in [*parts, None]:
            if part is not None and not is_word(part, "OR", "AND"):
                operand.append(part)
                continue
            docs.append(Align(self._inline(operand)))
            operand = []
            if part is not None:
                word = self._word(part)
                docs += [Nest(-len(str(part)) - 1, concat(Line(), word)), SPACE]
        return Align(Group(concat(*docs)))

    def _block(self, parts: list[WordNode], rule: str) -> Doc:
        """Return a rule whose braces stand on lines of their own."""
        brace = next(at for at, part in enumerate(parts) if is_word(part, "LBRACE"))
        head = concat(self._inline(parts[:brace]), SPACE) if brace else EMPTY
        begin = first_word(parts[brace]).end_pos
        inner = list(self.statements(parts[brace + 1 : -1], _PADDED.get(rule, 0), begin))
        close = self._around_of(first_word(parts[-1]))
        for text, is_apart in close.above:
            inner.append(concat(Blank() if is_apart and inner else EMPTY, Unbroken(text)))
        close.above = []
        if not inner:
            return concat(head, self._word(parts[brace]), self._word(parts[-1]))
        body = concat(*(concat(NewLine(), statement) for statement in inner))
        return concat(
            head,
            self._word(parts[brace]),
            Nest(INDENT, body),
            NewLine(),
            self._word(parts[-1]),
        )

    def _short_block(self, parts: list[WordNode], rule: str) -> Doc:
        """Return `{ ... }` on one line if it fits."""
        opening, *inner, closing = parts
        if not inner:
            return concat(self._word(opening), self._word(closing))
        # Commas between a lead's values keep a field apart from the value before it.
        comma = Unbroken(",") if rule == "test_lead" else EMPTY
        between = concat(comma, Line(_BETWEEN[rule]))
        docs: list[Doc] = []
        for part in inner:
            if is_word(part, "COMMA"):
                docs[-1] = concat(docs[-1], self._word(part))
            else:
                docs.append(self.doc(part))
        return Group(
            concat(
                self._word(opening),
                Nest(INDENT, concat(Line(), joined(docs, between))),
                Line(),
                self._word(closing),
            )
        )

    def _inline(self, parts: Sequence[WordNode]) -> Doc:
        """Return parts on a line, spaces between them but for brackets and commas."""
        docs: list[Doc] = []
        for at, part in enumerate(parts):
            is_tight = (
                at == 0 or is_word(part, "COMMA", "COLON", "RPAR") or is_word(parts[at - 1], "LPAR")
            )
            docs += [self.doc(part)] if is_tight else [SPACE, self.doc(part)]
        return concat(*docs)

    def _word(self, node: WordNode) -> Doc:
        """Return a word with the comments around it."""
        assert isinstance(node, Token)
        around = self._around.get(node.start_pos)
        if around is None:
            return Unbroken(str(node))
        above = [d for text, _ in around.above for d in (NewLine(if_used=True), Unbroken(text))]
        docs: list[Doc] = [*above, NewLine()] if above else []
        docs.append(Unbroken(str(node)))
        docs += [Remark(around.behind)] if around.behind else []
        return concat(*docs)


def _runs(statements: Sequence[_Statement]) -> Iterator[list[_Statement]]:
    """Yield neighbours with the same key, no empty line between them."""
    run: list[_Statement] = []
    for statement in statements:
        if run and (statement.is_apart or statement.key != run[-1].key or not statement.key):
            yield run
            run = []
        run.append(statement)
    if run:
        yield run


def _has_children(tree: Branch) -> bool:
    return any(isinstance(part, Branch) and part.data == "children" for part in tree.children)


def _column(cells: Iterable[Doc]) -> int:
    """Return the width of a column; a cell wider than a page pushes only its own line."""
    return max((width for width in map(_width, cells) if width <= WIDTH), default=0)


def _width(doc: Doc) -> int:
    return flat_width(doc) or 0
