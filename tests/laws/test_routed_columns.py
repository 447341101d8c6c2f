"""Laws of files routed as columns: the same bytes as lead by lead, in chunks of every size."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.laws.test_columns import ODD, tables
from tests.support.loops import WAYS, every_chunk_by
from tests.support.pickled import pickled
from tests.support.policies import resolved
from tests.support.strategies import Written, histories, people, policies
from turnout.compiler.plan.making import plan_of
from turnout.compiler.program import lower
from turnout.dsl.policy import Policy
from turnout.dsl.types import id_field
from turnout.dsl.values.reading import Issue
from turnout.rendering.decision_chunks import ChunkLines, count
from turnout.rendering.decisions import DECISION_FORMATS
from turnout.rendering.tally import Tally
from turnout.runtime.columns.arriving import arrivals
from turnout.runtime.columns.chunk_reading import ChunkReader
from turnout.runtime.columns.routing import ColumnRouter, RoutedChunk
from turnout.runtime.decisions import Decision
from turnout.runtime.draw import LEVEL, Roster, draw, draws
from turnout.runtime.engine import engine
from turnout.runtime.keys import NO_ID
from turnout.runtime.leads import LACKING, Lead, record_reader
from turnout.runtime.records import Record
from turnout.runtime.records.rows import broken
from turnout.runtime.stores.memory import MemoryStore
from turnout.runtime.unbound import Shapes

AT = datetime(2026, 1, 15, 12, tzinfo=UTC)


def identified(policy: Policy, lead: Lead) -> Lead:
    """Return a lead with an issue where it has no id, as the door gives it."""
    if lead.id is not None or any(each.reason == lead.complaint for each in lead.issues):
        return lead
    field = id_field(policy.fields)
    name = "" if field is None else field.name
    others = (each for each in lead.issues if each != Issue(name, "", LACKING))
    return attrs.evolve(lead, issues=(*others, Issue(name, "", NO_ID)))


def one_by_one(
    policy: Policy, route: str, chunks: Sequence[tuple[Sequence[Record], datetime]]
) -> list[Decision]:
    """Return the decisions of the engine, a transaction for each chunk."""
    decide, read = engine(policy, plan_of(lower(policy), route)), record_reader(policy.fields)
    store = MemoryStore()
    made: list[Decision] = []
    for records, at in chunks:
        with store.begin() as transaction:
            leads = [identified(policy, read(each)) for each in records]
            made += [decide(lead, at, transaction) for lead in leads]
    return made


def apart(
    policy: Policy,
    route: str,
    chunks: Sequence[tuple[Sequence[Record], datetime]],
    size: int,
) -> list[RoutedChunk]:
    """Return what is routed where whatever another process would be sent is pickled."""
    router = ColumnRouter(policy, plan_of(lower(policy), route), size)
    reader = ChunkReader(pickled(router.asked))
    made: list[RoutedChunk] = []
    for records, at in chunks:
        for arrived in arrivals(iter(records), size):
            read = reader.chunk(pickled(arrived), at.astimezone(UTC))
            made.append(router.offered(pickled(read), at.astimezone(UTC)))
    return made


def lines_of(chunks: Sequence[RoutedChunk]) -> list[str]:
    lines = ChunkLines(DECISION_FORMATS["jsonl"])
    return [line for chunk in chunks for line in lines.lines(chunk)]


def agree(policy: Policy, route: str, records: Sequence[Record], ats: Sequence[datetime]) -> None:
    """Assert that columns give the same lines and counts, a chunk at each of the moments."""
    size = -(-len(records) // len(ats)) or 1
    chunks = [
        (records[start : start + size], at)
        for start, at in zip(range(0, len(records), size), ats, strict=False)
    ]
    decisions = one_by_one(policy, route, chunks)
    clock = iter([at for _, at in chunks])
    router = ColumnRouter(policy, plan_of(lower(policy), route), size)
    routed = list(router.route(iter(records), lambda: next(clock)))
    for choose in WAYS:
        with every_chunk_by(choose(size)):
            assert lines_of(apart(policy, route, chunks, size)) == lines_of(routed)
    for layout in DECISION_FORMATS.values():
        lines = ChunkLines(layout)
        found = [line for chunk in routed for line in lines.lines(chunk)]
        assert found == [layout.line(decision) for decision in decisions]
    one, other = Tally(Shapes(policy.fields)), Tally(Shapes(policy.fields))
    for decision in decisions:
        one.add(decision)
    for chunk in routed:
        count(other, chunk)
    assert list(one.rules.items()) == list(other.rules.items())
    assert list(one.targets.items()) == list(other.targets.items())
    assert attrs.evolve(one, shapes=other.shapes) == other


@settings(max_examples=15)
@given(policies(seen=False, looked_up=True), st.data(), st.sampled_from((1, 2, 5)))
def test_drawn_leads_are_routed_to_the_same_bytes(
    written: Written, data: st.DataObject, parts: int
) -> None:
    has_id: bool = data.draw(st.booleans())
    if has_id:
        written = attrs.evolve(written, text=written.text.replace("lead { ", "lead { id: text ", 1))
    policy = resolved(written)
    columns, at = data.draw(tables(policy))
    size = max(map(len, columns.values()), default=0)
    ids = st.sampled_from(("L-1", "L-2", "l-1", "=1", "a,b", "x\u202e", " 7 ", *ODD))
    records: list[Record] = []
    for row in range(size):
        raw = {name: values[row] for name, values in columns.items()}
        if has_id:
            raw["id"] = data.draw(ids)
        kind = data.draw(st.integers(0, 9))
        if kind == 0:
            records.append(broken(row + 1, 'a,"b', "a quote that is not closed"))
        elif kind == 1:
            records.append(Record(row + 1, [raw], None, (Issue("", "", "odd"),)))
        elif kind == 2:
            raw = dict(list(raw.items())[1:])  # fewer cells than the header has
            records.append(Record(row + 1, raw, None, (Issue("", "", "1 cell fewer"),)))
        else:
            records.append(Record(row + 1, raw))
    agree(policy, "inbound", records, [at] * parts)


@settings(max_examples=25)
@given(people(), histories(), st.sampled_from((1, 3, 8)), st.sampled_from((1, 4)))
def test_people_with_limits_are_given_the_same_leads(
    text: str, history: list[tuple[dict[str, object], datetime]], parts: int, times: int
) -> None:
    """The same leads come several times, so that caps fill up within a chunk."""
    text = re.sub(r"identity .*", "", text).replace("when duplicate", "when urgent")
    text = text.replace("previous-owner", "owner owner")
    policy = resolved(text)
    raws = [raw for raw, _ in history] * times
    records = [Record(row, {**raw, "id": str(row)}) for row, raw in enumerate(raws, start=1)]
    agree(policy, "r", records, [at for _, at in history][:parts])


@st.composite
def busy_teams(draw: st.DrawFn) -> str:
    """Return a policy of people who are mostly there, whose caps fill up within some leads.

    A rule takes the leads of one kind; several give to the same people in different ways.
    """
    names = ("ana", "ben", "cem", "dora")
    capped = draw(st.sampled_from(("nobody", "person", "member", "team", "all")))

    def caps(of: str) -> str:
        some = ("", "cap 1 per day", "cap 3 open") if capped in {of, "all"} else ("",)
        return draw(st.sampled_from(some))

    parts = ["lead { id: text  kind: number  owner: person  language: text }", "queue triage"]
    parts.append('calendar nights { timezone "UTC" open mon..sun 22:00-23:00 }')
    for name in names:
        serves = draw(st.sampled_from(("", "", "serves language [de]", "serves language [de, en]")))
        hours = draw(st.sampled_from(("", "", "", "", "hours nights")))
        parts.append(f"person {name} {{ {hours} {caps('person')} {serves} }}")
    for team in ("near", "far"):
        those = draw(st.lists(st.sampled_from(names), min_size=2, max_size=3, unique=True))
        members = ", ".join(f"{each} {caps('member')}".strip() for each in those)
        parts.append(f"team {team} {caps('team')} {{ {members} }}")
    parts.append("partner p { cap 3 per day }")
    targets = st.sampled_from(
        (
            *("round-robin near", "round-robin far", "least-loaded near", "owner owner"),
            *("round-robin near", "person ana", "person ben", "partner p", "round-robin far"),
            *("round-robin near matching language", "round-robin near anytime"),
        )
    )
    rules = [
        f"rule r{at} {{ when kind is {at} to {' else '.join([*some, 'queue triage'])} }}"
        for at in range(3)
        for some in [draw(st.lists(targets, min_size=1, max_size=3))]
    ]
    return "\n".join([*parts, f"route r {{ {' '.join(rules)} fallback to queue triage }}"])


SERVING = "serves language [de] } person ben { serves language [de, en] }"


@pytest.mark.parametrize(
    ("people", "members", "target"),
    [
        (f"person ana {{ {SERVING}", "ana, ben", "round-robin near matching language"),
        (
            f"person ana {{ cap 4 per day {SERVING}",
            "ana, ben",
            "round-robin near matching language",
        ),
        (f"person ana {{ {SERVING}", "ana cap 3 per day, ben", "round-robin near"),
        (f"person ana {{ {SERVING}", "ben, ana", "person ben else least-loaded near"),
    ],
    ids=["other people", "a cap of a person", "a cap of a member", "fewest leads"],
)
def test_draws_of_one_team_for_different_rules_are_in_order(
    people: str, members: str, target: str
) -> None:
    other = "least-loaded near" if "least-loaded" in target else "round-robin near"
    text = f"""
    lead {{ id: text  kind: number  language: text }}
    queue triage
    {people}
    team near {{ {members} }}
    route r {{
      rule r0 {{ when kind is 0 to {target} else queue triage }}
      rule r1 {{ when kind is 1 to {other} else queue triage }}
      fallback to queue triage
    }}
    """
    records = [
        Record(row, {"id": str(row), "kind": row // 3 % 2, "language": ("de", "en", "")[row % 3]})
        for row in range(1, 31)
    ]
    agree(resolved(text), "r", records, [AT])


@settings(max_examples=100)
@given(busy_teams(), st.data(), st.sampled_from((1, 3)))
def test_caps_that_fill_up_within_a_chunk_are_kept(
    text: str, data: st.DataObject, parts: int
) -> None:
    lead = st.fixed_dictionaries(
        {
            "kind": st.integers(0, 2),
            "owner": st.sampled_from(("", "ana", "ben")),
            "language": st.sampled_from(("", "de", "en")),
        }
    )
    raws = data.draw(st.lists(lead, min_size=15, max_size=30))
    records = [Record(row, {"id": str(row), **raw}) for row, raw in enumerate(raws, start=1)]
    later = data.draw(st.sampled_from((0, 11, 23)))
    agree(resolved(text), "r", records, [AT + timedelta(hours=later * at) for at in range(parts)])


@given(
    st.lists(st.fractions(0, 9, max_denominator=4), min_size=1, max_size=6),
    st.lists(st.integers(0, 5), max_size=12),
    st.integers(0, 70),
    st.data(),
)
def test_a_run_of_draws_is_one_draw_after_the_other(
    weights: list[object], earlier: list[int], number: int, data: st.DataObject
) -> None:
    team = Roster.of((str(at), weight) for at, weight in enumerate(weights))  # type: ignore[misc]
    turns = LEVEL
    for away in earlier:
        drawn = draw(turns, team, {name for name in team.names if name != str(away)})
        turns = turns if drawn is None else drawn[1]
    here = data.draw(st.sets(st.sampled_from(team.names), min_size=1))
    if draw(turns, team, here) is None:
        return
    expected: list[str] = []
    last = turns
    for _ in range(number):
        one = draw(last, team, here)
        assert one is not None
        expected.append(one[0])
        last = one[1]
    assert draws(turns, team, here, number) == (expected, last)
