"""What is said of what people enter: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

ENTRIES: Final[dict[str, tuple[str, str]]] = {
    "The entry needs '{key}'.": (
        "В записи не хватает поля «{key}». Заполните его.",
        "Жазбада «{key}» өрісі жоқ. Оны толтырыңыз.",
    ),
    "'{key}' is '{said}'; expected a whole number of parts, {lowest} to {most}.": (
        "Поле «{key}»: «{said}». Нужно целое число деталей, от {lowest} до {most}.",
        "«{key}» өрісі: «{said}». Бөлшектің бүтін саны керек, {lowest} мен {most} аралығында.",
    ),
    "'{key}' is {value}; expected more than 0 and at most {most}.": (
        "Поле «{key}»: {value}. Нужно больше 0 и не больше {most}.",
        "«{key}» өрісі: {value}. 0-ден көп, {most} мәнінен аспайтын сан керек.",
    ),
    "'{key}' is '{said}'; expected a number such as 12 or 0.75.": (
        "Поле «{key}»: «{said}». Нужно число, например 12 или 0.75.",
        "«{key}» өрісі: «{said}». Сан керек, мысалы 12 немесе 0.75.",
    ),
    "'{key}' is '{said}'; expected {words}.": (
        "Поле «{key}»: «{said}». Допустимо: {words}.",
        "«{key}» өрісі: «{said}». Рұқсат етілгені: {words}.",
    ),
    "'{name}…' is too long for a name; expected at most {most} bytes.": (
        "Имя «{name}…» слишком длинное, допустимо байтов: {most}. Проверьте код.",
        "«{name}…» атауы тым ұзын, рұқсат етілген байт саны: {most}. Кодты тексеріңіз.",
    ),
    "'{code}' is no code of the list '{name}'; expected {some}.": (
        "Кода «{code}» нет в списке «{name}». Допустимо: {some}.",
        "«{code}» коды «{name}» тізімінде жоқ. Рұқсат етілгені: {some}.",
    ),
    "'{code}' says nothing by itself. Say in a few words what it was.": (
        "Код «{code}» сам по себе ничего не говорит. Напишите в нескольких словах, что было.",
        "«{code}» коды өздігінен ештеңе білдірмейді. Не болғанын бірнеше сөзбен жазыңыз.",
    ),
    "You said nothing here in the last {allowed_s} seconds.": (
        "За последние секунды ({allowed_s}) от вас записей здесь нет. Отменять нечего.",
        "Соңғы секундтарда ({allowed_s}) мұнда сізден жазба болған жоқ. Қайтаратын ештеңе жоқ.",
    ),
    "Too much was recorded since. Void the fact by its id instead.": (
        "С тех пор записано слишком много. Аннулируйте факт по его номеру.",
        "Содан бері тым көп жазылды. Фактіні нөмірі бойынша жойыңыз.",
    ),
}
