"""`turnout new`: a first policy, made of a file of leads or of answers."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import cast

import click

from turnout.commands.completing import any_files
from turnout.commands.exits import CannotRun
from turnout.commands.manner import manner_options
from turnout.commands.options import Command, color_option
from turnout.commands.outputs import replacing
from turnout.dsl.names import is_name
from turnout.dsl.values.picklists import picklist_key
from turnout.dsl.wording import quoted
from turnout.printable import visible
from turnout.rendering.report import counted
from turnout.runtime.records import Manner, records
from turnout.trials.drafting import draft
from turnout.trials.interview import field_names, first_policy, guessed_type, names

MOST_LEADS = 20_000
"""Leads of the file that are looked at."""


@click.command(
    "new",
    cls=Command,
    examples=("turnout new inbound.route", "turnout new --leads leads.csv inbound.route"),
)
@click.argument("policy", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option(
    "--leads",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    shell_complete=any_files,
    help="What the policy's fields are guessed from; else a few questions are asked.",
)
@manner_options
@color_option
def command(*, policy: Path, leads: Path | None, manner: Manner) -> None:
    """Write a first policy for a file of leads, or of a few answers.

    Fields and their types are guessed from the columns, so that every lead of FILE can be
    read, of a large one its first 20,000; texts that stand for no value, and lists of values,
    are found. Without a FILE it is asked what is known of a lead and who gets them. A fallback
    and a first test make it run at once. POLICY is a file that isn't there yet, or `-` for
    stdout.
    """
    if policy != Path("-"):
        _check_free(policy)
    text, said = _asked() if leads is None else _drafted(leads, manner)
    if policy == Path("-"):
        click.echo(text, nl=False)
        return
    with replacing(policy) as stream:
        stream.write(text.encode())
    click.echo(f"{visible(str(policy))} {said}; check it next")


def _check_free(policy: Path) -> None:
    """Raise CannotRun where there is no place for a new file of that name."""
    name = visible(str(policy))
    if policy.exists():
        raise CannotRun(f"there is a file {name} already", "name another one")
    if not policy.absolute().parent.is_dir():
        raise CannotRun(f"there is no folder for {name}", "make the folder first, or name another")


def _drafted(leads: Path, manner: Manner) -> tuple[str, str]:
    """Return a policy for the leads of a file, and what it does. Raises CannotRun."""
    with records(leads, manner=manner) as found:
        looked_at = islice(found, MOST_LEADS)
        rows = (record.raw for record in looked_at if record.complaint is None)
        made = draft(cast("Mapping[str, object]", raw) for raw in rows if isinstance(raw, Mapping))
        is_whole = next(iter(found), None) is None
    if made is None:
        raise CannotRun(f"there are no leads in {visible(str(leads))}", "name a file that has some")
    leads_read = counted(made.leads, "lead")
    return made.text, f"reads {leads_read if is_whole else f'the first {leads_read}'}"


def _asked() -> tuple[str, str]:
    """Return a policy of answers, and what it has. Raises CannotRun where nobody answers."""
    try:
        known = _answer("What is known of a lead? Names, with commas", "email, country, source")
        types = {name: _type(name) for name in field_names(known) if name != "id"}
        people = names(_answer("Who gets leads, by turns? Names, with commas, or none", ""))
        queue = next(iter(names(_answer("The queue for what nobody takes", "triage"))), "triage")
    except click.Abort:
        raise CannotRun(
            "there was no answer", "answer at a terminal, or name a file with --leads"
        ) from None
    return first_policy(types, people, queue), f"has {counted(len(types) + 1, 'field')}"


def _type(field: str) -> str:
    """Return the type of a field: by its name, or the values that are said."""
    if (guessed := guessed_type(field)) is not None:
        return guessed
    said = _answer(f"What may {field} be? Values, with commas, or none for any text", "")
    values: dict[str, str] = {}
    for each in said.split(","):
        key = picklist_key(each)
        if any(map(str.isalnum, key)):
            values.setdefault(key, each.strip())
    written = ", ".join(each if is_name(each) else quoted(each) for each in values.values())
    return f"one of [{written}]" if values else "text"


def _answer(question: str, usual: str) -> str:
    answer: str = click.prompt(question, default=usual, show_default=bool(usual), err=True)
    return answer
