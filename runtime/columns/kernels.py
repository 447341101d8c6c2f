"""The loops over leads that are compiled to machine code where the extra `jit` is there.

Each is a plain function over arrays, written once for all policies: what a policy says is in
the tables that it is given, and no code is made of any text. Run by Python they give the same,
a hundred times as slowly; `jit.py` makes machine code of them, and is the only one that
knows by what. A loop that needs anything but arrays stops, and says how far it came.

A loop calls nothing, since a call for each text takes as long as all the rest. Places have no
sign: what has one would be looked at from the end where it is negative, which costs a step at
each look-up.
"""

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
Wholes = NDArray[np.int64]
Numbers = NDArray[np.int32]

MOST_PROBES = 16
"""Slots in which a text is looked for: one that finds no room there has none in the table."""

SHORT, LONGEST = 16, 400
"""Bytes of a text that is short, and of the longest that may be in a table."""

KNOWN, OF_NULL, USED, LEFT = range(4)
"""What `counts` has: the texts known, the code of null or `UNKNOWN`, the words of `kept` in use,
and how many rows the last loop left."""

UNKNOWN = -1
"""The code of a text without a slot."""

NOWHERE, START = 0, 1
"""States of every automaton: from which nothing is taken, and in which a text begins."""

# Of a slot. A long text has its place in `kept` where a short one has its last bytes.
_HEAD, _TAIL, _SAID, _HASH = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(3)

_MASKS = np.array([(1 << 8 * size) - 1 for size in range(9)], np.uint64)
_1, _3, _7, _8, _16, _29 = (np.uint64(each) for each in (1, 3, 7, 8, 16, 29))
_SIZE = np.uint64(0xFFFF)
_SHORT, _LONGEST = np.uint64(SHORT), np.uint64(LONGEST)


def code_short_texts(
    offsets: Numbers,
    words: Words,
    validity: Bytes,
    first: int,
    rows: Wholes,
    slots: Words,
    seeds: Words,
    counts: Wholes,
    begun: int,
    codes: Wholes,
    firsts: Wholes,
) -> int:
    """Write the codes of a column's short texts and nulls; return how many rows were done.

    A text that is met for the first time gets the next code and a slot, and its place in `codes`
    is written into `firsts`. The loop ends where one needs more room than there is. Other texts
    are left and have the code `UNKNOWN`, as one has that finds no slot.

    offsets, validity: as Arrow has texts; `validity` is empty where none is null. words: the
    eight bytes that begin at each byte of the texts, little end first; of a text with fewer
    behind its first the row is left. first: the place in `offsets` and `validity` of the
    column's first row. rows: those that are asked for, by their number; all where it is empty.
    begun: how many were done before.

    slots: a power of two of them, each the first and the last eight bytes of a text (of a
    shorter one all of it, twice); its code and size; and its hash. Searched one after the
    other, within a bound, so that texts that were made to meet cost no more than others.
    seeds: two odd numbers by which texts are hashed (multiply-shift: Dietzfelbinger, Hagerup,
    Katajainen and Penttonen, "A reliable randomized algorithm for the closest-pair problem",
    Journal of Algorithms 25, 1997), and by how many bits a hash is shifted. counts: see `KNOWN`.
    """
    limit, wrap = np.uint64(len(words)), np.uint64(len(slots) - 1)
    one_seed, other_seed, shift = seeds[0], seeds[1], seeds[2]
    room, has_null = len(slots) >> 2, len(validity) > 0
    are_some = len(rows) > 0
    for row in range(begun, len(codes)):
        at = np.uint64(row)
        place = np.uint64(first) + (np.uint64(rows[at]) if are_some else at)
        start, end = np.uint64(offsets[place]), np.uint64(offsets[place + _1])
        if has_null and not np.uint64(validity[place >> _3]) >> (place & _7) & _1:
            if counts[OF_NULL] == UNKNOWN:
                counts[OF_NULL] = counts[KNOWN]
                firsts[counts[KNOWN]] = row
                counts[KNOWN] += 1
            codes[at] = counts[OF_NULL]
            continue
        size = end - start
        if size > _SHORT or start >= limit or end > limit + _7:
            counts[LEFT] += 1
            codes[at] = UNKNOWN
            continue
        mask = _MASKS[min(size, _8)]
        head = words[start] & mask
        tail = words[start + (max(size, _8) - _8)] & mask
        hashed = head * one_seed + tail * other_seed
        slot = hashed >> shift
        code = np.int64(UNKNOWN)
        for _ in range(MOST_PROBES):
            said = slots[slot, _SAID]
            if (
                said & _SIZE == size + _1
                and slots[slot, _HEAD] == head
                and slots[slot, _TAIL] == tail
            ):
                code = np.int64(said >> _16)
                break
            if said == 0:
                if counts[KNOWN] >= room:
                    return row
                code = counts[KNOWN]
                firsts[code] = row
                counts[KNOWN] += 1
                slots[slot, _HEAD] = head
                slots[slot, _TAIL] = tail
                slots[slot, _SAID] = np.uint64(code) << _16 | size + _1
                slots[slot, _HASH] = hashed
                break
            slot = slot + _1 & wrap
        counts[LEFT] += code == UNKNOWN
        codes[at] = code
    return len(codes)


def code_long_texts(
    offsets: Numbers,
    words: Words,
    first: int,
    rows: Wholes,
    slots: Words,
    kept: Words,
    seeds: Words,
    counts: Wholes,
    begun: int,
    codes: Wholes,
    firsts: Wholes,
) -> int:
    """Write the codes of the texts that `code_short_texts` left; return how many rows were done.

    As there, for what is not short; what is longer than `LONGEST` is left. slots: of long texts
    alone. kept: their bytes behind the first eight, in words, of which the last one overlaps.
    """
    limit, wrap = np.uint64(len(words)), np.uint64(len(slots) - 1)
    one_seed, other_seed, shift = seeds[0], seeds[1], seeds[2]
    room, are_some = len(slots) >> 2, len(rows) > 0
    for row in range(begun, len(codes)):
        at = np.uint64(row)
        if codes[at] != UNKNOWN:
            continue
        place = np.uint64(first) + (np.uint64(rows[at]) if are_some else at)
        start, end = np.uint64(offsets[place]), np.uint64(offsets[place + _1])
        size = end - start
        if size <= _SHORT or size > _LONGEST or end > limit + _7:
            counts[LEFT] += 1
            continue
        head = words[start]
        hashed, more = head * other_seed, (size - _1) >> _3
        for each in range(more):
            word = words[start + min(np.uint64(each) + _1 << _3, size - _8)]
            hashed = (hashed ^ hashed >> _29 ^ word) * one_seed
        hashed ^= hashed >> _29
        hashed *= other_seed
        slot = hashed >> shift
        code = np.int64(UNKNOWN)
        for _ in range(MOST_PROBES):
            said, of = slots[slot, _SAID], slots[slot, _TAIL]
            if said == 0:
                used = np.uint64(counts[USED])
                if counts[KNOWN] >= room or used + more > np.uint64(len(kept)):
                    return row
                code = counts[KNOWN]
                firsts[code] = row
                counts[KNOWN] += 1
                counts[USED] += np.int64(more)
                slots[slot, _HEAD] = head
                slots[slot, _TAIL] = used
                slots[slot, _SAID] = np.uint64(code) << _16 | size + _1
                slots[slot, _HASH] = hashed
                for each in range(more):
                    word = words[start + min(np.uint64(each) + _1 << _3, size - _8)]
                    kept[used + np.uint64(each)] = word
                break
            is_same = said & _SIZE == size + _1 and slots[slot, _HASH] == hashed
            if is_same and slots[slot, _HEAD] == head:
                for each in range(more):
                    word = words[start + min(np.uint64(each) + _1 << _3, size - _8)]
                    is_same &= kept[of + np.uint64(each)] == word
                if is_same:
                    code = np.int64(said >> _16)
                    break
            slot = slot + _1 & wrap
        counts[LEFT] += code == UNKNOWN
        codes[at] = code
    return len(codes)


def move_slots(old: Words, new: Words, shift: int) -> None:
    """Enter the texts of some slots into new ones, which are empty. shift: as in `seeds`.

    A text that finds no slot is left out; it gets another code when it comes again.
    """
    wrap = np.uint64(len(new) - 1)
    for each in range(len(old)):
        at = np.uint64(each)
        if old[at, _SAID] != 0:
            slot = old[at, _HASH] >> np.uint64(shift)
            for _ in range(MOST_PROBES):
                if new[slot, _SAID] == 0:
                    new[slot] = old[at]
                    break
                slot = slot + _1 & wrap


def follow_texts(
    offsets: Numbers,
    data: Bytes,
    first: int,
    longest: int,
    classes: Bytes,
    moves: Numbers,
    ends: Bytes,
    is_taken: Bytes,
) -> None:
    """Write of each text of a column whether an automaton takes it, 1 or 0, into `is_taken`.

    offsets, data: as Arrow has texts; nulls are looked at like others. first: the place in
    `offsets` of the column's first row. longest: bytes of a text that may be taken. classes, moves,
    ends: see `text_automata.TextAutomaton`.
    """
    limit, most = np.uint64(len(data)), np.uint64(longest)
    end = np.uint64(offsets[np.uint64(first)])
    for row in range(len(is_taken)):
        start, end = end, np.uint64(offsets[np.uint64(first + row) + _1])
        state = np.uint64(START)
        if end - start > most or end > limit:
            state = np.uint64(NOWHERE)
        else:
            for each in range(end - start):
                kind = np.uint64(classes[data[start + np.uint64(each)]])
                state = np.uint64(moves[state, kind])
        is_taken[np.uint64(row)] = ends[state]


def add_up(numbers: Numbers, codes: Wholes, sums: Numbers) -> None:
    """Add to the sum of each lead the number of its code."""
    for row in range(len(sums)):
        at = np.uint64(row)
        sums[at] += numbers[np.uint64(codes[at])]
