"""Texts that stand for no value in any CRM, form or sheet, known without being declared.

A field may declare more (`missing when [...]`), and then nothing is said of them; what is
known here is missing with an issue, because nobody said that it may occur.
"""

import re

from turnout.dsl.values.texts import normal_text

CERTAIN = frozenset(
    "n/a|#n/a|n.a.|n.a|n / a|n\\a|<na>|<n/a>|(n/a)|[n/a]|-n/a-|n/a.|na/na|#na|#nv|#n/v|#nd|#n/d"
    "|#ref!|#value!|#name?|#div/0!|#null!|#num!|#error!|#error|#spill!|#calc!|#getting_data"
    "|#bezug!|#wert!|#zahl!|#valeur!|#nombre?|#valor!|#######"
    "|null|(null)|<null>|[null]|\\n|undefined|(undefined)|nan|<nan>|nat|<nat>|#undefined"
    "|--none--|-none-|- none -|-- none --|(none)|<none>|[none]|(blank)|(empty)|<blank>|<empty>"
    "|(not set)|(not provided)|(unknown)|(no value)|(not specified)|(none selected)"
    "|[object object]|not applicable|not available"
    "|0000-00-00|0000-00-00 00:00:00".split("|")
)
"""No text of anybody's own: missing in texts and codes, too. As `normal_text` gives them."""

LIKELY = CERTAIN | frozenset(
    "none|nil|unknown|not known|not specified|unspecified|not provided|not given|not set"
    "|not disclosed|undisclosed|not answered|no answer|no response|no value|no data|missing|blank"
    "|empty|tbd|tba|tbc|to be determined|to be confirmed|select|select...|select one"
    "|select an option|-select-|- select -|--select--|-- select --|please select"
    "|please select...|please choose|please choose...|choose|choose...|choose one|choose an option"
    "|-- please select --|-- choose --"
    "|k.a.|k. a.|k.a|keine angabe|unbekannt|nicht angegeben|nicht bekannt|bitte wählen"
    "|bitte auswählen|non renseigné|non spécifié|inconnu|s/o|sans objet|desconocido|sin datos|s/d"
    "|no especificado|no disponible|no aplica|n/d|non disponibile|sconosciuto|n.d.|nd|n.v.t.|nvt"
    "|onbekend|desconhecido|não informado|não aplicável|okänd|ukendt|ukjent|b/d|brak|nieznany"
    "|не указано|неизвестно|нет данных|不明|未設定|なし|未知|无|不详".split("|")
)
"""In a column of anything but free text they say that there is no value, too."""

SIGNS = re.compile(r"""[-\u2010-\u2015_.?*#/\\|~=+!:;,'"`()\[\]{}<>&%^@\s]*""")
_STARTS = frozenset(known[:2] for known in LIKELY)
_TEST_LEAD = "<test lead:"
_LONGEST = 40


def is_placeholder(text: str, known: frozenset[str] = LIKELY) -> bool:
    """Return whether a text says that there is no value: one of `known`, or signs alone.

    What an ad platform fills its test leads with is one, too.

    >>> is_placeholder("N/A"), is_placeholder("--"), is_placeholder("Unknown", CERTAIN)
    (True, True, False)
    >>> is_placeholder("<test lead: dummy data for email>")
    True
    """
    if text[:2].lower() in _STARTS and len(text) <= _LONGEST and normal_text(text) in known:
        return True
    if text[:1].isalnum():
        return False
    is_test = text[:1] == "<" and text[: len(_TEST_LEAD)].lower() == _TEST_LEAD
    return is_test or SIGNS.fullmatch(text) is not None
