"""Lanes: how many seconds each kind of work may wait before it outranks newer, hastier work.

Work is done in order of `created + patience`, so nothing starves: the bulk of yesterday goes
before the sales of tomorrow.
"""

LAST_UNITS = 0
SALES = 1
PAYMENTS = 10
STATUSES = 60
STOCK = 120
CATALOGUE = 900
AUDIT = 3600
