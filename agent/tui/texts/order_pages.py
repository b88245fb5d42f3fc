"""What the terminal's pages say of orders: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

ORDER_PAGES: Final[dict[str, tuple[str, str]]] = {
    "All orders": ("Все заказы", "Барлық тапсырыс"),
    "Pause": ("Пауза", "Кідірту"),
    "Start a setup": ("Начать наладку", "Баптауды бастау"),
    "End the setup": ("Закончить наладку", "Баптауды аяқтау"),
    "Finish in part: the rest follows": (
        "Закончить частично: остальное потом",
        "Жартылай аяқтау: қалғаны кейін",
    ),
    "Break off: it may go on later": ("Прервать: можно продолжить позже", "Үзу: кейін жалғастыруға болады"),
    "Give up for good": ("Прекратить насовсем", "Біржола доғару"),
    "First finish or pause {title}": (
        "Сначала завершите или приостановите {title}",
        "Алдымен аяқтаңыз не кідіртіңіз: {title}",
    ),
    "Go on with {order} / {operation}": ("Продолжить {order} / {operation}", "Жалғастыру {order} / {operation}"),
    "Pause {title}": ("Приостановить {title}", "Кідірту {title}"),
    "Break off {title}": ("Прервать {title}", "Үзу {title}"),
    "Give up {title}": ("Прекратить {title}", "Доғару {title}"),
    "Start {title}": ("Начать {title}", "Бастау {title}"),
    "Go on with {title}": ("Продолжить {title}", "Жалғастыру {title}"),
    "why?": ("почему?", "неге?"),
    "Without a reason": ("Без причины", "Себепсіз"),
    "Not released: ask the planner, or start it all the same.": (
        "Не выпущен: спросите плановика или начните так.",
        "Шығарылмаған: жоспарлаушыдан сұраңыз не солай бастаңыз.",
    ),
    "Planned for another work center.": ("Запланирован для другого места.", "Басқа орынға жоспарланған."),
    "Not completed before it, by the MES: {operations}.": (
        "По данным MES до неё не завершены: {operations}.",
        "MES дерегі бойынша оған дейін аяқталмаған: {operations}.",
    ),
}
