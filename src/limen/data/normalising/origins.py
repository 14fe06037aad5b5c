"""Where in the text as it was written stands what is found in the text as it reads."""

from __future__ import annotations

from bisect import bisect_right


class Origins:
    """Places of a text that was changed, by place of the changed one. Pieces are added in order."""

    def __init__(self, begin: int) -> None:
        self._reads, self._from, self._lengths = [0], [begin], [(0, 0)]

    def add(self, written: int, reads: int) -> None:
        """So many bytes more as written read as so many."""
        read, from_ = self._reads[-1] + self._lengths[-1][1], self._from[-1] + self._lengths[-1][0]
        if written == reads and self._lengths[-1][0] == self._lengths[-1][1]:
            self._lengths[-1] = (self._lengths[-1][0] + written, self._lengths[-1][1] + reads)
            return
        self._reads.append(read)
        self._from.append(from_)
        self._lengths.append((written, reads))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """From where to where, as written, what reads from `start` to `end` is."""
        return self._place(start)[0], max(self._place(end - 1)[1], self._place(start)[0] + 1)

    def forget(self, before: int) -> None:
        """No place before this one, in the changed text, is asked for any more."""
        keep = bisect_right(self._reads, before) - 1
        if keep > 0:
            del self._reads[:keep], self._from[:keep], self._lengths[:keep]

    def _place(self, at: int) -> tuple[int, int]:
        """Where the byte at a place begins and ends as written."""
        index = max(bisect_right(self._reads, at) - 1, 0)
        written, reads = self._lengths[index]
        begin, inside = self._from[index], at - self._reads[index]
        if reads in (written, 0):
            return begin + inside, begin + inside + 1
        return begin + inside * written // reads, begin + -(-(inside + 1) * written // reads)
