"""The command line: one file per command; `main` puts them together.

Results go to stdout, errors to stderr. Exit codes: 0 clean, 1 findings, failed tests or bad
events, 2 usage, 3 internal error.
"""
