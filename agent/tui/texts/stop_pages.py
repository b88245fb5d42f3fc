"""What the terminal's pages say of stops and of taking back: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

STOP_PAGES: Final[dict[str, tuple[str, str]]] = {
    "Stops": ("Простои", "Тоқтау"),
    "Undo": ("Отменить", "Қайтару"),
    "Other": ("Прочие", "Басқалары"),
    "counts as late": ("зачтётся как поздняя", "кеш болып саналады"),
    "It stands and nobody has said why: F2": ("Стоит, причина не названа: F2", "Тұр, себебі айтылмаған: F2"),
    "This stop is no longer here.": ("Этой остановки здесь уже нет.", "Бұл тоқтау мұнда енді жоқ."),
    "All stops are explained.": ("Все остановки объяснены.", "Барлық тоқтау түсіндірілген."),
    "Stops to explain: press a digit": ("Объяснить остановки: нажмите цифру", "Тоқтауды түсіндіру: цифрды басыңыз"),
    "Stops to explain: {count}": ("Не объяснено остановок: {count}", "Түсіндірілмеген тоқтаулар: {count}"),
    "Stops with a reason: press a digit to change it": (
        "Остановки с причиной: цифра меняет её",
        "Себебі бар тоқтаулар: цифр оны өзгертеді",
    ),
    "No other stop is remembered here.": ("Других остановок здесь не помнят.", "Мұнда басқа тоқтау сақталмаған."),
    "One reason for all of them: {count}": ("Одна причина для всех: {count}", "Бәріне бір себеп: {count}"),
    "One reason for {count} stops": ("Одна причина, остановок: {count}", "Бір себеп, тоқтау саны: {count}"),
    "Give its reason": ("Назвать причину", "Себебін көрсету"),
    "Change its reason": ("Изменить причину", "Себебін өзгерту"),
    "Confirm: {reason}": ("Подтвердить: {reason}", "Растау: {reason}"),
    "{reason} (carried over: confirm or change it)": (
        "{reason} (перенесена: подтвердите или измените)",
        "{reason} (көшірілген: растаңыз не өзгертіңіз)",
    ),
    "Comment": ("Комментарий", "Түсініктеме"),
    "Comment, split, other stops": ("Комментарий, деление, другие остановки", "Түсініктеме, бөлу, басқа тоқтаулар"),
    "Type the comment and press Enter": ("Введите комментарий и нажмите Enter", "Түсініктемені теріп, Enter басыңыз"),
    "Give the reason first, then the comment.": (
        "Сначала назовите причину, потом комментарий.",
        "Алдымен себебін, содан кейін түсініктемені көрсетіңіз.",
    ),
    "That says nothing by itself. What was it, in a few words?": (
        "Само по себе это ничего не говорит. Что это было, в двух словах?",
        "Бұл өздігінен ештеңе айтпайды. Қысқаша не болды?",
    ),
    "Type what it was and press Enter": ("Введите, что это было, и нажмите Enter", "Не болғанын теріп, Enter басыңыз"),
    "Change another stop": ("Изменить другую остановку", "Басқа тоқтауды өзгерту"),
    "Parts of the stop": ("Части остановки", "Тоқтаудың бөліктері"),
    "Parts of the stop: press a digit": ("Части остановки: нажмите цифру", "Тоқтаудың бөліктері: цифрды басыңыз"),
    "Split it in two": ("Разделить на две", "Екіге бөлу"),
    "Split it: when did the second part begin?": (
        "Деление: когда началась вторая часть?",
        "Бөлу: екінші бөлігі қашан басталды?",
    ),
    "Split at {time}": ("Разделить в {time}", "{time} кезінен бөлу"),
    "{count} min ago": ("{count} мин назад", "{count} мин бұрын"),
    "{count} min before its end": ("за {count} мин до конца", "соңына дейін {count} мин"),
    "Type the time": ("Ввести время", "Уақытты теру"),
    "Type the time, such as 13:05, and press Enter": (
        "Введите время, например 13:05, и нажмите Enter",
        "Уақытты теріңіз, мысалы 13:05, содан кейін Enter",
    ),
    "'{text}' is no time; type it such as 13:05.": (
        "«{text}» — не время; введите, например, 13:05.",
        "«{text}» — уақыт емес; 13:05 сияқты теріңіз.",
    ),
    "That is not between {since} and {until}.": (
        "Это не между {since} и {until}.",
        "Бұл {since} пен {until} аралығында емес.",
    ),
    "It stops now": ("Остановка начинается", "Тоқтау басталды"),
    "It stops now. Why?": ("Остановка начинается. Почему?", "Тоқтау басталды. Неге?"),
    "Stop: {reason}": ("Остановка: {reason}", "Тоқтау: {reason}"),
    "{text}: {taken} of {count} taken.": (
        "{text}: принято {taken} из {count}.",
        "{text}: {count} ішінен {taken} алынды.",
    ),
    "Take back: {what}": ("Отменить: {what}", "Қайтару: {what}"),
    "Take it back": ("Отменить", "Қайтару"),
    "It stays on record and counts no more.": (
        "Запись останется, но считаться не будет.",
        "Жазба қалады, бірақ есепке алынбайды.",
    ),
    "There is nothing to take back. Only what was recorded just now can be.": (
        "Отменять нечего: отменить можно только записанное только что.",
        "Қайтаратын ештеңе жоқ: тек жаңа ғана жазылғанды қайтаруға болады.",
    ),
    "Del takes back: {what} ({seconds} s)": (
        "Del отменяет: {what} ({seconds} с)",
        "Del қайтарады: {what} ({seconds} с)",
    ),
}
