"""Find routes that leave a row to nobody which lacks a required field.

Such a row meets no rule: it takes the route's own fallback. Where there is none, or where
all of the fallback's targets can pass it on, nobody has it, whatever the rules take. It is
told where nothing else of the route is lost: a fallback mends that, too.
"""

from collections.abc import Iterator
from datetime import datetime

from turnout.compiler.checks.chains import check_chains
from turnout.compiler.checks.coverage_gaps import check_gaps
from turnout.compiler.checks.mending import with_fallback
from turnout.compiler.leads.budget import OutOfSteps
from turnout.compiler.meaning.interpreter import holds
from turnout.compiler.program import RouteProgram
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.questions.limits import EVERY_LEAD, sure, worst_moments
from turnout.dsl.finding_kinds import note
from turnout.dsl.findings import Finding, Label, Witness

LOST_ROW = note("lost-row", "A row without a required field ends up with nobody.")
