"""node-opcua, an OPC UA server that we did not write, in the place of our own."""

from __future__ import annotations

from pathlib import Path

from tests.drivers.foreign import node_packages
from tests.drivers.plants import ServerProcess


class NodeOpcUa(ServerProcess):
    """A program of this folder.

    `opcua_server.mjs` answers without security, and with Basic256Sha256 signed and encrypted.
    """

    def __init__(self, folder: Path, program: str = "opcua_server.mjs") -> None:
        """Not yet started.

        Args:
            folder: for its keys, which it makes when it is first started.
            program: of this folder.
        """
        super().__init__(program)
        self._server = Path(__file__).parent / program
        self.certificate = folder / "node-opcua" / "own" / "certs" / "certificate.pem"
        """What it shows of itself, once it has been started."""
        self._keys = folder / "node-opcua"

    def _program(self) -> tuple[str, ...]:
        packages = node_packages.folder()
        assert packages.exists(), "node-opcua is not installed: `make parts` brings it"
        return ("node", str(self._server), str(packages), str(self._keys))
