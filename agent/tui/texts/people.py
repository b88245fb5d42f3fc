"""What is said to people who sign on, and of badges, PINs and the lock: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

PEOPLE: Final[dict[str, tuple[str, str]]] = {
    "{operator_id} is signed on here already. Nothing to do.": (
        "Оператор {operator_id} здесь уже вошёл. Делать ничего не нужно.",
        "Оператор {operator_id} мұнда кірген. Ештеңе істеудің керегі жоқ.",
    ),
    "{most} people are signed on here. Sign somebody off first.": (
        "Здесь вошло людей: {most}, больше нельзя. Сначала пусть кто-нибудь выйдет.",
        "Мұнда кірген адам саны: {most}, артық болмайды. Алдымен біреу шықсын.",
    ),
    "The directory of operators does not know you. Call a supervisor.": (
        "Вас нет в списке операторов. Позовите мастера.",
        "Сіз операторлар тізімінде жоқсыз. Шеберді шақырыңыз.",
    ),
    "{operator_id} is not signed on here.": (
        "Оператор {operator_id} здесь не вошёл. Сканируйте его пропуск.",
        "Оператор {operator_id} мұнда кірмеген. Рұқсатнамасын сканерлеңіз.",
    ),
    "Nobody is signed on here. Scan your badge first.": (
        "Здесь никто не вошёл. Сначала сканируйте пропуск.",
        "Мұнда ешкім кірмеген. Алдымен рұқсатнаманы сканерлеңіз.",
    ),
    "Only {roles} may do this. Call one to sign on here.": (
        "Это разрешено только роли: {roles}. Позовите такого сотрудника войти здесь.",
        "Бұған рұқсаты бар рөл: {roles}. Сондай қызметкерді мұнда кіруге шақырыңыз.",
    ),
    "{name} signed on.": (
        "Вход: {name}.",
        "Кірді: {name}.",
    ),
    "{operator_id} signed on.": (
        "Вход: {operator_id}.",
        "Кірді: {operator_id}.",
    ),
    "{operator_id} signed off.": (
        "Выход: {operator_id}.",
        "Шықты: {operator_id}.",
    ),
    "{count} signed off.": (
        "Вышло людей: {count}.",
        "Шыққан адам саны: {count}.",
    ),
    "{name} signed off.": (
        "Выход: {name}.",
        "Шықты: {name}.",
    ),
    "Nobody is signed on here.": (
        "Здесь никто не вошёл. Выходить некому.",
        "Мұнда ешкім кірмеген. Шығатын адам жоқ.",
    ),
    "Nothing was taken: storage is full. Call maintenance, then repeat it.": (
        "Ничего не принято: память заполнена. Позовите наладчика и повторите.",
        "Ештеңе алынбады: жад толы. Баптаушыны шақырып, қайталаңыз.",
    ),
    "A badge is no part of an entry. Scan it by itself to sign on.": (
        "Пропуск не бывает частью записи. Сканируйте его отдельно, чтобы войти.",
        "Рұқсатнама жазбаның бөлігі бола алмайды. Кіру үшін оны жеке сканерлеңіз.",
    ),
}
