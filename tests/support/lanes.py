"""Two lanes: the whole suite, and with `--fast` what can be run after every change.

The fast lane leaves out what `APART` names, whatever hypothesis draws, wherever it stands, and
the cases of a test that are on a server. It stays fast, since a test in it that takes
more of the processor than `MOST`, all its cases together, fails there: it is made quicker,
or named in `APART`. Counted is what the test and its fixtures use in this process and in
those that they wait for, and not the time that passes, which tells what else the machine does.
"""

import os
import re
from collections import defaultdict
from collections.abc import Generator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import is_hypothesis_test

MOST = 5.0
"""Seconds of one processor that a test of the fast lane may take: all its cases that a process
runs, fixtures included."""

FIRST = tuple(
    f"tests/laws/test_{name}.py"
    for name in (
        "scale",
        "difference",
        "exactness",
        "limits",
        "gaps",
        "guarantees",
        "rules",
        "shares",
        "chains",
    )
)
"""What is begun first: what takes minutes, then the claims, of which each process that tries one
counts all leads of the policies anew that they share; in a row, one process has them all."""

APART: Mapping[str, str] = MappingProxyType(
    {
        "tests/laws": "thousands of policies, drawn and counted",
        "tests/turnout/test_every_feature.py": "thousands of requests to a real process",
        "tests/turnout/test_language_server.py::"
        "test_findings_are_those_of_the_command_line": "each wrong file, through a real process",
        "tests/turnout/test_export_sql.py": "databases in memory, and views for six engines",
        "tests/compiler/test_fixes.py": "makes each fix of each bad case and checks it anew",
        "tests/compiler/test_pictures.py::test_the_layout_of_every_example_holds": "large pictures",
        "tests/compiler/test_pictures.py::test_the_layout_of_generated_policies_holds": "as above",
        "tests/compiler/test_plan.py::"
        "test_the_same_policy_is_the_same_bytes_whatever_the_hash_seed": "processes",
        "tests/compiler/test_deadlines.py": "waits for deadlines",
        "tests/compiler/test_pictures.py::test_graphviz_keeps_the_places_of_the_dot": "Graphviz",
        "tests/compiler/test_pictures.py::"
        "test_a_list_of_any_size_is_pages_with_every_line_once": "its size",
        "tests/compiler/test_pictures.py::test_the_layout_of_who_gets_what_holds": "large pictures",
        "tests/compiler/test_pictures.py::"
        "test_an_overview_of_thousands_of_rules_is_neither_a_word_nor_a_wall": "its size",
        "tests/dsl/test_mistakes.py": "a hundred wrong files, each read anew as it was meant",
        "tests/dsl/test_wrong_lines.py": "300 wrong lines, each read anew as it was meant",
        "tests/test_cases.py::test_each_case_that_is_fit_decides_drawn_leads_in_one_way": "a law",
        "tests/dsl/test_policy_files.py::test_a_condition_of_10_000_parts_is_read": "its size",
        "tests/dsl/test_policy_files.py::test_a_policy_of_too_many_files_is_refused": "1,001 files",
        "tests/dsl/test_program_values.py": "imports pandas",
        "tests/project/test_catalogue.py": "asks the source of every finding",
        "tests/project/test_ci.py": "runs the steps of actions and workflows in shells",
        "tests/project/test_docs.py": "runs every block of every page",
        "tests/project/test_editor_extension.py::"
        "test_the_extension_does_what_it_says_without_an_editor": "a server and three commands",
        "tests/project/test_examples.py": "decides and draws five firms' leads anew",
        "tests/turnout/test_routing_apart.py": "processes, each with the example's policy",
        "tests/runtime/test_conformance.py": "drives three stores side by side",
        "tests/runtime/test_decide_batch.py::"
        "test_frames_of_other_libraries_say_the_same": "imports pandas and polars",
        "tests/runtime/test_damaged_states.py": "damages a state again and again",
        "tests/runtime/test_faults.py": "processes, kills and a server",
        "tests/runtime/test_keys.py::test_a_set_has_one_key_whatever_the_hash_seed": "processes",
        "tests/runtime/test_records.py::test_a_large_array_is_read_in_little_memory": "its size",
        "tests/runtime/test_records.py::test_a_table_of_100_000_columns_is_read": "its size",
        "tests/runtime/test_records.py::"
        "test_a_cell_of_many_lines_that_is_too_long_is_broken_and_its_lines_are_read_again": "size",
        "tests/runtime/test_rolling_caps.py::"
        "test_a_cap_holds_over_processes_that_route_at_the_same_time": "processes",
        "tests/runtime/test_batches_of_moves.py": "moves thousands of leads, and waits for turns",
        "tests/runtime/test_carrying.py": "carries states out and in again",
        "tests/runtime/test_servers.py": "a server",
        "tests/runtime/test_lasting_states.py": "a server",
        "tests/runtime/test_totals.py": "laws",
        "tests/runtime/test_renaming.py": "renames everything in states of each kind",
        "tests/runtime/test_seventh_format.py::"
        "test_a_state_on_a_server_is_shortened_too": "a server",
        "tests/runtime/test_state_files.py": "processes, kills and waits",
        "tests/turnout/test_cli.py::test_a_reader_that_stops_early_is_no_fault": "processes",
        "tests/turnout/test_cli.py::test_output_that_the_encoding_lacks_is_escaped": "processes",
        "tests/turnout/test_cli.py::"
        "test_a_pipe_gets_no_colours_and_a_terminal_option_brings_them_back": "processes",
        "tests/turnout/test_commands.py::test_a_table_of_100_000_columns_is_routed": "its size",
        "tests/turnout/test_commands.py::"
        "test_output_does_not_depend_on_the_seed_of_hashes": "every command, three times",
        "tests/turnout/test_commands.py::test_piped_output_has_no_colours": "processes",
        "tests/project/test_deploying.py::"
        "test_a_backup_of_a_state_on_a_server_is_restored": "a server",
        "tests/turnout/test_serving_faults.py": "processes, kills and servers",
        "tests/turnout/test_serving_schemathesis.py": "hundreds of requests, drawn",
        "tests/turnout/test_diagram.py": "draws policies of many pages",
        "tests/turnout/test_diff.py": "makes repositories and compares their revisions",
        "tests/compiler/test_recompiled.py": "checks each edit anew, and from scratch",
        "tests/turnout/test_completion.py": "an editor and its server, in processes",
        "tests/turnout/test_editor_features.py": "as above",
        "tests/turnout/test_language_server.py": "as above",
        "tests/turnout/test_hostile_imports.py": "files of others, given to every source",
        "tests/turnout/test_program_leads.py": "imports pandas",
        "tests/turnout/test_promise_commands.py::"
        "test_a_state_that_another_run_holds_is_waited_for_and_then_said": "waits for a lock",
        "tests/turnout/test_salesforce_import.py::"
        "test_every_entry_has_a_test_however_many_they_are": "220 rules, each with a test",
        "tests/turnout/test_salesforce_import.py::test_of_all_this_no_check_warns": "many rules",
        "tests/turnout/test_import_command.py::"
        "test_a_source_may_call_anything_by_a_word_of_the_language": "two rules for each word",
        "tests/turnout/test_log_command.py": "a state of its own for each test",
        "tests/turnout/test_editor_orders.py": "an editor and its server, in processes",
        "tests/turnout/test_site_watching.py": "waits for changes",
        "tests/turnout/test_site_files.py": "makes sites of many pages",
        "tests/turnout/test_reports.py": "every form of report, some held to large schemas",
        "tests/turnout/test_site_in_browser.py": "starts Chromium, and opens pages in it",
        "tests/turnout/test_arrow.py::test_processes_give_the_same_rows_in_order": "processes",
        "tests/turnout/test_arrow.py::test_a_fault_in_a_process_is_told_here": "processes",
        "tests/turnout/test_engines.py": "processes",
        "tests/turnout/test_installed_engines.py": "installs engines",
        "tests/turnout/test_spark.py": "Spark, on a machine of Java's",
        "tests/turnout/test_examples_as_sql.py": "every example in DuckDB",
        "tests/turnout/test_warehouse_constructs.py": "views of each construct for six engines",
        "tests/turnout/test_planned_moves.py::test_a_run_that_is_killed_is_gone_on_with": "kills",
        "tests/turnout/test_planned_moves.py::"
        "test_a_run_that_ends_anywhere_is_gone_on_with": "ends runs again and again",
        "tests/turnout/test_repeated_ids.py": "a law",
        "tests/turnout/test_tried_leads.py": "tries 1,600 leads in Chromium",
        "tests/turnout/test_ten_sources.py": "routes twelve files of leads",
        "turnout/lsp": "imports the whole protocol of editors",
        "tests/project/test_deploying.py::"
        "test_what_the_dockerfile_runs_makes_a_service_that_is_healthy_and_stops": "builds a wheel,"
        " and installs it with what it needs",
        "tests/turnout/test_serving_announcements.py": "services as processes, killed",
        "tests/turnout/test_serving_description.py::"
        "test_the_description_of_an_example_is_valid_and_its_lead_is_decided": "every example",
        "tests/turnout/test_serving_in_browser.py": "starts Chromium",
        "tests/turnout/test_serving_processes.py": "services as processes, stopped and killed",
        "tests/turnout/test_serving_reloads.py::"
        "test_files_are_watched_and_a_version_is_read_in_a_process_of_its_own": "a process",
        "tests/turnout/test_sla_watches.py": "processes, one of them killed, and a server",
        "tests/turnout/test_stopped_runs.py": "starts runs, kills them and gives them again",
    }
)
"""What is left out of the fast lane, as pytest names it, each with what takes the time."""

_ON_SERVER = re.compile(r"[\[-]postgres[\]-]")

_BELOW = tuple(f"{name}{sign}" for name in APART for sign in ("/", "::", "["))


class FastLane:
    """A plugin that leaves out what stands apart, and holds the rest to `MOST`."""

    def __init__(self, most: float = MOST) -> None:
        self._most = most
        self._begun = 0.0
        self._used = defaultdict[str, float](float)

    def pytest_ignore_collect(self, collection_path: Path, config: pytest.Config) -> bool | None:
        """Leave a whole file unread, with what it would import."""
        path = collection_path.as_posix()
        root = config.rootpath.as_posix()
        return is_apart(path.removeprefix(f"{root}/")) or None

    @pytest.hookimpl(tryfirst=True)  # hypothesis reads all our sources where it is to draw
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        kept, apart = list[pytest.Item](), list[pytest.Item]()
        for item in items:
            is_law = is_hypothesis_test(getattr(item, "obj", None))
            (apart if is_law or is_apart(item.nodeid) else kept).append(item)
        config.hook.pytest_deselected(items=apart)
        items[:] = kept

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        self._begun = _processor_seconds()
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.when != "call":
            return report
        test, _, _ = item.nodeid.partition("[")
        self._used[test] += _processor_seconds() - self._begun
        if report.passed and (used := self._used[test]) > self._most:
            report.outcome = "failed"
            report.longrepr = (
                f"passed, but {test} took {used:.1f} s of the processor, and the fast lane allows "
                f"{self._most:g} s: make it quicker, or name it in APART of tests/support/lanes.py"
            )
        return report


def turn(test: str) -> tuple[int, bool]:
    """Return what tests, as pytest names them, are ordered by: what takes long comes first.

    >>> turn("tests/laws/test_scale.py::test_x") < turn("tests/laws/test_plan.py::test_x")
    True
    """
    first = next((at for at, name in enumerate(FIRST) if test.startswith(name)), len(FIRST))
    return first, not is_apart(test)


def is_apart(test: str) -> bool:
    """Return whether a test, as pytest names it, is left out of the fast lane.

    >>> is_apart("tests/x.py::test_x[postgres-1]"), is_apart("tests/x.py::test_x[postgres_1]")
    (True, False)
    """
    return test in APART or test.startswith(_BELOW) or _ON_SERVER.search(test) is not None


def _processor_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
