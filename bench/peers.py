"""Deciding by Turnout, beside straight Python and the engines of others, in one run.

    python bench/peers.py [--rules 20,100,1000] [--leads 1000] [--only NAME,NAME]

The same policy, of so many rules as people write them (`policies.py realistic`), as

- if / elif: Python made from its conditions, rule by rule: what a script does at best;
- nest: the same with what neighbours share asked once, and each segment once for all, as
  somebody writes it by hand who has a week;
- turnout: a lead whose values are normalised, a raw lead (`Router.decide`), and `route` of
  new ids in memory;
- the engines that are installed (`pip install 'turnout[bench]'`), each with the same rules in
  its own language, compiled before, and with leads in the form that it takes fastest. One
  that can't be timed is named with the reason.

Every answer is held to that of the reference interpreter before a time counts. Times are
processor time a lead, the median of several rounds in turn; what a lead costs that comes once,
with numbers and names that no other has, is told besides. Half of the leads have numbers at
the edges of the rules. Raw leads come as people and programs write them; for if / elif and the
nest they are read by code that was written by hand for this schema, which knows these forms
only and says nothing of what it can't read.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "examples" / "scripts"))

import pycountry
from chance import Chance
from peer_forms import PEERS, Rules, nested, straight
from policies import COUNTRIES, INDUSTRIES, PRODUCTS, SOURCES, realistic

from turnout.compiler.compiled import read_policy, settled
from turnout.compiler.meaning.interpreter import match
from turnout.compiler.plan.decide import asks_clock, decider
from turnout.compiler.plan.making import plan_of
from turnout.dsl.types import Values
from turnout.runtime.leads import lead_reader
from turnout.runtime.router import Router

SEED = 7
ROUNDS = 5
SECONDS = 0.4
"""What one round of one way may take; a slow one decides fewer leads."""

ONCE = 10_000
"""Leads that are decided once, after as many others."""

ENOUGH = 20.0
"""Seconds for the answers of an engine; one that needs more isn't timed."""

FIELDS = (
    *("domain", "country", "postal_code", "employees", "revenue", "industry", "product"),
    *("source", "score", "language", "status", "consent", "account_owner"),
)
ROUTE = "inbound"
Raw = dict[str, object]


# -- leads --


def raw_leads(number: int, rules: int) -> list[Raw]:
    """Return raw leads, always the same ones."""
    chance = Chance(SEED)
    names = {
        each.alpha_2: (each.alpha_2, getattr(each, "common_name", each.name), each.alpha_3)
        for each in pycountry.countries
    }
    return [_raw_lead(chance, at, rules, names) for at in range(number)]


def _raw_lead(chance: Chance, at: int, rules: int, names: dict[str, tuple[str, ...]]) -> Raw:
    edge = chance.happens(0.5)
    employees = int(chance.word("19|20|99|100|999|1000|5|50")) if edge else chance.number(1, 30_000)
    revenue = chance.number(1, 120) * (1_000_000 if edge else 987_654)
    lead: Raw = {
        "id": f"L-{at}",
        "domain": f"{chance.word('a|b|c')}{chance.number(0, max(3, rules // 10))}.example",
        "country": chance.one(names[chance.one(COUNTRIES)]),
        "postal_code": f"{chance.number(0, 99_999):05d}",
        "employees": f"{employees:,}" if chance.happens(0.5) else employees,
        "revenue": f"{revenue:,}" if chance.happens(0.5) else revenue,
        "industry": chance.one(INDUSTRIES),
        "product": chance.one(PRODUCTS).upper() if chance.happens(0.2) else chance.one(PRODUCTS),
        "source": chance.one(SOURCES),
        "score": chance.number(0, 100),
        "language": chance.word("de|fr|es|pt|ja|en"),
        "status": chance.word("prospect|trial|customer|churned|Prospect"),
        "consent": chance.word("yes|yes|yes|true|no"),
        "account_owner": "p1-1" if chance.happens(0.1) else "",
    }
    for field in FIELDS:
        if chance.happens(0.04):
            lead[field] = ""
    return lead


_PLACES = {
    name.casefold(): each.alpha_2
    for each in pycountry.countries
    for name in (each.alpha_2, each.alpha_3, each.name, getattr(each, "common_name", each.name))
}
_TRUTH = {"yes": True, "true": True, "no": False, "false": False}


def by_hand(raw: Raw) -> dict[str, Any]:
    """Return the values of a raw lead, by code written for this schema and for such leads."""
    values: dict[str, Any] = {}
    for field in ("industry", "product", "source", "language", "status", "account_owner", "domain"):
        text = raw.get(field)
        if text:
            values[field] = text.strip().lower()  # type: ignore[attr-defined]
    for field in ("employees", "revenue", "score"):
        number = raw.get(field)
        if isinstance(number, str):
            number = number.strip().replace(",", "")
            if number:
                values[field] = int(number)
        elif number is not None:
            values[field] = number
    country: Any = raw.get("country")
    if country and (code := _PLACES.get(country.strip().casefold())) is not None:
        values["country"] = code
    postal_code: Any = raw.get("postal_code")
    if postal_code:
        values["postal_code"] = postal_code.replace(" ", "").upper()
    consent: Any = raw.get("consent")
    if consent and (truth := _TRUTH.get(consent.strip().lower())) is not None:
        values["consent"] = truth
    return values


# -- what is timed --


class Contest:
    """One policy, its leads, and what the reference says of each."""

    def __init__(self, rules: int, leads: int, folder: Path) -> None:
        self.raws = raw_leads(leads, rules)
        compiled = settled(read_policy(_main(rules, folder)), (), {})  # its faults are planted
        self.router = Router(compiled)
        program, policy = compiled.program, compiled.policy
        clauses = program.routes[ROUTE].clauses
        self.rules: Rules = [(each.name, each.condition) for each in clauses if each.is_rule]
        self.asked, self.read = rules, lead_reader(policy.fields)
        self.values: list[Values] = [self.read(raw, None).values for raw in self.raws]
        today = self.router.route({"id": "first"}).at.date()
        self.answers = [match(policy, ROUTE, values, today).rule for values in self.values]
        assert [by_hand(raw) for raw in self.raws] == [
            {name: value for name, value in values.items() if name != "id"}
            for values in self.values
        ], "what is written by hand reads these leads as Turnout does"
        self.plan = plan_of(program, ROUTE)
        assert not asks_clock(self.plan), "no rule asks for the day"
        self.decide: Any = decider(self.plan)
        self._names = [each.name if each.is_rule else None for each in clauses]

    def named(self, number: int | None) -> str | None:
        """Return the rule that a number is of."""
        return None if number is None else self._names[number]

    def check(self, found: list[str | None]) -> None:
        """Raise AssertionError where an answer is another than the reference's."""
        wrong = [(one, two) for one, two in zip(found, self.answers, strict=False) if one != two]
        assert not wrong, f"{len(wrong)} of {len(found)} answers differ, such as {wrong[0]}"


def _main(rules: int, folder: Path) -> Path:
    """Write the policy, with a fallback."""
    main = realistic(rules).write(folder)
    text = main.read_text(encoding="utf-8").rstrip().removesuffix("}")
    main.write_text(f"{text}  fallback to queue triage\n}}\n", encoding="utf-8")
    return main


Timed = tuple[Callable[[Any], Any], list[Any]]
"""What is called for each of so many leads."""


def own(contest: Contest) -> dict[str, Timed]:
    """Return the limits and Turnout's own ways, their answers checked."""
    asked = list(FIELDS)
    chain, nest = straight(contest.rules, asked), nested(contest.rules, asked)
    router, ids = contest.router, count()
    fresh = [{**raw, "id": ""} for raw in contest.raws]

    def routed(raw: Raw) -> Any:  # noqa: ANN401
        raw["id"] = f"new-{next(ids)}"
        return router.route(raw)

    contest.check([chain(values) for values in contest.values])
    contest.check([nest(values) for values in contest.values])
    contest.check([contest.named(contest.decide(values)) for values in contest.values])
    contest.check([router.decide(raw).rule for raw in contest.raws])
    contest.check([routed(raw).rule for raw in fresh])
    values, raws = contest.values, contest.raws
    return {
        "if / elif": (chain, values),
        "nest": (nest, values),
        "turnout, normalised": (contest.decide, values),
        "if / elif, raw": (lambda raw: chain(by_hand(raw)), raws),
        "nest, raw": (lambda raw: nest(by_hand(raw)), raws),
        "turnout, decide(raw)": (router.decide, raws),
        "turnout, route(new id)": (routed, fresh),
    }


def once(contest: Contest) -> tuple[float, float]:
    """Return microseconds by if / elif and by Turnout, of leads that come once, of many."""
    asked = list(FIELDS)
    chain, decide = straight(contest.rules, asked), decider(contest.plan)
    values = [contest.read(raw, None).values for raw in raw_leads(2 * ONCE, contest.asked)]
    for each in values[:ONCE]:
        decide(each)
    spent: list[float] = []
    found: list[list[str | None]] = []
    for call in (chain, lambda each: contest.named(decide(each))):
        started = process_time()
        found.append([call(each) for each in values[ONCE:]])
        spent.append((process_time() - started) / ONCE * 1e6)
    assert found[0] == found[1], "if / elif, which was held to the reference, says the same"
    return spent[0], spent[1]


def others(contest: Contest, wanted: set[str]) -> Iterator[tuple[str, Timed | str]]:
    """Yield each engine with what is timed, or why it isn't."""
    for name, (distribution, made) in PEERS.items():
        if wanted and distribution not in wanted:
            continue
        try:
            told = f"{name} {version(distribution)}"
        except PackageNotFoundError:
            yield name, "not installed: pip install 'turnout[bench]'"
            continue
        try:
            started = process_time()
            peer = made(contest.rules, FIELDS)
            leads = [peer.prepared(dict(values)) for values in contest.values]
            found: list[str | None] = []
            for lead in leads:
                found.append(peer.decide(lead))
                if process_time() - started > ENOUGH:
                    break
            contest.check(found)
            if len(found) < len(leads):
                told += f", {len(found):,} leads"
            yield told, (peer.decide, leads[: len(found)])
        except Exception as problem:  # noqa: BLE001 - an engine may refuse so many rules in any way
            said = str(problem).splitlines()[0] if str(problem) else ""
            yield told, f"not timed: {type(problem).__name__}: {said[:120]}"


def times(runs: dict[str, Timed]) -> dict[str, float]:
    """Return microseconds a lead: the median of rounds in turn."""
    took: dict[str, list[float]] = {name: [] for name in runs}
    sizes = dict.fromkeys(runs, 0)
    for _ in range(ROUNDS + 1):
        for name, (call, leads) in runs.items():
            some = leads[: sizes[name] or len(leads)]
            started = process_time()
            for lead in some:
                call(lead)
            spent = process_time() - started
            if sizes[name]:
                took[name].append(spent / len(some) * 1e6)
            sizes[name] = max(1, min(len(leads), int(len(some) * SECONDS / max(spent, 1e-6))))
    return {name: median(found) for name, found in took.items()}


def compare(rules: int, leads: int, wanted: set[str]) -> None:
    """Print one line for each way to decide."""
    with TemporaryDirectory() as folder:
        contest = Contest(rules, leads, Path(folder))
        runs, reasons = own(contest), dict[str, str]()
        for name, found in others(contest, wanted):
            if isinstance(found, str):
                reasons[name] = found
            else:
                runs[name] = found
        took = times(runs)
    chain_once, own_once = once(contest)
    chain, raw = took["if / elif"], took["if / elif, raw"]
    decided = took["turnout, normalised"]
    print(f"\n{rules:,} rules asked for, {len(contest.rules):,} clauses, {leads:,} leads")
    for name, each in took.items():
        said = f"{each / chain:>9.3f} x if / elif"
        if name in {"turnout, decide(raw)", "nest, raw"}:
            said = f"{each / raw:>9.3f} x if / elif, raw"
        elif name == "turnout, route(new id)":
            said = f"{each - took['turnout, decide(raw)']:>9.1f} us beyond decide(raw)"
        elif name not in {"if / elif", "nest", "turnout, normalised", "if / elif, raw"}:
            said = f"{each / decided:>9.1f} x turnout, normalised"
        print(f"  {name:<36} {each:>12.2f} us {said}", flush=True)
    print(f"  {'turnout, each lead once':<36} {own_once:>12.2f} us", end="")
    print(f" {own_once / chain_once:>9.3f} x if / elif, after {ONCE:,} others")
    for name, reason in reasons.items():
        print(f"  {name:<36} {reason}")


def main(argv: list[str]) -> None:
    """Compare for each number of rules."""
    options = argparse.ArgumentParser(description="Deciding, beside the engines of others.")
    options.add_argument("--rules", default="20,100,1000,10000", help="numbers of rules")
    options.add_argument("--leads", type=int, default=1000)
    options.add_argument("--only", default="", help="engines, by their distributions")
    asked = options.parse_args(argv)
    for number in asked.rules.split(","):
        compare(int(number), asked.leads, set(filter(None, asked.only.split(","))))


if __name__ == "__main__":
    main(sys.argv[1:])
