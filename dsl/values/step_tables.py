"""What the steps from a raw text to a table's key look up, as data.

For what reads leads elsewhere, beside `reader_tables`: a language without a full case folding
needs the letters that fold otherwise than they are lowered, and whoever tells placeholders
needs the list of them. So none of it is written a second time.
"""

from functools import cache

from turnout.dsl.values.emails import PLAIN, RESERVED
from turnout.dsl.values.name_tables import BETWEEN, BETWEEN_CODES
from turnout.dsl.values.placeholders import CERTAIN, LIKELY, SIGNS
from turnout.dsl.values.texts import LETTERS_WITHOUT_PARTS
from turnout.dsl.values.words import printable
from turnout.frozen import attribute, frozen


@frozen
class StepTables:
    """What steps look up.

    folds: letters whose case folding isn't their small letter, with it. letters: those that
    lose a sign although Unicode has no parts of them. certain, likely: placeholders, see
    `placeholders`; signs: the pattern of what is no more than signs. between: the pattern of
    what stands between two names in one cell; between_codes: between two codes. address: the
    pattern of an e-mail address that needs no second look, in small letters, unless it ends in
    one of `reserved`.
    """

    folds: tuple[tuple[str, str], ...] = attribute(repr=False)
    letters: tuple[tuple[str, str], ...]
    certain: tuple[str, ...] = attribute(repr=False)
    likely: tuple[str, ...] = attribute(repr=False)
    signs: str
    between: str
    between_codes: str
    address: str
    reserved: tuple[str, ...]


@cache
def step_tables() -> StepTables:
    """Return the tables; they are the same for every policy.

    >>> dict(step_tables().folds)["ß"], dict(step_tables().letters)["ł"]
    ('ss', 'l')
    """
    folds = ((sign, sign.casefold()) for sign in printable() if sign.casefold() != sign.lower())
    return StepTables(
        folds=tuple(folds),
        letters=tuple(sorted((chr(at), to) for at, to in LETTERS_WITHOUT_PARTS.items())),
        certain=tuple(sorted(CERTAIN)),
        likely=tuple(sorted(LIKELY)),
        signs=SIGNS.pattern,
        between=BETWEEN.pattern,
        between_codes=BETWEEN_CODES.pattern,
        address=PLAIN.pattern,
        reserved=tuple(sorted(RESERVED)),
    )
