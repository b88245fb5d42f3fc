"""The vocabulary of the log: every event, how urgent it is, what it means and who acts. docs/logs.md is made of it.

ERROR: data is at risk, or somebody must act now. WARNING: somebody should look. INFO: a change of state worth a line.
An event that is an outage is told when it begins, at its level, and when it ends, as INFO.
"""

from __future__ import annotations

from enum import StrEnum
from logging import ERROR, INFO, WARNING
from typing import Final, Literal, Self, TypeAlias

Who: TypeAlias = Literal["technician", "IT", "MES", "shift lead", "nobody"]


class Event(StrEnum):
    """What is told. The value is what stands in `LINESIDE_EVENT`, and the code of the alarm where there is one."""

    level: int
    who: Who
    meaning: str

    def __new__(cls, name: str, level: int, who: Who, meaning: str) -> Self:
        """Make one of them.

        Args:
            name: in `LINESIDE_EVENT`.
            level: of `logging`, when it is told or begins.
            who: acts on it.
            meaning: a sentence for docs/logs.md.
        """
        event = str.__new__(cls, name)
        event._value_ = name
        event.level, event.who, event.meaning = level, who, meaning
        return event

    # The agent itself.
    AGENT_STARTED = "agent_started", INFO, "nobody", "The agent watches its work centers."
    AGENT_STOPPING = "agent_stopping", INFO, "nobody", "Somebody told it to stop, and it does."
    AGENT_BEGINS_AGAIN = (
        "agent_begins_again",
        ERROR,
        "technician",
        "The journal cannot be worked with: the agent lets go of everything and opens it anew after a pause.",
    )
    AGENT_FAILED = (
        "agent_failed",
        ERROR,
        "technician",
        "It cannot start or go on; the sentence says why. The service manager starts it again.",
    )
    LOOP_STUCK = (
        "loop_stuck",
        ERROR,
        "technician",
        "A loop of the agent does not turn; the watchdog restarts the agent where it goes on.",
    )
    LAST_WORDS_LOST = (
        "last_words_lost",
        ERROR,
        "technician",
        "A stop found a disk that takes nothing: what was in memory ended with it.",
    )
    RECORDING = "recording", INFO, "nobody", "Everything that reaches the agent is recorded, as it was told to do."
    RECORDING_ENDED = "recording_ended", WARNING, "technician", "The recording ended by itself; the agent goes on."

    # Configuration.
    CONFIG_CHANGED = "config_changed", INFO, "nobody", "A changed configuration was taken over."
    CONFIG_REFUSED = "config_refused", WARNING, "technician", "A changed configuration is not valid: the old one stays."
    CONFIG_NEEDS_RESTART = (
        "config_needs_restart",
        WARNING,
        "technician",
        "What was changed in the configuration waits for a restart.",
    )
    CONFIG_OLD_FORM = (
        "config_old_form",
        WARNING,
        "technician",
        "A configuration file is of a former version and read as what it meant: `lineside check --migrate`.",
    )
    SITE_KEY_MADE = "site_key_made", WARNING, "IT", "Badges had no key of the site: one was made, which the MES needs."

    # Time.
    CLOCK_SET = "clock_set", WARNING, "IT", "The system's clock was set; open stops and counts are carried over."
    CLOCK_NOT_SYNCHRONIZED = (
        "clock_not_synchronized",
        WARNING,
        "IT",
        "No time server sets this PC's clock: times of facts may be wrong.",
    )

    # Machines and readers.
    MACHINE_LOST = "machine_lost", WARNING, "technician", "A machine does not answer: its condition is UNKNOWN."
    MACHINE_GRANTS_LESS = (
        "machine_grants_less",
        WARNING,
        "technician",
        "A machine's server samples more slowly, keeps less or subscribes to less than was asked for; told once.",
    )
    READER_LOST = "reader_lost", WARNING, "technician", "A barcode reader is not connected."
    READER_MISREAD = (
        "reader_misread",
        WARNING,
        "technician",
        "A reader sends what is no whole code; told once until a whole one comes.",
    )
    MACHINE_CERTIFICATE_ENDS = (
        "machine_certificate_ends",
        WARNING,
        "technician",
        "A certificate that a machine is read with ends soon.",
    )
    CERTIFICATE_MADE = (
        "certificate_made",
        WARNING,
        "technician",
        "There was no certificate of ours for machines: one was made, which their servers must trust.",
    )

    HISTORY_MISSED = (
        "history_missed",
        WARNING,
        "technician",
        "A machine's history of a gap cannot be read, or lacks a signal: what nobody watched stays UNKNOWN.",
    )

    # The way to the MES.
    BROKER_LOST = (
        "broker_lost",
        WARNING,
        "IT",
        "The broker cannot be reached. Facts wait in the journal; to be offline is normal.",
    )
    BROKER_CONNECTED = (
        "broker_connected",
        INFO,
        "nobody",
        "The agent is connected to the broker.",
    )
    BROKER_REFUSES_US = "broker_refuses_us", ERROR, "IT", "The broker refuses the connection; somebody must act first."
    BROKER_REFUSES = "broker_refuses", WARNING, "IT", "The broker does not take our facts; they wait."
    BROKER_REFUSES_READING = (
        "broker_refuses_reading",
        WARNING,
        "IT",
        "The broker does not let us read what the MES sends: its access rules.",
    )
    BROKER_REFUSES_TELEMETRY = "broker_refuses_telemetry", WARNING, "IT", "The broker's rules forbid telemetry."
    BATCH_REFUSED = "batch_refused", WARNING, "IT", "The broker refuses a batch; its facts go out one by one."
    IDENTITY_TAKEN = "identity_taken", ERROR, "IT", "Another agent is online under this one's id: nothing is sent."
    CERTIFICATE_ENDS = "certificate_ends", WARNING, "IT", "A certificate that the way to the MES needs ends soon."
    MES_NOT_LISTENING = "mes_not_listening", WARNING, "MES", "Nobody at the broker listens to our facts."
    MES_NOT_CONFIRMING = "mes_not_confirming", WARNING, "MES", "The MES confirms nothing of what is sent."
    MES_RESTORED = "mes_restored", WARNING, "MES", "The MES confirms less than before: facts are sent again from there."
    MESSAGE_REFUSED = "message_refused", WARNING, "MES", "A message does not have the published form; nothing changed."
    ACK_NOT_KEPT = "ack_not_kept", WARNING, "technician", "An acknowledgement could not be kept; it comes again."
    FACT_PARKED = "fact_parked", WARNING, "MES", "The broker or the MES does not take one fact; the others go on."
    FACT_SENT_AGAIN = "fact_sent_again", INFO, "nobody", "A parked fact was sent again; the line says what came of it."
    PARKED = "parked", WARNING, "MES", "There are parked facts: `lineside parked` shows them."
    RECKONING_WAITS = "reckoning_waits", WARNING, "technician", "The journal cannot be added up for the MES just now."
    FIGURES_TOO_OLD = "figures_too_old", INFO, "nobody", "Figures of the MES are about facts that retention removed."

    # Storage.
    STORAGE = "storage", WARNING, "IT", "Space for facts runs short; telemetry is shed first, then detail, facts never."
    JOURNAL_NOT_WRITTEN = (
        "journal_not_written",
        ERROR,
        "technician",
        "The journal cannot be written: what is seen is kept in memory, people are refused.",
    )
    JOURNAL_NOT_READ = "journal_not_read", ERROR, "technician", "The journal cannot be read: delivery waits."
    JOURNAL_DAMAGED = "journal_damaged", ERROR, "technician", "The journal's file is damaged: have the disk tested."
    JOURNAL_SALVAGED = (
        "journal_salvaged",
        ERROR,
        "technician",
        "What could be read of a damaged journal stands in a new one; the line says how much.",
    )
    JOURNAL_PART_DAMAGED = (
        "journal_part_damaged",
        ERROR,
        "technician",
        "One record of the journal cannot be read any more: a snapshot, a directory, a notice.",
    )
    JOURNAL_SALVAGING = "journal_salvaging", INFO, "nobody", "How far salvaging is; a large journal takes minutes."
    JOURNAL_RENEWED = (
        "journal_renewed",
        ERROR,
        "MES",
        "The journal is older than what was sent under its name: a new epoch begins, and a discrepancy says so.",
    )
    JOURNAL_MIGRATED = "journal_migrated", INFO, "nobody", "The journal has the schema of this version; a copy is kept."
    JOURNAL_INSPECTED = "journal_inspected", INFO, "nobody", "The daily inspection of every row, and what it found."
    RETENTION_WAITS = "retention_waits", WARNING, "technician", "What is past its retention cannot be removed yet."
    RETIRED = "retired", INFO, "nobody", "Facts and records past their retention were removed."
    DAMAGED_REMOVED = "damaged_removed", WARNING, "nobody", "The oldest damaged journal kept aside gave way."
    TELEMETRY_NOT_KEPT = "telemetry_not_kept", WARNING, "technician", "Telemetry cannot be written; facts are not hit."
    TELEMETRY_WAITS = "telemetry_waits", WARNING, "technician", "What is kept of telemetry cannot be read: it waits."
    TELEMETRY_DROPPED = "telemetry_dropped", WARNING, "IT", "Telemetry waited too long: the oldest of it was dropped."
    TELEMETRY_BATCH_DROPPED = "telemetry_batch_dropped", WARNING, "IT", "The broker does not take a telemetry batch."
    TELEMETRY_DAMAGED = "telemetry_damaged", WARNING, "technician", "The telemetry's file cannot be worked with."

    # People.
    WRONG_PIN = "wrong_pin", WARNING, "shift lead", "Somebody entered a wrong PIN."

    # The log.
    LIBRARY = "library", WARNING, "technician", "What a library says of itself, from WARNING on, at its own level."
    LEFT_OUT = "left_out", WARNING, "nobody", "So many more lines of one event were left out."


BY_NAME: Final = {event.value: event for event in Event}

OUTAGES: Final = frozenset(
    {
        Event.LOOP_STUCK,
        Event.RECORDING_ENDED,
        Event.CONFIG_REFUSED,
        Event.CLOCK_NOT_SYNCHRONIZED,
        Event.MACHINE_LOST,
        Event.READER_LOST,
        Event.HISTORY_MISSED,
        Event.BROKER_LOST,
        Event.BROKER_REFUSES_US,
        Event.BROKER_REFUSES,
        Event.BROKER_REFUSES_READING,
        Event.BROKER_REFUSES_TELEMETRY,
        Event.IDENTITY_TAKEN,
        Event.CERTIFICATE_ENDS,
        Event.MACHINE_CERTIFICATE_ENDS,
        Event.MES_NOT_LISTENING,
        Event.MES_NOT_CONFIRMING,
        Event.PARKED,
        Event.STORAGE,
        Event.JOURNAL_NOT_WRITTEN,
        Event.JOURNAL_NOT_READ,
        Event.JOURNAL_DAMAGED,
        Event.RETENTION_WAITS,
        Event.TELEMETRY_NOT_KEPT,
        Event.TELEMETRY_DROPPED,
        Event.TELEMETRY_WAITS,
        Event.RECKONING_WAITS,
    }
)
"""What lasts: it is told when it begins and when it ends."""
