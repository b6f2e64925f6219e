"""A stand-in for NCBI's E-utilities on this machine, for the tests of search, fetch, update and `--live`."""
