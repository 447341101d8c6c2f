"""People sign in at an OpenID provider in their browser: an authorization code with PKCE.

Where they are sent and come back to is fixed when the service starts. What they have to bring back
(`state`, the `nonce` of the token, the verifier of RFC 7636) is kept in their own browser for ten
minutes, marked with the service's secret. Who they are says the ID token, which the service
fetches itself; they are then known by a cookie of the service, for eight hours at most, on its
pages alone, unless they sign out before. After a restart they sign in again, as the secret is
another one.
"""

import base64
import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from secrets import token_urlsafe
from time import time
from typing import Any, Final, cast
from urllib.error import URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import Request

from turnout.dsl.policy import Policy
from turnout.errors import Error
from turnout.frozen import attribute, frozen
from turnout.serving.callers import Caller
from turnout.serving.oidc import HERE, PeopleTokens, Provider, fetched, person_caller
from turnout.serving.signed_out import SignedOut

CALLBACK: Final = "/me/signed-in"
"""Where the provider sends people back to."""

LASTS: Final = 8 * 3_600
"""Seconds after which somebody signs in again."""

WAITS: Final = 600
"""Seconds that signing in may take."""

_CLAIMS: Final = ("sub", "email", "email_verified", "scope", "roles")
_DISCOVERY: Final = "/.well-known/openid-configuration"
_LONGEST: Final = 3_500
"""Characters of a cookie that every browser keeps."""


class SignInError(Error):
    """People can't sign in at the provider as it was asked for, or somebody couldn't."""


@frozen
class SignInSettings:
    """How people sign in.

    client: by what name the provider knows the service. secret: what the provider gave it, ""
    for none. url: where people reach the service, such as https://leads.firm.example.
    """

    client: str
    url: str
    secret: str = attribute(default="", repr=False)


@frozen
class ProviderAddresses:
    """Where a provider says that it is asked."""

    authorize: str
    token: str
    keys: str


@frozen
class BegunSignIn:
    """Where a browser is sent, and what it keeps until it comes back."""

    address: str
    kept: str


class SignIn:
    """Signs people in, and knows those who are.

    secret: of all processes of the service; ended: the sessions of those who signed out.
    """

    def __init__(
        self, provider: Provider, settings: SignInSettings, secret: bytes, ended: SignedOut
    ) -> None:
        """Ask the provider where it is asked. Raises SignInError, KeysError."""
        self._ended = ended
        at = provider_addresses(provider.issuer)
        self._settings = settings
        self._at = at
        self._secret = secret
        # The token is for the service as a client, whatever its callers' tokens are for.
        self.keys: str = provider.keys or at.keys
        self._tokens = PeopleTokens(Provider(provider.issuer, settings.client, self.keys))
        self.is_secure: bool = settings.url.startswith("https:")
        self._back = settings.url.rstrip("/") + CALLBACK

    def begin(self) -> BegunSignIn:
        """Return where somebody is sent to sign in."""
        state, nonce, verifier = (token_urlsafe(32) for _ in range(3))
        challenge = _base64(sha256(verifier.encode()).digest())
        asked = {
            "response_type": "code",
            "client_id": self._settings.client,
            "redirect_uri": self._back,
            "scope": "openid email",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "until": time() + WAITS}
        mark = "&" if "?" in self._at.authorize else "?"
        return BegunSignIn(
            f"{self._at.authorize}{mark}{urlencode(asked)}", self._marked("begun", kept)
        )

    def finish(self, said: Mapping[str, str], kept: str) -> str:
        """Return the session of whoever comes back from the provider. Raises SignInError.

        said: what the address says. kept: what their browser kept. It asks the provider.
        """
        begun = self._known("begun", kept)
        state = said.get("state", "")
        if begun is None or not hmac.compare_digest(
            str(begun["state"]).encode(), state.encode("utf-8", "replace")
        ):
            raise SignInError("it wasn't begun here, or took too long", "begin again")
        code = said.get("code", "")
        if not code:
            raise SignInError("the provider didn't sign you in", "begin again")
        token = self._token(code, str(begun["verifier"]))
        claims = self._tokens.claims(token)
        if claims is None or claims.get("azp", self._settings.client) != self._settings.client:
            raise SignInError("the provider's token isn't valid", "begin again")
        if not hmac.compare_digest(
            str(claims.get("nonce", "")).encode("utf-8", "replace"), str(begun["nonce"]).encode()
        ):
            raise SignInError("the provider's token is of another sign-in", "begin again")
        known = {name: claims[name] for name in _CLAIMS if name in claims}
        named = {"id": token_urlsafe(16), "until": time() + LASTS}
        session = self._marked("session", {**known, **named})
        if len(session) > _LONGEST:
            raise SignInError("the provider says more of you than a cookie keeps", "ask for less")
        return session

    def caller(self, session: str, policy: Policy) -> Caller | None:
        """Return who has a session, by the policy as it is now; None where it isn't one.

        Raises StateError where it can't be known whether it was ended.
        """
        found = self._known("session", session)
        if found is None or self._ended.has(found["id"], found["until"]):
            return None
        return person_caller(found, policy)

    def end(self, session: str) -> None:
        """Let a session count no more, whoever has a copy of it. Raises StateError."""
        found = self._known("session", session)
        if found is not None:
            self._ended.add(found["id"], found["until"])

    def close(self) -> None:
        """Release what it keeps."""
        self._ended.close()

    def _token(self, code: str, verifier: str) -> str:
        """Return the ID token for a code. Raises SignInError."""
        settings = self._settings
        said = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "client_id": settings.client,
            "code_verifier": verifier,
        }
        heads = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if settings.secret:
            pair = f"{quote(settings.client, safe='')}:{quote(settings.secret, safe='')}"
            heads["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        asked = Request(self._at.token, urlencode(said).encode(), heads)  # noqa: S310 - it is checked
        try:
            answer = json.loads(fetched(asked))
            token: object = answer["id_token"]
        except (OSError, URLError, ValueError, KeyError, TypeError, RecursionError):
            raise SignInError("the provider gave no token", "begin again") from None
        return token if isinstance(token, str) else ""

    def _marked(self, kind: str, said: Mapping[str, Any]) -> str:
        text = _base64(json.dumps(said, separators=(",", ":")).encode())
        return f"{text}.{self._mark(kind, text)}"

    def _known(self, kind: str, text: str) -> Mapping[str, Any] | None:
        """Return what a text of the service says, None where it isn't one, or has ended."""
        said, _, mark = text.rpartition(".")
        if not hmac.compare_digest(
            self._mark(kind, said).encode(), mark.encode("utf-8", "replace")
        ):
            return None
        found = cast("dict[str, Any]", json.loads(base64.urlsafe_b64decode(said + "==")))
        return found if time() < found["until"] else None

    def _mark(self, kind: str, said: str) -> str:
        told = f"{kind} {said}".encode("utf-8", "surrogatepass")
        return hmac.new(self._secret, told, sha256).hexdigest()


def provider_addresses(issuer: str) -> ProviderAddresses:
    """Return where a provider is asked, as it says itself. Raises SignInError."""
    where = issuer.rstrip("/") + _DISCOVERY
    try:
        told = json.loads(fetched(Request(_checked(where))))  # noqa: S310 - it is checked
        if told["issuer"] != issuer:
            raise SignInError(
                f"{where} is of the issuer {str(told['issuer'])[:200]}", "name that one"
            )
        found = (told["authorization_endpoint"], told["token_endpoint"], told["jwks_uri"])
        return ProviderAddresses(*(_checked(str(each)) for each in found))
    except (OSError, URLError, ValueError, KeyError, TypeError, RecursionError) as failure:
        raise SignInError(
            f"the OpenID provider doesn't say where it is asked at {where}: {failure}",
            "name its issuer as it does itself",
        ) from None


def check_address(url: str) -> str:
    """Return where people reach the service. Raises SignInError where they can't."""
    try:
        parts = urlsplit(_checked(url))
        is_bare = parts.path in {"", "/"} and not parts.query and not parts.fragment
    except ValueError as failure:
        raise SignInError(f"{url} is no address of a service: {failure}", _ADVICE) from None
    if not is_bare or "@" in parts.netloc:
        raise SignInError(f"{url} is no address of a service", _ADVICE)
    return url


_ADVICE: Final = "write it as https://leads.firm.example"


def _checked(url: str) -> str:
    """Return an address that TLS protects, or of this machine. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("it has to begin with https://")
    if parts.scheme == "http" and parts.hostname not in HERE:
        raise ValueError("it has to be had over HTTPS")
    return url


def _base64(said: bytes) -> str:
    return base64.urlsafe_b64encode(said).rstrip(b"=").decode()
