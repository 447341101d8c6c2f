"""Reading files of leads, one record at a time, in bounded memory.

CSV, JSON lines, a JSON array, or an object with a list of `records`. Whatever is wrong
with one row is told with that row and the run goes on; only what makes the rest of the
file unreadable ends it, as a `LeadsError`.
"""

from turnout.runtime.records.objects import RawLead, as_record
from turnout.runtime.records.opening import Records, records
from turnout.runtime.records.rows import LeadsError, Record

__all__ = ["LeadsError", "RawLead", "Record", "Records", "as_record", "records"]
