"""People by the tokens of an OpenID provider: signed JWTs, checked by its published keys.

Checked are signature, issuer, audience and time. Whose token it is says its e-mail address, if
the provider has verified it: a person of the policy has it. What else they may stands in the
claim `scope` or `roles`, as `turnout:read`. Keys come from a file or over HTTPS, and are fetched
again where a token names one that isn't known, once a minute at most.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Final, cast
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from turnout.dsl.policy import Policy
from turnout.errors import Error
from turnout.frozen import frozen
from turnout.serving.callers import SCOPES, Caller, TokenScope

ALGORITHMS: Final = ["RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"]
"""Signatures by a key pair alone: whoever can check one can't make one."""

LEEWAY = 60
"""Seconds that the clocks of provider and service may differ."""

_AGAIN = 60.0
_LARGEST = 1_048_576
_PREFIX = "turnout:"
HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
"""Names of this machine, with which no TLS is needed."""


class KeysError(Error):
    """The keys of an OpenID provider can't be had."""


@frozen
class Provider:
    """An OpenID provider.

    audience: for whom tokens of callers are, "" where there are none. keys: a file with its key
    set, or where it is published.
    """

    issuer: str
    audience: str
    keys: str


class PeopleTokens:
    """Who bears a token of a provider."""

    def __init__(self, provider: Provider) -> None:
        """Fetch the keys. Raises KeysError."""
        self._provider = provider
        self._asked = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._lock = Lock()
        self._keys = _key_set(provider.keys)
        self._fetched_at = monotonic()

    def caller(self, text: str, policy: Policy) -> Caller | None:
        """Return who bears a token, None where it isn't valid. It may ask the provider."""
        found = self.claims(text)
        return None if found is None else person_caller(found, policy)

    def claims(self, text: str) -> Mapping[str, Any] | None:
        """Return what a token says, None where it isn't valid. It may ask the provider."""
        found = self._claims(text, self._keys)
        if found is None and self._renewed(text):
            found = self._claims(text, self._keys)
        return found

    def _claims(self, text: str, keys: KeySet) -> Mapping[str, Any] | None:
        try:
            token = jwt.decode(text, keys, algorithms=ALGORITHMS)
            self._asked.validate(token.claims)
        except (JoseError, ValueError, TypeError, KeyError):
            return None
        return token.claims

    def _renewed(self, text: str) -> bool:
        """Return whether keys were fetched again, since the token names another one."""
        if not _names_another(text, self._keys):
            return False
        with self._lock:
            if monotonic() - self._fetched_at < _AGAIN:
                return False
            self._fetched_at = monotonic()
            try:
                self._keys = _key_set(self._provider.keys)
            except KeysError:
                return False
            return True


def _names_another(text: str, keys: KeySet) -> bool:
    from base64 import urlsafe_b64decode  # noqa: PLC0415 - for a token that isn't known alone

    head = text.partition(".")[0]
    try:
        named: object = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError):
        return False
    if not isinstance(named, dict):
        return False
    kid = cast("dict[str, object]", named).get("kid")
    return isinstance(kid, str) and all(key.kid != kid for key in keys.keys)


def _key_set(where: str) -> KeySet:
    try:
        return KeySet.import_key_set(json.loads(_bytes_of(where)))
    except (OSError, URLError, ValueError, KeyError, TypeError, JoseError) as failure:
        raise KeysError(
            f"the keys of the OpenID provider can't be had from {where}: {failure}",
            "name the file or the `jwks_uri` of its key set",
        ) from None


def _bytes_of(where: str) -> bytes:
    parts = urlsplit(where)
    if parts.scheme not in {"http", "https"}:
        return Path(where).read_bytes()
    if parts.scheme == "http" and parts.hostname not in HERE:
        raise ValueError("keys come over HTTPS")
    return fetched(where)


def fetched(asked: str | Request) -> bytes:
    """Return what a provider answers; no redirect is followed. Raises OSError, URLError."""
    with build_opener(_NoFurther).open(asked, timeout=10) as answer:
        body: bytes = answer.read(_LARGEST)
    return body


class _NoFurther(HTTPRedirectHandler):
    """Follows no redirect: it could lead to where nothing says whose keys they are."""

    def redirect_request(self, req: Request, *_: Any, **__: Any) -> None:  # noqa: ANN401 - the library's
        """Return no request: the redirect itself is the answer, and an error."""
        del req


def person_caller(claims: Mapping[str, Any], policy: Policy) -> Caller:
    """Return who somebody is of whom a provider says this, by the policy."""
    email = claims.get("email")
    is_verified = claims.get("email_verified", False) is True
    person = _person(email, policy) if isinstance(email, str) and is_verified else None
    return Caller(f"user {person or claims['sub']}", _scopes(claims), person)


def _person(email: str, policy: Policy) -> str | None:
    text = email.strip().casefold()
    return next(
        (each.name for each in policy.people.values() if (each.email or "").casefold() == text),
        None,
    )


def _scopes(claims: Mapping[str, Any]) -> frozenset[TokenScope]:
    said: list[object] = []
    for name in ("scope", "roles"):
        value = claims.get(name)
        if isinstance(value, str):
            said += value.split()
        elif isinstance(value, list):
            said += cast("list[object]", value)
    return frozenset(scope for scope in SCOPES if f"{_PREFIX}{scope}" in said)
