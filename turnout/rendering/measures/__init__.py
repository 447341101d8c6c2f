"""The measures of a report, shown: for a terminal, a browser, a spreadsheet and programs."""
