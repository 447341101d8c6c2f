"""A report: every measure of a state's log, as tables."""

from datetime import datetime
from pathlib import Path

from turnout.frozen import frozen
from turnout.reporting.asked import AskedReport
from turnout.reporting.fact_index import IndexManner, ReportIndex, report_index
from turnout.reporting.fairness import fairness_table
from turnout.reporting.lead_measures import lead_tables
from turnout.reporting.measure_tables import MeasureTable
from turnout.reporting.stint_measures import stint_tables
from turnout.runtime.stores.anywhere import AnyStore
from turnout.runtime.stores.server.locations import Whereabouts


@frozen
class LeadReport:
    """The measures of a state. name: of the policy or the state; asked: of what they are told."""

    name: str
    asked: AskedReport
    tables: tuple[MeasureTable, ...]

    def table(self, name: str) -> MeasureTable:
        """Return a table by its name. Raises KeyError."""
        for each in self.tables:
            if each.name == name:
                return each
        raise KeyError(name)

    @property
    def at(self) -> datetime:
        """The moment as of which it is told."""
        return self.asked.at


def lead_report(  # noqa: PLR0913, PLR0917 - what it depends on
    store: AnyStore,
    at: Whereabouts,
    asked: AskedReport,
    manner: IndexManner = IndexManner(),  # noqa: B008 - a frozen value
    name: str = "",
    kept: Path | None = None,
) -> LeadReport:
    """Return the report of a state that is open. at: where the state is. Raises StateError.

    What is new in the log is read, as a snapshot; nobody who writes is held up. kept: see
    `report_index`.
    """
    with report_index(store, at, manner, kept) as index:
        return measured(index, asked, name)


def measured(index: ReportIndex, asked: AskedReport, name: str = "") -> LeadReport:
    """Return the report of what an index has."""
    tables = *lead_tables(index, asked), *stint_tables(index, asked), fairness_table(index, asked)
    return LeadReport(name, asked, tables)
