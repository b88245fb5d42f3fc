"""node-opcua, an OPC UA server that we did not write, in the place of our own."""

from __future__ import annotations

from pathlib import Path

from tests.drivers.foreign import node_packages
from tests.drivers.plants import ServerProcess


class NodeOpcUa(ServerProcess):
    """`opcua_server.mjs`; it answers without security, and with Basic256Sha256 signed and encrypted."""

    def __init__(self, folder: Path) -> None:
        """Not yet started.

        Args:
            folder: for its keys, which it makes when it is first started.
        """
        super().__init__("opcua_server.mjs")
        self.certificate = folder / "node-opcua" / "own" / "certs" / "certificate.pem"
        """What it shows of itself, once it has been started."""
        self._keys = folder / "node-opcua"

    def _program(self) -> tuple[str, ...]:
        packages = node_packages.folder()
        assert packages.exists(), "node-opcua is not installed: `make parts` brings it"
        server = Path(__file__).parent / "opcua_server.mjs"
        return ("node", str(server), str(packages), str(self._keys))
