"""Secrets that come from the service manager and stand in no file of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from agent import broker_wire
from agent.core.errors import UplinkError
from agent.core.settings import TlsSettings
from agent.credentials import MES_PASSWORD, TLS_KEY
from agent.tls import context
from tests.agent.parts import settings
from tests.brokers.certificates import Authority


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    store = tmp_path / "credentials"
    store.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(store))
    return store


def test_the_password_is_that_of_the_file_named_else_of_the_credential(tmp_path: Path, store: Path) -> None:
    named = tmp_path / "password"
    named.write_text("of the file\n")
    mes = settings(tmp_path, username="edge-1").mes
    assert broker_wire.password(mes) is None
    (store / MES_PASSWORD).write_text("of the credential\n")
    assert broker_wire.password(mes) == "of the credential"
    assert broker_wire.password(mes.model_copy(update={"password_file": named})) == "of the file"
    assert broker_wire.password(settings(tmp_path).mes) is None


def test_the_key_of_a_certificate_may_be_a_credential(tmp_path: Path, store: Path) -> None:
    pair = Authority(tmp_path).issue("edge-1")
    tls = TlsSettings(cert_file=pair.cert_file)
    with pytest.raises(UplinkError, match=f"has no key; expected key_file or the systemd credential {TLS_KEY}"):
        context(tls)
    (store / TLS_KEY).write_bytes(pair.key_file.read_bytes())
    context(tls)


def test_the_credential_is_loaded_and_not_only_found(tmp_path: Path, store: Path) -> None:
    plant = Authority(tmp_path)
    (store / TLS_KEY).write_bytes(plant.issue("other").key_file.read_bytes())
    with pytest.raises(UplinkError, match="cannot be used"):
        context(TlsSettings(cert_file=plant.issue("one").cert_file))


def test_a_key_without_its_certificate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="expected cert_file beside it"):
        TlsSettings(key_file=tmp_path / "key")
