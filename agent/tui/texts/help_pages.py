"""Help, sync and diagnostics: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

HELP_PAGES: Final[dict[str, tuple[str, str]]] = {
    "Del takes back what was just recorded. F10 locks until a badge is scanned.": (
        "Del отменяет только что записанное. F10 блокирует до скана пропуска.",
        "Del жаңа ғана жазылғанды қайтарады. F10 рұқсатнамаға дейін құлыптайды.",
    ),
    "dark": ("тёмные", "күңгірт"),
    "light": ("светлые", "ашық"),
    "high contrast": ("контрастные", "айқын"),
    "Colours: {name}": ("Цвета: {name}", "Түстер: {name}"),
    "The agent has not been reached yet.": ("Агент ещё не найден.", "Агент әлі табылмады."),
    # How delivery goes.
    "OFFLINE since {time}": ("НЕТ СВЯЗИ с {time}", "БАЙЛАНЫС ЖОҚ {time} бастап"),
    "DISK LOW": ("ДИСК ЗАПОЛНЕН", "ДИСК ТОЛЫП ТҰР"),
    "REJECTED {count}": ("ОТВЕРГНУТО {count}", "ҚАЙТАРЫЛДЫ {count}"),
    "room for {time}": ("места на {time}", "орын {time}"),
    "{count} h": ("{count} ч", "{count} сағ"),
    "{count} min": ("{count} мин", "{count} мин."),
    "Without the MES nothing is blocked. What is scanned and entered is kept and sent later.": (
        "Без MES ничто не заблокировано. Сканы и записи сохраняются и уйдут позже.",
        "MES болмаса да ештеңе бұғатталмайды. Скандар мен жазбалар сақталып, кейін кетеді.",
    ),
    "Sync and diagnostics": ("Связь и диагностика", "Байланыс және диагностика"),
    "No alarm.": ("Тревог нет.", "Дабыл жоқ."),
    "Alarms: {count}": ("Тревоги: {count}", "Дабылдар: {count}"),
    "Alarm {number} of {count}": ("Тревога {number} из {count}", "Дабыл {number} / {count}"),
    "Next alarm": ("Следующая тревога", "Келесі дабыл"),
    "Waiting: {count}   Oldest: {age}": (
        "Ждут отправки: {count}   Старейшая: {age}",
        "Кезекте: {count}   Ең ескісі: {age}",
    ),
    "Next batch: {count} at {time}": ("Пакет: {count} в {time}", "Топтама: {count}, {time}"),
    "Last confirmed: {time}   Rejected: {count}": (
        "Подтверждено: {time}   Отвергнуто: {count}",
        "Расталды: {time}   Қайтарылды: {count}",
    ),
    "The disk has room for: {time}": ("Места на диске хватит на: {time}", "Дискідегі орын жетеді: {time}"),
    "Linked to the machine": ("Связь с машиной есть", "Машинамен байланыс бар"),
    "Last reading: {time}": ("Последнее чтение: {time}", "Соңғы оқу: {time}"),
    "Clock: {time}, {zone}": ("Часы: {time}, {zone}", "Сағат: {time}, {zone}"),
    "Agent {version} ({agent_id}, {site})   Terminal {own}   API {api}": (
        "Агент {version} ({agent_id}, {site})   Терминал {own}   API {api}",
        "Агент {version} ({agent_id}, {site})   Терминал {own}   API {api} нұсқасы",
    ),
    "Discrepancies to resolve: {count}": ("Нерешённые расхождения: {count}", "Шешілмеген сәйкессіздік: {count}"),
}
