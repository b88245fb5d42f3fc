"""Every error the agent raises on purpose, ordered by who must act.

A message says what was found, what was expected and what to do; it is shown to people as it is.
"""


class LinesideError(Exception):
    """Root of every error the agent raises on purpose."""


class ConfigurationError(LinesideError):
    """For the technician: the configuration cannot be used. Nothing was started."""


class DeviceError(LinesideError):
    """For the technician: a machine or a reader cannot be reached or answers nonsense. It is tried again."""

    def __init__(self, message: str, again_s: float = 0.0) -> None:
        super().__init__(message)
        self.again_s = again_s
        """Real seconds before it is tried again at least: some lock out who comes too often with the wrong secret."""


class UplinkError(LinesideError):
    """For the technician: the broker or the MES cannot be reached or refuses us. Facts wait in the journal."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        """The broker's MQTT 5 reason code, None where it gave none."""


class TooLargeError(LinesideError):
    """For the technician: a message is larger than the broker takes. It was not sent, and is parked."""


class JournalError(LinesideError):
    """For the technician: the journal cannot be opened or written."""


class JournalBarredError(JournalError):
    """For the technician: this user may not read the journal."""


class JournalFullError(JournalError):
    """For the technician: there is no space left for the journal. Nothing was written; it is tried again."""


class JournalDamagedError(JournalError):
    """For the technician: the journal's file is damaged. What can be read is taken over into a new one."""


class NotUnderstoodError(JournalError):
    """For the technician: the journal is whole, and another version wrote it in a form that this one does not know."""


class EntryRefusedError(LinesideError):
    """For the operator: this entry or scan was not taken. `code` names the rule, the message says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        """With pattern and values, where it is a `Sentence`."""


class InvalidMessageError(LinesideError):
    """For the MES's developers: a message from outside does not have the published form. It changed nothing."""
