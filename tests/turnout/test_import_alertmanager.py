"""`turnout import alertmanager`, as its users meet it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support.imported_policies import receivers
from turnout.cli import cli
from turnout.importing.alertmanager.matcher_texts import MatcherError, matchers_in
from turnout.importing.alertmanager.matchers import matcher
from turnout.importing.alertmanager.route_trees import imported
from turnout.importing.foreign import ALWAYS, Asked, Criterion, Some
from turnout.importing.reports import ImportReport

TREE = """route:
  receiver: default
  group_by: [job]
  routes:
    - match: {severity: critical}
      receiver: pager
      routes:
        - match_re: {service: "mysql|post.*"}
          receiver: db
          continue: true
        - matchers: ['team!=""', 'env !~ "dev|test"']
          continue: true
    - matchers: ['{owner=~"a(?=b)", team = ""}']
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
    assert "alerts.yml:8 (route 1, 1): `continue`: no policy gives an alert to several" in told
    assert "alerts.yml:11 (route 1, 2): `continue` changes nothing" in told
    assert "alerts.yml:2 (route): group_by: a policy says who gets an alert" in told
    assert "(route 2): owner: no policy asks the regular expression 'a(?=b)'" in told
    assert "alerts.yml:16: inhibit_rules: no policy has such" in told


_BOMB = "\n".join(["a: &a0 [x]", *(f"k{n}: &a{n + 1} [*a{n}, *a{n}, *a{n}]" for n in range(20))])

REFUSED = {
    "no route": ("a: b\n", "alerts.yml has no `route`"),
    "no mapping": ("- a\n", "has no mapping at its top"),
    "nothing": ("", "has no mapping at its top"),
    "no YAML": ("a: [\n", "is no YAML"),
    "a bomb": (_BOMB, "more than 200,000 values, aliases written out"),
    "an alias of nothing": ("route: *x\n", "alerts.yml:1: nothing is called x"),
    "an alias of what is around it": ("route: &x {routes: [*x]}\n", "nothing is called x"),
    "something merged that is no mapping": ("a: &x [1]\nroute: {<<: *x}\n", "is no mapping"),
    "two documents": ("route: {receiver: a}\n---\na: b\n", "alerts.yml:2: a second document"),
    "a key that is a list": ("? [a]\n: b\n", "the key that is no text can't stand here"),
    "another object": (
        "kind: AlertmanagerConfig\nspec: {route: {}}\n",
        "is a Kubernetes object, AlertmanagerConfig, whose rules have a form of their own",
    ),
    "the values of a chart": (
        "prom:\n  config:\n    route:\n      receiver: a\n",
        "one at `prom.config.route` (line 4) = help: save what stands below `prom.config` as a",
    ),
    "too many bytes": ("a: b\n" * 300_000, "has 1,500,000 bytes, and at most 1,000,000 are read"),
    "continue at the top": ("route: {receiver: a, continue: true}\n", "no matchers and no"),
    "continue that is neither": (
        "route: {receiver: a, routes: [{continue: maybe}]}\n",
        "(route 1): `continue` is true or false",
    ),
    "matchers that are no list": (
        "route: {receiver: a, routes: [{matchers: 'b=c'}]}\n",
        "(route 1): `matchers` is no list of texts",
    ),
    "an empty matcher": ("route: {receiver: a, routes: [{matchers: ['']}]}\n", "'' is no matcher"),
    "match that is no mapping": (
        "route: {receiver: a, routes: [{match: b}]}\n",
        "(route 1): `match` is no mapping of labels",
    ),
    "a label with a list": (
        "route: {receiver: a, routes: [{match: {b: [c]}}]}\n",
        "(route 1): the label b has no text",
    ),
    "routes that are no list": ("route: {receiver: a, routes: b}\n", "`routes` is no list"),
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


NO_MATCHERS = (
    *("a", 'a=b c=d"', "=b", "a=b=c,d", ",", "{,}", "a=b,,c=d", "a-b/c=d e", 'a-b="c" d'),
    *('a="b', 'a=b"', r'a==\\=\=\""', 'a = b"c', '{a=:"b"}', "a-b=", "{a-b=c"),
    *('"{a=\\"b"}', r'"a=\"b"', r'"a=\"b\""', '"a="b""', r'"a"="b\w"', r'"a"="\xf0\x9f"'),
    *(r'"a"="\Uffffffff"', r'"a"="\ud800"', "a'b=c", "a-b=c" + " " * 9_000 + '"'),
)
"""What Alertmanager reads in neither of its ways: its own cases with other words, and some more."""


@pytest.mark.parametrize("text", [*NO_MATCHERS, "a" * 20_000], ids=range(len(NO_MATCHERS) + 1))
def test_what_is_no_matcher_is_an_error(text: str) -> None:
    with pytest.raises(MatcherError):
        list(matchers_in(text))


@pytest.mark.parametrize("pattern", ["a(?=b)", "a(", "[b-a]", r"(a)\1", "a?" * 600, " "])
def test_what_is_no_regular_expression_of_re2_is_an_error(pattern: str) -> None:
    with pytest.raises(MatcherError):
        matcher("a", "=~", pattern)


def one(operator: str, *values: str) -> Criterion:
    return Criterion("a", operator, values)  # type: ignore[arg-type]


PATTERNS: dict[str, Asked] = {
    "x|y": one("is", "x", "y"),
    "^(x|y)$": one("is", "x", "y"),
    "^x|y$": one("is", "x", "y"),
    "team-(b|c)": one("is", "team-b", "team-c"),
    r"(?:web|db)-\.x": one("is", "web-.x", "db-.x"),
    "x|": Some((one("is", "x"), one("missing"))),
    "x.*|.*y.*|.*z": Some((one("starts with", "x"), one("contains", "y"), one("ends with", "z"))),
    ".*": ALWAYS,
    ".+": one("present"),
    "a[bc]": one("matches", "^(?:a[bc])$"),
    r"v\d+": one("matches", r"^(?:v\d+)$"),
    "(x|y)?": Some((one("matches", "^(?:(x|y)?)$"), one("missing"))),
    "(x|y.*)z": one("matches", "^(?:(x|y.*)z)$"),
    "x .*": one("matches", "^(?:x .*)$"),
}


@pytest.mark.parametrize("pattern", list(PATTERNS))
def test_a_regular_expression_is_asked_as_what_it_lists(pattern: str) -> None:
    assert matcher("a", "=~", pattern) == PATTERNS[pattern]


MATCHERS = {
    "a=b": [("a", "=", "b")],
    ' a != "b, c" ': [("a", "!=", "b, c")],
    '{a=~"b|c",d="e",}': [("a", "=~", "b|c"), ("d", "=", "e")],
    '"a.b \u00fc"="c"': [("a.b \u00fc", "=", "c")],
    "a-b/c=d": [("a-b/c", "=", "d")],
    r'a=~"v\d+"': [("a", "=~", r"v\d+")],
    r'a="b\"c\\d\n"': [("a", "=", 'b"c\\d\n')],
    "a=": [("a", "=", "")],
    'a=""': [("a", "=", "")],
    "{a=b": [("a", "=", "b")],
    "a=b}": [("a", "=", "b")],
    "{a=b,}": [("a", "=", "b")],
    "a=b,": [("a", "=", "b")],
    "{a!=b}": [("a", "!=", "b")],
    "{a=~[b-d]+}": [("a", "=~", "[b-d]+")],
    "a!~[b-d]+": [("a", "!~", "[b-d]+")],
    '{a="b", c!="d"}': [("a", "=", "b"), ("c", "!=", "d")],
    '{a="b",c!~".*d", e="f"}': [("a", "=", "b"), ("c", "!~", ".*d"), ("e", "=", "f")],
    '{a="b", part=~"some-.*"}': [("a", "=", "b"), ("part", "=~", "some-.*")],
    '{a="b,c", d="e1"}': [("a", "=", "b,c"), ("d", "=", "e1")],
    '{a = "b", c != "d", }': [("a", "=", "b"), ("c", "!=", "d")],
    "a=b,c!=d": [("a", "=", "b"), ("c", "!=", "d")],
    r'{say="He said: \"No, ladies…\""}': [("say", "=", 'He said: "No, ladies…"')],
    'code=~"4.."': [("code", "=~", "4..")],
    "odd=~~~": [("odd", "=~", "~~")],
    r"odder==\\=\=\"": [("odder", "=", r"=\=\=" + '"')],
    r'a != "\"" , b !~ "c,d" , ': [("a", "!=", '"'), ("b", "!~", "c,d")],
    "a=b\\": [("a", "=", "b\\")],
    "{a=🙂b}": [("a", "=", "🙂b")],
    '{"a"="b"}': [("a", "=", "b")],
    '{"a"!="b",}': [("a", "!=", "b")],
    '"a"=~"[b-d]+",': [("a", "=~", "[b-d]+")],
    '"a"!~"[b-d]+"': [("a", "!~", "[b-d]+")],
    r'{"a"="\xf0\x9f\x99\x82"}': [("a", "=", "🙂")],
    r'{"a"="\U0001f642 \u00fc \101"}': [("a", "=", "🙂 ü A")],
    r'{"a"="b\n\t"}': [("a", "=", "b\n\t")],
    r'{"a"="\"b\""}': [("a", "=", '"b"')],
    r'{"a"="b\\"}': [("a", "=", "b\\")],
    r'a="b\t\w\x41"': [("a", "=", r"b\t\w\x41")],
    r"{a=b\n}": [("a", "=", "b\n")],
    'a-b="valid name"': [("a-b", "=", "valid name")],
    "{}": [],
    "": [],
}


@pytest.mark.parametrize("text", list(MATCHERS), ids=range(len(MATCHERS)))
def test_matchers_are_read_in_all_their_forms(text: str) -> None:
    assert list(matchers_in(text)) == MATCHERS[text]


FACTS = """route:
  receiver: everyone
  routes:
    - matchers: [squad="ada", 'tone != "calm"']
      receiver: ada
      routes:
        - matchers: ['{stage="trial"}', '{tier!~".*mock"}']
          receiver: trials
          group_by: ['...']
        - match: {stage: live}
          receiver: live-one
          continue: true
        - match_re: {stage: "li.*", job: ".*"}
          receiver: live-two
    - match_re: {squad: "squad-(b|c)"}
      receiver: bc
    - match: {topic: role}
      group_by: [role]
      routes:
        - match: {stage: trial}
          receiver: trials
          routes:
            - matchers: [wait="long"]
              group_wait: 2m
"""
"""The facts of Alertmanager's own tests of routes, with other words."""

WANTED: list[tuple[dict[str, str], str]] = [
    ({"squad": "ada"}, "ada"),
    ({"squad": "ada", "stage": "unset"}, "ada"),
    ({"squad": "ada", "tone": "calm"}, "everyone"),
    ({"squad": "squad-c"}, "bc"),
    ({"squad": "squad-cd"}, "everyone"),
    ({"squad": "ada", "stage": "trial"}, "trials"),
    ({"squad": "ada", "stage": "trial", "tier": "a mock"}, "ada"),
    ({"squad": "ada", "stage": "live"}, "live-one"),
    ({"squad": "ada", "stage": "lint"}, "live-two"),
    ({"topic": "role"}, "everyone"),
    ({"topic": "role", "stage": "trial"}, "trials"),
    ({"topic": "role", "stage": "trial", "wait": "long"}, "trials"),
]


def test_the_facts_of_the_public_cases_hold() -> None:
    Path("alerts.yml").write_text(FACTS)
    made = imported(Path("alerts.yml"))
    assert receivers(made, [labels for labels, _ in WANTED]) == [name for _, name in WANTED]


RICH = """global: {smtp_from: a@firm.example}
templates: [x.tmpl]
time_intervals: [{name: night}]
mute_time_intervals: []
inhibit_rules: []
surprise: 1
defaults: &often {group_wait: 1s, repeat_interval: 1h}
route:
  <<: *often
  receiver: a
  group_by: [x]
  oddity: 1
  routes:
    - <<: *often
      receiver: b
      group_interval: 5m
      active_time_intervals: [night]
      mute_time_intervals: [night]
      continue: true
      match: {k: v}
    - receiver: ghost
      matchers: [k="w"]
      continue: true
receivers: [{name: a}, {name: b}, {name: idle}]
"""


def test_every_key_is_translated_or_told() -> None:
    Path("alerts.yml").write_text(RICH)
    made = imported(Path("alerts.yml"))
    told = [f"{note.place.line} {note.message}" for note in ImportReport(made, (), True).notes]
    text = " | ".join(told)
    for line, word in (
        *((1, "global:"), (2, "templates:"), (3, "time_intervals:"), (4, "mute_time_intervals:")),
        *((5, "inhibit_rules:"), (6, "surprise:"), (7, "defaults:"), (24, "receivers:")),
        *((24, "no route has the receiver idle"), (9, "oddity is nothing that")),
        (9, "group_by, group_wait, repeat_interval:"),
        (14, "`continue`: no policy gives an alert to several"),
        (14, "group_interval, active_time_intervals, mute_time_intervals, group_wait, repeat_int"),
        (21, "`continue` changes nothing"),
        (21, "the receiver ghost isn't among `receivers`"),
    ):
        assert f"{line} {word}" in text, (line, word)
    written = ("surprise", "oddity", "night", "often")
    assert not [each for each in written if each in made.draft.text]
