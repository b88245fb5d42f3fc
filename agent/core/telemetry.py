"""Process values that are sent on as they are: which of them are kept, and how they are said. Pure.

The values of a signal are cut into stretches of `interval_s`; of each stretch the last one is kept, if it is further
than `deadband` from what was kept before. What a signal comes to rest at is therefore always kept, at the latest
`interval_s` after it was seen. A change of quality is kept at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from agent.core.facts import Block, Timestamp
from agent.core.machine_settings import MachineSettings, TelemetrySettings
from agent.core.observations import Instant, Quality, Signal, SignalValue
from agent.core.times import iso

SAMPLE_BYTES: Final = 48
"""What a number takes in a message, with its time and quality."""
BATCH_BYTES: Final = 16_000
"""Small enough for brokers that take small packets only, and soon sent where a fact waits for the way."""
LONGEST_TEXT: Final = 2_000
"""Characters. A longer text is no process value."""

TelemetryValue: TypeAlias = tuple[Timestamp, SignalValue, Literal["good", "bad"]]


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """Where the values of one signal go."""

    wc_id: str
    signal: str
    uom: str | None


class Sample(NamedTuple):
    """One value of a signal."""

    time: float
    """When it was true, in seconds since 1970 UTC."""
    value: SignalValue
    """None where its quality is bad: unknown is not a stale value."""
    good: bool


class TelemetryMessage(Block):
    """Values of one signal, in order. `source` and `batch` together name it: a repeat has the same two."""

    source: str
    """urn:lineside:{site}:{agent_id}:{run}; batches of one source are numbered upwards, with holes."""
    wc_id: str
    """Work center."""
    signal: str
    """Its key in the configuration."""
    batch: int
    """Number of this message."""
    uom: str | None
    """Unit of measure; null where none is configured."""
    dropped: int
    """Values of this signal that were kept and then lost for want of space, since the message that last told of any.
    One whose acknowledgement was lost with the connection may count although it arrived."""
    values: tuple[TelemetryValue, ...]
    """When it was true (RFC 3339, UTC, milliseconds), the value (null where it is bad) and its quality."""


class Sieve:
    """Which values of one signal are kept."""

    def __init__(self, machine: MachineSettings, settings: TelemetrySettings) -> None:
        self.channel = Channel(machine.work_center, settings.key, settings.uom)
        self._skew_max_s = machine.stop.skew_max_s
        self._deadband = settings.deadband
        self._interval_s = settings.interval_s
        self._kept: Sample | None = None
        self._held: Sample | None = None
        """The last value of the stretch, where it is worth keeping."""
        self._since = 0.0
        """When the stretch began, by the times of the values."""
        self._since_monotonic = 0.0
        """The same by the agent's clock that is never set."""

    def observe(self, signal: Signal) -> tuple[Sample, ...]:
        """What is to be kept now that this was read, in order."""
        return self._offer(self._sample(signal), signal.observed.monotonic)

    def lose(self, at: Instant) -> tuple[Sample, ...]:
        """What is to be kept now that the machine is out of reach."""
        return () if self._kept is None else self._offer(Sample(at.wall, None, good=False), at.monotonic)

    def rest(self, monotonic: float) -> tuple[Sample, ...]:
        """What is to be kept at this instant although nothing was read."""
        if self._held is None or monotonic - self._since_monotonic < self._interval_s:
            return ()
        return self._release()

    def _sample(self, signal: Signal) -> Sample:
        time, wall = signal.source_time, signal.observed.wall
        if time is None or abs(time - wall) > self._skew_max_s:
            time = wall
        value = signal.value
        if signal.quality is not Quality.GOOD or (isinstance(value, str) and len(value) > LONGEST_TEXT):
            return Sample(time, None, good=False)
        return Sample(time, value, good=True)

    def _offer(self, sample: Sample, monotonic: float) -> tuple[Sample, ...]:
        kept, passed = self._kept, sample.time - self._since
        # Further back than a stretch its clock was set back.
        if kept is None or kept.good != sample.good or (sample.good and passed < -self._interval_s):
            return (*self._release(), *self._keep(sample, monotonic))
        if not sample.good:
            return ()
        if passed < self._interval_s:
            self._held = sample if self._differs(sample) else None
            return ()
        released = self._release()
        if not self._differs(sample):
            return released
        if sample.time - self._since < self._interval_s:
            self._held = sample
            return released
        return (*released, *self._keep(sample, monotonic))

    def _differs(self, sample: Sample) -> bool:
        assert self._kept is not None
        before, value = self._kept.value, sample.value
        if (
            self._deadband
            and isinstance(before, int | float)
            and isinstance(value, int | float)
            and not isinstance(value, bool)
        ):
            return abs(value - before) > self._deadband
        return value != before

    def _keep(self, sample: Sample, monotonic: float) -> tuple[Sample]:
        self._kept, self._held = sample, None
        self._since, self._since_monotonic = sample.time, monotonic
        return (sample,)

    def _release(self) -> tuple[Sample, ...]:
        """Keep the last value of the stretch; the next one begins where it ends."""
        if self._held is None:
            return ()
        self._kept, self._held = self._held, None
        self._since += self._interval_s
        self._since_monotonic += self._interval_s
        return (self._kept,)


def portions(samples: Sequence[Sample]) -> Iterator[Sequence[Sample]]:
    """The samples in portions that make messages of about `BATCH_BYTES` at most."""
    first = size = 0
    for index, sample in enumerate(samples):
        grown = SAMPLE_BYTES + (len(sample.value.encode()) if isinstance(sample.value, str) else 0)
        if size and size + grown > BATCH_BYTES:
            yield samples[first:index]
            first, size = index, 0
        size += grown
    if size:
        yield samples[first:]


def encoded(source: str, channel: Channel, number: int, dropped: int, samples: Sequence[Sample]) -> bytes:
    """The samples as a `TelemetryMessage` in JSON."""
    message = TelemetryMessage.model_construct(
        source=source,
        wc_id=channel.wc_id,
        signal=channel.signal,
        batch=number,
        uom=channel.uom,
        dropped=dropped,
        values=tuple((iso(time), value, "good" if good else "bad") for time, value, good in samples),
    )
    return message.model_dump_json().encode()
