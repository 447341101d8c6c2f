"""Tables of a policy are read whichever sign a sheet puts between cells."""

import pytest

from turnout.dsl.tables import Table, table_of


@pytest.mark.parametrize(
    "text",
    [
        "zip,region\n10115,Berlin\n",
        "zip;region\n10115;Berlin\n",
        "zip\tregion\r\n10115\tBerlin\r\n",
        "zip|region\n10115|Berlin",
        'sep=;\nzip;region\n10115;"Berlin"\n',
        '"zip";"region"\n"10115";"Berlin"\n',
    ],
)
def test_what_separates_cells_is_seen_in_the_header(text: str) -> None:
    table = table_of(text, "zips.csv")
    assert isinstance(table, Table)
    assert table.columns == ("zip", "region")
    ((line, cells),) = table.rows
    assert (line, cells) == (2 + text.startswith("sep"), ("10115", "Berlin"))


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ('company\n"Acme; Inc"\nBeta|Gamma\n', ["Acme; Inc", "Beta|Gamma"]),
        ('"name; of the firm"\nAcme; Inc\n', ["Acme; Inc"]),
    ],
)
def test_a_header_without_them_makes_one_column(text: str, cells: list[str]) -> None:
    table = table_of(text, "firms.csv")
    assert isinstance(table, Table)
    assert [row for _, (row,) in table.rows] == cells
