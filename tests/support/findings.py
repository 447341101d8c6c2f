"""Any finding in any text, for what must be able to show them all."""

from hypothesis import strategies as st

from turnout.dsl.findings import Finding, Label, Severity, Witness
from turnout.dsl.source import Source, Span


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    """Any finding in any text: short and long lines, every kind of character."""
    characters = st.sampled_from(list("ab \t\n\r\x1b\x9b\u202e\ud800e\u0301見🙂\u200b"))
    text = draw(st.text(characters, max_size=60)) * draw(st.sampled_from([1, 1, 9]))
    source = Source(draw(st.sampled_from(["a.route", "b\x1b.route"])), text)

    def spans() -> Span:
        start = draw(st.integers(0, len(text)))
        return Span(source, start, draw(st.integers(start, len(text))))

    words = st.text(characters, max_size=60)
    return Finding(
        "a-name",
        draw(st.sampled_from(Severity)),
        spans(),
        draw(words),
        text=draw(words),
        labels=tuple(Label(spans(), draw(words)) for _ in range(draw(st.integers(0, 4)))),
        witness=Witness({draw(words): draw(words)}),
        notes=(draw(words),),
        help=(draw(words),),
    )
