"""A paho client driven by the event loop, without a thread of its own: sockets, TLS, CONNECT.

paho takes its time to connect, so that runs in a thread; all it has to tell is told in the loop's thread.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from threading import get_ident
from typing import TYPE_CHECKING, Any

from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from agent.core.errors import UplinkError
from agent.core.settings import MesSettings
from agent.credentials import MES_PASSWORD, credential
from agent.mqtt import DEFAULT_RECEIVE_MAXIMUM, Abilities, Outgoing
from agent.tls import Expiry, context, peer_expiry

if TYPE_CHECKING:
    from paho.mqtt.client import SocketLike

CONNECT_TIMEOUT_S = 10.0
SESSION_EXPIRY_S = 7 * 24 * 3600
WILL_DELAY_S = 15


class Wire:
    """One client for one connection."""

    def __init__(self, settings: MesSettings, client_id: str, *, lasting: bool) -> None:
        self.v5 = settings.protocol == "5"
        self._settings = settings
        self._lasting = lasting
        self._loop = asyncio.get_running_loop()
        self._thread = get_ident()
        self._watched = -1
        """File descriptor in the loop's selector; a socket closed in another thread no longer tells its own."""
        self.client = client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=None if self.v5 else not lasting,
            protocol=MQTTv5 if self.v5 else MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        # The window is ours (paho ignores the broker's Receive Maximum): paho may never hold a message back.
        client.max_inflight_messages_set(DEFAULT_RECEIVE_MAXIMUM)
        client.on_socket_open = self.in_loop(lambda _client, _data, sock: self._watch_reading(sock))
        client.on_socket_close = self.in_loop(lambda *_: self._unwatch())
        client.on_socket_register_write = self.in_loop(lambda _client, _data, sock: self._watch_writing(sock))
        client.on_socket_unregister_write = self.in_loop(lambda _client, _data, sock: self._unwatch_writing(sock))

    @property
    def where(self) -> str:
        """The broker, for people."""
        return f"the broker {self._settings.host}:{self._settings.port}"

    @property
    def peer_expiry(self) -> Expiry | None:
        """The end of the broker's certificate; None on plain TCP."""
        return peer_expiry(self.client.socket())

    def in_loop(self, call: Callable[..., None]) -> Callable[..., None]:
        """The same call in the loop's thread: at once there, as a closing socket must be let go before, else soon."""

        def called(*arguments: Any) -> None:  # noqa: ANN401 - paho's signatures
            if get_ident() == self._thread:
                call(*arguments)
            else:
                self._loop.call_soon_threadsafe(call, *arguments)

        return called

    def leave(self, will: Outgoing, abilities: Abilities) -> None:
        """What the broker says for us when the connection is lost; before `open`."""
        properties = None
        if self.v5:
            properties = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]  # paho has no types here
            properties.WillDelayInterval = WILL_DELAY_S
        self.client.will_set(will.topic, will.payload, abilities.qos, abilities.retain, properties)

    async def open(self) -> None:
        """Reach the broker and send it our CONNECT.

        Raises:
            UplinkError: it cannot be reached, its certificate is not to be trusted, or a file of ours cannot be used.
            TimeoutError: it does not answer.
        """
        dialling = self._dialling()
        try:
            await asyncio.shield(dialling)
        except asyncio.CancelledError:
            # The thread cannot be told to give up; what it still reaches must not stay behind connected in our name.
            dialling.add_done_callback(lambda _: self.client.disconnect())
            raise
        except ssl.SSLCertVerificationError as error:
            why = f"its certificate cannot be trusted ({error.verify_message}); look at mes.host and mes.tls.ca_file"
            raise UplinkError(f"{self.where} cannot be reached: {why}") from error
        except ssl.SSLError as error:
            why = f"no agreement on TLS ({error.reason}); look at mes.port and mes.tls"
            raise UplinkError(f"{self.where} cannot be reached: {why}") from error
        except TimeoutError:
            raise
        except OSError as error:
            raise UplinkError(f"{self.where} cannot be reached: {error.strerror or error}") from error
        except UnicodeError as error:
            # The resolver's codec gives up before DNS is asked.
            raise UplinkError(f"{self.where} cannot be reached: this can be no host's name") from error

    def _dialling(self) -> asyncio.Future[None]:
        """Dial in a thread that nobody waits for in the end: a resolver without a network takes its time."""
        dialled: asyncio.Future[None] = self._loop.create_future()

        def tell(error: BaseException | None) -> None:
            if not dialled.done():
                dialled.set_result(None) if error is None else dialled.set_exception(error)

        def dial() -> None:
            told: BaseException | None = None
            try:
                self._dial()
            except BaseException as error:  # noqa: BLE001 - it is raised where the dialling is waited for
                told = error
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(tell, told)

        threading.Thread(target=dial, name="broker-dial", daemon=True).start()
        return dialled

    def _dial(self) -> None:
        settings, client = self._settings, self.client
        if settings.tls is not None:
            client.tls_set_context(context(settings.tls))
        if settings.username is not None:
            client.username_pw_set(settings.username, password(settings))
        arguments: dict[str, Any] = {"keepalive": settings.keep_alive_s}
        if self.v5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # as above
            properties.SessionExpiryInterval = SESSION_EXPIRY_S if self._lasting else 0
            arguments |= {"clean_start": not self._lasting, "properties": properties}
        client.connect(settings.host, settings.port, **arguments)

    def _watch_reading(self, sock: SocketLike) -> None:
        if sock.fileno() == -1:
            return
        if isinstance(sock, socket.socket):
            # A small message must not wait 40 ms for the answer to the one before it.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._watched = sock.fileno()
        self._loop.add_reader(self._watched, self._read, sock)

    def _read(self, sock: SocketLike) -> None:
        self.client.loop_read()
        if isinstance(sock, ssl.SSLSocket) and sock.fileno() != -1 and sock.pending():
            # What TLS has decrypted already makes no socket readable any more.
            self._loop.call_soon(self._read, sock)

    def _watch_writing(self, sock: SocketLike) -> None:
        if sock.fileno() != -1:
            self._loop.add_writer(sock.fileno(), self.client.loop_write)

    def _unwatch_writing(self, sock: SocketLike) -> None:
        if sock.fileno() != -1:
            self._loop.remove_writer(sock.fileno())

    def _unwatch(self) -> None:
        watched, self._watched = self._watched, -1
        if watched != -1:
            self._loop.remove_reader(watched)
            self._loop.remove_writer(watched)


def password(settings: MesSettings) -> str | None:
    """Ours at the broker, if any.

    Raises:
        UplinkError: its file cannot be read.
    """
    file = settings.password_file or (credential(MES_PASSWORD) if settings.username else None)
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8").rstrip("\n")
    except OSError as error:
        raise UplinkError(f"the password file {file} cannot be read: {error.strerror}") from error
