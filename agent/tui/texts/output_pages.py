"""The pages of output: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

OUTPUT_PAGES: Final[dict[str, tuple[str, str]]] = {
    "Good": ("Годные", "Жарамды"),
    "Scrap": ("Брак", "Ақаулы"),
    "In rework": ("В доработке", "Қайта өңдеуде"),
    "Output": ("Выпуск", "Шығым"),
    "Good {quantity}": ("Годных {quantity}", "Жарамды {quantity}"),
    "Good parts: how many?": ("Годные: сколько?", "Жарамды: қанша?"),
    "Setup parts, serials, lots, corrections": (
        "Детали наладки, номера, партии, поправки",
        "Баптау бөлшектері, нөмірлер, партиялар, түзету",
    ),
    "No parts of a setup wait to be told apart.": (
        "Деталей наладки, ждущих решения, нет.",
        "Шешім күткен баптау бөлшектері жоқ.",
    ),
    "Type 0 to {most}.": ("Введите от 0 до {most}.", "0-ден бастап теріңіз, ең көбі {most}."),
    "Type 1 to {most}.": ("Введите от 1 до {most}.", "1-ден бастап теріңіз, ең көбі {most}."),
    "Setup parts": ("Детали наладки", "Баптау бөлшектері"),
    "{quantity} made in setup: how many of them are good?": (
        "{quantity} при наладке: сколько годных?",
        "Баптауда {quantity}: қаншасы жарамды?",
    ),
    "The others become scrap.": ("Остальные станут браком.", "Қалғаны ақаулы болады."),
    "None is good": ("Годных нет", "Жарамдысы жоқ"),
    "No serials are issued here now. Scan the label of the unit.": (
        "Номера здесь сейчас не выдаются. Сканируйте этикетку изделия.",
        "Мұнда қазір нөмір берілмейді. Бұйым жапсырмасын сканерлеңіз.",
    ),
    "Next serials": ("Следующие номера", "Келесі нөмірлер"),
    "Last serial: {serial}": ("Последний номер: {serial}", "Соңғы нөмір: {serial}"),
    "How many serials": ("Сколько номеров", "Қанша нөмір"),
    "The next serial": ("Следующий номер", "Келесі нөмір"),
    "Serials: how many?": ("Номера: сколько?", "Нөмірлер: қанша?"),
    "No order is in progress. F7 starts one.": (
        "Нет заказа в работе. F7 начнёт заказ.",
        "Жұмыста тапсырыс жоқ. F7 бастайды.",
    ),
    "The MES names the lots of this order.": (
        "Партии этого заказа называет MES.",
        "Бұл тапсырыс партияларын MES атайды.",
    ),
    "Next lot": ("Следующая партия", "Келесі партия"),
    "Begin the next lot?": ("Начать следующую партию?", "Келесі партияны бастау керек пе?"),
    "Begin it": ("Начать", "Бастау"),
    "Scan the label of the lot that is made now, or type it.": (
        "Сканируйте или введите партию, которую делаете.",
        "Жасалып жатқан партияны сканерлеңіз не теріңіз.",
    ),
    "Which lot is made now?": ("Какая партия делается?", "Қай партия жасалуда?"),
    "Which quantity is wrong?": ("Какое количество неверно?", "Қай сан қате?"),
    "Correction {delta}": ("Поправка {delta}", "Түзету {delta}"),
    "Why is it corrected?": ("Почему поправка?", "Неге түзетіледі?"),
    "Setup parts: good or scrap": ("Детали наладки: годные или брак", "Баптау бөлшектері: жарамды не ақаулы"),
    "Another lot is made": ("Делается другая партия", "Басқа партия жасалады"),
    "Correct a quantity": ("Исправить количество", "Санды түзету"),
    "Good parts are counted by themselves.": ("Годные считаются сами.", "Жарамдысы өздігінен саналады."),
    "Output: press a digit": ("Выпуск: нажмите цифру", "Шығым: санды басыңыз"),
    "Type how many more, or with a minus how many less.": (
        "Введите, на сколько больше, или с минусом меньше.",
        "Қаншаға көп екенін, не минуспен қаншаға аз екенін теріңіз.",
    ),
    "{quantity}: by how much is it wrong?": ("{quantity}: на сколько неверно?", "{quantity}: қаншаға қате?"),
    "5 adds five, -5 takes five off.": ("5 прибавит пять, -5 отнимет пять.", "5 беске арттырады, -5 беске кемітеді."),
    "More, or with a minus less": ("Больше, или с минусом меньше", "Көп, не минуспен аз"),
    "{quantity} were made in setup: nobody has said what they are.": (
        "При наладке сделано {quantity}: решения нет.",
        "Баптауда {quantity} жасалды: шешім жоқ.",
    ),
}
