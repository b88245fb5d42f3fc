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
    "Locked. A badge or a PIN unlocks it.": (
        "Заблокировано. Откроет пропуск или ПИН-код.",
        "Құлыпталды. Рұқсатнама не PIN-код ашады.",
    ),
    "Nobody is signed on here. Scan your badge first.": (
        "Здесь никто не вошёл. Сначала сканируйте пропуск.",
        "Мұнда ешкім кірмеген. Алдымен рұқсатнаманы сканерлеңіз.",
    ),
    "This work center is locked. Scan your badge or enter your PIN first.": (
        "Рабочий центр заблокирован. Сначала сканируйте пропуск или введите ПИН-код.",
        "Жұмыс орталығы құлыптаулы. Алдымен рұқсатнаманы сканерлеңіз не PIN-код теріңіз.",
    ),
    "Nobody is signed on here. There is nothing to lock.": (
        "Здесь никто не вошёл. Блокировать нечего.",
        "Мұнда ешкім кірмеген. Құлыптайтын ештеңе жоқ.",
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
    "{name} is signed on and acts here now.": (
        "{name}: вход выполнен, действия здесь записываются на это имя.",
        "{name}: кіріп тұр, мұндағы әрекеттер осы адамға жазылады.",
    ),
    "Unlocked by {name}.": (
        "Разблокировано: {name}.",
        "Құлпы ашылды: {name}.",
    ),
    "{name}: enter your PIN now.": (
        "{name}: введите ПИН-код.",
        "{name}: PIN-кодты теріңіз.",
    ),
    "{name}: scan your badge, then enter your PIN.": (
        "{name}: сканируйте пропуск, затем введите ПИН-код.",
        "{name}: рұқсатнаманы сканерлеп, содан кейін PIN-кодты теріңіз.",
    ),
    "{name}: scan your badge first.": (
        "{name}: сначала сканируйте пропуск.",
        "{name}: алдымен рұқсатнаманы сканерлеңіз.",
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
    "Too many wrong PINs. Try again in {seconds} s.": (
        "Слишком много неверных ПИН-кодов. Повторите через {seconds} с.",
        "Қате PIN-код тым көп. {seconds} с кейін қайталаңыз.",
    ),
    "No PIN is known of {operator_id}. Scan your badge, or call a supervisor.": (
        "Для {operator_id} ПИН-код не задан. Сканируйте пропуск или позовите мастера.",
        "{operator_id} үшін PIN-код берілмеген. Рұқсатнаманы сканерлеңіз не шеберді шақырыңыз.",
    ),
    "That is not the PIN. Tries left before a wait: {left}.": (
        "ПИН-код неверен. Попыток до ожидания: {left}.",
        "PIN-код қате. Күтуге дейінгі әрекет саны: {left}.",
    ),
    "That is not the PIN. Try again in {seconds} s.": (
        "ПИН-код неверен. Повторите через {seconds} с.",
        "PIN-код қате. {seconds} с кейін қайталаңыз.",
    ),
}
