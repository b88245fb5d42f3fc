"""What stands on cards, in the languages of the terminal. A test sees to it that no verb lacks its words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

Language: TypeAlias = Literal["en", "ru", "kk"]
Texts: TypeAlias = Mapping[Language, str]


def _texts(en: str, ru: str, kk: str) -> Texts:
    return {"en": en, "ru": ru, "kk": kk}


TITLES: Final[Mapping[str, Texts]] = {
    "START": _texts("Start", "Начать", "Бастау"),
    "PAUSE": _texts("Pause", "Пауза", "Кідірту"),
    "RESUME": _texts("Go on", "Продолжить", "Жалғастыру"),
    "FINISH": _texts("Finish", "Завершить", "Аяқтау"),
    "SETUP": _texts("Setup begins", "Начало наладки", "Баптау басталды"),
    "SETUPEND": _texts("Setup ends", "Конец наладки", "Баптау аяқталды"),
    "STOP": _texts("Stop reason", "Причина простоя", "Тоқтау себебі"),
    "STOPEND": _texts("Stop ends", "Конец простоя", "Тоқтау аяқталды"),
    "SCRAP": _texts("Scrap", "Брак", "Ақау"),
    "QTY": _texts("Quantity", "Количество", "Саны"),
    "OK": _texts("OK", "Да", "Иә"),
    "CANCEL": _texts("Cancel", "Отмена", "Болдырмау"),
    "UNDO": _texts("Undo", "Вернуть", "Қайтару"),
    "LOGOUT": _texts("Sign off", "Выйти", "Шығу"),
    "LOCK": _texts("Lock", "Заблокировать", "Құлыптау"),
    "HELP": _texts("Help", "Помощь", "Көмек"),
}
"""By verb its name."""
TEXTS: Final[Mapping[str, Texts]] = {
    "START": _texts("Starts the next order", "Начинает следующий заказ", "Келесі тапсырысты бастайды"),
    "PAUSE": _texts("Pauses the order", "Приостанавливает заказ", "Тапсырысты кідіртеді"),
    "RESUME": _texts(
        "Goes on with the paused order", "Продолжает приостановленный заказ", "Кідіртілген тапсырысты жалғастырады"
    ),
    "FINISH": _texts(
        "Finishes the order; asks first", "Завершает заказ; сначала спросит", "Тапсырысты аяқтайды; алдымен сұрайды"
    ),
    "SETUP": _texts("The setup begins now", "Наладка начинается сейчас", "Баптау қазір басталады"),
    "SETUPEND": _texts("The setup is over", "Наладка закончена", "Баптау аяқталды"),
    "STOPEND": _texts(
        "The stop is over, where no machine says so",
        "Простой закончен, если машина не сообщает сама",
        "Тоқтау бітті, егер машина өзі хабарламаса",
    ),
    "OK": _texts("Yes, do what was asked", "Да, выполнить то, о чём спросили", "Иә, сұралғанды орындау"),
    "CANCEL": _texts("No, leave it", "Нет, не выполнять", "Жоқ, орындамау"),
    "UNDO": _texts(
        "Takes back your last record; asks first",
        "Отменяет вашу последнюю запись; сначала спросит",
        "Соңғы жазбаңызды қайтарады; алдымен сұрайды",
    ),
    "LOGOUT": _texts(
        "Signs off whoever works here", "Отмечает уход работающего здесь", "Осында жұмыс істеушінің шығуын белгілейді"
    ),
    "LOCK": _texts(
        "Locks until a badge or a PIN opens it",
        "Блокирует до карты работника или PIN",
        "Төсбелгі не PIN берілгенше құлыптайды",
    ),
    "HELP": _texts("Opens the help of the terminal", "Открывает справку терминала", "Терминал анықтамасын ашады"),
}
"""By verb what it does, where nothing stands behind it."""
QR_ONLY: Final = _texts(
    "QR only: the code does not fit into Code 128",
    "Только QR: код не помещается в Code 128",
    "Тек QR: код Code 128 ішіне сыймайды",
)
FOOT: Final = _texts("50 mm if printed at 100 %", "50 мм при печати 100 %", "100 % басылғанда 50 мм")
SHEETS: Final = _texts("Cards for the work center", "Карты для рабочего центра", "Жұмыс орталығының карталары")
