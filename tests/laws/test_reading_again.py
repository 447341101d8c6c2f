"""What is kept of a policy while its text is edited is what would be read from scratch.

Not only the policy and its findings: also each place in it, and each use of a name, because
an editor shows them. `--thorough` makes a thousand edits of each policy.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, cast

import attrs
import pytest

from turnout.compiler.checks.again import Checked
from turnout.compiler.compiled import compile_policy, read_policy
from turnout.compiler.leads.budget import USUAL
from turnout.compiler.recompiled import compile_again, rules_of
from turnout.dsl.files import Files
from turnout.dsl.rereading import RulesRead
from turnout.dsl.source import Source, Span

EXAMPLES = Path(__file__).parents[2] / "examples"
MAINS = [
    EXAMPLES / "saas-inbound/inbound.route",
    EXAMPLES / "multi-product/products.route",
    EXAMPLES / "many-sources/intake.route",
]
LONG = EXAMPLES / "home-services/dispatch.route"
"""Has large tables; only the thorough run waits for it."""

PIECES = ["x", " ", "}", "{", '"', "#", " and ", "\n", "\n  ", "é", "😀", "rule z { when ", "not "]


def edited(text: str, random: Random) -> str:
    """Return a text with something typed, deleted, doubled, cut or renamed."""
    start = random.randrange(len(text) + 1)
    end = min(len(text), start + random.choice([0, 0, 1, 5, 40, 400]))
    match random.randrange(6):
        case 0 | 1:
            return text[:start] + random.choice(PIECES) + text[start:]
        case 2:
            return text[:start] + text[end:]
        case 3:
            return text[:end] + text[start:end] + text[end:]
        case 4:
            words = [word for word in text.split() if word.isidentifier() and len(word) > 3]
            one, two = random.choice(words), random.choice(words)
            return text.replace(one, two, random.choice([1, 1, 99]))
        case _:
            return text[:start] + "\n# a comment\n" + text[start:]


def places(value: object) -> Iterator[tuple[str, int, int, str]]:
    """Yield every place in a value, with the text there."""
    match value:
        case Span():
            yield value.source.name, value.start, value.end, value.text
        case Source() | str():
            return
        case tuple():
            for each in cast("tuple[object, ...]", value):
                yield from places(each)
        case Mapping():
            for each in cast("Mapping[object, object]", value).values():
                yield from places(each)
        case _ if attrs.has(type(value)):
            for field in attrs.fields(cast("Any", type(value))):
                yield from places(getattr(value, field.name))
        case _:
            return


@pytest.mark.parametrize("main", MAINS, ids=lambda path: path.stem)
def test_what_is_kept_is_what_would_be_read(main: Path, pytestconfig: pytest.Config) -> None:
    is_thorough = bool(pytestconfig.getoption("thorough"))
    number = (pytestconfig.getoption("examples") or 1_000) if is_thorough else 7
    held(main, number)


def test_what_is_kept_of_a_large_policy(pytestconfig: pytest.Config) -> None:
    if not pytestconfig.getoption("thorough"):
        pytest.skip("takes a second for each edit")
    held(LONG, pytestconfig.getoption("examples") or 1_000)


def held(main: Path, number: int) -> None:
    """Hold what is kept after so many edits to what is read from scratch."""
    random = Random(main.stem)  # noqa: S311 - the same edits each time
    files = [main, *(each for each in sorted(main.parent.glob("*.route")) if each != main)]
    originals = {each: each.read_text("utf-8") for each in files}
    texts, rules = dict(originals), RulesRead(keeps=True)
    for count in range(number):
        again = read_policy(main, files=Files(texts), known=rules)
        fresh = read_policy(main, files=Files(texts))
        assert again.found == fresh.found
        one, two = again.resolution, fresh.resolution
        assert one.findings == two.findings
        assert one.policy == two.policy
        assert (one.unsound, one.inexact) == (two.unsound, two.inexact)
        assert list(places(one.policy)) == list(places(two.policy))
        assert list(one.references) == list(two.references)
        assert again.program == fresh.program
        rules = rules_of(again, rules)
        path = random.choice(files[:1] * 3 + files)
        is_lost = bool(again.found) or len(texts[path]) > 2 * len(originals[path])
        texts[path] = originals[path] if is_lost and count % 3 else edited(texts[path], random)


@pytest.mark.parametrize("main", MAINS[:2], ids=lambda path: path.stem)
def test_what_is_found_again_is_what_is_found_from_scratch(
    main: Path, pytestconfig: pytest.Config
) -> None:
    is_thorough = bool(pytestconfig.getoption("thorough"))
    number = (pytestconfig.getoption("examples") or 300) if is_thorough else 3
    random = Random(f"again {main.stem}")  # noqa: S311 - the same edits each time
    original = text = main.read_text("utf-8")
    rules, checked = RulesRead(keeps=True), cast("Checked | None", None)
    for count in range(number):
        read = read_policy(main, files=Files({main: text}), known=rules)
        rules = rules_of(read, rules)
        quick = compile_again(read, checked, {}, USUAL, is_quick=True)
        whole = compile_again(read, checked, {}, USUAL, is_quick=False, just=quick.just)
        checked = whole.checked
        fresh = compile_policy(main, files=Files({main: text}))
        assert whole.compiled.findings == fresh.findings
        assert list(places(whole.compiled.findings)) == list(places(fresh.findings))
        text = original if read.found and count % 2 else edited(text, random)
