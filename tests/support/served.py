"""A policy that is served in the tests' own process, and who asks it."""

import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import uvicorn
from starlette.testclient import TestClient

from turnout.compiler.compiled import compile_policy
from turnout.serving.reloading import PolicySource
from turnout.serving.running import ServingSettings, bound, uvicorn_settings

POLICY = """\
policy inbound
reject reasons [bad-fit, language]
return reasons [spam]
lead {
  id:      text required
  country: country
  size:    integer 0..
}
person ana { email "ana@firm.example" }
person ben { email "ben@firm.example" }
team sales { ana, ben }
queue triage
queue large by size

route inbound {
  rule huge { when size >= 10000 to queue large }
  rule german {
    when country is DE
    to   round-robin sales
    offer 15 minutes
    sla  1 hour wall, then queue triage
  }
  fallback to queue triage
}
test "german" {
  lead { id: "1", country: DE }
  expect rule german
}
"""

HERE = "http://localhost"


def settings(folder: Path, text: str = POLICY, **more: Any) -> ServingSettings:  # noqa: ANN401 - its parts
    """Return how a policy in a folder is served; nobody watches its file."""
    main = folder / "inbound.route"
    main.write_text(text, "utf-8")
    source = PolicySource(main, "inbound", folder / "inbound.db", 5)
    return attrs.evolve(
        ServingSettings(source, folder / "inbound.db.tokens", is_watching=False), **more
    )


@contextmanager
def served(of: ServingSettings) -> Generator[TestClient, None, None]:
    """Give who asks a service, until the block ends."""
    app = of.application(compile_policy(of.source.main))
    with TestClient(app, base_url=HERE, follow_redirects=False) as client:
        yield client


@contextmanager
def listening(of: ServingSettings) -> Generator[int, None, None]:
    """Serve at a port until the block ends, and give its number."""
    app = of.application(compile_policy(of.source.main))
    server = uvicorn.Server(uvicorn_settings(lambda: app, of, 1))
    with bound("127.0.0.1", 0) as at:
        thread = threading.Thread(target=server.run, args=([at],))
        thread.start()
        found: int = at.getsockname()[1]
        while not server.started:
            time.sleep(0.01)
        try:
            yield found
        finally:
            server.should_exit = True
            thread.join()


def bearing(token: str) -> Mapping[str, str]:
    """Return the headers of whoever bears a token."""
    return {"Authorization": f"Bearer {token}"}
