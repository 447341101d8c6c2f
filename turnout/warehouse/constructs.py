"""What each back end says of the language, construct by construct.

One list, which `turnout export constructs` prints and the guide shows. A test makes a policy of
each construct and asks the back ends themselves, so that nothing stands here that isn't so.
"""

from collections.abc import Mapping, Sequence
from enum import Enum

from turnout.frozen import frozen
from turnout.warehouse.dialects import DIALECTS


class Support(Enum):
    """Whether a construct is said: always, never, of a moment that is named, or by some.

    What the last two ask for is in `NOTES`, so that the table stays narrow.
    """

    YES = "yes"
    NO = "no"
    AT = "`--at`"
    RE2 = "RE2"


@frozen
class ConstructSupport:
    """A construct of the language, as the guide calls it, and what is said of it.

    columns: by a view over typed columns. texts: by one over texts, `--raw`. draws: by
    `--draws`. batch: by whatever decides columns of Arrow: `decide_batch`, Spark and the other
    engines. The interpreter, the plan, the tree and the engine say each.
    """

    name: str
    columns: Support = Support.YES
    texts: Support = Support.YES
    draws: Support = Support.YES
    batch: Support = Support.YES

    @property
    def cells(self) -> tuple[str, ...]:
        """Return what each back end says, in the order of `BACK_ENDS`."""
        return tuple(each.value for each in (self.columns, self.texts, self.draws, self.batch))


BACK_ENDS = ("columns", "texts", "draws", "batch")
"""As the guide and the command call them; `NOTES` has what they are."""

NOTES: Mapping[str, str] = {
    "columns": "a view over columns of values in their normal form",
    "texts": "a view over texts as they were exported, `--raw`",
    "draws": "the view of `--draws`",
    "batch": "`decide_batch`, Spark, and other engines with Arrow",
    Support.AT.value: "with this option, which names the moment",
    Support.RE2.value: "where patterns are those of RE2: "
    + ", ".join(each.name for each in DIALECTS.values() if each.has_re2),
}
"""What the words of the table mean that don't speak for themselves."""

CONSTRUCTS: Sequence[ConstructSupport] = (
    ConstructSupport("a segment or territory"),
    ConstructSupport("`is`, `in`, `is missing`"),
    ConstructSupport('`in "table.csv"`'),
    ConstructSupport("`<`, `in 1..9`, of numbers and days"),
    ConstructSupport("two fields compared"),
    ConstructSupport("`starts with`, `ends with`, `contains`"),
    ConstructSupport("`has word`", columns=Support.NO, texts=Support.NO),
    ConstructSupport("`matches`", columns=Support.RE2, texts=Support.RE2),
    ConstructSupport("`has`, `has any`, `has all`"),
    ConstructSupport('`in first 10% of "name"`'),
    ConstructSupport("`within 7 days`, `older than`, `later than`"),
    ConstructSupport("`open` of a calendar", columns=Support.AT, texts=Support.AT),
    ConstructSupport("`duplicate`", columns=Support.NO, texts=Support.NO, batch=Support.NO),
    ConstructSupport("a rule that counts on some days"),
    ConstructSupport("`rules from` a table"),
    ConstructSupport("`within`, with its fallback"),
    ConstructSupport("`round-robin`"),
    ConstructSupport("`matching`", draws=Support.NO),
    ConstructSupport("`least-loaded`"),
    ConstructSupport("`person`, with a backup"),
    ConstructSupport("`queue`, `partner`, `sequence`, `reject`"),
    ConstructSupport("`owner`, `previous-owner` before `round-robin`", draws=Support.NO),
    ConstructSupport("`current-owner`"),
    ConstructSupport("`to route`"),
    ConstructSupport("`else continue`"),
    ConstructSupport("`sla` with its steps"),
    ConstructSupport(
        "`offer`, `from acceptance`", columns=Support.NO, texts=Support.NO, draws=Support.NO
    ),
    ConstructSupport("`do`"),
    ConstructSupport("texts, `code`, `email`, `language`"),
    ConstructSupport("numbers, `money`, `boolean`, `date`"),
    ConstructSupport("`country`, `subdivision`, `one of`, `person`"),
    ConstructSupport("`money` of another field's currency", texts=Support.NO),
    ConstructSupport("`phone`, `domain`", texts=Support.NO),
    ConstructSupport("`company-name`, `salesforce-id`", texts=Support.NO),
    ConstructSupport("`missing when`, `required`"),
    ConstructSupport("a field from a table"),
    ConstructSupport("a field from a table by a near name"),
)
"""In the order of the language."""
