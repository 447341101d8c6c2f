"""`log` and `retain`: what they mean, and how what is written otherwise is told."""

from datetime import timedelta

import pytest

from turnout.compiler.compiled import Compiled, compile_policy
from turnout.dsl.bundles import of_texts
from turnout.dsl.findings import Severity
from turnout.dsl.policy import LoggedFields, Retention

AROUND = """lead {{ id: text required  country: country  email: email  size: integer 0.. }}
queue q
{}
route r {{ rule a {{ when country is DE to queue q }} fallback to queue q }}
"""


def policy(lines: str) -> Compiled:
    files = of_texts("p.route", AROUND.format(lines), {})
    return compile_policy(files.main, files=files)


@pytest.mark.parametrize(
    ("lines", "logged", "retention"),
    [
        ("", LoggedFields(), Retention()),
        ("log fields [country]", LoggedFields(("country",)), Retention()),
        (
            "log fields [country, size,] hashed [email]",
            LoggedFields(("country", "size"), ("email",)),
            Retention(),
        ),
        (
            "log fields [country] log hashed [email] log fields [size]",
            LoggedFields(("country", "size"), ("email",)),
            Retention(),
        ),
        ("log fields []", LoggedFields(), Retention()),
        ("retain events 400 days", LoggedFields(), Retention(timedelta(400))),
        (
            "retain values 2 weeks retain events 14 days",
            LoggedFields(),
            Retention(timedelta(14), timedelta(14)),
        ),
        ("retain values 90 minutes", LoggedFields(), Retention(None, timedelta(minutes=90))),
    ],
)
def test_what_is_logged_and_how_long(
    lines: str, logged: LoggedFields, retention: Retention
) -> None:
    found = policy(lines)
    assert [each.message for each in found.findings if each.severity is Severity.ERROR] == []
    assert found.policy.logged == logged
    assert found.policy.retention == retention


def test_a_field_that_is_logged_is_used() -> None:
    unused = {f.message for f in policy("").findings if f.name == "unused-definition"}
    assert unused == {"the field `email` is never used", "the field `size` is never used"}
    some = policy("log fields [size]").findings
    assert {f.message for f in some if f.name == "unused-definition"} == {
        "the field `email` is never used"
    }


WRONG = {
    "log [country]": ("syntax-error", "log fields [country]"),
    "log country, size": ("syntax-error", "log fields [country, size]"),
    "log fields country, size": ("syntax-error", "log fields [country, size]"),
    "log fields (country)": ("syntax-error", "log fields [country]"),
    "log fields {country}": ("syntax-error", "log fields [country]"),
    "log field [country]": ("syntax-error", "log fields [country]"),
    "log hash [email]": ("syntax-error", "log hashed [email]"),
    "log fields [country] hash [email]": ("syntax-error", "log fields [country] hashed [email]"),
    "log fields [country], hashed [email]": ("syntax-error", "log fields [country] hashed [email]"),
    'log fields ["country"]': ("syntax-error", "log fields [country]"),
    "Log fields [country]": ("syntax-error", "log fields [country]"),
    "audit fields [country]": ("syntax-error", "log fields [country]"),
    "log all": ("syntax-error", "each field that is logged is named"),
    "log fields *": ("syntax-error", "each field that is logged is named"),
    "log fields [cuntry]": ("unknown-name", "did you mean `country`?"),
    "log fields [q]": ("unknown-name", "there is no field `q`"),
    "log fields [country, country]": ("duplicate-name", "the log names `country` twice"),
    "log fields [country] hashed [country]": ("duplicate-name", "the log names `country` twice"),
    "retain events for 400 days": ("syntax-error", "retain events 400 days"),
    "retain 400 days": ("syntax-error", "retain events 400 days"),
    "retain events: 400 days": ("syntax-error", "retain events 400 days"),
    "keep events 90 days": ("syntax-error", "retain events 90 days"),
    "retain events": ("syntax-error", "is not finished"),
    "retain values 400d": ("syntax-error", "retain values 400 days"),
    "retain event 400 days": ("unknown-value", "did you mean `events`?"),
    "retain leads 400 days": ("unknown-value", "retain events 400 days"),
    "retain values 3 years": ("unknown-value", "write minutes, hours, days or weeks"),
    "retain values 0 days": ("unknown-value", "a whole number, from 1 minute"),
    "retain values 1.5 days": ("unknown-value", "a whole number, from 1 minute"),
    "retain events 9 days retain events 8 days": ("duplicate-name", "is said twice"),
    "retain events 9 days retain values 10 days": ("unknown-value", "no longer than the events"),
}
"""What people write, the kind of the fault, and what is said of it."""


@pytest.mark.parametrize("lines", WRONG)
def test_what_is_written_otherwise_is_told(lines: str) -> None:
    name, said = WRONG[lines]
    faults = [f for f in policy(lines).findings if f.severity is Severity.ERROR]
    assert [fault.name for fault in faults] == [name]
    (fault,) = faults
    assert said in "; ".join((fault.message, *fault.help))
    assert fault.span is not None
    assert fault.span.source.place(fault.span.start)[0] == 3
