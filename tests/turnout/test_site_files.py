"""What `turnout docs` writes: pages that hold together, whatever the policy calls its parts."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from tests.support import command_line
from turnout.dsl.values.iso import rows
from turnout.rendering.site.addresses import file_name
from turnout.rendering.site.map_page import country_tiles, state_tiles
from turnout.rendering.site.shell import CONTENT_POLICY

HOSTILE = "</script><script>alert(1)</script>\\\"'&<img src=x onerror=alert(2)>"
POLICY = f"""\
lead {{
  id:      text required
  country: country
  state:   subdivision of country
  staff:   integer 0..
  plan:    one of [free, "{HOSTILE}", pro]
  tags:    any of [red, "a \\"b\\"", blue]
  owner:   person
}}
territory EMEA {{ territory DACH = country in [DE, AT, CH] territory UKI = country in [GB, IE] }}
territory West = state in [US-CA, US-OR]
segment size first of {{ Large = staff in 50..99 Small = staff < 50 }}
calendar office {{ timezone "Europe/Berlin" open mon..fri 09:00-18:00 }}
person ana {{ email "ana@firm.example" hours office cap 5 per day }}
person ბენი
team con owned by "R&D <b>" {{ ana weight 2, ბენი }}
queue triage
guarantee small-firms-wait {{
  when  Small and DACH and plan is free
  never reaches team con
}}
route inbound {{
  rule odd {{ when plan is "{HOSTILE}" to reject "{HOSTILE}\u05d0" }}
  rule West-Coast {{ when West and open office to person ana else queue triage }}
  within EMEA {{
    rule large {{
      when Large
      to   round-robin con else queue triage
      sla  2 hours, then queue triage
      do   notify slack "{HOSTILE}"
    }}
    rule tagged {{ when tags has red and plan is pro to owner owner else queue triage }}
    fallback to queue triage
  }}
}}
test "{HOSTILE} \u05d0\u05d1" {{
  at 2026-11-23 10:00 "Europe/Berlin"
  lead {{ id: "1", country: DE, staff: 60 }}
  expect rule large
}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "inbound.route").write_text(POLICY, "utf-8")
    return tmp_path


def docs(*arguments: str, status: int = 0) -> Result:
    """Run the command and hold it to its status."""
    result = command_line.turnout("docs", *arguments)
    assert result.exit_code == status, result.output
    return result


class Page(HTMLParser):
    """What a page has: its tags with their attributes, and its ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def links(self) -> list[str]:
        """Return everything that the page leads to or loads."""
        named = ("href", "src")
        return [str(has[name]) for _, has in self.tags for name in named if has.get(name)]

    def ids(self) -> list[str]:
        return [str(has["id"]) for _, has in self.tags if "id" in has]


def pages(site: Path) -> dict[str, Page]:
    found = sorted(site.rglob("*.html"))
    return {each.relative_to(site).as_posix(): Page(each.read_text("utf-8")) for each in found}


def test_every_page_is_whole_and_nothing_in_it_can_act(folder: Path) -> None:
    docs("inbound.route", "-o", "site")
    found = pages(folder / "site")
    assert len(found) > 25
    scripts = {"site.js", "decide.js", "try.js", "way.js", "picture.js"}
    for name, page in found.items():
        policies = [has["content"] for _, has in page.tags if has.get("http-equiv")]
        assert policies == [CONTENT_POLICY], name
        loaded = [str(has["src"]) for tag, has in page.tags if tag == "script"]
        assert {PurePosixPath(each).name for each in loaded} <= scripts
        assert not [tag for tag, _ in page.tags if tag in {"img", "iframe", "object", "base"}]
        assert not [has for _, has in page.tags for key in has if key.startswith("on")], name
        assert not [has for _, has in page.tags if "style" in has], name
        assert len(page.ids()) == len(set(page.ids())), name


def test_every_link_leads_somewhere_in_the_site(folder: Path) -> None:
    docs("inbound.route", "-o", "site")
    found = pages(folder / "site")
    for name, page in found.items():
        for link in page.links():
            path, _, anchor = link.partition("#")
            there = (folder / "site" / name).parent / path if path else folder / "site" / name
            assert there.is_file(), (name, link)
            if anchor:
                inside = found[there.resolve().relative_to((folder / "site").resolve()).as_posix()]
                assert anchor in inside.ids(), (name, link)


def test_the_data_of_the_form_can_be_nothing_but_data(folder: Path) -> None:
    docs("inbound.route", "-o", "site")
    for name in ("try.js", "search.js"):
        text = (folder / "site/data" / name).read_text("ascii")
        found = re.fullmatch(r'globalThis\.turnout\w+ = JSON\.parse\((".*")\);\n', text)
        assert found
        assert json.loads(json.loads(found[1]))


def test_the_same_policy_is_the_same_bytes_wherever_it_is_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs("inbound.route", "-o", "site")
    monkeypatch.chdir(folder.parent)
    docs(str(folder / "inbound.route"), "-o", str(folder / "again"))
    one, two = ({p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()}
                for f in (folder / "site", folder / "again"))  # fmt: skip
    assert one == two
    monkeypatch.chdir(folder)
    assert "up to date" in docs("inbound.route", "-o", "site", "--check").output


def test_a_site_that_is_not_up_to_date_is_told(folder: Path) -> None:
    docs("inbound.route", "-o", "site")
    (folder / "inbound.route").write_text(POLICY.replace("50..99", "60..99"), "utf-8")
    told = docs("inbound.route", "-o", "site", "--check", status=1).output
    assert "changed coverage.html" in told
    assert told.count("changed ") == 11
    assert "write it again: turnout docs inbound.route -o site" in told
    data = docs("inbound.route", "-o", "site", "--check", "--format", "json", status=1).stdout
    assert json.loads(data)["is_up_to_date"] is False
    docs("inbound.route", "-o", "nowhere", "--check", status=2)


def test_a_folder_with_something_else_in_it_is_left_alone(folder: Path) -> None:
    (folder / "mine").mkdir()
    (folder / "mine/thesis.txt").write_text("all of it")
    assert "nothing of it is overwritten" in " ".join(
        docs("inbound.route", "-o", "mine", status=2).output.split()
    )
    assert [each.name for each in (folder / "mine").iterdir()] == ["thesis.txt"]


def test_what_somebody_added_to_a_site_is_kept_and_what_is_gone_goes(folder: Path) -> None:
    docs("inbound.route", "-o", "site")
    (folder / "site/CNAME").write_text("leads.firm.example")
    (folder / "inbound.route").write_text(POLICY.replace("rule tagged", "rule tagged-now"), "utf-8")
    docs("inbound.route", "-o", "site")
    assert (folder / "site/CNAME").read_text() == "leads.firm.example"
    assert not (folder / "site/rule/inbound/tagged.html").exists()
    assert (folder / "site/rule/inbound/tagged-now.html").exists()
    assert sorted(each.name for each in folder.iterdir()) == ["inbound.route", "site"]


def test_a_policy_with_a_gap_has_a_site_that_says_so(folder: Path) -> None:
    docs("inbound.route", "-o", "site")
    assert "coverage-gap" in (folder / "site/findings.html").read_text("utf-8")
    assert "this route has no fallback" in (folder / "site/route/inbound.html").read_text("utf-8")


def test_a_policy_that_cannot_be_read_has_none(folder: Path) -> None:
    (folder / "inbound.route").write_text("route {", "utf-8")
    docs("inbound.route", "-o", "site", status=1)
    docs("nothing.route", "-o", "site", status=2)
    assert not (folder / "site").exists()


def test_a_change_has_a_page_with_before_and_after(folder: Path) -> None:
    (folder / "old.route").write_text(POLICY.replace("staff < 50", "staff < 40"), "utf-8")
    (folder / "old.route").write_text(
        POLICY.replace("to   round-robin con else", "to   person ana else"), "utf-8"
    )
    docs("inbound.route", "-o", "site", "--against", "old.route")
    page = (folder / "site/change.html").read_text("utf-8")
    found = re.findall(r'data-label="(\w+)">(.*?)</td>', page)
    said = {label: re.sub("<[^>]*>", "", text) for label, text in found}
    assert said["Before"].startswith("ana")
    assert said["After"].startswith("team con, by turns")
    assert said["By"] == "rule large, as before"
    assert not {"round-robin", "`"} & set(said["Before"].split())


def test_a_change_says_who_gets_leads_when_nobody_touched_them_in_the_words_of_the_rest(
    folder: Path,
) -> None:
    old = POLICY.replace("2 hours, then queue triage", "2 hours wall, then round-robin con")
    (folder / "old.route").write_text(old, "utf-8")
    docs("inbound.route", "-o", "site", "--against", "old.route")
    page = re.sub("<[^>]*>", "", (folder / "site/change.html").read_text("utf-8"))
    assert "touched within 2 hours, night and day, or else team con, by turns" in page
    assert "touched within 2 hours, or else queue triage" in page
    assert "From old.route to" in page
    assert "round-robin" not in page


def test_leads_that_move_alike_are_one_row_without_what_other_rules_take(folder: Path) -> None:
    many = "".join(
        f"  rule r{at} {{ when country is {code} and plan is pro to queue triage }}\n"
        for at, code in enumerate(("FR", "IT", "ES", "PL", "NL", "BE"))
    )
    texts = ", ".join(f'"w{at}"' for at in range(9))
    new = POLICY.replace("  owner:   person", "  owner:   person\n  note: text").replace(
        "  within EMEA",
        f"  rule noted {{ when note contains [{texts}] to queue triage }}\n{many}  within EMEA",
    )
    (folder / "old.route").write_text(new, "utf-8")
    (folder / "inbound.route").write_text(
        new.replace("  fallback", "  fallback", 1).replace(
            "    fallback to queue triage", "    fallback to person ana else queue triage"
        ),
        "utf-8",
    )
    docs("inbound.route", "-o", "site", "--against", "old.route")
    page = (folder / "site/change.html").read_text("utf-8")
    rows = re.findall(r'<td data-label="Before">(.*?)</td><td data-label="After">(.*?)</td>', page)
    assert rows
    assert len(rows) == len(set(rows))
    shown = re.sub(r"<details>.*?</details>", "", page)
    assert "contains" not in shown
    assert "by which other rules don&#39;t take them" in page


SIMPLE = """\
lead { id: text required  country: country  hot: boolean }
person ana
team con { ana }
queue triage
route inbound {
  rule hot { when hot to queue triage }
  rule german { when country is DE to round-robin con else queue triage }
  rule british { when country is GB to person ana else queue triage }
  fallback to queue triage
}
test "Germans" { lead { id: "1", country: DE } expect rule german }
test "others" { lead { id: "2", country: US } expect queue triage }
"""


def test_a_test_and_a_map_say_who_gets_leads_as_people_say_it(folder: Path) -> None:
    (folder / "simple.route").write_text(SIMPLE, "utf-8")
    docs("simple.route", "-o", "site")
    pages = {
        name: re.sub("<[^>]*>", "", (folder / "site" / name).read_text("utf-8"))
        for name in ("rule/inbound/german.html", "map.html", "index.html")
    }
    assert "country DE → ana, of team con" in pages["rule/inbound/german.html"]
    # What tells a country apart comes before what holds for each.
    assert "Germany: team con, by turns (german); queue triage (hot)" in pages["map.html"]
    assert "United Kingdom: ana (british); queue triage (hot)" in pages["map.html"]


def test_a_site_from_a_file_of_tests_is_named_after_its_policy_everywhere(folder: Path) -> None:
    (folder / "tests.route").write_text('include "inbound.route"\n', "utf-8")
    docs("tests.route", "-o", "site")
    picture = (folder / "site/picture/inbound.html").read_text("utf-8")
    assert "inbound: route inbound" in picture
    assert "tests: route" not in picture


@given(st.lists(st.text(max_size=70), max_size=8, unique=True))
def test_two_names_never_share_a_file(names: list[str]) -> None:
    found = [file_name(name) for name in names]
    assert len({each.lower() for each in found}) == len(names)
    assert all(re.fullmatch(r"[a-z0-9-]{1,80}", each) for each in found)


def test_every_country_and_state_has_a_tile_of_its_own() -> None:
    places = country_tiles()
    assert len(set(places.values())) == len(places)
    assert places.keys() == {each["alpha_2"] for each in rows("countries")}
    codes = {each["code"] for each in rows("subdivisions") if each["code"].startswith("US-")}
    outlying = {f"US-{code}" for code in "AA AE AP AS GU MP PR UM VI".split()}
    assert state_tiles().keys() == codes - outlying
    assert len(set(state_tiles().values())) == 51


def test_a_route_shows_each_rule_with_its_own_words(folder: Path) -> None:
    end = "    fallback to queue triage\n  }\n"
    text = POLICY.replace(end, f"{end}  fallback to queue triage\n")
    (folder / "inbound.route").write_text(text, "utf-8")
    docs("inbound.route", "-o", "site")
    page = (folder / "site" / "route" / "inbound.html").read_text("utf-8")
    found = re.findall(r'data-clause="inbound:(\d+)".*?href="\.\./([a-z]+/[^"]+)\.html"', page)
    assert [int(number) for number, _ in found] == list(range(6))
    assert [to.split("/")[-1].split("-")[0] for _, to in found] == [
        *("odd", "west", "large", "tagged", "fallback", "fallback")
    ]


def test_the_first_page_counts_what_is_there_and_asks_as_people_do(folder: Path) -> None:
    rule = 'rule some { when id starts with "a" to queue q }'
    route = f"route r {{ {rule} fallback to queue r }}"
    text = f"lead {{ id: text required }}\nqueue q\nqueue r\n{route}\n"
    (folder / "one.route").write_text(text, encoding="utf-8")
    docs("one.route", "-o", "one")
    page = (folder / "one" / "index.html").read_text(encoding="utf-8")
    assert "1 rule decides who gets which lead: 2 queues." in page
    assert "Who gets which leads?" in page
