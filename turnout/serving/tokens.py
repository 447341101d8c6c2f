"""Tokens in a file beside the state: each a name, its scopes, and a hash of its secret.

A secret is 32 bytes of chance, so that one round of SHA-256 keeps it: there is nothing to
guess. It is shown once, when it is made. A token that is rotated has two secrets until the
older one ends, so that whoever uses it can be told meanwhile. The file is replaced whole, and
read again by a service within a second.
"""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from tempfile import NamedTemporaryFile
from threading import Lock
from time import monotonic
from typing import Any, cast

import attrs

from turnout.errors import Error
from turnout.frozen import frozen
from turnout.serving.callers import SCOPES, Caller, TokenScope

FORMAT, VERSION = "turnout-tokens", 1
PREFIX = "trn_"
FRESH = 1.0
"""Seconds for which a service goes by what it read of the file."""


class TokenError(Error):
    """The file of tokens can't be used, or has no such token."""


@frozen
class KeptSecret:
    """The hash of a secret. until: when it ends, None for never."""

    digest: str
    created: datetime
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Return whether it counts."""
        return self.until is None or at < self.until


@frozen
class AccessToken:
    """A token. person: whose it is, None where it is nobody's. secrets: the newest last."""

    name: str
    scopes: tuple[TokenScope, ...]
    person: str | None
    secrets: tuple[KeptSecret, ...]

    @property
    def caller(self) -> Caller:
        """Who bears it."""
        return Caller(f"token {self.name}", frozenset(self.scopes), self.person)


@frozen
class TokenFile:
    """A file of tokens."""

    path: Path

    def read(self) -> tuple[AccessToken, ...]:
        """Return the tokens, none where there is no file. Raises TokenError."""
        try:
            text = self.path.read_text("utf-8")
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeError) as failure:
            raise TokenError(f"{self.path} can't be read: {failure}", "name another file") from None
        try:
            data = json.loads(text)
            if data["format"] != FORMAT or data["version"] != VERSION:
                raise TokenError(f"{self.path} is no file of tokens", "name another file")
            return tuple(map(_token, data["tokens"]))
        except (KeyError, TypeError, ValueError, RecursionError):
            raise TokenError(
                f"{self.path} isn't as it was written", "restore it, or make its tokens anew"
            ) from None

    def create(
        self,
        name: str,
        scopes: tuple[TokenScope, ...],
        *,
        person: str | None = None,
        until: datetime | None = None,
    ) -> str:
        """Add a token, and return its secret. Raises TokenError where there is one of the name."""
        tokens = self.read()
        if any(each.name == name for each in tokens):
            raise TokenError(
                f"there is a token {name} already",
                f"`turnout token rotate {name}` gives it a new secret; or revoke it first",
            )
        secret, kept = _new(until)
        self._write((*tokens, AccessToken(name, scopes, person, (kept,))))
        return secret

    def revoke(self, name: str) -> None:
        """Take a token out. Raises TokenError where there is none of the name."""
        tokens = self.read()
        found = self._named(name, tokens)
        self._write(tuple(each for each in tokens if each is not found))

    def rotate(self, name: str, overlap: timedelta) -> str:
        """Give a token another secret, and return it; those before it end after a while.

        Raises TokenError where there is none of the name.
        """
        tokens = self.read()
        found = self._named(name, tokens)
        now = datetime.now(UTC)
        end = now + overlap
        newest = found.secrets[-1]
        before = [
            attrs.evolve(each, until=end if each.until is None else min(each.until, end))
            for each in found.secrets
            if each.holds(now) and overlap
        ]
        secret, kept = _new(newest.until)
        rotated = attrs.evolve(found, secrets=(*before, kept))
        self._write(tuple(rotated if each is found else each for each in tokens))
        return secret

    def _named(self, name: str, tokens: tuple[AccessToken, ...]) -> AccessToken:
        for each in tokens:
            if each.name == name:
                return each
        listed = ", ".join(each.name for each in tokens)
        raise TokenError(
            f"{self.path} has no token {name}", f"it has {listed}" if listed else "it has none"
        )

    def _write(self, tokens: tuple[AccessToken, ...]) -> None:
        """Replace the file, which is its owner's alone."""
        data = {"format": FORMAT, "version": VERSION, "tokens": [*map(_data, tokens)]}
        text = json.dumps(data, indent=2) + "\n"
        with NamedTemporaryFile(
            "w", dir=self.path.absolute().parent, prefix=f".{self.path.name}.", delete=False
        ) as file:  # made for its owner alone
            try:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(self.path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise


class KnownTokens:
    """Whose each secret is, by a file that may change meanwhile."""

    def __init__(self, file: TokenFile) -> None:
        """Read the file. Raises TokenError."""
        self._file = file
        self._stamp = self._looked_at()
        self._by_digest = _by_digest(file.read())
        self._until = monotonic() + FRESH
        self._lock = Lock()

    def __bool__(self) -> bool:
        """Return whether there is any token."""
        self._refresh()
        return bool(self._by_digest)

    def caller(self, secret: str) -> Caller | None:
        """Return who bears a secret, None where it is nobody's or has ended."""
        self._refresh()
        found = self._by_digest.get(digest_of(secret))
        if found is None:
            return None
        token, kept = found
        return token.caller if kept.holds(datetime.now(UTC)) else None

    def _refresh(self) -> None:
        """Read the file again where it changed; one that can't be read leaves all as it was."""
        if monotonic() < self._until:
            return
        with self._lock:
            self._until = monotonic() + FRESH
            stamp = self._looked_at()
            if stamp == self._stamp:
                return
            try:
                self._by_digest = _by_digest(self._file.read())
                self._stamp = stamp
            except TokenError:
                return

    def _looked_at(self) -> tuple[int, int, int]:
        try:
            found = self._file.path.stat()
        except OSError:
            return 0, 0, 0
        return found.st_mtime_ns, found.st_size, found.st_ino


def digest_of(secret: str) -> str:
    """Return what is kept of a secret."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _new(until: datetime | None) -> tuple[str, KeptSecret]:
    secret = PREFIX + token_urlsafe(32)
    return secret, KeptSecret(digest_of(secret), datetime.now(UTC), until)


def _by_digest(tokens: tuple[AccessToken, ...]) -> Mapping[str, tuple[AccessToken, KeptSecret]]:
    return {secret.digest: (token, secret) for token in tokens for secret in token.secrets}


def _data(token: AccessToken) -> dict[str, Any]:
    return {
        "name": token.name,
        "scopes": list(token.scopes),
        "person": token.person,
        "secrets": [
            {
                "sha256": each.digest,
                "created": each.created.isoformat(),
                "until": None if each.until is None else each.until.isoformat(),
            }
            for each in token.secrets
        ],
    }


def _token(data: Mapping[str, Any]) -> AccessToken:
    scopes = tuple(data["scopes"])
    if not set(scopes) <= set(SCOPES):
        raise ValueError("no such scope")
    secrets = tuple(
        KeptSecret(
            str(each["sha256"]),
            datetime.fromisoformat(each["created"]),
            None if each["until"] is None else datetime.fromisoformat(each["until"]),
        )
        for each in data["secrets"]
    )
    return AccessToken(
        str(data["name"]), cast("tuple[TokenScope, ...]", scopes), data["person"], secrets
    )
