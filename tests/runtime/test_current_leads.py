"""Where leads stand now, as each kind of state tells it."""

from pathlib import Path

import pytest

import turnout
from tests.support.servers import fresh_address

POLICY = """\
policy p
reject reasons [bad-fit]
lead { id: text required  country: country  size: integer 0.. }
person ana
person ben
team sales { ana, ben }
queue large by size
queue triage
route inbound {
  rule large { when size >= 10 to queue large }
  rule german { when country is DE to round-robin sales offer 15 minutes }
  fallback to queue triage
}
route resold { fallback to queue triage }
"""


@pytest.mark.parametrize("kind", ["memory", "file", "postgres"])
def test_who_has_which_leads_and_which_wait(kind: str, tmp_path: Path) -> None:
    state = fresh_address() if kind == "postgres" else str(tmp_path / "x.db")
    with turnout.loads(
        POLICY, route="inbound", state=None if kind == "memory" else state
    ) as router:
        for number in range(6):
            router.route({"id": f"L-{number}", "country": "DE"}, by="crm")
        for number, size in enumerate((10, 30, 20)):
            router.route({"id": f"Q-{number}", "size": size})
        router.accept("L-0", by="ana")
        router.close_lead("L-2")
        router.reject("L-4", "bad-fit", by="ana")
        router.claim("large", "ana")
        assert [(each.lead, each.status) for each in router.held("ana")] == [
            ("Q-1", "accepted"),
            ("L-0", "accepted"),
        ]
        assert [each.lead for each in router.held("ana", 1)] == ["Q-1"]
        assert [each.lead for each in router.held("ben")] == ["L-5", "L-4", "L-3", "L-1"]
        assert router.held("nobody") == ()
        assert router.held("ana", route="resold") == router.queued("large", route="resold") == ()
        assert router.held("ana", route="inbound") == router.held("ana")
        with pytest.raises(turnout.PolicyError, match="no route `nix`"):
            router.held("ana", route="nix")
        assert [each.lead for each in router.queued("large")] == ["Q-2", "Q-0"]
        now = router.current("L-1")
        assert now is not None
        assert now.as_dict()["holder"]["assignee"] == "ben"
        assert router.current("never") is None
        assert next(router.events()).actor == "crm"
