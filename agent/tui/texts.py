"""Every sentence of the terminal in its three languages. English is the key, as in gettext.

A sentence keeps its `{placeholders}` in every language, and none depends on a number's plural.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

Language: TypeAlias = Literal["en", "ru", "kk"]

LANGUAGES: Final[dict[Language, str]] = {"en": "English", "ru": "Русский", "kk": "Қазақша"}
"""Each by its own name, in the order in which the language key goes round."""

_TRANSLATIONS: Final[dict[str, tuple[str, str]]] = {
    # The machine's condition, in letters of lettering.py.
    "RUNNING": ("РАБОТА", "ЖҰМЫСТА"),
    "IDLE": ("СТОИТ", "ТҰР"),
    "FAULT": ("АВАРИЯ", "АҚАУ"),
    "HELD": ("ПАУЗА", "КІДІРІС"),
    "STARVED": ("НЕТ ПОДАЧИ", "КІРІС БОС"),
    "BLOCKED": ("ВЫХОД ЗАНЯТ", "ШЫҒЫС ТОЛЫ"),
    "OFF": ("ВЫКЛЮЧЕНО", "ӨШІРУЛІ"),
    "UNKNOWN": ("НЕТ ДАННЫХ", "ДЕРЕК ЖОҚ"),
    "since {time}": ("с {time}", "{time} бастап"),
    "Mode: production": ("Режим: производство", "Режим: өндіріс"),
    "Mode: setup": ("Режим: наладка", "Режим: баптау"),
    "Mode: maintenance": ("Режим: обслуживание", "Режим: қызмет көрсету"),
    "Mode: manual": ("Режим: ручной", "Режим: қолмен"),
    "Mode: none": ("Режим: не задан", "Режим: берілмеген"),
    "No link to the machine": ("Нет связи с машиной", "Машинамен байланыс жоқ"),
    # The way to the MES.
    "ONLINE": ("НА СВЯЗИ", "БАЙЛАНЫСТА"),
    "SENDING {count}": ("ОТПРАВКА {count}", "ЖІБЕРУ {count}"),
    "OFFLINE since {time}, {count} stored": (
        "НЕТ СВЯЗИ с {time}, сохранено {count}",
        "БАЙЛАНЫС ЖОҚ {time} бастап, сақталды {count}",
    ),
    "MES NOT CONFIRMING, {count} stored": (
        "MES НЕ ПОДТВЕРЖДАЕТ, сохранено {count}",
        "MES РАСТАМАЙ ТҰР, сақталды {count}",
    ),
    "SIMULATION ×{speed}": ("СИМУЛЯЦИЯ ×{speed}", "СИМУЛЯЦИЯ ×{speed}"),
    # The agent.
    "Looking for the agent…": ("Поиск агента…", "Агент ізделуде…"),
    "AGENT NOT REACHABLE since {time} — nothing is lost that was confirmed": (
        "АГЕНТ НЕДОСТУПЕН с {time} — подтверждённое не потеряно",
        "АГЕНТ ҚОЛЖЕТІМСІЗ, {time} бастап — расталған дерек жоғалмады",
    ),
    "It does not run, or is starting. The terminal keeps trying.": (
        "Он не запущен или запускается. Терминал продолжает попытки.",
        "Ол іске қосылмаған немесе қосылып жатыр. Терминал қайталап көреді.",
    ),
    "This user may not open its socket. Maintenance: group 'lineside'.": (
        "Нет прав на сокет агента. Наладчику: группа «lineside».",
        "Агент сокетіне рұқсат жоқ. Баптаушыға: «lineside» тобы.",
    ),
    "It does not answer. The terminal keeps trying.": (
        "Он не отвечает. Терминал продолжает попытки.",
        "Ол жауап бермейді. Терминал қайталап көреді.",
    ),
    "It is newer than this terminal. Maintenance: update the terminal.": (
        "Он новее этого терминала. Наладчику: обновите терминал.",
        "Ол осы терминалдан жаңа. Баптаушыға: терминалды жаңартыңыз.",
    ),
    "It is older than this terminal. Maintenance: update the agent.": (
        "Он старше этого терминала. Наладчику: обновите агент.",
        "Ол осы терминалдан ескі. Баптаушыға: агентті жаңартыңыз.",
    ),
    "Its answer cannot be read. Maintenance: update agent and terminal.": (
        "Его ответ не читается. Наладчику: обновите агент и терминал.",
        "Жауабы оқылмайды. Баптаушыға: агент пен терминалды жаңартыңыз.",
    ),
    "This agent has no work center '{name}'. F12 shows those it has.": (
        "У этого агента нет рабочего центра «{name}». F12 покажет имеющиеся.",
        "Бұл агентте «{name}» жұмыс орталығы жоқ. F12 барын көрсетеді.",
    ),
    # Quantities.
    "GOOD": ("ГОДНЫЕ", "ЖАРАМДЫ"),
    "SCRAP": ("БРАК", "АҚАУЛЫ"),
    "TARGET": ("ПЛАН", "ЖОСПАР"),
    "Pace {count} per hour": ("Темп {count} в час", "Қарқын сағатына {count}"),
    "ready about {time}": ("готово около {time}", "шамамен {time} дайын"),
    "Pace: not known yet": ("Темп: пока неизвестен", "Қарқын: әзірге белгісіз"),
    # Stops.
    "Planned pause since {time}": ("Плановый перерыв с {time}", "Жоспарлы үзіліс {time} бастап"),
    "Shift so far: {oee} (indicative)": ("Смена: {oee} (ориентир)", "Ауысым: {oee} (шамамен)"),
    "Not explained: {count}": ("Без причины: {count}", "Себепсіз: {count}"),
    "No order": ("Нет заказа", "Тапсырыс жоқ"),
    "Waits for material": ("Ждёт материал", "Материал күтуде"),
    "Waits for room downstream": ("Ждёт места на выходе", "Шығыста орын күтуде"),
    "Short stop": ("Короткая остановка", "Қысқа тоқтау"),
    "Not explained": ("Без причины", "Себепсіз"),
    "Break": ("Перерыв", "Үзіліс"),
    "No shift": ("Нет смены", "Ауысым жоқ"),
    "Maintenance": ("Обслуживание", "Қызмет көрсету"),
    "Planned": ("По плану", "Жоспар бойынша"),
    "Stops joined": ("Остановки объединены", "Тоқтаулар біріктірілді"),
    "Stop corrected": ("Остановка исправлена", "Тоқтау түзетілді"),
    "Setup": ("Наладка", "Баптау"),
    "Setup over": ("Наладка окончена", "Баптау аяқталды"),
    "Shift over": ("Смена окончена", "Ауысым аяқталды"),
    "Stop since {time}": ("Остановка с {time}", "Тоқтау {time} бастап"),
    "Short stop since {time}": ("Короткая остановка с {time}", "Қысқа тоқтау {time} бастап"),
    "Downtime since {time}": ("Простой с {time}", "Тұрып қалу {time} бастап"),
    "Setup since {time}": ("Наладка с {time}", "Баптау {time} бастап"),
    "Held up from outside since {time}": ("Внешняя задержка с {time}", "Сырттан кідіріс {time} бастап"),
    "Why? Press a digit": ("Почему? Нажмите цифру", "Неге? Санды басыңыз"),
    "F2: more": ("F2: ещё", "F2: тағы"),
    "Reason: {reason}": ("Причина: {reason}", "Себебі: {reason}"),
    "Why did it stop? Press a digit": ("Почему остановка? Нажмите цифру", "Неге тоқтады? Санды басыңыз"),
    "0: more": ("0: ещё", "0: тағы"),
    "Esc: back": ("Esc: назад", "Esc: артқа"),
    "There is no stop to explain.": ("Нет остановки, которую нужно объяснить.", "Түсіндіретін тоқтау жоқ."),
    "The agent has no reasons yet. They come from the MES.": (
        "У агента ещё нет причин. Они приходят из MES.",
        "Агентте себептер әлі жоқ. Олар MES-тен келеді.",
    ),
    # What happened, by fact.
    "Stop": ("Остановка", "Тоқтау"),
    "Downtime": ("Простой", "Тұрып қалу"),
    "Stop over": ("Остановка закончена", "Тоқтау аяқталды"),
    "Slow": ("Медленно", "Баяу"),
    "Signals contradict": ("Сигналы противоречат", "Сигналдар қайшы"),
    "Scrap": ("Брак", "Жарамсыз"),
    "Rework": ("На доработку", "Қайта өңдеуге"),
    "Quantity adjusted": ("Количество исправлено", "Саны түзетілді"),
    "Order started": ("Заказ начат", "Тапсырыс басталды"),
    "Order finished": ("Заказ завершён", "Тапсырыс аяқталды"),
    "Lot loaded": ("Партия загружена", "Партия жүктелді"),
    "Unit": ("Изделие", "Бұйым"),
    "Scan refused": ("Скан отклонён", "Скан қабылданбады"),
    "Discrepancy": ("Расхождение", "Сәйкессіздік"),
    "Order paused": ("Заказ приостановлен", "Тапсырыс кідіртілді"),
    "Order goes on": ("Заказ продолжен", "Тапсырыс жалғасты"),
    "Order partly finished": ("Заказ завершён частично", "Тапсырыс ішінара аяқталды"),
    "Order broken off": ("Заказ прерван", "Тапсырыс үзілді"),
    "Order given up": ("Заказ отменён", "Тапсырыстан бас тартылды"),
    "Given to an order": ("Отнесено к заказу", "Тапсырысқа жатқызылды"),
    "Deviation": ("Отклонение", "Ауытқу"),
    "Lot moved": ("Партия перемещена", "Партия жылжытылды"),
    "Lot split": ("Партия разделена", "Партия бөлінді"),
    "Material issued": ("Материал выдан", "Материал берілді"),
    "Material returned": ("Материал возвращён", "Материал қайтарылды"),
    "Movement settled": ("Движение проведено", "Қозғалыс бекітілді"),
    "Serial assigned": ("Номер присвоен", "Нөмір берілді"),
    "Rework begun": ("Доработка начата", "Түзету басталды"),
    "Checked": ("Проверено", "Тексерілді"),
    "Check skipped": ("Проверка пропущена", "Тексеру өткізілді"),
    "On hold": ("Заблокировано", "Бұғатталды"),
    "Hold over": ("Блокировка снята", "Бұғат алынды"),
    "Nonconformance": ("Несоответствие", "Сәйкессіз өнім"),
    "Decided": ("Решение по несоответствию", "Шешім қабылданды"),
    "Signed on": ("Вошёл", "Кірді"),
    "Signed off": ("Вышел", "Шықты"),
    "Corrected": ("Исправлено", "Түзетілді"),
    "Discrepancy seen": ("Расхождение принято", "Сәйкессіздік қабылданды"),
    "Discrepancy overdue": ("Расхождение просрочено", "Сәйкессіздік мерзімі өтті"),
    "Discrepancy resolved": ("Расхождение решено", "Сәйкессіздік шешілді"),
    "Link lost": ("Связь потеряна", "Байланыс үзілді"),
    "Link restored": ("Связь восстановлена", "Байланыс қалпына келді"),
    # Lots and events.
    "Lots": ("Партии", "Партиялар"),
    "Last serial": ("Последний номер", "Соңғы нөмір"),
    "none": ("нет", "жоқ"),
    # Orders.
    "Orders: a digit picks, Enter starts": (
        "Заказы: цифра выбирает, Enter начинает",
        "Тапсырыс: сан таңдайды, Enter бастайды",
    ),
    "Orders: a digit picks, Enter finishes": (
        "Заказы: цифра выбирает, Enter завершает",
        "Тапсырыс: сан таңдайды, Enter аяқтайды",
    ),
    "There is no order for this work center.": (
        "Для этого рабочего центра нет заказов.",
        "Бұл жұмыс орталығына тапсырыс жоқ.",
    ),
    "IN PROGRESS": ("В РАБОТЕ", "ЖҰМЫСТА ТҰР"),
    "NOT RELEASED": ("НЕ ВЫПУЩЕН", "ШЫҒАРЫЛМАҒАН"),
    "PAUSED": ("НА ПАУЗЕ", "КІДІРТІЛГЕН"),
    "PARTLY FINISHED": ("ЧАСТИЧНО ВЫПОЛНЕН", "ІШІНАРА ОРЫНДАЛҒАН"),
    "BROKEN OFF": ("ПРЕРВАН", "ҮЗІЛГЕН"),
    "GIVEN UP": ("СНЯТ", "АЛЫП ТАСТАЛҒАН"),
    "COMPLETED": ("ЗАВЕРШЁН", "АЯҚТАЛҒАН"),
    "Finish {order} / {operation}?": ("Завершить {order} / {operation}?", "{order} / {operation} аяқтау керек пе?"),
    "Good {good}, scrap {scrap}, planned {planned} {uom}.": (
        "Годные {good}, брак {scrap}, план {planned} {uom}.",
        "Жарамды {good}, ақаулы {scrap}, жоспар {planned} {uom}.",
    ),
    "Enter: finish": ("Enter: завершить", "Enter: аяқтау"),
    # What became of an entry.
    "Scan a code, or type it and press Enter": (
        "Сканируйте код или введите его и нажмите Enter",
        "Кодты сканерлеңіз немесе теріп, Enter басыңыз",
    ),
    "Enter: send   Esc: clear": ("Enter: отправить   Esc: стереть", "Enter: жіберу   Esc: өшіру"),
    "ACCEPTED": ("ПРИНЯТО", "ҚАБЫЛДАНДЫ"),
    "REFUSED": ("ОТКАЗ", "ҚАБЫЛДАНБАДЫ"),
    "WAITING": ("ОЖИДАНИЕ", "КҮТУДЕ"),
    "NOT KNOWN": ("НЕИЗВЕСТНО", "БЕЛГІСІЗ"),
    "NOTE": ("ВНИМАНИЕ", "НАЗАР"),
    "{text}: sent, no answer yet.": ("{text}: отправлено, ответа пока нет.", "{text}: жіберілді, жауап әлі жоқ."),
    "{text}: waiting for the agent… It will be repeated. Esc gives up.": (
        "{text}: ожидание агента… Будет повторено. Esc: не ждать.",
        "{text}: агент күтілуде… Қайталанады. Esc: күтпеу.",
    ),
    "{text}: it is not known whether the agent has it. Look at the last events.": (
        "{text}: неизвестно, получил ли это агент. Проверьте последние события.",
        "{text}: агент алды ма, белгісіз. Соңғы оқиғаларды қараңыз.",
    ),
    "Not sent: {count}. Enter them again.": (
        "Не отправлено: {count}. Введите снова.",
        "Жіберілмеді: {count}. Қайта енгізіңіз.",
    ),
    "{text}: not taken, too many entries wait for the agent.": (
        "{text}: не принято, слишком много записей ждут агента.",
        "{text}: алынбады, агентті тым көп жазба күтіп тұр.",
    ),
    "Not yet: entries without an answer: {count}. Esc gives up.": (
        "Ещё нет: записей без ответа: {count}. Esc: не ждать.",
        "Әлі емес: жауапсыз жазба: {count}. Esc: күтпеу.",
    ),
    "{text}: not taken, no work center is shown.": (
        "{text}: не принято, рабочий центр не показан.",
        "{text}: алынбады, жұмыс орталығы көрсетілмеген.",
    ),
    "Start {order} / {operation}": ("Начать {order} / {operation}", "{order} / {operation} бастау"),
    "Finish {order} / {operation}": ("Завершить {order} / {operation}", "{order} / {operation} аяқтау"),
    "Call maintenance": ("Позовите наладчика", "Баптаушыны шақырыңыз"),
    "Nothing was taken: storage is full. Call maintenance, then repeat it.": (
        "Ничего не принято: память заполнена. Позовите наладчика и повторите.",
        "Ештеңе алынбады: жад толы. Баптаушыны шақырып, қайталаңыз.",
    ),
    # Keys.
    "Help": ("Помощь", "Көмек"),
    "Reason": ("Причина", "Себеп"),
    "Orders": ("Заказы", "Тапсырыс"),
    "Language": ("Язык", "Тіл"),
    "Center": ("Центр", "Орталық"),
    "Back": ("Назад", "Артқа"),
    "Quit": ("Выход", "Шығу"),
    "Scan at any time, on any page: no field needs to be chosen first.": (
        "Сканируйте в любое время и на любой странице.",
        "Кез келген уақытта, кез келген бетте сканерлеңіз.",
    ),
    "F2 gives the open stop its reason, or another one.": (
        "F2 задаёт или меняет причину текущей остановки.",
        "F2 ашық тоқтаудың себебін береді немесе өзгертеді.",
    ),
    "F7 lists the orders; Enter starts the picked one or finishes it.": (
        "F7 показывает заказы; Enter начинает или завершает выбранный.",
        "F7 тапсырыстарды көрсетеді; Enter таңдалғанды бастайды не аяқтайды.",
    ),
    "F11 changes the language, F12 or Tab the work center.": (
        "F11 меняет язык, F12 или Tab меняет рабочий центр.",
        "F11 тілді, F12 немесе Tab жұмыс орталығын ауыстырады.",
    ),
    "Digits pick from a list. Letters never do anything by themselves.": (
        "Цифры выбирают из списка. Буквы сами ничего не делают.",
        "Сандар тізімнен таңдайды. Әріптер өздігінен ештеңе істемейді.",
    ),
    "Without a scanner: type the code, press Enter. Esc clears.": (
        "Без сканера: введите код, нажмите Enter. Esc стирает.",
        "Сканерсіз: кодты теріп, Enter басыңыз. Esc өшіреді.",
    ),
    "A refusal changes nothing. Its line says what to do.": (
        "Отказ ничего не меняет. В строке сказано, что делать.",
        "Бас тарту ештеңені өзгертпейді. Не істеу керегі жолда жазылған.",
    ),
}


def translate(language: Language, text: str) -> str:
    """The sentence in that language.

    Raises:
        KeyError: a sentence that the catalogue does not have.
    """
    russian, kazakh = _TRANSLATIONS[text]
    return {"en": text, "ru": russian, "kk": kazakh}[language]


def sentences() -> tuple[str, ...]:
    """Every sentence there is, in English."""
    return tuple(_TRANSLATIONS)
