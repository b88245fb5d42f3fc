"""The topic tree of the contract with the MES."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.contract.topics import Topics, encoded
from agent.core.settings import AgentSettings

TOPICS = Topics.of("lineside", AgentSettings(enterprise="acme", site="almaty", area="filling", id="pc-7"))
SITE = "lineside/v1/acme/almaty"


@pytest.mark.parametrize(
    ("identity", "level"),
    [
        ("WC-1_a.B", "WC-1_a.B"),
        ("WC 1", "WC%201"),
        ("a~b", "a%7Eb"),
        ("100%", "100%25"),
        ("PO/1+#", "PO%2F1%2B%23"),
        ("$SYS", "%24SYS"),
        ("Цех", "%D0%A6%D0%B5%D1%85"),
    ],
)
def test_an_id_is_one_topic_level_without_wildcards(identity: str, level: str) -> None:
    assert encoded(identity) == level


def test_every_topic_stands_where_the_contract_says() -> None:
    assert (TOPICS.events, TOPICS.status, TOPICS.queue, TOPICS.ack, TOPICS.commands, TOPICS.answers) == (
        f"{SITE}/agents/pc-7/evt",
        f"{SITE}/agents/pc-7/status",
        f"{SITE}/agents/pc-7/state/queue",
        f"{SITE}/agents/pc-7/ack",
        f"{SITE}/agents/pc-7/cmd/",
        f"{SITE}/agents/pc-7/res",
    )
    assert TOPICS.event("WC 1", "stop") == f"{SITE}/filling/WC%201/evt/stop"
    assert TOPICS.state("WC-1", "machine") == f"{SITE}/filling/WC-1/state/machine"


def test_an_agent_reads_only_its_own_and_the_sites() -> None:
    assert TOPICS.subscriptions(("WC-1", "WC 2")) == (
        f"{SITE}/agents/pc-7/ack",
        f"{SITE}/agents/pc-7/status",
        f"{SITE}/agents/pc-7/cmd/+",
        f"{SITE}/-/-/dir/#",
        f"{SITE}/filling/WC-1/dir/#",
        f"{SITE}/filling/WC%202/dir/#",
    )


@pytest.mark.parametrize(
    ("topic", "meaning"),
    [
        (f"{SITE}/filling/WC%201/dir/orders/PO-1", ("WC 1", "orders/PO-1")),
        (f"{SITE}/filling/WC-1/dir/orders/PO%2F1", ("WC-1", "orders/PO/1")),
        (f"{SITE}/-/-/dir/reasons", (None, "reasons")),
        (f"{SITE}/filling/WC-1/state/machine", None),
        (f"{SITE}/packing/WC-1/dir/orders/PO-1", None),
        (f"{SITE}/agents/pc-7/ack", None),
        ("", None),
    ],
)
def test_a_directory_topic_names_its_work_center_and_object(topic: str, meaning: tuple[str | None, str] | None) -> None:
    assert TOPICS.directory(topic) == meaning


@given(
    st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable() and "/" not in text),
    st.text("aÄ/ +#%", min_size=1),
)
def test_every_id_is_read_back_from_its_topic(wc_id: str, order_id: str) -> None:
    topic = f"{SITE}/filling/{encoded(wc_id)}/dir/orders/{encoded(order_id)}"
    assert not set(topic) & set("+# ")
    assert TOPICS.directory(topic) == (wc_id, f"orders/{order_id}")
