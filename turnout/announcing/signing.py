"""Signatures of webhooks, as Standard Webhooks has them.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from turnout.errors import Error

PREFIX = "whsec_"
SHORTEST, LONGEST = 16, 64
"""Bytes of a secret; the standard asks for 24 at least of new ones."""


class BadSecretError(Error):
    """A secret isn't one to sign with."""


def key_of(secret: str) -> bytes:
    """Return the key of a secret such as `whsec_...` (base64). Raises BadSecretError."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not SHORTEST <= len(key) <= LONGEST:
        raise BadSecretError(
            "a secret of webhooks is `whsec_` and base64 of 24 to 64 bytes",
            "make one: echo whsec_$(openssl rand -base64 32)",
        )
    return key


def signatures(keys: Sequence[bytes], id_: str, timestamp: int, body: bytes) -> str:
    """Return the header `webhook-signature`: one of each key, so that keys can be changed.

    timestamp: seconds since 1970, when this attempt was made.
    """
    signed = b".".join((id_.encode(), str(timestamp).encode(), body))
    digests = (hmac.digest(key, signed, hashlib.sha256) for key in keys)
    return " ".join("v1," + base64.b64encode(each).decode() for each in digests)
