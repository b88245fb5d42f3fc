"""What GS1's own syntax engine takes and refuses, we do."""

from __future__ import annotations

import pytest

from agent.core.codes import digital_link, gs1
from agent.core.codes.reading import Flaw
from tests.core.gs1_engine_vectors import DIGITAL_LINKS, ELEMENT_STRINGS

SEPARATOR = str.maketrans("␝", "\x1d")


@pytest.mark.parametrize(("data", "is_right"), ELEMENT_STRINGS)
def test_the_gs1_syntax_engine_splits_and_checks_alike(data: str, *, is_right: bool) -> None:
    found = gs1.read(data.translate(SEPARATOR))
    # What must stand in the same code is asked beside the form, and by other rules: domain.md F2.
    well_formed = not isinstance(found, Flaw) or found.code == "AI_CONFLICT"
    assert well_formed == is_right


@pytest.mark.parametrize(("address", "element_string"), DIGITAL_LINKS)
def test_the_gs1_syntax_engine_reads_addresses_alike(address: str, element_string: str | None) -> None:
    found = digital_link.read(address)
    if element_string is None:
        assert found is None or isinstance(found, Flaw)
    else:
        assert found == gs1.read(element_string.translate(SEPARATOR))
