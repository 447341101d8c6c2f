"""What a configuration says of a service: `[serve]`, how often each may ask, by how many lines."""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Final, TypeAlias, cast

from turnout.frozen import frozen
from turnout.project.report_settings import WrongSetting

Network: TypeAlias = IPv4Network | IPv6Network

_PACES: Final = ("rate", "address-rate")
_BURSTS: Final = ("burst", "address-burst")
_MOST: Final = 1_000_000


@frozen
class Pace:
    """How often somebody may ask. rate: times a second in the long run. burst: times at once."""

    rate: float
    burst: int


@frozen
class ServeSettings:
    """How often callers may ask; None is as often as they like.

    callers: each who is known, by a token or as a person. addresses: each address of those who
    aren't. proxies: whose word is taken for who asks through them. connections: that each address
    may have at once, but for those of proxies.
    """

    callers: Pace | None = None
    addresses: Pace | None = None
    proxies: tuple[Network, ...] = ()
    connections: int | None = None


def serve_settings(written: object, wrong: WrongSetting) -> ServeSettings:
    """Return the settings of a table as it was read. Raises what `wrong` makes."""
    if not isinstance(written, dict):
        raise wrong("serve", "has to be a table", "write `[serve]`")
    values = cast("dict[str, Any]", written)
    keys = (*_PACES, *_BURSTS, "address-connections", "proxies")
    for key in values:
        if key not in keys:
            raise wrong(key, "is no setting of a service", f"there are {', '.join(keys)}")
    callers, addresses = (
        _pace(values, rate, burst, wrong) for rate, burst in zip(_PACES, _BURSTS, strict=True)
    )
    proxies = _proxies(values.get("proxies", []), wrong)
    return ServeSettings(callers, addresses, proxies, _connections(values, wrong))


def _connections(values: Mapping[str, Any], wrong: WrongSetting) -> int | None:
    key = "address-connections"
    said = values.get(key)
    if said is not None and not _is_count(said):
        raise wrong(key, "has to be a whole number above 0", f"write `{key} = 50`")
    return cast("int | None", said)


def _is_count(said: object) -> bool:
    return isinstance(said, int) and not isinstance(said, bool) and 1 <= said <= _MOST


def _pace(values: Mapping[str, Any], rate: str, burst: str, wrong: WrongSetting) -> Pace | None:
    said, most = values.get(rate), values.get(burst)
    if said is None:
        if most is not None:
            raise wrong(burst, f"counts only beside `{rate}`", f"write `{rate} = 50`, too")
        return None
    is_number = isinstance(said, int | float) and not isinstance(said, bool)
    if not is_number or not 0 < said <= _MOST:
        raise wrong(rate, "has to be a number of requests a second above 0", f"write `{rate} = 50`")
    if most is None:
        return Pace(float(said), max(1, round(2 * said)))
    if not _is_count(most):
        raise wrong(burst, "has to be a whole number above 0", f"write `{burst} = 100`")
    return Pace(float(said), most)


def _proxies(written: object, wrong: WrongSetting) -> tuple[Network, ...]:
    advice = 'write `proxies = ["127.0.0.1", "10.0.0.0/8"]`'
    if not isinstance(written, list):
        raise wrong("proxies", "has to be a list of addresses and networks", advice)
    found: list[Network] = []
    for each in cast("list[object]", written):
        try:
            found.append(ip_network(each if isinstance(each, str) else ""))
        except ValueError:
            raise wrong(
                "proxies", f"has `{each}`, which is no address or network", advice
            ) from None
    return tuple(found)
