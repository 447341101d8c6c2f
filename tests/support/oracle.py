"""An oracle of policies over texts, codes and numbers, written from the documentation alone.

It knows nothing of the compiler: it draws policies, writes them as text, and asks of each lead
of a set that suffices what the pages in docs/language say. The set has, for each field, one
value for everything that the policy's own tests tell apart, found by trying all short texts
over the letters of the tests and one more, and all ways to put their words together. What
the checks have to say of such a policy follows by counting.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import permutations, product
from random import Random
from typing import TypeAlias

import attrs

LONGEST = 5
"""Letters of the texts that are tried, one by one."""

Fact: TypeAlias = tuple[str, str, tuple[str, ...]]
"""A test as it is written: the field, what is asked of it, and the words or numbers."""

Lead: TypeAlias = dict[str, str | int | None]


@attrs.frozen
class Node:
    """A condition: a test, or "and", "or" or "not" of others."""

    word: str
    parts: tuple["Node", ...] = ()
    fact: Fact | None = None


@attrs.frozen
class Drawn:
    """A policy: the condition of each rule, in order, with its queue, and its fallback's."""

    fields: dict[str, str]
    rules: tuple[tuple[Node, str], ...]
    fallback: str | None

    def text(self, *, in_blocks: bool = False) -> str:
        """Return the policy as it is written. in_blocks: each rule as a block, on its own line."""
        fields = "  ".join(f"{name}: {kind}" for name, kind in self.fields.items())
        rules = "\n".join(
            f"  within {said(condition)} {{ fallback to queue {queue} }}"
            if in_blocks
            else f"  rule r{at} {{ when {said(condition)} to queue {queue} }}"
            for at, (condition, queue) in enumerate(self.rules)
        )
        last = f"  fallback to queue {self.fallback}\n" if self.fallback else ""
        queues = "\n".join(f"queue q{at}" for at in range(3))
        return f"lead {{ {fields} }}\n{queues}\nroute inbound {{\n{rules}\n{last}}}\n"


# -- drawing --

_KINDS = {
    "name": "text",
    "mail": "text",
    "zip": "code first 3",
    "area": "code 2 digits",
    "size": "integer 0..4",
    "plan": "one of [p, q, r]",
}
_LETTERS = {"name": "ab", "mail": "ab", "zip": "12", "area": "12"}
_FOUND_BY = {"a.b": "aab", "bb|^b": "bb", "a+b": "ab"}
"""A text that an expression finds anywhere."""
_EXPRESSIONS = ("^a", "b$", "a.b", "^a*$", "^(ab)+$", "^.{2}$", "bb|^b", "a+b", "[^a]$", "^a|c")


def drawn(seed: int) -> Drawn:
    """Return the policy of a number."""
    random = Random(seed)  # noqa: S311 - the same policies in every run
    names = random.sample(sorted(_KINDS), random.choice([1, 2, 2, 3]))
    if not set(names) & set(_LETTERS):
        names[0] = random.choice(sorted(_LETTERS))
    fields = {name: _KINDS[name] for name in names}
    known = [_fact(random, random.choice(names)) for _ in range(random.choice([3, 4, 5, 6]))]
    rules = tuple(
        (_condition(random, known, 2), f"q{random.randrange(3)}")
        for _ in range(random.choice([2, 3, 4]))
    )
    return Drawn(fields, rules, random.choice([None, "q0", "q1"]))


def _fact(random: Random, name: str) -> Fact:
    if name == "size":
        kind = random.choice(["in", ">=", "<="])
        count = 2 if kind == "in" else 1
        return name, kind, tuple(str(n) for n in sorted(random.sample(range(5), count)))
    if name == "plan":
        values = random.sample("pqr", random.choice([1, 2]))
        return name, random.choice(["in", "in", "not in"]), tuple(sorted(values))
    if name in {"name", "mail"} and random.random() < 0.25:
        return name, "matches", (random.choice(_EXPRESSIONS),)
    kinds = ["in", "not in", "starts with", "ends with", "contains", "starts with", "ends with"]
    kind = random.choice(kinds if name != "name" else [*kinds, "has word"])
    longest = 2 if name != "zip" else 3
    fewest = 2 if name == "area" and kind.endswith("in") else 1
    words = {
        "".join(random.choice(_LETTERS[name]) for _ in range(random.randint(fewest, longest)))
        for _ in range(random.choice([1, 1, 2, 3]))
    }
    return name, kind, tuple(sorted(words))


def _condition(random: Random, known: Sequence[Fact], depth: int) -> Node:
    roll = random.random()
    if depth == 0 or roll < 0.35:
        return Node("test", fact=random.choice(known))
    if roll < 0.5:
        return Node("not", (_condition(random, known, depth - 1),))
    count = random.choice([2, 2, 3])
    parts = tuple(_condition(random, known, depth - 1) for _ in range(count))
    return Node("and" if roll < 0.78 else "or", parts)


# -- as it is written --


def said(node: Node) -> str:
    """Return a condition as it is written."""
    if node.fact is not None:
        return _said(node.fact)
    if node.word == "not":
        return f"not ({said(node.parts[0])})"
    return f" {node.word} ".join(f"({said(part)})" for part in node.parts)


def _said(fact: Fact) -> str:
    name, kind, words = fact
    quoted = [word if name in {"size", "plan"} else f'"{word}"' for word in words]
    if kind == "matches" or len(words) == 1:
        return f"{name} {({'in': 'is', 'not in': 'is not'}).get(kind, kind)} {quoted[0]}"
    if name == "size" and kind == "in":
        return f"size in [{', '.join(quoted)}]"
    return f"{name} {kind} [{', '.join(quoted)}]"


def opened(node: Node) -> Node:
    """Return a condition in which a list of beginnings, ends or parts is an `or`."""
    if node.fact is None:
        return attrs.evolve(node, parts=tuple(map(opened, node.parts)))
    name, kind, words = node.fact
    if kind not in {"starts with", "ends with", "contains", "has word"} or len(words) == 1:
        return node
    each = tuple(Node("test", fact=(name, kind, (word,))) for word in words)
    return Node("or", each)


# -- what it means --


def holds(node: Node, lead: Lead) -> bool:
    """Return whether a condition holds for a lead."""
    if node.fact is not None:
        return asked(node.fact, lead[node.fact[0]])
    answers = (holds(part, lead) for part in node.parts)
    match node.word:
        case "and":
            return all(answers)
        case "or":
            return any(answers)
        case _:
            return not next(answers)


def asked(fact: Fact, value: str | int | None) -> bool:
    """Return whether a test holds for a value; of one that is missing it is false."""
    if value is None:
        return False
    _, kind, words = fact
    text = str(value).lower()
    match kind:
        case "in":
            return text in words
        case "not in":
            return text not in words
        case ">=":
            return int(value) >= int(words[0])
        case "<=":
            return int(value) <= int(words[0])
        case "starts with":
            return text.startswith(words)
        case "ends with":
            return text.endswith(words)
        case "contains":
            return any(word in text for word in words)
        case "has word":
            return any(re.search(rf"(?<![^\W_]){word}(?![^\W_])", text) for word in words)
        case _:
            return re.search(words[0], text) is not None


# -- leads that suffice --


def leads(policy: Drawn) -> list[Lead]:
    """Return leads that differ in each way that the policy's tests can tell apart."""
    facts = {fact for condition, _ in policy.rules for fact in _facts(opened(condition))}
    facts |= {fact for condition, _ in policy.rules for fact in _facts(condition)}
    choices: list[list[str | int | None]] = []
    for name in policy.fields:
        own = sorted(fact for fact in facts if fact[0] == name)
        singles = [
            (name, "in", (word,)) for _, kind, words in own if kind == "in" for word in words
        ]
        found: dict[tuple[bool, ...], str | int | None] = {(False,) * 0: None}
        for value in _values(name, own):
            found.setdefault(tuple(asked(fact, value) for fact in (*own, *singles)), value)
        found.pop((), None)
        choices.append([None, *found.values()] if own else [None])
    return [dict(zip(policy.fields, chosen, strict=True)) for chosen in product(*choices)]


def _facts(node: Node) -> Iterator[Fact]:
    if node.fact is not None:
        yield node.fact
    for part in node.parts:
        yield from _facts(part)


def _values(name: str, facts: Sequence[Fact]) -> Iterator[str | int]:
    if name == "size":
        yield from range(5)
    elif name == "plan":
        yield from "pqr"
    elif name == "area":
        yield from map("".join, product("123", repeat=2))
    elif name == "zip":
        for length in (1, 2, 3):
            yield from map("".join, product("123", repeat=length))
    else:
        # A sign, where words are asked for; a letter that stands for all others, else.
        other = "-" if any(kind == "has word" for _, kind, _ in facts) else "d"
        for length in range(1, LONGEST + 1):
            yield from map("".join, product(f"abc{other}", repeat=length))
        words = sorted({word for _, kind, of in facts if kind != "matches" for word in of})[:5]
        # What an expression finds may have to stand amid them: "b" + "aab" + "aa".
        words += [
            _FOUND_BY[of[0]] for _, kind, of in facts if kind == "matches" and of[0] in _FOUND_BY
        ][:1]
        for count in range(2, len(words) + 1):
            for some in permutations(words, count):
                yield from ("".join(some), other.join(some), "c".join(some))


# -- what has to be said --


@attrs.frozen
class Expected:
    """What the checks have to say: of the rules by number, and whether there is a gap."""

    unreachable: frozenset[int]
    impossible: frozenset[int]
    redundant: frozenset[int]
    dead: frozenset[int]
    has_gap: bool


def expected(policy: Drawn) -> Expected:
    """Return what follows for a policy, lead by lead."""
    every = leads(policy)
    conditions = [opened(condition) for condition, _ in policy.rules]
    masks = _Masks(every)
    left = (1 << len(every)) - 1
    reach: list[int] = []
    for condition in conditions:
        hit = masks.of(condition)
        reach.append(hit & left)
        left &= ~hit
    numbers = range(len(conditions))
    impossible = frozenset(at for at in numbers if not masks.of(conditions[at]))
    return Expected(
        unreachable=frozenset(at for at in numbers if not reach[at]) - impossible,
        impossible=impossible,
        redundant=frozenset(
            at
            for at in numbers
            if at not in impossible
            and any(masks.of(one) == masks.of(conditions[at]) for one in shorter(conditions[at]))
        ),
        dead=frozenset(
            at
            for at in numbers
            if reach[at] and _has_dead(masks, conditions[at], masks.of(conditions[at]), reach[at])
        ),
        has_gap=policy.fallback is None and left != 0,
    )


@attrs.define
class _Masks:
    """The leads for which a condition holds, one bit each."""

    every: list[Lead]
    known: dict[Fact, int] = attrs.Factory(dict[Fact, int])

    def of(self, node: Node) -> int:
        if node.fact is not None:
            if node.fact not in self.known:
                hits = (asked(node.fact, lead[node.fact[0]]) for lead in self.every)
                self.known[node.fact] = sum(hit << at for at, hit in enumerate(hits))
            return self.known[node.fact]
        whole = (1 << len(self.every)) - 1
        parts = [self.of(part) for part in node.parts]
        if node.word == "not":
            return whole & ~parts[0]
        found = whole if node.word == "and" else 0
        for part in parts:
            found = found & part if node.word == "and" else found | part
        return found


def shorter(node: Node) -> Iterator[Node]:
    """Yield a condition without each part of an `and` or `or` in it."""
    for at, part in enumerate(node.parts):
        rest = (*node.parts[:at], *node.parts[at + 1 :])
        if node.word != "not" and rest:
            yield rest[0] if len(rest) == 1 else attrs.evolve(node, parts=rest)
        for one in shorter(part):
            yield attrs.evolve(node, parts=(*node.parts[:at], one, *node.parts[at + 1 :]))


def _has_dead(masks: _Masks, node: Node, taken: int, reach: int) -> bool:
    """Return whether a part of a list or an `or` brings a rule no lead.

    taken, reach: the leads that the rule describes, and those that get to it, with what
    stands around the part.
    """
    if node.fact is not None:
        name, kind, words = node.fact
        each = [masks.of(Node("test", fact=(name, kind, (word,)))) for word in words]
        return kind == "in" and len(words) > 1 and any(not one & reach for one in each)
    if node.word == "and":
        return any(_has_dead(masks, part, taken, reach) for part in node.parts)
    if node.word == "not":
        return False
    for part in node.parts:
        own = masks.of(part)
        if own & taken and not own & reach:
            return True
        # Of a part that brings no lead at all nothing is said besides.
        if own & reach and _has_dead(masks, part, taken & own, reach & own):
            return True
    return False
