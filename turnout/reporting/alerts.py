"""Measures that crossed a threshold of the configuration: told once when it begins, once when over.

What stands is in the log itself: an event when a measure crosses its threshold, another one when
it is back. So whoever looks, on whatever machine, tells nothing twice.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, TypeAlias

import attrs

from turnout.dsl.policy import Person, Policy, Team
from turnout.frozen import frozen
from turnout.project.report_settings import AlertSettings
from turnout.reporting.asked import AskedReport
from turnout.reporting.fact_index import IndexManner, ReportIndex, report_index
from turnout.reporting.lead_measures import lead_tables
from turnout.reporting.stint_measures import stint_tables
from turnout.runtime.events import Sought
from turnout.runtime.stores import Signature, microseconds
from turnout.runtime.stores.anywhere import AnyStore
from turnout.runtime.stores.server.locations import Whereabouts

AlertCheck: TypeAlias = Literal["sla", "fallback", "jump", "idle"]
"""Which threshold: of SLAs kept, of leads that fall back, of how many more do, of idle people."""

AlertPhase: TypeAlias = Literal["begun", "stands", "over"]


@frozen
class ReportAlert:
    """A measure beyond its threshold, or back. subject: of what, such as a rule or a person.

    phase: begun now, begun before, or over. told: in a sentence, with the numbers.
    """

    check: AlertCheck
    subject: str
    phase: AlertPhase
    told: str

    def as_dict(self) -> dict[str, Any]:
        """Return it in the documented JSON form, keys in a fixed order."""
        return attrs.asdict(self)


def raise_alerts(  # noqa: PLR0913 - what they depend on
    store: AnyStore,
    at: Whereabouts,
    policy: Policy,
    asked: AskedReport,
    settings: AlertSettings,
    *,
    source: str = "",
    signature: Signature,
    kept: Path | None = None,
) -> tuple[ReportAlert, ...]:
    """Hold a state to thresholds, and log what began and what is over since the last time.

    asked: as of when, and of which route. Leads are counted in a snapshot; others wait only while
    it is looked up what stands, and written. kept: see `report_index`. Raises StateError.
    """
    with report_index(store, at, IndexManner(policy, source), kept) as index:
        breaches = [*crossed(index, policy, asked, settings)]
        known, last = _standing(index), index.last
    with store.begin(signature) as transaction:
        away = {f"person {each.person}" for each in transaction.absences if each.holds(asked.at)}
        found = {
            (each.check, each.subject): each
            for each in breaches
            if each.check != "idle" or each.subject not in away
        }
        standing = _followed(store, known, last)
        alerts: list[ReportAlert] = []
        for key, breach in found.items():
            is_new = key not in standing
            alerts.append(breach if is_new else attrs.evolve(breach, phase="stands"))
            if is_new:
                transaction.alert((*key, "begun"), asked.at, breach.told)
        for check, subject in sorted(standing - found.keys()):
            told = "within its threshold again, or too little of it to tell"
            alerts.append(ReportAlert(check, subject, "over", told))
            transaction.alert((check, subject, "over"), asked.at, told)
        return tuple(alerts)


_Key: TypeAlias = tuple[Any, str]
"""What an alert is found by: its check and subject."""


def _standing(index: ReportIndex) -> set[_Key]:
    """Return what began and isn't over, by the log as it was read."""
    alerts, texts = index.facts.alerts, index.facts.texts
    alerts.read(index.connection)
    found: set[_Key] = set()
    for check, subject, begun in zip(
        alerts["check"], alerts["subject"], alerts["begun"], strict=True
    ):
        _note(found, (texts[check], texts[subject]), is_begun=bool(begun))
    return found


def _followed(store: AnyStore, standing: set[_Key], last: int) -> set[_Key]:
    """Return what stands by the log of now: others may have told of it since it was read."""
    found = set(standing)
    with store.read() as snapshot:
        while events := snapshot.events(last, sought=Sought(kind="alerted")):
            last = events[-1].number
            for event in events:
                if event.name is not None:
                    check, subject, phase = event.name
                    _note(found, (check, subject), is_begun=phase == "begun")
    return found


def _note(found: set[_Key], key: _Key, *, is_begun: bool) -> None:
    if is_begun:
        found.add(key)
    else:
        found.discard(key)


def crossed(
    index: ReportIndex,
    policy: Policy,
    asked: AskedReport,
    settings: AlertSettings,
) -> Iterator[ReportAlert]:
    """Yield what is beyond its threshold, by an index."""
    window = timedelta(hours=settings.hours)
    now = attrs.evolve(asked, since=asked.at - window, until=asked.at)
    if settings.sla is not None:
        yield from _slas(index, now, settings.least, settings.sla)
    if settings.fallback is not None or settings.jump is not None:
        before = attrs.evolve(now, since=asked.at - 2 * window, until=now.since)
        yield from _fallbacks(index, now, before, settings)
    if settings.idle is not None:
        yield from _idle(index, policy, asked, settings)


def _slas(
    index: ReportIndex, now: AskedReport, least: int, threshold: float
) -> Iterator[ReportAlert]:
    table = next(each for each in stint_tables(index, now) if each.name == "sla")
    for row in table.records():
        met, missed = int(str(row["met"])), int(str(row["missed"]))
        whole = met + missed
        if whole >= least and met < threshold * whole:
            subject = f"{row['type']} of {row['rule']}"
            told = f"{_share(met, whole)} of {whole:,} SLAs kept, less than {_percent(threshold)}"
            yield ReportAlert("sla", subject, "begun", told)


def _fallbacks(
    index: ReportIndex, now: AskedReport, before: AskedReport, settings: AlertSettings
) -> Iterator[ReportAlert]:
    subject = "all leads" if now.route is None else f"route {now.route}"
    fell, leads = _fell_back(index, now)
    if leads < settings.least:
        return
    share = fell / leads
    if settings.fallback is not None and share > settings.fallback:
        told = f"{_share(fell, leads)} of {leads:,} leads fell back, more than"
        yield ReportAlert("fallback", subject, "begun", f"{told} {_percent(settings.fallback)}")
    former, of = _fell_back(index, before)
    if settings.jump is not None and of >= settings.least and share - former / of > settings.jump:
        told = f"{_share(fell, leads)} of {leads:,} leads fell back, {_share(former, of)} of"
        yield ReportAlert("jump", subject, "begun", f"{told} {of:,} in the time before")


def _fell_back(index: ReportIndex, asked: AskedReport) -> tuple[int, int]:
    """Return how many leads fell back, and how many there were."""
    table = next(each for each in lead_tables(index, asked) if each.name == "coverage")
    fell = next(int(str(row[1])) for row in table.rows if row[0] == "fell back")
    whole = sum(int(str(row[1])) for row in table.rows[:4])
    return fell, whole


def _idle(
    index: ReportIndex,
    policy: Policy,
    asked: AskedReport,
    settings: AlertSettings,
) -> Iterator[ReportAlert]:
    """Yield who got no lead by the policy, while their team got some; they may be away."""
    assert settings.idle is not None
    first = microseconds(asked.at - timedelta(hours=settings.idle))
    stints, texts = index.facts.stints, index.facts.texts
    stints.read(index.connection)
    given = Counter[int]()
    for person, at in zip(stints["person"], stints["at"], strict=True):
        if first <= at <= asked.moment:
            given[person] += 1
    stints.clear()
    counts = {texts[person]: leads for person, leads in given.items()}
    told: set[str] = set()
    for team in policy.teams.values():
        names = _members(team, asked)
        leads = sum(counts.get(name, 0) for name in names)
        for name in names:
            person = policy.people.get(name)
            if counts.get(name) or leads < settings.least or name in told:
                continue
            if person is None or _is_out(person, asked):
                continue
            told.add(name)
            said = f"no lead in {settings.idle} hours, {leads:,} for others of team {team.name}"
            yield ReportAlert("idle", f"person {name}", "begun", said)


def _members(team: Team, asked: AskedReport) -> list[str]:
    day = asked.at.date()
    return [
        member.person
        for member in team.members
        if member.weight
        and (
            member.validity is None
            or (
                (member.validity.first is None or member.validity.first <= day)
                and (member.validity.last is None or day <= member.validity.last)
            )
        )
    ]


def _is_out(person: Person, asked: AskedReport) -> bool:
    """Return whether somebody is inactive, or away by the policy."""
    day = asked.at.date()
    return person.is_inactive or any(first <= day <= last for first, last in person.away)


def _share(of: int, whole: int) -> str:
    return _percent(of / whole)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
