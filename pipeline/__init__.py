"""Everything with state: PubMed, files, the SQLite store, runs and the command line."""
