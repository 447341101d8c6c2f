"""Who is told of what happens to leads: the tables `[announce.NAME]` of a configuration.

    [announce.crm]
    url = "https://crm.example.com/hooks/turnout"
    secret = "env:CRM_SECRET"
    on = ["routed", "moved"]

What is secret stands in the environment or in a file, and never in the configuration.
"""

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, TypeAlias, cast, get_args
from urllib.parse import urlsplit

from turnout.errors import Error
from turnout.frozen import frozen

Wrong: TypeAlias = Callable[[str, str, str], Error]
"""Makes an error of a key, what is wrong with it, and what to do."""

Method: TypeAlias = Literal["POST", "PUT", "PATCH"]
Encryption: TypeAlias = Literal["starttls", "tls", "none"]
_COMMON = ("kind", "on", "actions", "private")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}", re.ASCII)
_LARGEST = 10_000


class SecretError(Error):
    """A secret isn't where it was said to be."""


@frozen
class Secret:
    """Where something secret stands: `env:NAME` or `file:PATH`. folder: of the configuration."""

    kind: Literal["env", "file"]
    where: str
    folder: Path

    def read(self) -> str:
        """Return it. Raises SecretError."""
        if self.kind == "env":
            found = os.environ.get(self.where, "")
            if not found:
                raise SecretError(
                    f"the environment has no {self.where}", f"set {self.where}, and run again"
                )
            return found
        path = self.folder / self.where
        try:
            found = path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as failure:
            reason = getattr(failure, "strerror", None) or "it is not UTF-8"
            raise SecretError(
                f"a secret can't be read from {path}: {reason}", "write it there, and run again"
            ) from failure
        if not found:
            raise SecretError(f"the file {path} is empty", "write the secret there, and run again")
        return found


MaybeSecret: TypeAlias = str | Secret
Body: TypeAlias = "str | int | float | bool | tuple[Body, ...] | Mapping[str, Body] | None"


@frozen
class Webhook:
    """A service that is told as Standard Webhooks has it; https://www.standardwebhooks.com.

    secrets: with which what it is told is signed, the newest first.
    """

    url: MaybeSecret
    secrets: tuple[Secret, ...]


@frozen
class Chat:
    """A chat that takes `{"text": ...}` at an address: Slack, Mattermost and others."""

    url: MaybeSecret


@frozen
class MailServer:
    """A mail server, and whom it writes to.

    people: addresses by the names of people, who are written to about their own leads; to:
    who is besides.
    """

    host: str
    port: int
    encryption: Encryption
    sender: str
    to: tuple[str, ...]
    people: Mapping[str, str]
    user: MaybeSecret | None
    password: Secret | None


@frozen
class HttpRequest:
    """An HTTP interface of another program, such as a CRM.

    url and body may have placeholders such as `{lead}`. people: what the other
    program calls them, for `{owner}`.
    """

    method: Method
    url: str
    headers: Mapping[str, MaybeSecret]
    body: Body
    people: Mapping[str, str]


EndpointKind: TypeAlias = Webhook | Chat | MailServer | HttpRequest


@frozen
class Endpoint:
    """Somebody who is told.

    on: kinds of events, all where there are none. actions: `notify`, or `notify slack`: only
    of events with such an action, where there are some. private: whether it may have an
    address that isn't public.
    """

    name: str
    target: EndpointKind
    on: tuple[str, ...] = ()
    actions: tuple[tuple[str, ...], ...] = ()
    private: bool = False


def endpoints_in(tables: object, folder: Path, wrong: Wrong) -> tuple[Endpoint, ...]:
    """Return what the table `announce` says. Raises what `wrong` makes."""
    if not isinstance(tables, dict):
        raise wrong("announce", "has to be a table", "write `[announce.NAME]`")
    return tuple(
        _Reading(name, cast("Mapping[str, object]", table), folder, wrong).endpoint()
        for name, table in cast("Mapping[str, object]", tables).items()
    )


@frozen
class _Reading:
    """One table, as it is read."""

    name: str
    table: Mapping[str, object]
    folder: Path
    wrong: Wrong

    def endpoint(self) -> Endpoint:
        if not _NAME.fullmatch(self.name):
            advice = "name it by small letters, digits, `-` and `_`"
            raise self.wrong(self.name, "is no name of an endpoint", advice)
        if not isinstance(self.table, dict):
            raise self.wrong(self.name, "has to be a table", f"write `[announce.{self.name}]`")
        reading: Mapping[str, Callable[[], EndpointKind]] = {
            "webhook": self._webhook,
            "chat": self._chat,
            "email": self._email,
            "request": self._call,
        }
        target = reading[self._one_of("kind", tuple(reading), "webhook")]
        events, actions = self._events(), self._actions()
        return Endpoint(self.name, target(), events, actions, self._flag("private"))

    def _webhook(self) -> Webhook:
        self._check_keys("url", "secret")
        return Webhook(self._url("url"), tuple(self._secrets("secret")))

    def _chat(self) -> Chat:
        self._check_keys("url")
        return Chat(self._url("url"))

    def _email(self) -> MailServer:
        keys = "server", "encryption", "from", "to", "people", "user", "password"
        self._check_keys(*keys)
        host, port = self._server()
        to = tuple(self._address("to", each) for each in self._texts("to"))
        people = {who: self._address("people", at) for who, at in self._people().items()}
        if not to and not people:
            raise self._wrong("to", "names nobody", 'write `to = ["sales@example.com"]`')
        user = self._text_or_secret("user") if "user" in self.table else None
        password = self._secret("password") if "password" in self.table else None
        if (user is None) != (password is None):
            raise self._wrong("user", "and `password` go together", "write both, or neither")
        encryption = cast(
            "Encryption", self._one_of("encryption", get_args(Encryption), "starttls")
        )
        sender = self._address("from", self._text("from"))
        return MailServer(host, port, encryption, sender, to, people, user, password)

    def _call(self) -> HttpRequest:
        from turnout.project.filled_texts import check_placeholders  # noqa: PLC0415 - few have one

        self._check_keys("method", "url", "headers", "body", "people")
        method = cast("Method", self._one_of("method", get_args(Method), "POST"))
        url = self._url("url")
        if isinstance(url, Secret):
            raise self._wrong("url", "of a request can't be secret", "put secrets into `headers`")
        body = self._body(self.table.get("body", {}), 0)
        headers = dict(self._headers())
        for text in (url, *_leaves(body)):
            unknown = check_placeholders(text)
            if unknown is not None:
                raise self._wrong("body" if text != url else "url", *unknown)
        return HttpRequest(method, url, headers, body, self._people())

    def _headers(self) -> Iterator[tuple[str, MaybeSecret]]:
        for name, value in self._table("headers").items():
            if not _HEADER.fullmatch(name):
                raise self._wrong("headers", f"has `{name}`, which is no name", "see RFC 9110")
            if not isinstance(value, str) or not value.isprintable():
                raise self._wrong("headers", f"has `{name}`, which is no text", "write a text")
            yield name, self._read_text("headers", value)

    def _body(self, value: object, depth: int) -> Body:
        if depth > 8:
            raise self._wrong("body", "is nested deeper than 8", "write it flatter")
        if isinstance(value, dict):
            table = cast("Mapping[str, object]", value)
            return {key: self._body(each, depth + 1) for key, each in table.items()}
        if isinstance(value, list):
            return tuple(self._body(each, depth + 1) for each in cast("list[object]", value))
        if value is None or isinstance(value, str | bool | int | float):
            return value
        raise self._wrong("body", f"has {value}, which JSON doesn't have", "write it as a text")

    def _url(self, key: str) -> MaybeSecret:
        text = self._text_or_secret(key)
        if isinstance(text, str):
            fault = url_fault(text, is_private=self._flag("private"))
            if fault is not None:
                raise self._wrong(key, *fault)
        return text

    def _secrets(self, key: str) -> Iterator[Secret]:
        value = self.table.get(key)
        if isinstance(value, list):
            values = cast("list[object]", value)
            if not values:
                raise self._wrong(key, "names no secret", f'write `{key} = "env:NAME"`')
            for each in values:
                yield self._as_secret(key, each)
        else:
            yield self._secret(key)

    def _secret(self, key: str) -> Secret:
        return self._as_secret(key, self.table.get(key))

    def _as_secret(self, key: str, value: object) -> Secret:
        found = self._read_text(key, value) if isinstance(value, str) else None
        if isinstance(found, Secret):
            return found
        raise self._wrong(
            key, "has to name where the secret stands", f'write `{key} = "env:NAME"`, or "file:..."'
        )

    def _text_or_secret(self, key: str) -> MaybeSecret:
        return self._read_text(key, self._text(key))

    def _read_text(self, key: str, text: str) -> MaybeSecret:
        for kind in ("env", "file"):
            if not text.startswith(f"{kind}:"):
                continue
            where = text.removeprefix(f"{kind}:")
            if not where or "\0" in where:
                raise self._wrong(key, f"names no {kind}", f'write `"{kind}:NAME"`')
            return Secret("env" if kind == "env" else "file", where, self.folder)
        return text

    def _text(self, key: str) -> str:
        value = self.table.get(key)
        if isinstance(value, str) and value and len(value) <= _LARGEST:
            return value
        what = "is missing" if value is None else "has to be a text"
        raise self._wrong(key, what, f'write `{key} = "..."` in `[announce.{self.name}]`')

    def _texts(self, key: str) -> list[str]:
        value = self.table.get(key, [])
        if isinstance(value, list) and all(
            isinstance(each, str) and each for each in cast("list[object]", value)
        ):
            return cast("list[str]", value)
        raise self._wrong(key, "has to be a list of texts", f'write `{key} = ["..."]`')

    def _table(self, key: str) -> Mapping[str, object]:
        value = self.table.get(key, {})
        if isinstance(value, dict):
            return cast("Mapping[str, object]", value)
        raise self._wrong(key, "has to be a table", f'write `{key} = {{ name = "..." }}`')

    def _people(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for who, value in self._table("people").items():
            if not isinstance(value, str) or not value.isprintable():
                raise self._wrong("people", f"has `{who}`, which is no text", "write a text")
            found[who] = value
        return found

    def _flag(self, key: str) -> bool:
        value = self.table.get(key, False)
        if isinstance(value, bool):
            return value
        raise self._wrong(key, "has to be true or false", f"write `{key} = true`")

    def _one_of(self, key: str, allowed: Collection[str], otherwise: str) -> str:
        value = self.table.get(key, otherwise)
        if isinstance(value, str) and value in allowed:
            return value
        raise self._wrong(key, f"can't be `{value}`", f"write one of {', '.join(allowed)}")

    def _events(self) -> tuple[str, ...]:
        from turnout.project.filled_texts import EVENTS  # noqa: PLC0415

        found = self._texts("on")
        for each in found:
            if each not in EVENTS:
                near = get_close_matches(each, EVENTS, n=1)
                advice = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(EVENTS)}"
                raise self._wrong("on", f"has `{each}`, which is no event", advice)
        return tuple(found)

    def _actions(self) -> tuple[tuple[str, ...], ...]:
        found = tuple(tuple(each.split(maxsplit=1)) for each in self._texts("actions"))
        if not all(found):
            raise self._wrong("actions", "has an empty text", 'write `actions = ["notify slack"]`')
        return found

    def _server(self) -> tuple[str, int]:
        text = self._text("server")
        host, _, port = text.rpartition(":")
        if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 1 << 16:
            advice = 'write `server = "smtp.example.com:587"`'
            raise self._wrong("server", "has to be a host and its port", advice)
        return host.strip("[]"), int(port)

    def _address(self, key: str, text: str) -> str:
        if text.isprintable() and text.count("@") == 1 and not re.search(r"[,;]", text):
            return text
        raise self._wrong(key, f"has `{text}`, which is no address", "write `ana@example.com`")

    def _check_keys(self, *keys: str) -> None:
        known = (*_COMMON, *keys)
        for key in self.table:
            if key not in known:
                near = get_close_matches(key, known, n=1)
                advice = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(known)}"
                raise self._wrong(key, "is no setting of such an endpoint", advice)

    def _wrong(self, key: str, what: str, advice: str) -> Error:
        return self.wrong(key, f"of `[announce.{self.name}]` {what}", advice)


def url_fault(url: str, *, is_private: bool) -> tuple[str, str] | None:
    """Return what is wrong with the address of a service, and what to do."""
    advice = 'write `url = "https://..."`'
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - it raises
    except ValueError:
        return "is no address", advice
    if parts.scheme not in {"https", "http"} or not parts.hostname or not url.isascii():
        return "is no address of the web", advice
    if not url.isprintable() or " " in url or "\\" in url:
        return "has what no address has", advice
    if parts.username is not None or parts.password is not None:
        return "has a password in it", "put it into a header, by `env:` or `file:`"
    if parts.fragment:
        return "has a fragment, which no server sees", "leave `#` and what follows out"
    if parts.scheme == "http" and not is_private:
        return (
            "is not encrypted",
            "write https://, or `private = true` for one in your own network",
        )
    return None


def _leaves(body: Body) -> Iterator[str]:
    if isinstance(body, str):
        yield body
    elif isinstance(body, tuple):
        for each in body:
            yield from _leaves(each)
    elif isinstance(body, Mapping):
        for key, each in body.items():
            yield key
            yield from _leaves(each)
