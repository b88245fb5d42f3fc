"""What is said to whoever starts or tries the terminal: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

STARTING: Final[dict[str, tuple[str, str]]] = {
    "To try it, type {badge} and Enter, then F7 for the orders. F1 helps, Ctrl+Q ends it.": (
        "Для пробы наберите {badge} и Enter, затем F7: заказы. F1: помощь, Ctrl+Q: конец.",
        "Көру үшін {badge} теріп, Enter басыңыз, сосын F7: тапсырыстар. F1: көмек, Ctrl+Q: соңы.",
    ),
    "This terminal is not closed by its keys. F10 locks it.": (
        "Этот терминал клавишами не закрывается. F10 блокирует его.",
        "Бұл терминал пернелермен жабылмайды. F10 оны құлыптайды.",
    ),
}
