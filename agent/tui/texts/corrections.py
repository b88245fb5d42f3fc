"""What is said of taking back and correcting: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

CORRECTIONS: Final[dict[str, tuple[str, str]]] = {
    "The fact is void: correction {number} of {type}.": (
        "Запись отменена: исправление {number}, {type}.",
        "Жазба жойылды: {number}-түзету, {type}.",
    ),
    "The fact is corrected: correction {number} of {type}.": (
        "Запись исправлена: исправление {number}, {type}.",
        "Жазба түзетілді: {number}-түзету, {type}.",
    ),
    "Order {order_id} / {op_no} is closed in the MES. Ask there.": (
        "Заказ {order_id} / {op_no} закрыт в MES. Обратитесь туда.",
        "Тапсырыс {order_id} / {op_no} MES-те жабылған. Сонда хабарласыңыз.",
    ),
    "That shift is over for too long. Ask your supervisor to correct it.": (
        "Эта смена окончена слишком давно. Попросите мастера исправить.",
        "Бұл ауысым тым ерте біткен. Түзетуді шеберден сұраңыз.",
    ),
    "That fact is void. Scan or report unit {serial} again.": (
        "Эта запись отменена. Сканируйте или введите изделие {serial} ещё раз.",
        "Бұл жазба жойылған. {serial} бұйымын қайта сканерлеңіз не енгізіңіз.",
    ),
    "That fact is void. A supervisor can replace it, which brings it back.": (
        "Эта запись отменена. Вернуть её может мастер заменой.",
        "Бұл жазба жойылған. Оны шебер ауыстырып, қайтара алады.",
    ),
    "A fact '{type}' cannot be void; its fields can be replaced.": (
        "Запись «{type}» не отменить; можно заменить её поля.",
        "«{type}» жазбасы жойылмайды; оның өрістерін ауыстыруға болады.",
    ),
    "A machine counted that. Adjust the quantity instead (adjust_quantity).": (
        "Это сосчитала машина. Исправьте количество (adjust_quantity).",
        "Мұны машина санаған. Мөлшерді түзетіңіз (adjust_quantity).",
    ),
    "That follows from nonconformance {nc_id}. Decide it anew.": (
        "Это следует из несоответствия {nc_id}. Примите по нему новое решение.",
        "Бұл {nc_id} сәйкессіздігінен шығады. Ол бойынша қайта шешіңіз.",
    ),
    "Nothing is known of unit {serial} any more.": (
        "Об изделии {serial} здесь больше ничего не известно. Спросите мастера.",
        "{serial} бұйымы туралы мұнда енді ештеңе белгісіз. Шеберден сұраңыз.",
    ),
    "Unit {serial} is not scrap of {place}: look what became of it.": (
        "Изделие {serial} не в браке {place}: посмотрите, что с ним стало.",
        "{serial} бұйымы {place} ақауында жоқ: онымен не болғанын қараңыз.",
    ),
    "Unit {serial} was gone on with since it was taken at {place}.": (
        "С изделием {serial} после {place} уже работали дальше. Спросите мастера.",
        "{serial} бұйымымен {place} кейін жұмыс жалғасқан. Шеберден сұраңыз.",
    ),
    "There are {qty} {uom} of {category} in order {order_id}; {delta} cannot be taken off.": (
        "В заказе {order_id} ({category}): {qty} {uom}; убавить на {delta} нельзя.",
        "Тапсырыс {order_id} ({category}): {qty} {uom}; {delta} кемітуге болмайды.",
    ),
}
