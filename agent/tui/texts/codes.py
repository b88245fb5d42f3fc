"""What is said of a code by itself: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

CODES: Final[dict[str, tuple[str, str]]] = {
    "Several command cards were read as one. Scan a single card.": (
        "Несколько карт прочитаны как одна. Сканируйте одну карту.",
        "Бірнеше карта біреу болып оқылды. Бір картаны сканерлеңіз.",
    ),
    "There is no command '{command}'. Print the cards anew; there are {known}.": (
        "Команды «{command}» нет. Напечатайте карты заново, есть команды: {known}.",
        "«{command}» командасы жоқ. Карталарды қайта басып шығарыңыз, бар командалар: {known}.",
    ),
    "'{card}' is no command card: nothing stands behind {verb}. Print the card anew.": (
        "Карта «{card}» испорчена: после {verb} ничего быть не должно. Напечатайте её заново.",
        "«{card}» картасы жарамсыз: {verb} сөзінен кейін ештеңе тұрмауы керек. Оны қайта басып шығарыңыз.",
    ),
    "'{card}' is no command card: a whole number of parts stands behind {verb}:. Print the card anew.": (
        "Карта «{card}» испорчена: после {verb}: нужно целое число деталей. Напечатайте её заново.",
        "«{card}» картасы жарамсыз: {verb}: белгісінен кейін бөлшектің бүтін саны керек. Оны қайта басып шығарыңыз.",
    ),
    "'{card}' is no command card: a code stands behind {verb}:. Print the card anew.": (
        "Карта «{card}» испорчена: после {verb}: нужен код. Напечатайте её заново.",
        "«{card}» картасы жарамсыз: {verb}: белгісінен кейін код керек. Оны қайта басып шығарыңыз.",
    ),
    "'{text}' is no GS1 Digital Link that can be believed. Scan the label's other code.": (
        "Ссылка «{text}» не является верной ссылкой GS1 Digital Link. Сканируйте другой код этикетки.",
        "«{text}» сілтемесі дұрыс GS1 Digital Link емес. Жапсырманың басқа кодын сканерлеңіз.",
    ),
    "The code was read twice as one. Scan it again; if the label really says it twice, type it.": (
        "Код прочитан дважды подряд. Сканируйте ещё раз; если на этикетке так и есть, введите его вручную.",
        "Код екі рет қатар оқылды. Қайта сканерлеңіз; жапсырмада солай болса, қолмен теріңіз.",
    ),
    "Two codes were read as one. Scan one label alone.": (
        "Два кода прочитаны как один. Сканируйте одну этикетку.",
        "Екі код біреу болып оқылды. Бір жапсырманы сканерлеңіз.",
    ),
    (
        "'{text}' begins with no GS1 application identifier. Scan one label alone; if it comes again, the"
        " label or the reader's setting is wrong."
    ): (
        (
            "Код «{text}» не начинается с идентификатора GS1. Сканируйте одну этикетку; если повторится, "
            "неверна этикетка или настройка сканера."
        ),
        (
            "«{text}» коды GS1 идентификаторынан басталмайды. Бір жапсырманы сканерлеңіз; қайталанса, "
            "жапсырма не сканер баптауы қате."
        ),
    ),
    "'{text}' is not wholly made of (identifier)value. Scan again, or type it as it stands.": (
        "Текст «{text}» не состоит из пар (идентификатор)значение. Сканируйте снова или введите, как напечатано.",
        "«{text}» мәтіні (идентификатор)мән жұптарынан тұрмайды. Қайта сканерлеңіз не басылғандай теріңіз.",
    ),
    "'{text}' is no GTIN: it has 8, 12, 13 or 14 digits. Scan again.": (
        "Код «{text}» не является GTIN: нужно 8, 12, 13 или 14 цифр. Сканируйте ещё раз.",
        "«{text}» коды GTIN емес: 8, 12, 13 не 14 сан керек. Қайта сканерлеңіз.",
    ),
    "'{text}' can be read in two ways. Take another label.": (
        "Код «{text}» можно прочесть двояко. Возьмите другую этикетку.",
        "«{text}» кодын екі түрлі оқуға болады. Басқа жапсырманы алыңыз.",
    ),
    "The code is empty. Scan again.": (
        "Код пуст. Сканируйте ещё раз.",
        "Код бос. Қайта сканерлеңіз.",
    ),
    "The code says ({ai}) twice: '{one}' and '{other}'. Scan one label alone; if it comes again, the label is wrong.": (
        "В коде дважды ({ai}): «{one}» и «{other}». Сканируйте одну этикетку; если повторится, этикетка неверна.",
        "Кодта ({ai}) екі рет тұр: «{one}» және «{other}». Бір жапсырманы сканерлеңіз; қайталанса, жапсырма қате.",
    ),
    "({ai}) and ({other}) exclude one another. Scan one label alone; if it comes again, the label is wrong.": (
        (
            "Элементы ({ai}) и ({other}) исключают друг друга. Сканируйте одну этикетку; если повторится,"
            " этикетка неверна."
        ),
        "({ai}) және ({other}) элементтері бірге тұрмайды. Бір жапсырманы сканерлеңіз; қайталанса, жапсырма қате.",
    ),
    "({ai}) '{value}' means nothing without {missing} in the same code. Scan the label's other code.": (
        "Элемент ({ai}) «{value}» неполон, в том же коде нужно: {missing}. Сканируйте другой код этикетки.",
        "({ai}) «{value}» элементі толық емес, сол кодта керегі: {missing}. Жапсырманың басқа кодын сканерлеңіз.",
    ),
    (
        "{title} ({ai}) '{value}' has {found} characters instead of {wanted}: the code is cut off, or it "
        "lacks a separator. Scan again; if it comes again, the label or the reader's setting is wrong."
    ): (
        (
            "Элемент {title} ({ai}) «{value}»: знаков {found} вместо {wanted}, код оборван или потерян "
            "разделитель. Сканируйте снова; если повторится, неверна этикетка или настройка сканера."
        ),
        (
            "{title} ({ai}) «{value}» элементі: {wanted} орнына {found} таңба, код үзілген не бөлгіш "
            "жоғалған. Қайта сканерлеңіз; қайталанса, жапсырма не сканер баптауы қате."
        ),
    ),
    "{title} ({ai}) '{value}' cannot be. Take another label.": (
        "Элемент {title} ({ai}) «{value}»: такого значения быть не может. Возьмите другую этикетку.",
        "{title} ({ai}) «{value}» элементі: мұндай мән болмайды. Басқа жапсырманы алыңыз.",
    ),
    (
        "The check digit of {title} ({ai}) '{value}' is wrong. Scan again; if it comes again, the label "
        "is wrong: take another one."
    ): (
        (
            "Элемент {title} ({ai}) «{value}»: неверная контрольная цифра. Сканируйте снова; если "
            "повторится, этикетка неверна, возьмите другую."
        ),
        (
            "{title} ({ai}) «{value}» элементі: бақылау саны қате. Қайта сканерлеңіз; қайталанса, "
            "жапсырма қате, басқасын алыңыз."
        ),
    ),
    "{title} ({ai}) '{value}' is no day of the calendar. Take another label.": (
        "Элемент {title} ({ai}) «{value}»: такой даты нет. Возьмите другую этикетку.",
        "{title} ({ai}) «{value}» элементі: мұндай күн жоқ. Басқа жапсырманы алыңыз.",
    ),
    (
        "{title} ({ai}) '{value}' has a character that GS1 does not allow there. Scan again; if it comes "
        "again, the label or the reader's setting is wrong."
    ): (
        (
            "Элемент {title} ({ai}) «{value}»: знак, недопустимый в GS1. Сканируйте снова; если "
            "повторится, неверна этикетка или настройка сканера."
        ),
        (
            "{title} ({ai}) «{value}» элементі: GS1 рұқсат етпейтін таңба бар. Қайта сканерлеңіз; "
            "қайталанса, жапсырма не сканер баптауы қате."
        ),
    ),
    (
        "A GS1 code came without its AIM identifier, and this site takes none without. Have the reader "
        "set to send AIM identifiers."
    ): (
        (
            "Код GS1 пришёл без идентификатора AIM, здесь это не допускается. Пусть наладчик включит в "
            "сканере передачу AIM."
        ),
        "GS1 коды AIM идентификаторынсыз келді, мұнда бұған рұқсат жоқ. Баптаушы сканерде AIM жіберуді қоссын.",
    ),
    "{length} characters are no code of a label. Scan one label alone.": (
        "Слишком длинно для этикетки, знаков: {length}. Сканируйте одну этикетку.",
        "Жапсырма үшін тым ұзын, таңба саны: {length}. Бір жапсырманы сканерлеңіз.",
    ),
    "'{text}' is no code of this site. Scan the label again.": (
        "Код «{text}» здесь неизвестен. Сканируйте этикетку ещё раз.",
        "«{text}» коды мұнда белгісіз. Жапсырманы қайта сканерлеңіз.",
    ),
    "The code is of ISO/IEC 15434 format '{format}', not 06. Scan the label's other code.": (
        "Код формата ISO/IEC 15434 «{format}», а нужен 06. Сканируйте другой код этикетки.",
        "Код ISO/IEC 15434 «{format}» пішімінде, 06 керек. Жапсырманың басқа кодын сканерлеңіз.",
    ),
    "The end of the code is missing. Scan again.": (
        "У кода нет конца. Сканируйте ещё раз.",
        "Кодтың соңы жоқ. Қайта сканерлеңіз.",
    ),
    "Quantity 'Q{qty}' is no number. Take another label.": (
        "Количество «Q{qty}» не является числом. Возьмите другую этикетку.",
        "«Q{qty}» мөлшері сан емес. Басқа жапсырманы алыңыз.",
    ),
    "Expiry '14D{day}' is no day of the calendar. Take another label.": (
        "Срок «14D{day}»: такой даты нет. Возьмите другую этикетку.",
        "«14D{day}» мерзімі: мұндай күн жоқ. Басқа жапсырманы алыңыз.",
    ),
    (
        "'{part}' is no data identifier with a value. Scan again; if it comes again, the label or the "
        "reader's setting is wrong."
    ): (
        (
            "Часть кода «{part}» не является идентификатором со значением. Сканируйте снова; если "
            "повторится, неверна этикетка или настройка сканера."
        ),
        (
            "Кодтың «{part}» бөлігі мәні бар идентификатор емес. Қайта сканерлеңіз; қайталанса, жапсырма "
            "не сканер баптауы қате."
        ),
    ),
    "The code says {key} twice: '{one}' and '{other}'. Scan one label alone; if it comes again, the label is wrong.": (
        "В коде дважды {key}: «{one}» и «{other}». Сканируйте одну этикетку; если повторится, этикетка неверна.",
        "Кодта {key} екі рет тұр: «{one}» және «{other}». Бір жапсырманы сканерлеңіз; қайталанса, жапсырма қате.",
    ),
    "The keyboard is set to another language. Switch it to English and scan again.": (
        "Клавиатура переключена на другой язык. Включите английский и сканируйте ещё раз.",
        "Пернетақта басқа тілге қосулы. Ағылшын тіліне ауыстырып, қайта сканерлеңіз.",
    ),
    "The code says {elements}, and none of it means anything at this site. Scan the label's other code.": (
        "В коде: {elements}. Здесь это ничего не значит. Сканируйте другой код этикетки.",
        "Кодта: {elements}. Мұнда бұл ештеңе білдірмейді. Жапсырманың басқа кодын сканерлеңіз.",
    ),
    "The code names operation {operation} and no order. Scan the code of the order.": (
        "В коде операция {operation} без заказа. Сканируйте код заказа.",
        "Кодта {operation} операциясы бар, тапсырыс жоқ. Тапсырыс кодын сканерлеңіз.",
    ),
}
