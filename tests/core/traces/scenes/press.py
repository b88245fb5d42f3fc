"""modbus-press: 12 minutes of a press whose counter wraps, is pulled off the cable, jumps, is set back and forgets."""

from __future__ import annotations

from tests.core.traces.scene import Scene

NAME = "modbus-press"
MODULUS = 2**16
PER_S = 10
SIGNALS = ("running", "fault", "strokes", "rejects", "boot")


class Press:
    """The machine and its registers. Of the readings that tell nothing else, one each five seconds is kept."""

    def __init__(self) -> None:
        self.scene = Scene(NAME, "2026-03-04T05:00:00Z", delay_s=-1.0)
        self.strokes = MODULUS - 1_500
        self.rejects = 10
        self.boot = 3

    def at(self, at: float, /, **values: int | bool) -> None:
        self.scene.to(at)
        self.scene.read(**values)

    def stamp(self, until: float, *, reject_at: float | None = None) -> None:
        """Ten strokes a second from now on."""
        while self.scene.now < until:
            at = min(self.scene.now + 5.0, until)
            self.strokes = (self.strokes + round((at - self.scene.now) * PER_S)) % MODULUS
            values: dict[str, int | bool] = {"strokes": self.strokes}
            if reject_at is not None and self.scene.now < reject_at <= at:
                self.rejects += 2
                values["rejects"] = self.rejects
            self.at(at, **values)

    def connect(self, at: float, *, running: bool, fault: bool = False) -> None:
        self.scene.to(at)
        words = {"running": running, "fault": fault}
        self.scene.connect(**words, strokes=self.strokes, rejects=self.rejects, boot=self.boot)


def scene() -> Scene:
    press = Press()
    press.connect(0.0, running=True)
    press.stamp(180.0, reject_at=62.0)
    cable_pull(press)
    spike(press)
    set_back(press)
    reboot(press)
    preset(press)
    return press.scene


def cable_pull(press: Press) -> None:
    """Pulled at 180; the press runs for 60 of the 70 seconds."""
    press.scene.to(181.0)
    press.scene.disconnect("The Modbus server at 192.0.2.20:502 gave no answer within 0.8 s.")
    press.strokes += 600
    press.connect(250.0, running=True)
    press.stamp(300.0)


def spike(press: Press) -> None:
    """One reading that cannot be."""
    press.at(302.0, strokes=press.strokes + 20_000)
    press.strokes += 22
    press.at(302.2, strokes=press.strokes)
    press.strokes += 28
    press.at(305.0, strokes=press.strokes)
    press.stamp(345.0)


def set_back(press: Press) -> None:
    """The setter stands beside it and takes seven bad strokes off the counter."""
    press.at(345.2, running=False)
    press.strokes -= 7
    press.at(355.0, strokes=press.strokes)
    press.at(370.0, running=True)
    press.stamp(420.0)


def reboot(press: Press) -> None:
    """A fault; the electrician restarts the controller, which forgets its counts, and 40 s later the fault is gone."""
    press.at(420.2, running=False, fault=True)
    press.scene.to(480.0)
    press.scene.disconnect("The Modbus server at 192.0.2.20:502 closed the connection.")
    press.scene.to(510.0)
    press.scene.unreadable("all-zero image", *SIGNALS)
    press.strokes, press.rejects, press.boot = 0, 0, 4
    press.connect(520.0, running=False, fault=True)
    press.at(559.0, fault=False)
    press.at(560.0, running=True)
    press.stamp(620.0, reject_at=600.0)


def preset(press: Press) -> None:
    """Somebody writes the stroke counter of the die into the register. A supervisor decides that it counts nothing."""
    press.strokes += 40_000
    for at in (620.2, 620.4, 620.6):
        press.strokes += 2
        press.at(at, strokes=press.strokes)
    press.scene.to(621.0)
    press.strokes += 4
    press.at(621.0, strokes=press.strokes)
    press.stamp(660.0)
    (held,) = press.scene.player.station.state.output.held
    decision = {"discrepancy_id": held.discrepancy_id, "decision": "ignore", "comment": "die counter"}
    assert press.scene.enter("release_quarantine", "ivan", "supervisor", **decision) == "ok"
    press.stamp(720.0)
