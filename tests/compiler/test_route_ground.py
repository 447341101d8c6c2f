"""The ground of a route is made once, and lives no longer than the route."""

import gc
from weakref import ref

import attrs

from tests.support.policies import resolved
from turnout.compiler.program import lower
from turnout.compiler.questions.analysis import analyse
from turnout.compiler.questions.route_ground import asked_by, route_ground
from turnout.dsl.conditions import IsIn, Present

POLICY = """
lead { id: text required  size: integer  city: text }
queue a
route inbound { rule big { when size > 10 to queue a }  fallback to queue a }
"""


def test_the_checks_and_the_plan_share_one_ground() -> None:
    program = lower(resolved(POLICY))
    shared = route_ground(program, "inbound")
    assert route_ground(program, "inbound") is shared
    assert analyse(program, "inbound").ground is shared
    assert shared.regions is shared.regions


def test_the_checks_make_the_ground_that_the_plan_shares() -> None:
    program = lower(resolved(POLICY))
    first = analyse(program, "inbound").ground
    assert route_ground(program, "inbound") is first
    assert first.asked == asked_by(program.routes["inbound"])


def test_what_targets_ask_beyond_the_conditions_is_no_ground_of_theirs() -> None:
    owned = POLICY.replace("text }", "text  ae: person }")
    owned = owned.replace("to queue a }  fallback to queue a", "to owner ae }")
    program = lower(resolved(f"{owned}\nperson ana {{}}\n"))
    asked = analyse(program, "inbound").ground.asked
    own = asked_by(program.routes["inbound"])
    assert asked == (*own, IsIn("ae", frozenset({"ana"})))
    assert route_ground(program, "inbound").asked == own


def test_more_questions_have_a_ground_of_their_own() -> None:
    program = lower(resolved(POLICY))
    wider = analyse(program, "inbound", also=[Present("city")]).ground
    assert wider.asked == (*route_ground(program, "inbound").asked, Present("city"))
    assert wider != route_ground(program, "inbound")


def test_other_fields_make_another_ground() -> None:
    program = lower(resolved(POLICY))
    fields = {name: field for name, field in program.policy.fields.items() if name != "city"}
    other = attrs.evolve(program, policy=attrs.evolve(program.policy, fields=fields))
    assert len(route_ground(program, "inbound").space.dimensions) == 3
    assert len(route_ground(other, "inbound").space.dimensions) == 2


def test_a_ground_goes_with_its_route() -> None:
    program = lower(resolved(POLICY))
    gone = ref(route_ground(program, "inbound").regions)
    del program
    gc.collect()
    assert gone() is None
