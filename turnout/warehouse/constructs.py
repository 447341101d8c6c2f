"""What each back end says of the language, construct by construct.

One list, which `turnout export constructs` prints and the guide shows. A test makes a policy of
each construct and asks the back ends themselves, so that nothing stands here that isn't so.
"""

from collections.abc import Sequence
from enum import Enum

from turnout.frozen import frozen
from turnout.warehouse.dialects import DIALECTS


class Said(Enum):
    """Whether a construct is said: always, never, of a moment that is named, or by some."""

    YES = "yes"
    NO = "no"
    AT = "with `--at`"
    RE2 = ", ".join(each.name for each in DIALECTS.values() if each.has_re2)


@frozen
class Construct:
    """A construct of the language, as the guide calls it, and what is said of it.

    columns: by a view over typed columns. texts: by one over texts, `--raw`. draws: by
    `--draws`. batch: by whatever decides columns of Arrow: `decide_batch`, Spark and the other
    engines. The interpreter, the plan, the tree and the engine say each.
    """

    name: str
    columns: Said = Said.YES
    texts: Said = Said.YES
    draws: Said = Said.YES
    batch: Said = Said.YES

    @property
    def cells(self) -> tuple[str, ...]:
        """Return what each back end says, in the order of `BACK_ENDS`."""
        return tuple(each.value for each in (self.columns, self.texts, self.draws, self.batch))


BACK_ENDS = ("over columns", "over texts", "draws", "batch, Spark")
"""As the guide and the command call them."""

CONSTRUCTS: Sequence[Construct] = (
    Construct("a segment or territory"),
    Construct("`is`, `in`, `is missing`"),
    Construct('`in "table.csv"`'),
    Construct("`<`, `in 1..9`, of numbers and days"),
    Construct("two fields compared"),
    Construct("`starts with`, `ends with`, `contains`"),
    Construct("`has word`", columns=Said.NO, texts=Said.NO),
    Construct("`matches`", columns=Said.RE2, texts=Said.RE2),
    Construct("`has`, `has any`, `has all`"),
    Construct('`in first 10% of "name"`'),
    Construct("`within 7 days`, `older than`, `later than`"),
    Construct("`open` of a calendar", columns=Said.AT, texts=Said.AT),
    Construct("`duplicate`", columns=Said.NO, texts=Said.NO, batch=Said.NO),
    Construct("a rule that counts on some days"),
    Construct("`rules from` a table"),
    Construct("`within`, with its fallback"),
    Construct("`round-robin`"),
    Construct("`matching`", draws=Said.NO),
    Construct("`least-loaded`"),
    Construct("`person`, with a backup"),
    Construct("`queue`, `partner`, `sequence`, `reject`"),
    Construct("`owner`, `previous-owner` before `round-robin`", draws=Said.NO),
    Construct("`current-owner`"),
    Construct("`to route`"),
    Construct("`else continue`"),
    Construct("`sla` with its steps"),
    Construct("`offer`, `from acceptance`", columns=Said.NO, texts=Said.NO, draws=Said.NO),
    Construct("`do`"),
    Construct("texts, `code`, `email`, `language`"),
    Construct("numbers, `money`, `boolean`, `date`"),
    Construct("`country`, `subdivision`, `one of`, `person`"),
    Construct("`money` of another field's currency", texts=Said.NO),
    Construct("`phone`, `domain`", texts=Said.NO),
    Construct("`company-name`, `salesforce-id`", texts=Said.NO),
    Construct("`missing when`, `required`"),
    Construct("a field from a table"),
    Construct("a field from a table by a near name"),
)
"""In the order of the language."""
