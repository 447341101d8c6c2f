"""Whatever fix a finding offers: made in the file, the finding is gone and no error is new.

`tests/compiler/test_fixes.py` holds the same of the fixes of every case.
"""

from collections import Counter
from pathlib import Path

from hypothesis import given, settings

from tests.support.policies import AT, laid_down
from tests.support.strategies import Written, policies
from turnout.compiler.compiled import Compiled, compile_policy
from turnout.dsl.files import Files
from turnout.dsl.findings import Severity
from turnout.dsl.fixes import applied

MOST_FINDINGS = 10


@settings(max_examples=20)
@given(policies(rules=4))
def test_a_fix_takes_its_finding_away_and_brings_no_error(written: Written) -> None:
    with laid_down(written) as main:
        before = compile_policy(main, at=AT)
        for finding in before.findings[:MOST_FINDINGS]:
            for fix in finding.fixes:
                mended = Files({Path(fix.span.source.name): applied(fix)})  # it, or its table
                after = compile_policy(main, files=mended, at=AT)
                told = finding.name, finding.message
                assert _said(after)[told] < _said(before)[told], (fix.title, told)
                assert _errors(after) <= _errors(before), (fix.title, told)


def _said(compiled: Compiled) -> Counter[tuple[str, str]]:
    return Counter((each.name, each.message) for each in compiled.findings)


def _errors(compiled: Compiled) -> set[str]:
    return {each.name for each in compiled.findings if each.severity is Severity.ERROR}
