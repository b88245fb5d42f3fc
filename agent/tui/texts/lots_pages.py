"""The pages of lots, and what many pages ask: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

LOTS_PAGES: Final[dict[str, tuple[str, str]]] = {
    "No lot is loaded, and nothing is known of what the order needs.": (
        "Партий нет, и неизвестно, что нужно для заказа.",
        "Партия жоқ, тапсырысқа не керегі белгісіз.",
    ),
    "No lot is loaded, and no order is in progress. F7 starts one.": (
        "Партий нет, и нет заказа в работе. F7 начнёт заказ.",
        "Партия жоқ, жұмыста тапсырыс та жоқ. F7 бастайды.",
    ),
    "Scan a lot to load it.": ("Сканируйте партию, чтобы загрузить её.", "Жүктеу үшін партияны сканерлеңіз."),
    "Lots, left / needed: scan one to load it, or press a digit": (
        "Партии, есть / нужно: сканируйте или нажмите цифру",
        "Партиялар, бар / керек: сканерлеңіз не санды басыңыз",
    ),
    "This component is no longer needed here.": (
        "Этот компонент здесь больше не нужен.",
        "Бұл құрамдас мұнда енді керек емес.",
    ),
    "Type the lot's number": ("Ввести номер партии", "Партия нөмірін теру"),
    "Another item instead of it": ("Другая номенклатура взамен", "Орнына басқа номенклатура"),
    "This lot is no longer loaded.": ("Эта партия уже не загружена.", "Бұл партия енді жүктелмеген."),
    "The next lot takes its place: scan it": ("Замена: сканировать следующую", "Алмастыру: келесісін сканерлеу"),
    "Scan it": ("Сканировать", "Сканерлеу"),
    "Any reader here will do. Without one: type the code, press Enter.": (
        "Подойдёт любой сканер здесь. Без сканера: введите код и Enter.",
        "Мұндағы кез келген сканер жарайды. Болмаса: кодты теріп, Enter.",
    ),
    "Waits until {time}.": ("Ждёт до {time}.", "{time} дейін күтеді."),
    "Scan the lot that takes the place of {lot_id}": (
        "Сканируйте партию взамен {lot_id}",
        "{lot_id} орнына партияны сканерлеңіз",
    ),
    "Scan the lot to be loaded": ("Сканируйте партию для загрузки", "Жүктелетін партияны сканерлеңіз"),
    "No scan": ("Без сканирования", "Сканерлеусіз"),
    "Unload it": ("Снять", "Алу"),
    "Return to the store": ("Вернуть на склад", "Қоймаға қайтару"),
    "Move to another place": ("Переместить в другое место", "Басқа орынға көшіру"),
    "More of it was used": ("Израсходовано больше", "Көбірек жұмсалды"),
    "Load one more for this component": ("Загрузить ещё одну для компонента", "Құрамдасқа тағы біреуін жүктеу"),
    "Lot {lot_id}": ("Партия {lot_id}", "Партия: {lot_id}"),
    "SHORT": ("МАЛО", "АЗ"),
    "MISSING": ("НЕТ", "ЖОҚ"),
    "EXPIRED": ("СРОК ИСТЁК", "МЕРЗІМІ ӨТТІ"),
    "NOT NEEDED": ("ЛИШНЯЯ", "АРТЫҚ"),
    "until {date}": ("до {date}", "{date} дейін"),
    "quantity not known": ("количество неизвестно", "саны белгісіз"),
    "substitute": ("замена", "алмастыру"),
    "Needed {required}, loaded {left} {uom}.": (
        "Нужно {required}, загружено {left} {uom}.",
        "Керегі {required}, жүктелгені {left} {uom}.",
    ),
    "Left: {quantity}": ("Осталось: {quantity}", "Қалғаны: {quantity}"),
    "Place: {place}": ("Место: {place}", "Орны: {place}"),
    "and {count} more": ("и ещё {count}", "және тағы {count}"),
    "Return": ("Возврат", "Қайтару"),
    "Issue": ("Выдача", "Беру"),
    "REJECTED": ("ОТКЛОНЕНО", "ҚАБЫЛДАНБАДЫ"),
    "not confirmed yet": ("ещё не подтверждено", "әлі расталмаған"),
    "Load lot {lot_id}": ("Загрузить партию {lot_id}", "Партияны жүктеу: {lot_id}"),
    "The lot's number": ("Номер партии", "Партия нөмірі"),
    "Which lot? It is for {item_id}": ("Какая партия? Для {item_id}", "Қай партия? Мынаған: {item_id}"),
    "Why another item instead of {item_id}?": (
        "Почему другая номенклатура взамен {item_id}?",
        "Неге {item_id} орнына басқа номенклатура?",
    ),
    "Unload lot {lot_id}": ("Снять партию {lot_id}", "Партияны алу: {lot_id}"),
    "Type 0 or more.": ("Введите 0 или больше.", "0 не одан көп теріңіз."),
    "Lot {lot_id}: how much is left in it?": ("Партия {lot_id}: сколько осталось?", "Партия {lot_id}: қаншасы қалды?"),
    "Not known": ("Неизвестно", "Белгісіз"),
    "Why does it go back to the store?": ("Почему возврат на склад?", "Неге қоймаға қайтады?"),
    "Return lot {lot_id}": ("Вернуть партию {lot_id}", "Партияны қайтару: {lot_id}"),
    "Lot {lot_id}: how much goes back to the store?": (
        "Партия {lot_id}: сколько вернуть на склад?",
        "Партия {lot_id}: қоймаға қаншасы қайтады?",
    ),
    "Move lot {lot_id}": ("Переместить партию {lot_id}", "Партияны көшіру: {lot_id}"),
    "The new place": ("Новое место", "Жаңа орын"),
    "Or scan the lot and then the place, on any page.": (
        "Или сканируйте партию, затем место, на любой странице.",
        "Не кез келген бетте партияны, кейін орынды сканерлеңіз.",
    ),
    "Lot {lot_id}: where is it now?": ("Партия {lot_id}: где она теперь?", "Партия {lot_id}: ол енді қайда?"),
    "Used of lot {lot_id}": ("Расход партии {lot_id}", "Партия шығыны: {lot_id}"),
    "Why was more of it used?": ("Почему израсходовано больше?", "Неге көбірек жұмсалды?"),
    "As planned, without a reason": ("По плану, без причины", "Жоспар бойынша, себепсіз"),
    "Lot {lot_id}: how much was used?": (
        "Партия {lot_id}: сколько израсходовано?",
        "Партия {lot_id}: қаншасы жұмсалды?",
    ),
    "Type more than 0.": ("Введите больше 0.", "0-ден көп теріңіз."),
    "Quantity in {uom}": ("Количество, {uom}", "Саны, {uom}"),
    "The MES has sent no such list: type a code": (
        "MES не прислала такой список: введите код",
        "MES мұндай тізім жібермеді: код теріңіз",
    ),
    "'{text}' is no quantity. Type a number such as 12 or 0,75.": (
        "«{text}» — не количество. Введите число, например 12 или 0,75.",
        "«{text}» — сан емес. Сан теріңіз, мысалы 12 не 0,75.",
    ),
    "'{text}' is no number of parts. Type 1 or more, without decimals.": (
        "«{text}» — не число деталей. Введите 1 или больше, без дробей.",
        "«{text}» — бөлшек саны емес. Бүтін сан теріңіз: 1 не одан көп.",
    ),
    "That is too long for a name. Look again.": (
        "Слишком длинно для номера. Проверьте.",
        "Нөмір үшін тым ұзын. Қайта қараңыз.",
    ),
    "Say in a few words what it was": ("Напишите в двух словах, что было", "Не болғанын қысқаша жазыңыз"),
}
