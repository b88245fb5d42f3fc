"""The pages about people: handover, notes, calls, crew, signing on: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

PEOPLE_PAGES: Final[dict[str, tuple[str, str]]] = {
    # Handover.
    "Handover": ("Сдача смены", "Ауысым тапсыру"),
    "Handover: signed, not acknowledged yet": (
        "Сдача смены: подписана, ещё не принята",
        "Ауысым тапсыру: қол қойылған, әлі қабылданбаған",
    ),
    "Handover of {name}, {time}, waits: F9": (
        "Смена сдана ({name}, {time}), ждёт приёмки: F9",
        "Ауысым тапсырылды ({name}, {time}), қабылдауды күтуде: F9",
    ),
    "Sign: I hand the shift over": ("Подписать: смену сдаю", "Қол қою: ауысымды тапсырамын"),
    "Sign again, as it stands now": ("Подписать заново, как есть сейчас", "Қайта қол қою, қазіргі күйімен"),
    "Acknowledge: I have read it": ("Принять: я прочитал(а)", "Қабылдау: оқып шықтым"),
    "Signed: {name}, {time}.": ("Сдал(а): {name}, {time}.", "Тапсырған: {name}, {time}."),
    "Acknowledged: {name}, {time}.": ("Принял(а): {name}, {time}.", "Қабылдаған: {name}, {time}."),
    "Shift{name}: good {good}, scrap {scrap}.": (
        "Смена{name}: годных {good}, брак {scrap}.",
        "Ауысым{name}: жарамды {good}, ақаулы {scrap}.",
    ),
    "Open stop since {time}.": ("Открыта остановка с {time}.", "Ашық тоқтау {time} бастап."),
    "Contradictions: {count}.": ("Расхождений: {count}.", "Қайшылықтар: {count}."),
    "Not conforming: {count}.": ("Несоответствий: {count}.", "Сәйкессіздік: {count}."),
    "Shift": ("Смена", "Ауысым"),
    # Notes.
    "Add a note": ("Добавить заметку", "Жазба қосу"),
    "Notes: {count}": ("Заметки: {count}", "Жазбалар: {count}"),
    "Notes for the next crew": ("Заметки следующей смене", "Келесі ауысымға жазбалар"),
    "This note is closed.": ("Эта заметка закрыта.", "Бұл жазба жабылған."),
    "Written: {name}, {time}.": ("Написал(а): {name}, {time}.", "Жазған: {name}, {time}."),
    "Done: close the note": ("Сделано: закрыть заметку", "Орындалды: жазбаны жабу"),
    "Type the note and press Enter": ("Напишите заметку и нажмите Enter", "Жазбаны жазып, Enter басыңыз"),
    "What must the next crew know?": ("Что должна знать следующая смена?", "Келесі ауысым нені білуі керек?"),
    "Whoever is here": ("Кто здесь работает", "Осында жұмыс істейтін адам"),
    "Who is to do it? Press a digit": ("Кто это сделает? Нажмите цифру", "Мұны кім істейді? Санды басыңыз"),
    "Until when? Press a digit": ("До какого времени? Нажмите цифру", "Қай уақытқа дейін? Санды басыңыз"),
    "This shift": ("Эта смена", "Осы ауысым"),
    "Next shift": ("Следующая смена", "Келесі ауысым"),
    "Tomorrow": ("Завтра", "Ертең"),
    "No time is set": ("Без срока", "Мерзімсіз"),
    "by {time}": ("до {time}", "{time} дейін"),
    # Calls.
    "Call": ("Вызов", "Шақыру"),
    "Call whom? Press a digit": ("Кого вызвать? Нажмите цифру", "Кімді шақыру керек? Санды басыңыз"),
    "Call: {role}": ("Вызов: {role}", "Шақыру: {role}"),
    "{role}: called at {time}": ("{role}: вызов с {time}", "{role}: {time} шақырылды"),
    "Somebody came: {role}": ("Пришли: {role}", "Келді: {role}"),
    "Technician": ("Наладчик", "Баптаушы"),
    "Quality control": ("ОТК", "Сапа бақылауы"),
    "Supervisor": ("Мастер", "Шебер"),
    "Logistics": ("Логистика", "Логистика"),
    # Crew.
    "Crew": ("Бригада", "Бригада"),
    "Nobody is signed on.": ("Никто не вошёл.", "Ешкім кірмеген."),
    "Who is marked acts here.": ("Действует отмеченный.", "Белгіленген адам әрекет етеді."),
    "A badge can be scanned at any time.": (
        "Пропуск можно сканировать всегда.",
        "Рұқсатнаманы кез келген уақытта сканерлеуге болады.",
    ),
    "Everybody signs off": ("Выйти всем", "Бәрі шығады"),
    "Sign on by PIN": ("Войти по ПИН-коду", "PIN-кодпен кіру"),
    "Sign off {name}": ("Выход: {name}", "Шығу: {name}"),
    "works on the order": ("на заказе", "тапсырыста"),
    "other work": ("прочие работы", "басқа жұмыс"),
    "This person is no longer signed on here.": ("Этот человек здесь уже вышел.", "Бұл адам мұннан шығып кеткен."),
    "Type your PIN and press Enter": ("Наберите ПИН-код и нажмите Enter", "PIN-кодты теріп, Enter басыңыз"),
    "Your PIN is not shown.": ("ПИН-код на экране не виден.", "PIN-код экранда көрінбейді."),
    "Scan your badge, or type your number and press Enter": (
        "Сканируйте пропуск или наберите свой номер и Enter",
        "Рұқсатнаманы сканерлеңіз не нөміріңізді теріп, Enter басыңыз",
    ),
    "NO RIGHT": ("НЕТ ПРАВА", "ҚҰҚЫҚ ЖОҚ"),
}
