"""What design and README state in figures, measured: `python3 dev.py benchmarks [NAME]`.

Each benchmark prints a table and one line of JSON, and keeps nothing: its database and its folder
are made for it and removed. None of them is a test, because a busy machine must fail nothing.
"""
