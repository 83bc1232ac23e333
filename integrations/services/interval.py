"""The look back of each interval: what was overlooked is read, and told, again.

A hybrid pace tells changes as they happen; a message that was lost costs one interval.
"""

from datetime import datetime

from integrations.models import Link, StreamCursor
from integrations.services import cadence, levels, readings
from integrations.services.policy import link_policy


def overlooked(link: Link, *, limit: int, now: datetime) -> list[tuple[str, str]]:
    """The next items whose owner is to be read in this interval; none once all of them were.

    Each is handed out once an interval. As the interval's look ends, levels that were told
    otherwise than they should be are marked.
    """
    begin = cadence.interval_begin(link_policy(link).stock, now=now)
    if begin is None:
        return []
    row, _ = StreamCursor.objects.get_or_create(
        connection=link.channel, stream=f"interval:{link.slug}"[:40]
    )
    if row.caught_up_at is not None and row.caught_up_at >= begin:
        return []
    of, _, last = row.cursor.partition("|")
    after = last if of == begin.isoformat() else ""
    items = readings.brisk_items(link, before=begin, after=after, limit=limit)
    mine = StreamCursor.objects.filter(pk=row.pk)
    if items:
        mine.update(cursor=f"{begin.isoformat()}|{items[-1][0]}", read_at=now)
    else:
        levels.mark_forgotten(link, now=now)
        mine.update(read_at=now, caught_up_at=now)
    return items
