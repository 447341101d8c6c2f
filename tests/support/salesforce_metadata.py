"""Metadata of Salesforce as tests write it, and what the import makes of it."""

from pathlib import Path
from xml.sax.saxutils import escape

from turnout.importing.reports import Imported, ImportReport, report
from turnout.importing.salesforce.imported import imported


def entry(*criteria: tuple[str, ...], logic: str = "", formula: str = "", more: str = "") -> str:
    """Return an entry for the queue Q. criteria: (field, operation[, value])."""
    items = "".join(
        f"<criteriaItems><field>{field}</field><operation>{operation}</operation>"
        + "".join(f"<value>{escape(each)}</value>" for each in value)
        + "</criteriaItems>"
        for field, operation, *value in criteria
    )
    logic = logic and f"<booleanFilter>{logic}</booleanFilter>"
    formula = formula and f"<formula>{escape(formula)}</formula>"
    to = "<assignedTo>Q</assignedTo><assignedToType>Queue</assignedToType>"
    return f"<ruleEntry>{to}{logic}{items}{formula}{more}</ruleEntry>"


def became(folder: Path, *entries: str, kind: str = "Lead") -> ImportReport:
    """Return what one active rule of some entries becomes."""
    return report(policy(folder, "".join(entries), kind=kind), "p.route")


def policy(folder: Path, *rules: str, kind: str = "Lead") -> Imported:
    """Return what active rules become, each of some entries."""
    named = (
        f"<assignmentRule><fullName>{name}</fullName><active>true</active>{rule}</assignmentRule>"
        for name, rule in zip(["R", *(f"R{number}" for number in range(99))], rules, strict=False)
    )
    text = f"<AssignmentRules>{''.join(named)}</AssignmentRules>"
    (folder / f"{kind}.assignmentRules").write_text(text, encoding="utf-8")
    (found,) = imported(folder)
    return found


def described(folder: Path, name: str, kind: str, *values: str) -> None:
    """Write the metadata of a field of leads. values: of its list."""
    listed = "".join(f"<value><fullName>{each}</fullName></value>" for each in values)
    listed = f"<valueSet><valueSetDefinition>{listed}</valueSetDefinition></valueSet>"
    file = folder / f"objects/Lead/fields/{name}.field-meta.xml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        f"<CustomField><fullName>{name}</fullName><label>Label of {name}</label>"
        f"<type>{kind}</type>{listed if values else ''}</CustomField>"
    )


def condition(folder: Path, written: str) -> str:
    """Return the condition that an entry becomes."""
    text = policy(folder, written).draft.text
    body = text.partition("route r {")[2]
    when = body.partition("when ")[2].partition("to   queue q")[0]
    return " ".join(when.split())
