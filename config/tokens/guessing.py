"""How many different wrong tokens an address may try.

The same stale token counts once, so a forgotten job does not lock out its neighbours. Counts are
kept in the cache; with Django's in-memory cache each web process counts for itself.
"""

from django.core.cache import cache

MOST = 20  # different wrong tokens
WINDOW_SECONDS = 10 * 60


def is_locked(address: str) -> bool:
    """Say whether `address` has tried too many wrong tokens lately."""
    return len(cache.get(_key(address), ())) >= MOST


def note(address: str, digest: str) -> None:
    """Remember one wrong token of `address`, by its digest only."""
    seen = cache.get(_key(address), ())
    if digest not in seen:
        cache.set(_key(address), (*seen, digest)[:MOST], WINDOW_SECONDS)


def _key(address: str) -> str:
    return f"api-guesses:{address}"
