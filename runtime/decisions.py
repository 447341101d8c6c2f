"""What comes out: where a lead goes, by which rule, and why each earlier try was passed over."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from turnout.dsl.lookups import LookupRow
from turnout.dsl.promises import ActionKind
from turnout.dsl.targets import KindWord, Reason
from turnout.dsl.values.reading import Issue
from turnout.frozen import attribute, frozen

TargetKind: TypeAlias = KindWord | Literal["none"]
"""The kind of target that took a lead; "none" where every target was passed over."""


STANDING_IN: Final = ", backup of "
"""Between who named a person and that person, in `Decision.by`, where their backup has the lead."""


@frozen
class PassedOver:
    """A target that could not take the lead, in words, and why.

    target: such as "round-robin emea-sdr". members: of a team of whom nobody could be
    drawn, or somebody and their backups, each with their own reason; for explaining.
    """

    target: str
    reason: Reason
    members: tuple[tuple[str, Reason], ...] = attribute(default=(), eq=False)


@frozen
class Doing:
    """An action of the rule, for the caller to carry out.

    arguments: as in the policy, such as ("slack", "#emea-deals").
    """

    kind: ActionKind
    arguments: tuple[str, ...]


@frozen
class Decision:
    """Where one lead goes.

    lead: the lead's id; for a row without one, a stable key made from its content.
    rule: the rule that matched, None where a fallback took the lead.
    by: how the lead got its target: "rule DACH-enterprise", "fallback of EMEA",
    "fallback of route inbound"; differs from `rule` when the rule's chain was exhausted. Where
    a backup has it, who is away stands behind: "rule big, backup of ana".
    kind: the kind of target taken, "none" where every target was passed over.
    target: the team, person field, queue, partner, sequence or reject reason.
    assignee: the person who gets the lead, None where it isn't a person.
    at: the decision's clock, UTC.
    due: when the lead must have been touched, UTC; None where the rule has no SLA or
    nobody is to work on the lead.
    actions: those of the rule, in order.
    repeated: the lead had been routed before; this is the decision already made.
    duplicate_of: the latest earlier lead that an identity of the policy says is the same.
    looked_up: the rows of tables by which values were found, where nearness counts.
    """

    lead: str
    route: str
    rule: str | None
    by: str
    kind: TargetKind
    target: str
    assignee: str | None
    at: datetime
    passed_over: tuple[PassedOver, ...] = ()
    issues: tuple[Issue, ...] = ()
    row: int | None = None
    repeated: bool = False
    due: datetime | None = None
    actions: tuple[Doing, ...] = ()
    duplicate_of: str | None = None
    looked_up: tuple[LookupRow, ...] = ()

    @property
    def named_by(self) -> str:
        """How the lead got its target: `by`, without whom a backup stands in for."""
        return self.by.partition(STANDING_IN)[0]

    @property
    def owner(self) -> str | None:
        """Whose the lead is: the person who has it, or whom a backup who has it stands in for."""
        return self.by.partition(STANDING_IN)[2] or self.assignee

    def as_dict(self) -> dict[str, Any]:
        """Return the decision in the documented JSON form, keys in a fixed order.

        `duplicate_of` is there only where the lead is a duplicate, `looked_up` only where a
        value was found by nearness.
        """
        found = {"looked_up": [_row(each) for each in self.looked_up]} if self.looked_up else {}
        duplicate = {} if self.duplicate_of is None else {"duplicate_of": self.duplicate_of}
        return {
            "lead": self.lead,
            "row": self.row,
            "route": self.route,
            "rule": self.rule,
            "by": self.by,
            "kind": self.kind,
            "target": self.target,
            "assignee": self.assignee,
            "at": self.at.isoformat(),
            "passed_over": [
                {"target": passed.target, "reason": passed.reason} for passed in self.passed_over
            ],
            "issues": [
                {"field": issue.field, "raw": issue.raw, "reason": issue.reason}
                for issue in self.issues
            ],
            "repeated": self.repeated,
            "due": None if self.due is None else self.due.isoformat(),
            "actions": [
                {"kind": each.kind, "arguments": list(each.arguments)} for each in self.actions
            ],
            **duplicate,
            **found,
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Decision":
        """Return the decision that `as_dict` wrote, in this version or an earlier one."""
        due = record.get("due")
        return cls(
            lead=record["lead"],
            row=record["row"],
            route=record["route"],
            rule=record["rule"],
            by=record["by"],
            kind=record["kind"],
            target=record["target"],
            assignee=record["assignee"],
            at=datetime.fromisoformat(record["at"]),
            passed_over=tuple(PassedOver(**passed) for passed in record["passed_over"]),
            issues=tuple(Issue(**issue) for issue in record["issues"]),
            repeated=record["repeated"],
            due=None if due is None else datetime.fromisoformat(due),
            actions=tuple(
                Doing(each["kind"], tuple(each["arguments"])) for each in record.get("actions", ())
            ),
            duplicate_of=record.get("duplicate_of"),
            looked_up=tuple(LookupRow(**each) for each in record.get("looked_up", ())),
        )


def _row(found: LookupRow) -> dict[str, str | int]:
    return {
        "field": found.field,
        "by": found.by,
        "value": found.value,
        "table": found.table,
        "line": found.line,
        "row": found.row,
        "percent": found.percent,
    }
