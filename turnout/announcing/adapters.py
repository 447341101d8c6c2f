"""Who carries an event to an endpoint; a program may have an `Adapter` of its own."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from turnout.announcing.couriers import Adapter
from turnout.announcing.mailing import Mailer
from turnout.announcing.messages import (
    EventData,
    NothingToNameError,
    chat_text,
    cloud_event,
    request_body,
    request_url,
)
from turnout.announcing.posting import Poster
from turnout.announcing.signing import key_of, signatures
from turnout.announcing.upshots import Unsendable, Upshot
from turnout.errors import Error
from turnout.frozen import frozen
from turnout.project.endpoints import (
    Chat,
    Endpoint,
    HttpRequest,
    MailServer,
    MaybeSecret,
    Secret,
    Webhook,
    url_fault,
)


class UnfitAddressError(Error):
    """What was said to be an address isn't one."""


def adapter_of(endpoint: Endpoint, policy: str) -> Adapter:
    """Return what carries events to an endpoint of a configuration.

    policy: its name. Raises SecretError, BadSecretError and UnfitAddressError.
    """
    target = endpoint.target
    if isinstance(target, MailServer):
        user = "" if target.user is None else _read(target.user)
        password = "" if target.password is None else target.password.read()
        return Mailer(target, user, password, endpoint.private)
    poster = Poster(is_private=endpoint.private)
    match target:
        case Webhook():
            keys = tuple(key_of(each.read()) for each in target.secrets)
            return WebhookAdapter(poster, _address(target.url, endpoint), keys, policy)
        case Chat():
            return ChatAdapter(poster, _address(target.url, endpoint))
        case HttpRequest():
            headers = {name: _header(name, text) for name, text in target.headers.items()}
            return RequestAdapter(poster, target, headers)


@frozen
class WebhookAdapter:
    """Posts CloudEvents, signed as Standard Webhooks has it."""

    poster: Poster
    url: str
    keys: Sequence[bytes]
    policy: str

    def send(self, event: EventData, id_: str) -> Upshot:
        """Post the event; `webhook-id` tells one that comes again."""
        body = cloud_event(event, self.policy, id_)
        at = int(datetime.now(UTC).timestamp())
        headers = {
            "Content-Type": "application/cloudevents+json; charset=utf-8",
            "webhook-id": id_,
            "webhook-timestamp": str(at),
            "webhook-signature": signatures(self.keys, id_, at, body),
        }
        return self.poster.post("POST", self.url, headers, body)


@frozen
class ChatAdapter:
    """Posts a text."""

    poster: Poster
    url: str

    def send(self, event: EventData, id_: str) -> Upshot:  # noqa: ARG002 - a chat has no use for it
        """Post the event as a message."""
        return self.poster.post("POST", self.url, {}, chat_text(event))


@frozen
class RequestAdapter:
    """Sends a request to another program; `Idempotency-Key` tells one that comes again."""

    poster: Poster
    request: HttpRequest
    headers: Mapping[str, str]

    def send(self, event: EventData, id_: str) -> Upshot:
        """HttpRequest it, with what the event says in the address and the body."""
        request = self.request
        try:
            url = request_url(request.url, event, request.people)
        except NothingToNameError as failure:
            return Unsendable(str(failure))
        body = json.dumps(request_body(request.body, event, request.people)).encode()
        headers = {"Idempotency-Key": id_, **self.headers}
        return self.poster.post(request.method, url, headers, body)


def _read(text: MaybeSecret) -> str:
    return text.read() if isinstance(text, Secret) else text


def _header(name: str, text: MaybeSecret) -> str:
    value = _read(text)
    if not value.isprintable() or not value.isascii():
        raise UnfitAddressError(f"the secret for the header {name} has what no header has")
    return value


def _address(text: MaybeSecret, endpoint: Endpoint) -> str:
    url = _read(text)
    fault = url_fault(url, is_private=endpoint.private)
    if fault is not None:
        raise UnfitAddressError(f"the address of endpoint {endpoint.name} {fault[0]}", fault[1])
    return url
