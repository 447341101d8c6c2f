"""An OpenID provider on this machine: it signs people in without asking, and checks all the rest.

It knows one client by its secret, gives a code for one use, holds who brings it to the verifier of
RFC 7636 and to the address that was named first, and signs tokens by a key of its own.
"""

import base64
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from time import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

CLIENT, SECRET = "turnout", "s:cret/"


class TestProvider:
    """What the provider knows. said: of whoever signs in; wrong: claims in place of right ones."""

    __test__ = False

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig"}, private=True)
        self.said: dict[str, Any] = {"email": "ana@firm.example", "email_verified": True}
        self.wrong: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.issuer = ""

    def described(self) -> dict[str, str]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?tenant=1",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def authorized(self, asked: dict[str, str]) -> str:
        """Return where a browser is sent back to."""
        assert asked["tenant"] == "1"
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert asked["code_challenge_method"] == "S256"
        code = token_urlsafe(8)
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return f"{asked['redirect_uri']}?{back}"

    def token(self, said: dict[str, str], authorization: str) -> dict[str, str] | None:
        """Return what a code is changed for, None where it isn't."""
        known = base64.b64encode(b"turnout:s%3Acret%2F").decode()
        asked = self.codes.pop(said["code"], None)
        challenge = base64.urlsafe_b64encode(sha256(said["code_verifier"].encode()).digest())
        if (
            asked is None
            or authorization != f"Basic {known}"
            or said["redirect_uri"] != asked["redirect_uri"]
            or challenge.rstrip(b"=").decode() != asked["code_challenge"]
        ):
            return None
        now = int(time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "u-1", "exp": now + 60, "iat": now}
        claims |= {"nonce": asked["nonce"], **self.said, **self.wrong}
        text = jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)
        return {"id_token": text, "access_token": "x", "token_type": "Bearer"}


@contextmanager
def openid_provider() -> Generator[TestProvider, None, None]:
    """Give a provider until the block ends."""
    provider = TestProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", provider.authorized(asked))
                self.end_headers()
            elif parts.path == "/keys":
                self._say({"keys": [provider.key.as_dict(private=False)]})
            else:
                assert parts.path == "/.well-known/openid-configuration"
                self._say(provider.described())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            said = {name: values[0] for name, values in parse_qs(body).items()}
            found = provider.token(said, self.headers.get("authorization", ""))
            self._say(found or {"error": "invalid_grant"}, 200 if found else 400)

        def _say(self, data: object, status: int = 200) -> None:
            body = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
