"""What a service says that it does is what it does: OpenAPI of each example, its examples sent."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as drawn
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from starlette.testclient import TestClient

from tests.support.command_line import turnout
from tests.support.served import HERE, served, settings
from turnout.compiler.compiled import compile_policy
from turnout.project.configuration import configuration_of
from turnout.serving.reloading import PolicySource
from turnout.serving.running import ServingSettings

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted({each.parent for each in ROOT.glob("examples/*/*.route")})
NAMES = {"lead": "L-none", "queue": "triage", "person": "ana"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Generator[TestClient, None, None]:
    with served(settings(tmp_path_factory.mktemp("described"))) as asked:
        yield asked


@pytest.fixture(scope="module")
def described(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def fits(described: dict[str, Any], schema: dict[str, Any], said: object) -> None:
    """Fail where a value isn't as a schema of the description has it."""
    whole = json.loads(json.dumps(schema).replace("#/components/", "#/$defs/"))
    whole["$defs"] = json.loads(
        json.dumps(described["components"]).replace("#/components/", "#/$defs/")
    )
    judge: Any = Draft202012Validator(whole)
    judge.validate(said)


def judged(described: dict[str, Any], operation: dict[str, Any], answer: Any) -> None:  # noqa: ANN401 - of the client
    """Fail where an answer isn't one that an operation says it gives."""
    told = operation["responses"].get(str(answer.status_code))
    assert told is not None, (operation["operationId"], answer.status_code, answer.text)
    if "content" not in told:
        assert answer.content == b""
        return
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind in told["content"]
    if "json" in kind:
        fits(described, told["content"][kind]["schema"], answer.json())


def test_every_operation_answers_its_example_as_it_says(
    client: TestClient, described: dict[str, Any]
) -> None:
    validate(described)
    asked = 0
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody")
            example = None if body is None else body["content"]["application/json"]["example"]
            answer = client.request(method.upper(), path.format(**NAMES), json=example)
            judged(described, operation, answer)
            asked += 1
    assert asked > 20


def test_the_example_is_a_lead_that_a_rule_takes_and_fits_the_schema(
    client: TestClient, described: dict[str, Any]
) -> None:
    content = described["paths"]["/leads"]["post"]["requestBody"]["content"]["application/json"]
    fits(described, content["schema"], content["example"])
    assert client.post("/decide", json=content["example"]).json()["rule"] is not None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "country", "size", "by", ""]), inner, max_size=3)
    ),
    max_leaves=6,
)


@drawn(max_examples=25, deadline=None)
@given(VALUES, st.sampled_from(["/leads", "/decide", "/explain", "/leads/{lead}/reject"]))
def test_whatever_json_is_sent_the_answer_is_one_that_was_told(
    client: TestClient, described: dict[str, Any], said: object, path: str
) -> None:
    judged(
        described,
        described["paths"][path]["post"],
        client.post(path.format(**NAMES), json=said),
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_the_description_of_an_example_is_valid_and_its_lead_is_decided(
    example: Path, tmp_path: Path
) -> None:
    from turnout.project.roots import roots  # noqa: PLC0415 - one test's

    for main in roots([example]).files:
        compiled = compile_policy(main, severities=configuration_of(main).severities)
        if not compiled.is_fit or not compiled.policy.routes:
            continue
        route = next(iter(compiled.policy.routes))
        of = ServingSettings(
            PolicySource(main, route, tmp_path / "x.db", 5), tmp_path / "t", is_watching=False
        )
        described = of.described(compiled)
        validate(described)
        lead = described["paths"]["/leads"]["post"]["requestBody"]["content"]["application/json"]
        with TestClient(of.application(compiled), base_url=HERE) as client:
            assert client.post("/decide", json=lead["example"]).json()["rule"] is not None


def test_the_command_prints_the_description_and_makes_no_state(tmp_path: Path) -> None:
    of = settings(tmp_path)
    state = tmp_path / "none.db"
    printed = turnout("serve", str(of.source.main), "--state", str(state), "--openapi")
    validate(json.loads(printed.output))
    assert not state.exists()


def test_the_page_of_the_service_loads_nothing_from_elsewhere(client: TestClient) -> None:
    answer = client.get("/docs")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "http://" not in answer.text
    assert "https://" not in answer.text
    assert client.get("/pages/page.css").headers["content-type"].startswith("text/css")
    assert client.get("/pages/api.js").headers["content-type"].startswith("text/javascript")
