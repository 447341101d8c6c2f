"""Reading files of leads, one record at a time, in bounded memory.

CSV, JSON lines, a JSON array, an object around a list of leads, a workbook or a Parquet
file. Whatever is wrong
with one row is told with that row and the run goes on; only what makes the rest of the
file unreadable ends it, as a `LeadsError`.
"""

from turnout.runtime.records.opening import Records, records
from turnout.runtime.records.program_leads import RawLead, as_record
from turnout.runtime.records.rows import FOUND, LeadsError, Manner, Record, Remarks

__all__ = [
    "FOUND",
    "LeadsError",
    "Manner",
    "RawLead",
    "Record",
    "Records",
    "Remarks",
    "as_record",
    "records",
]
