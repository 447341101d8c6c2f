"""Rules as people keep them in a spreadsheet: a row for each, a column for whom it gives leads.

What other columns hold is a condition, in the ways in which people write one: a list, a range,
`not`, `>=`, `*`, or nothing.
"""
