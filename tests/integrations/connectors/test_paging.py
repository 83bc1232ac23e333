from integrations.connectors.paging import Slice, by_offset, chunks


def pages_of(rows, *, size, total=None, asked=None):
    def fetch(offset):
        if asked is not None:
            asked.append(offset)
        return Slice(rows[offset : offset + size], total)

    return list(by_offset(fetch, size=size))


def test_paging_ends_at_the_vendors_total():
    asked: list[int] = []

    assert pages_of([1, 2, 3, 4], size=2, total=4, asked=asked) == [1, 2, 3, 4]
    assert asked == [0, 2]


def test_a_vendor_that_caps_pages_silently_is_read_to_the_end():
    def fetch(offset):
        return Slice([1, 2, 3, 4, 5][offset : offset + 2], 5)  # asked for 1000, gives 2

    assert list(by_offset(fetch, size=1000)) == [1, 2, 3, 4, 5]


def test_without_a_total_a_short_page_is_the_last():
    asked: list[int] = []

    assert pages_of([1, 2, 3], size=2, asked=asked) == [1, 2, 3]
    assert asked == [0, 2]


def test_an_empty_page_always_ends_it():
    assert pages_of([], size=2, total=10) == []


def test_chunks_keep_the_order_and_the_rest():
    assert list(chunks([1, 2, 3, 4, 5], 2)) == [[1, 2], [3, 4], [5]]
    assert list(chunks([], 2)) == []
