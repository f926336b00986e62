"""Documents of a survey's results: Word and PDF in the state's format, workbooks; all from a snapshot's content."""
