"""Who is told of what happens: what a configuration says of them, and what it can't."""

from pathlib import Path

import pytest

from turnout.project.configuration import ConfigurationError, configuration_in
from turnout.project.endpoints import (
    Endpoint,
    HttpRequest,
    MailServer,
    Secret,
    SecretError,
    Webhook,
)
from turnout.project.filled_texts import EVENTS, filled
from turnout.runtime.events import EVENT_KINDS

HOOK = 'url = "https://crm.example.com/hook"\nsecret = "env:CRM"\n'
CALL = 'kind = "request"\nurl = "https://crm.example.com/leads/{lead}"\n'
MAIL = 'kind = "email"\nserver = "smtp.example.com:587"\nfrom = "t@example.com"\n'


def read(folder: Path, table: str, name: str = "crm") -> Endpoint:
    file = folder / "turnout.toml"
    file.write_text(f"[announce.{name}]\n{table}", "utf-8")
    (found,) = configuration_in(file).endpoints
    return found


def test_each_kind_is_read(tmp_path: Path) -> None:
    secret = Secret("env", "CRM", tmp_path)
    hook = read(tmp_path, HOOK + 'on = ["routed"]\nactions = ["notify slack", "task"]\n')
    assert hook.target == Webhook("https://crm.example.com/hook", (secret,))
    assert (hook.on, hook.actions) == (("routed",), (("notify", "slack"), ("task",)))
    both = read(tmp_path, 'url = "https://x.example"\nsecret = ["env:NEW", "file:old"]\n').target
    assert isinstance(both, Webhook)
    assert [each.where for each in both.secrets] == ["NEW", "old"]
    mail = read(tmp_path, MAIL + 'people = { ana = "ana@example.com" }\n').target
    assert isinstance(mail, MailServer)
    assert (mail.host, mail.port, mail.encryption) == ("smtp.example.com", 587, "starttls")
    call = read(tmp_path, CALL + 'body = { OwnerId = "{owner}", tags = ["{rule}", 7] }\n').target
    assert isinstance(call, HttpRequest)
    assert call.body == {"OwnerId": "{owner}", "tags": ("{rule}", 7)}


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('url = "https://x.example"\nsecret = "whsec_abc"\n', "has to name where the secret"),
        ('url = "https://x.example"\n', "has to name where the secret"),
        ('url = "http://x.example"\nsecret = "env:X"\n', "is not encrypted"),
        ('url = "ftp://x.example"\nsecret = "env:X"\n', "is no address of the web"),
        ('url = "https://u:p@x.example"\nsecret = "env:X"\n', "has a password in it"),
        ('url = "https://x.example/#a"\nsecret = "env:X"\n', "has a fragment"),
        ('url = "https://x.example:99999"\nsecret = "env:X"\n', "is no address"),
        ('secret = "env:X"\n', "`url` of `[announce.crm]` is missing"),
        (HOOK + 'on = ["router"]\n', "has `router`, which is no event"),
        (HOOK + 'onn = ["routed"]\n', "is no setting of such an endpoint"),
        (HOOK + 'kind = "fax"\n', "can't be `fax`"),
        (HOOK + "private = 1\n", "has to be true or false"),
        (HOOK + 'actions = [""]\n', "has to be a list of texts"),
        (CALL + 'body = "{leed}"\n', "the placeholder `{leed}`"),
        (CALL + 'body = "{"\n', "has a lone `{`"),
        (CALL + 'method = "DELETE"\n', "can't be `DELETE`"),
        (CALL + 'headers = { "a b" = "x" }\n', "which is no name"),
        (CALL + "body = 2026-11-30\n", "which JSON doesn't have"),
        (MAIL, "names nobody"),
        (MAIL + 'to = ["ana"]\n', "which is no address"),
        (MAIL + 'to = ["a@x.example"]\nuser = "u"\n', "go together"),
        (MAIL.replace(":587", "") + 'to = ["a@x.example"]\n', "a host and its port"),
    ],
)
def test_what_has_no_meaning_is_told(tmp_path: Path, table: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read(tmp_path, table)
    assert told in raised.value.message
    assert "turnout.toml:" in raised.value.message
    assert raised.value.help


def test_a_name_is_one_that_a_header_can_have(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is no name of an endpoint"):
        read(tmp_path, HOOK, '"C R M"')


def test_secrets_are_read_where_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s").write_text("hidden\n", "utf-8")
    assert Secret("file", "s", tmp_path).read() == "hidden"
    monkeypatch.setenv("CRM", "known")
    assert Secret("env", "CRM", tmp_path).read() == "known"
    for lacking in (Secret("file", "t", tmp_path), Secret("env", "NOT_SET_ANYWHERE", tmp_path)):
        with pytest.raises(SecretError):
            lacking.read()


def test_nothing_that_is_filled_in_is_taken_for_a_placeholder() -> None:
    values = {"lead": "{rule}", "rule": "r"}
    assert filled("{lead} {{lead}} {rule}", values.__getitem__) == "{rule} {lead} r"


def test_the_events_are_those_of_the_log() -> None:
    # Erasing and renaming are done to a state, whatever the policy.
    assert set(EVENTS) == set(EVENT_KINDS) - {"erased", "renamed"}
