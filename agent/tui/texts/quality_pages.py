"""The pages of quality: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

QUALITY_PAGES: Final[dict[str, tuple[str, str]]] = {
    "Quality": ("Качество", "Сапа"),
    "On hold: {count}": ("Заблокировано: {count}", "Бұғатталған: {count}"),
    "Checks that are due: press a digit": ("Пора проверить: нажмите цифру", "Тексеру керек: санды басыңыз"),
    "No check is due. The next one shows here by itself.": (
        "Проверок сейчас нет. Следующая появится здесь сама.",
        "Қазір тексеру жоқ. Келесісі осында өзі шығады.",
    ),
    "No check is due: no order is in progress. F7 starts one.": (
        "Проверок нет: нет заказа в работе. F7 начнёт заказ.",
        "Тексеру жоқ: жұмыста тапсырыс жоқ. F7 бастайды.",
    ),
    "Put something on hold": ("Заблокировать", "Бұғаттау"),
    "This check is no longer due.": ("Эта проверка уже не нужна.", "Бұл тексеру енді керек емес."),
    "{check}: of which lot?": ("{check}: какой партии?", "{check}: қай партияның?"),
    "Failed": ("Не годно", "Жарамсыз"),
    "Skip it, with a reason": ("Пропустить с причиной", "Себебін айтып, өткізіп жіберу"),
    "{check} failed: which defect?": ("{check}: не годно. Какой дефект?", "{check}: жарамсыз. Қандай ақау?"),
    "Parts that are named here are kept apart.": (
        "Указанные здесь детали откладываются.",
        "Мұнда аталған бөлшектер бөлек қойылады.",
    ),
    "{value} is out of limits: {limits}": ("{value} вне допуска: {limits}", "{value} шектен тыс: {limits}"),
    "{check} failed: how many parts do not conform?": (
        "{check}: не годно. Сколько деталей?",
        "{check}: жарамсыз. Қанша бөлшек?",
    ),
    "Only record it": ("Только записать", "Тек жазып қою"),
    "Skip {check}": ("Пропуск: {check}", "Өткізу: {check}"),
    "{check}: why is it skipped?": ("{check}: почему пропуск?", "{check}: неге өткізіледі?"),
    "Value in {uom}": ("Значение, {uom}", "Мәні, {uom}"),
    "{check}: {value}": ("Проверка {check}: {value}", "Тексеру {check}: {value}"),
    "Limits {limits}": ("Допуск {limits}", "Шегі {limits}"),
    "target {value}": ("номинал {value}", "номиналы {value}"),
    "Samples due: {count}": ("Нужно образцов: {count}", "Үлгі керек: {count}"),
    "MUST": ("ОБЯЗАТЕЛЬНО", "МІНДЕТТІ"),
    "may be skipped": ("по желанию", "қалауынша"),
    "PASSED": ("ГОДНО", "ЖАРАМДЫ"),
    "FAILED": ("НЕ ГОДНО", "ЖАРАМСЫЗ"),
    "Lot {name}": ("Партия {name}", "Партия: {name}"),
    "Unit {name}": ("Изделие {name}", "Бұйым: {name}"),
    "Order {name}": ("Заказ {name}", "Тапсырыс: {name}"),
    "On hold: press a digit to release": ("Заблокировано: цифра снимет", "Бұғатталған: сан босатады"),
    "Nothing is on hold here.": ("Блокировок здесь нет.", "Мұнда бұғат жоқ."),
    "This hold is over.": ("Эта блокировка уже снята.", "Бұл бұғат алынды."),
    "Release": ("Снять блокировку", "Бұғатты алу"),
    "{name}: why is it held?": ("{name}: почему блокировка?", "{name}: неге бұғат?"),
    "Hold: {name}": ("Блокировка: {name}", "Бұғат: {name}"),
    "Scan the unit that failed its check": ("Сканируйте негодное изделие", "Жарамсыз бұйымды сканерлеңіз"),
    "Scan the lot or the unit to be held": (
        "Сканируйте партию или изделие для блокировки",
        "Бұғатталатын партияны не бұйымды сканерлеңіз",
    ),
    "Hold what is scanned": ("Блокировка сканированного", "Сканерленгенді бұғаттау"),
    "Why is it held?": ("Почему блокировка?", "Неге бұғатталады?"),
    "Another one: scan it": ("Другое: сканировать", "Басқасы: сканерлеу"),
    "Another lot: type it": ("Другая партия: ввести", "Басқа партия: теру"),
    "Another unit: type it": ("Другое изделие: ввести", "Басқа бұйым: теру"),
    "What is to be held?": ("Что заблокировать?", "Не бұғатталады?"),
    "The unit's serial": ("Номер изделия", "Бұйым нөмірі"),
}
