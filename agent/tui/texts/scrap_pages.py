"""The pages of scrap and rework: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

SCRAP_PAGES: Final[dict[str, tuple[str, str]]] = {
    "Scrap: how many?": ("Брак: сколько?", "Ақау: қанша?"),
    "No order is in progress: it counts for none.": (
        "Нет заказа в работе: брак без заказа.",
        "Жұмыста тапсырыс жоқ: ақау тапсырыссыз.",
    ),
    "The machine rejected {quantity} that nobody has given a defect.": (
        "Станок отбраковал {quantity}, дефект не указан.",
        "Станок {quantity} жарамсыз деді, ақауы көрсетілмеген.",
    ),
    "Scrap {quantity}: which defect?": ("Брак {quantity}: какой дефект?", "Ақаулы {quantity}: қандай ақау?"),
    "Scrap {quantity}": ("Брак {quantity}", "Ақаулы {quantity}"),
    "First say where, and what becomes of it": ("Сначала место и решение", "Алдымен орны мен шешімі"),
    "Where was it rejected?": ("Где отбраковано?", "Қай жерде жарамсыз болды?"),
    "This work center: {name}": ("Этот рабочий центр: {name}", "Осы жұмыс орталығы: {name}"),
    "Operation {operation}": ("Операция {operation}", "{operation} операциясы"),
    "Station {name}": ("Пост {name}", "Бекет {name}"),
    "Another place": ("Другое место", "Басқа орын"),
    "The place": ("Место", "Орны"),
    "What becomes of it?": ("Что с ним делать?", "Онымен не істеледі?"),
    "Not decided yet": ("Ещё не решено", "Әлі шешілмеді"),
    "Repair it": ("Исправить", "Жөндеу"),
    "Test it again": ("Проверить повторно", "Қайта тексеру"),
    "Write it off": ("Списать", "Есептен шығару"),
    "Use it as it is": ("Использовать как есть", "Сол күйінде пайдалану"),
    "0: a unit, by scanning it.": ("0: одно изделие, сканировать его.", "0: бір бұйым, оны сканерлеу."),
    "1 unit": ("1 изделие", "1 бұйым"),
    "Scan the unit that is scrap: {defect}": (
        "Сканируйте бракованное изделие: {defect}",
        "Ақаулы бұйымды сканерлеңіз: {defect}",
    ),
    "Scan the unit that is kept apart": ("Сканируйте откладываемое изделие", "Бөлек қойылатын бұйымды сканерлеңіз"),
    "Keep parts apart": ("Отложить детали", "Бөлшектерді бөлек қою"),
    "Nothing is kept apart.": ("Ничего не отложено.", "Бөлек қойылған ештеңе жоқ."),
    "Kept apart: what becomes of it?": ("Отложено: что с ним делать?", "Бөлек қойылған: не істеледі?"),
    "Kept apart: {count}": ("Отложено: {count}", "Бөлек қойылған: {count}"),
    "This is settled.": ("Это уже решено.", "Бұл шешілді."),
    "It passed: good again": ("Прошло проверку: снова годное", "Тексеруден өтті: қайта жарамды"),
    "Passed": ("Годно", "Жарамды"),
    "Keep apart {quantity}": ("Отложить {quantity}", "Бөлек қою: {quantity}"),
    "{quantity} kept apart: which defect?": ("Отложено {quantity}: какой дефект?", "Бөлек {quantity}: қандай ақау?"),
    "Keep parts apart: how many?": ("Отложить: сколько?", "Бөлек қою: қанша?"),
    "There are only {count}.": ("Есть только {count}.", "Тек {count} бар."),
    "All {count}": ("Все {count}", "Барлығы {count}"),
    "How many of them?": ("Сколько из них?", "Олардың қаншасы?"),
    "Unit {serial}": ("Изделие {serial}", "Бұйым {serial}"),
    "NOT DECIDED": ("НЕ РЕШЕНО", "ШЕШІЛМЕГЕН"),
}
