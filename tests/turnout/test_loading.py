"""Policies out of text, out of a package's resources, and whose configuration counts."""

import importlib
import logging
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import files as resources
from pathlib import Path

import pytest

import turnout
from turnout.compiler.compiled import compile_policy
from turnout.dsl.bundles import of_resource, of_texts
from turnout.dsl.files import MAX_FILE

MAIN = """include "people/sales.route"
lead { id: text required  country: country  zip: code }
queue triage
route inbound {
  rule berlin { when zip in "tables/zips.csv" to round-robin sales }
  rule german { when country is DE to person cem }
  fallback to queue triage
}
"""
FILES = {
    "people/sales.route": 'person cem\nteam sales from "roster.csv"\n',
    "people/roster.csv": "name,weight\nana,1\nben,1\n",
    "tables/zips.csv": "zip\n10115\n",
}
LEAD = {"id": "1", "country": "Germany", "zip": "10115"}
SPARE = MAIN.replace("queue triage", "queue triage\nqueue spare", 1)
"""A policy with a definition that nobody uses."""


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a zip with a package that carries a policy, importable."""
    path = tmp_path / "service.zip"
    with zipfile.ZipFile(path, "w") as whole:
        whole.writestr("carrier/__init__.py", "")
        whole.writestr("carrier/policies/inbound.route", MAIN)
        for name, text in FILES.items():
            whole.writestr(f"carrier/policies/{name}", text)
        whole.writestr("carrier/policies/broken.route", "queue a\nroute r { fallback to b }\n")
        whole.writestr("carrier/policies/alone.route", 'include "sale.route"\n')
        whole.writestr("carrier/policies/sales.route", "queue a")
        whole.writestr("carrier/secret.route", "queue a")
        whole.writestr("carrier/policies/out.route", 'include "../secret.route"\n')
        whole.writestr("carrier/policies/large.route", "#" * (MAX_FILE + 1))
    monkeypatch.setattr(sys, "path", [str(path), *sys.path])
    importlib.invalidate_caches()
    yield path
    sys.modules.pop("carrier", None)


def laid_down(folder: Path, main: str = MAIN) -> Path:
    for name, text in {"inbound.route": main, **FILES}.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder / "inbound.route"


# -- from text --


def test_a_policy_is_loaded_from_text() -> None:
    with turnout.loads(MAIN, files=FILES) as router:
        assert router.route(LEAD).assignee == "ana"
        assert router.route({"id": "2", "country": "DE"}).assignee == "cem"


def test_text_and_file_are_the_same_policy(tmp_path: Path) -> None:
    from_disk = compile_policy(laid_down(tmp_path))
    bundle = of_texts("inbound.route", MAIN.encode(), FILES)
    from_text = compile_policy(bundle.main, files=bundle)
    assert from_text.policy == from_disk.policy
    assert from_text.policy_hash == from_disk.policy_hash
    names = [source.name for source in from_text.sources]
    assert names == ["people/sales.route", "inbound.route"]


def test_text_reads_nothing_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    laid_down(tmp_path)
    (tmp_path / "elsewhere.csv").write_text("zip\n")
    (tmp_path / "linked").symlink_to("/")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(turnout.PolicyError) as raised:
        turnout.loads(MAIN, name="inbound.route")
    unread = {each.message for each in raised.value.findings if each.name == "cannot-read"}
    assert unread == {
        "`people/sales.route` can't be read: there is no such file",
        "`tables/zips.csv` can't be read: there is no such file",
    }
    assert all(not each.help for each in raised.value.findings if each.name == "cannot-read")
    with turnout.loads(
        MAIN.replace("tables/", "linked/"), files=FILES | {"linked/zips.csv": "zip\n20095\n"}
    ) as router:
        assert router.route(LEAD).assignee == "cem"


@pytest.mark.parametrize("written", ["../secret.csv", "/etc/passwd", "a/../../secret.csv"])
def test_text_names_nothing_outside_its_folder(written: str) -> None:
    main = MAIN.replace("tables/zips.csv", written)
    with pytest.raises(turnout.PolicyError, match="lies outside the policy's folder"):
        turnout.loads(main, files=FILES | {written: "zip\n1\n"})


def test_a_missing_file_has_a_near_one() -> None:
    with pytest.raises(turnout.PolicyError, match=r"policy.route:5: .*no such file") as raised:
        turnout.loads(MAIN.replace("zips.csv", "zip.csv"), files=FILES)
    assert raised.value.help == "did you mean `tables/zips.csv`?"


def test_the_name_of_a_text_is_whose_state_it_is(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    turnout.loads(MAIN, name="policies/inbound.route", files=FILES, state=state).close()
    turnout.loads(MAIN, name="inbound.route", files=FILES, state=state).close()
    with pytest.raises(turnout.StateError, match="inbound"):
        turnout.loads(MAIN, name="other.route", files=FILES, state=state)


@pytest.mark.parametrize("load", ["text", "resource"])
def test_limits_hold_for_bundles(load: str, archive: Path) -> None:
    del archive
    large = resources("carrier") / "policies" / "large.route"
    with pytest.raises(turnout.PolicyError, match="is larger than 4 MB"):
        turnout.loads("#" * (MAX_FILE + 1)) if load == "text" else turnout.load(large)


# -- from resources --


def test_a_policy_is_loaded_from_a_package_in_a_zip(archive: Path, tmp_path: Path) -> None:
    main = resources("carrier") / "policies" / "inbound.route"
    with turnout.load(main, state=tmp_path / "state.db", wait=0.5) as router:
        assert router.route(LEAD).assignee == "ana"
        assert router.compiled.policy.name == "inbound"
        assert router.configuration is None
    bundle = of_resource(main)
    assert bundle.main == archive / "carrier" / "policies" / "inbound.route"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("broken.route", r"service.zip/carrier/policies/broken.route:2: "),
        ("absent.route", "absent.route` can't be read: there is no such file"),
        ("people", "people` can't be read: "),
        ("alone.route", "sale.route` can't be read: there is no such file"),
        ("out.route", "lies outside the policy's folder"),
    ],
)
def test_what_is_wrong_in_a_zip_is_told_with_its_place(archive: Path, name: str, said: str) -> None:
    del archive
    with pytest.raises(turnout.PolicyError, match=said) as raised:
        turnout.load(resources("carrier") / "policies" / name)
    if name == "alone.route":
        assert raised.value.help == "did you mean `sales.route`?"


def test_a_package_on_the_disk_is_read_as_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_down(tmp_path / "onthedisk")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    importlib.invalidate_caches()
    with turnout.load(resources("onthedisk") / "inbound.route") as router:
        assert router.route(LEAD).assignee == "ana"


# -- the configuration --


def test_a_configuration_beside_the_policy_counts_and_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    main = laid_down(tmp_path, SPARE)
    (tmp_path / "turnout.toml").write_text('severities = { unused-definition = "off" }')
    with turnout.load(main) as router:
        assert router.configuration == tmp_path / "turnout.toml"
    assert not caplog.records


def test_a_configuration_above_the_policy_is_told_and_can_be_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    main = laid_down(tmp_path / "policies", SPARE)
    above = tmp_path / "pyproject.toml"
    above.write_text('[tool.turnout]\nseverities = { unused-definition = "error" }')
    with caplog.at_level(logging.WARNING, "turnout"):
        with pytest.raises(turnout.PolicyError) as raised:
            turnout.load(main)
        assert [record.name for record in caplog.records] == ["turnout"]
        assert f"the settings of {above}" in caplog.text
        assert "configuration=None" in caplog.text
        assert raised.value.help.endswith(f"{above} makes `unused-definition` an error")
        caplog.clear()
        with closing(turnout.load(main, configuration=None)) as router:
            assert router.configuration is None
        with pytest.raises(turnout.PolicyError):
            turnout.load(main, configuration=above)
    assert not caplog.records


def test_a_configuration_above_without_a_say_is_no_surprise(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    main = laid_down(tmp_path / "policies")
    (tmp_path / "turnout.toml").write_text('paths = ["policies"]')
    turnout.load(main).close()
    assert not caplog.records


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("turnout.toml", None, "there is no file .*turnout.toml"),
        ("pyproject.toml", "[tool.other]\n", r"pyproject.toml has no table `\[tool.turnout\]`"),
        ("my.toml", "paths = 3", "my.toml:1: `paths` has to be a list"),
        ("folder", None, "there is no file .*folder"),
    ],
)
def test_a_configuration_that_is_named_has_to_be_there(
    tmp_path: Path, name: str, content: str | None, said: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_text(content)
    if name == "folder":
        file.mkdir()
    with pytest.raises(turnout.ConfigurationError, match=said):
        turnout.load(laid_down(tmp_path), configuration=file)
    with pytest.raises(turnout.ConfigurationError, match=said):
        turnout.loads(MAIN, files=FILES, configuration=file)


def test_a_configuration_of_another_name_chooses_the_route(tmp_path: Path) -> None:
    (tmp_path / "prod.toml").write_text('route = "second"')
    main = MAIN + "route second { fallback to queue triage }\n"
    with turnout.loads(main, files=FILES, configuration=tmp_path / "prod.toml") as router:
        assert router.route_name == "second"
    with turnout.load(laid_down(tmp_path, main), configuration=tmp_path / "prod.toml") as router:
        assert router.route_name == "second"
