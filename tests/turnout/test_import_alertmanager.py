"""`turnout import alertmanager`, as its users meet it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli
from turnout.importing.alertmanager.matchers import MatcherError, matcher, matchers_in

TREE = """route:
  receiver: default
  group_by: [job]
  routes:
    - match: {severity: critical}
      receiver: pager
      routes:
        - match_re: {service: "mysql|post.*"}
          receiver: db
        - matchers: ['team!=""', 'env !~ "dev|test"']
          continue: true
    - matchers: ['{owner=~"a[bc]", team = ""}']
      receiver: odd
receivers: [{name: default}]
inhibit_rules: []
"""


def turnout(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["import", "alertmanager", *arguments])


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    Path("alerts.yml").write_text(TREE)


def said(result: Result) -> str:
    return " ".join(result.output.split())


def test_the_deepest_route_stands_first() -> None:
    assert turnout("alerts.yml", "-o", "out").exit_code == 0
    text = Path("out/alerts.route").read_text()
    wanted = (
        'when severity is "critical" and (service is "mysql" or service starts with "post")',
        '(env not in ["dev", "test"] or env is missing)',
        'when severity is "critical"\n    to   queue pager',
        "fallback to queue default",
    )
    places = [text.index(each) for each in wanted]
    assert places == sorted(places)


def test_what_no_policy_says_is_told_with_its_place() -> None:
    told = said(turnout("alerts.yml", "-o", "out"))
    assert "alerts.yml:10 (route 1, 2): `continue`: no policy gives an alert to several" in told
    assert "alerts.yml:2 (route): group_by: a policy says who gets an alert" in told
    assert "(route 2): owner: no policy asks the regular expression 'a[bc]'" in told
    assert "alerts.yml:15: inhibit_rules: no policy has such" in told


REFUSED = {
    "no route": ("a: b\n", "alerts.yml has no `route`"),
    "no mapping": ("- a\n", "has no mapping at its top"),
    "nothing": ("", "has no mapping at its top"),
    "no YAML": ("a: [\n", "is no YAML"),
    "an alias": ("a: &x [1]\nroute: *x\n", "alerts.yml:2: an alias"),
    "a bomb": ("a: &a [x]\nb: &b [*a, *a]\nroute: [*b, *b]\n", "an alias"),
    "something deep": ("route: " + "[" * 400 + "]" * 400, "more than 50 levels"),
    "something deeper": ("route: " + "[" * 9_000 + "]" * 9_000, "more than 50 levels"),
    "a key twice": ("route: {receiver: a, receiver: b}\n", "can't stand here"),
    "matchers at the top": ("route: {receiver: a, match: {b: c}}\n", "takes every alert"),
    "no matcher": ("route: {receiver: a, routes: [{matchers: [b]}]}\n", "'b' is no matcher"),
    "no route in it": ("route: {receiver: a, routes: [b]}\n", "is no route"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_no_such_file_is_refused_with_the_cause(name: str) -> None:
    text, message = REFUSED[name]
    Path("alerts.yml").write_text(text)
    result = turnout("alerts.yml", "-o", "out")
    assert result.exit_code == 2, result.output
    assert message in said(result)
    assert not Path("out").exists()


@pytest.mark.parametrize("text", ["a", 'a=b c=d"', "=b", "{a=b", "a" * 20_000], ids=range(5))
def test_what_is_no_matcher_is_an_error(text: str) -> None:
    with pytest.raises(MatcherError):
        list(matchers_in(text))


@pytest.mark.parametrize("pattern", ["a[bc]", ".*a", "a(b|c)", "a+", "\\d", "a.c", "(a)(b)"])
def test_other_regular_expressions_are_errors(pattern: str) -> None:
    with pytest.raises(MatcherError):
        matcher("a", "=~", pattern)
