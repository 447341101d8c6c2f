"""What is said of rules that no lead reaches, and of questions that ran out of time."""

from tests.support.policies import compiled, errors, named

HEAD = """\
lead { size: integer 0.. country: country vip: boolean }
queue one
queue two
"""


def route(*rules: str) -> str:
    written = "\n".join(f"rule r{at} {{ {rule} }}" for at, rule in enumerate(rules))
    return f"{HEAD}route inbound {{\n{written}\nfallback to queue two\n}}\n"


def test_an_impossible_condition_names_the_parts_that_contradict_each_other() -> None:
    policy = route("when vip and size > 9 and country is DE and size < 5 to queue one")
    (found,) = named(compiled(policy).findings, "impossible-condition")
    assert found.text == "`size > 9` and `size < 5` contradict each other"


def test_a_part_that_contradicts_itself_is_named_alone() -> None:
    policy = route("when vip and not (size is missing or size is present) to queue one")
    (found,) = named(compiled(policy).findings, "impossible-condition")
    assert found.text.startswith("no lead satisfies `")
    assert "vip" not in found.text


def test_a_contradiction_with_the_block_around_is_named_with_its_part() -> None:
    rules = "rule a { when vip to queue one } rule b { when size > 9 to queue one }"
    inner = f"within size < 5 {{ {rules} }}"
    policy = f"{HEAD}route inbound {{\n{inner}\nfallback to queue two\n}}\n"
    (found,) = named(compiled(policy).findings, "impossible-condition")
    assert found.text == "`size < 5` and `size > 9` contradict each other"


def test_the_rules_that_take_most_are_named_and_no_more_than_needed() -> None:
    policy = route(
        "when size is 7 to queue one",
        "when size is 8 to queue one",
        "when size in 5..9 to queue one",
        "when size in 10..20 to queue two",
        "when size in 5..20 to queue two",
    )
    (found,) = named(compiled(policy).findings, "unreachable-rule")
    assert [label.span.text for label in found.labels] == ["r2", "r3"]
    assert found.notes == ("rule `r2` takes most of those that go elsewhere",)


def test_a_rule_is_not_to_be_moved_where_a_rule_that_it_passes_would_get_nothing() -> None:
    policy = route(
        "when size < 5 to queue one",
        "when size in 7..8 to queue one",
        "when size > 6 to queue one",
        "when size in 4..9 and size not in 5..6 to queue two",
    )
    (found,) = named(compiled(policy).findings, "unreachable-rule")
    assert [label.span.text for label in found.labels] == ["r0", "r2"]
    assert found.help == ("delete it: no lead would notice",)
    wider = policy.replace("size in 7..8", "size in 8..10")
    (found,) = named(compiled(wider).findings, "unreachable-rule")
    assert [label.span.text for label in found.labels] == ["r0", "r2"]
    assert found.help == ("move it above rule `r0`, or delete it",)


def test_nothing_is_lost_only_where_targets_that_are_tried_and_the_sla_are_the_same() -> None:
    taken = "when size > 3 to queue one", "when size > 5 to queue one else queue two"
    (found,) = named(compiled(route(*taken)).findings, "unreachable-rule")
    assert found.notes == ("they are sent to the same place, so nothing is lost",)
    hasty = route(*taken).replace("rule r1 {", "rule r1 { sla 1 hour")
    (found,) = named(compiled(hasty).findings, "unreachable-rule")
    assert not found.notes
    assert found.help == ("move it above rule `r0`, or delete it",)


def test_after_the_deadline_each_open_rule_is_undecided_and_nothing_is_claimed() -> None:
    policy = route("when vip to queue one", "when vip and size > 3 to queue one")
    made = compiled(policy, deadline=0)
    assert not errors(made.findings)
    assert not named(made.findings, "unreachable-rule")
    undecided = named(made.findings, "undecided")
    open_ = [
        finding
        for finding in undecided
        if finding.message.endswith("can match could not be decided")
    ]
    assert [finding.span and finding.span.text for finding in open_] == ["r0", "r1"]
    assert all("--deadline" in finding.help[0] for finding in open_)


FAULTY = """
lead { country: country  employees: integer 1..  source: one of [demo, event] }
territory DACH = country in [DE, AT, CH]
queue triage queue big queue later
route inbound {
  rule events { when source is evnt and DACH to queue triage }
  within DACH {
    rule large { when employees >= 100 to queue big }
    rule giant { when employees >= 1000 to queue later }
    rule small { when not (employees >= 100) to queue triage }
  }
}
"""


def test_beside_a_fault_gaps_and_unreachable_rules_are_found() -> None:
    found = compiled(FAULTY).findings
    assert sorted(finding.name for finding in found) == [
        "coverage-gap",
        "unknown-value",
        "unreachable-rule",
    ]


def test_a_condition_with_a_fault_takes_no_lead_from_a_rule_and_leaves_none_to_a_gap() -> None:
    found = compiled(FAULTY.replace("source is evnt and DACH", "source is evnt")).findings
    assert {finding.name for finding in found} == {"unknown-value", "unreachable-rule"}
    (idle,) = named(found, "unreachable-rule")
    assert idle.span is not None
    assert idle.span.text == "giant"


def test_under_a_not_a_fault_is_bounded_the_other_way_round() -> None:
    narrow = FAULTY.replace("source is evnt and DACH", "not (source is evnt or country is FR)")
    (gap,) = named(compiled(narrow).findings, "coverage-gap")
    assert gap.witness is not None
    assert gap.witness.fields["country"] == "FR"


def test_what_stands_in_a_block_with_a_fault_is_not_called_unreachable() -> None:
    faulty = FAULTY.replace("within DACH", "within DACH and source is evnt")
    assert not named(compiled(faulty).findings, "unreachable-rule", "unreachable-block")


def test_a_witness_has_a_state_of_its_country_where_no_rule_asks_for_the_state() -> None:
    text = """lead { state: subdivision required  country: country required } queue triage
    route r { rule a { when country is US to queue triage } }"""
    (gap,) = named(compiled(text).findings, "coverage-gap")
    assert gap.witness is not None
    state, country = (str(gap.witness.fields[name]) for name in ("state", "country"))
    assert state.startswith(f"{country}-")


def test_a_state_that_is_never_missing_has_a_country_whatever_is_asked() -> None:
    text = """lead { state: subdivision required  country: country } queue triage
    route r { rule a { when country is present to queue triage } }"""
    assert not named(compiled(text).findings, "coverage-gap")


def test_a_duplicate_by_its_state_has_a_country() -> None:
    text = """lead { state: subdivision  country: country } identity state within 3 days
    queue triage
    route r {
      rule a { when duplicate and country is missing to queue triage } fallback to queue triage
    }"""
    assert named(compiled(text).findings, "impossible-condition")


def test_each_rule_below_that_would_get_leads_of_a_redundant_one_is_named() -> None:
    rules = [f"when size {test} to queue one" for test in ("< 9", "is 3", "in 2..5", "< 8", "< 9")]
    found = named(compiled(route(*rules)).findings, "redundant-rule")
    first = next(finding for finding in found if finding.span and finding.span.text == "r0")
    assert [label.span.text for label in first.labels] == ["r1", "r2", "r3"]
    assert first.notes == ("others below would send some of them there, too",)
