"""Where a journal stands, as numbers: positions count through the whole file, sequences through one epoch.

An epoch is one incarnation of the file. It begins at a position and ends where the next one begins, and the MES
confirms each by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Epoch:
    """One incarnation of the journal's file."""

    name: str
    first_position: int
    confirmed_through: int
    """Sequence up to which the MES has everything."""
    began: str
    """RFC 3339."""

    @property
    def confirmed_position(self) -> int:
        """Position up to which the MES has everything of this epoch."""
        return self.first_position - 1 + self.confirmed_through

    def sequence(self, position: int) -> int:
        """The sequence of the fact at a position of this epoch."""
        return position - self.first_position + 1


@dataclass(frozen=True, slots=True)
class Watermarks:
    """Where the journal stands; the last epoch is the one that is written to."""

    epochs: tuple[Epoch, ...]
    last_position: int

    @property
    def current(self) -> Epoch:
        """The epoch that is written to."""
        return self.epochs[-1]

    @property
    def epoch(self) -> str:
        """Name of the current epoch."""
        return self.current.name

    @property
    def last_sequence(self) -> int:
        """Sequence of the last fact of the current epoch, 0 where it has none."""
        return self.current.sequence(self.last_position)

    @property
    def confirmed_position(self) -> int:
        """Position up to which the MES has everything of every epoch."""
        for epoch in self.epochs:
            if epoch.confirmed_position < self.end(epoch):
                return epoch.confirmed_position
        return self.last_position

    @property
    def waiting(self) -> int:
        """Facts that the MES has not confirmed."""
        return sum(max(self.end(epoch) - epoch.confirmed_position, 0) for epoch in self.epochs)

    def named(self, name: str) -> Epoch | None:
        """The epoch of this name."""
        return next((epoch for epoch in self.epochs if epoch.name == name), None)

    def at(self, position: int) -> Epoch:
        """The epoch that a position belongs to."""
        return next(epoch for epoch in reversed(self.epochs) if epoch.first_position <= position)

    def end(self, epoch: Epoch) -> int:
        """The last position of an epoch so far."""
        following = [other.first_position for other in self.epochs if other.first_position > epoch.first_position]
        return min(following) - 1 if following else self.last_position

    def with_epoch(self, epoch: Epoch) -> Watermarks:
        """The same with this epoch in the place of the one of its name."""
        return replace(self, epochs=tuple(epoch if other.name == epoch.name else other for other in self.epochs))
