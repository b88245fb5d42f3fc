"""What is said of scans, command cards and their questions: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

SCANS: Final[dict[str, tuple[str, str]]] = {
    "Scan it now.": ("Сканируйте сейчас.", "Қазір сканерлеңіз."),
    "No scan is waited for. Nothing to do.": (
        "Сканирование не ожидается. Ничего делать не нужно.",
        "Сканерлеу күтілмейді. Ештеңе істеу керек емес.",
    ),
    "Cancelled: nothing was done.": (
        "Отменено: ничего не сделано.",
        "Бас тартылды: ештеңе істелген жоқ.",
    ),
    "Nothing waits for an answer. Scan what is to be done first.": (
        "Ответа ничего не ждёт. Сначала сканируйте, что сделать.",
        "Жауап күтіп тұрған ештеңе жоқ. Алдымен не істеу керегін сканерлеңіз.",
    ),
    "{actor} asked for it and is not who acts now. Scan what is to be done again.": (
        "Это запросил {actor}, а работает теперь другой. Сканируйте ещё раз, что сделать.",
        "Мұны {actor} сұраған, қазір басқа адам істеп тұр. Не істеу керегін қайта сканерлеңіз.",
    ),
    "It is about something else by now. Scan what is to be done again.": (
        "Теперь речь уже о другом. Сканируйте ещё раз, что сделать.",
        "Енді жағдай өзгерген. Не істеу керегін қайта сканерлеңіз.",
    ),
    "Finish order {order}? Scan OK or CANCEL.": (
        "Завершить заказ {order}? Сканируйте OK или CANCEL.",
        "Тапсырыс {order} аяқтау керек пе? OK не CANCEL сканерлеңіз.",
    ),
    "Scrap {qty} {uom}, defect {defect}? Scan OK or CANCEL, or a QTY card if it is another quantity.": (
        "Записать брак {qty} {uom}, дефект {defect}? Сканируйте OK или CANCEL, другое количество картой QTY.",
        "Ақаулы жазу керек пе: {qty} {uom}, ақауы {defect}? OK не CANCEL, басқа мөлшерге QTY картасын сканерлеңіз.",
    ),
    "Report {qty} {uom} good? Scan OK or CANCEL.": (
        "Записать годные: {qty} {uom}? Сканируйте OK или CANCEL.",
        "Жарамды жазу керек пе: {qty} {uom}? OK не CANCEL сканерлеңіз.",
    ),
    "Take back what you said last ({fact})? Scan OK or CANCEL.": (
        "Отменить вашу последнюю запись ({fact})? Сканируйте OK или CANCEL.",
        "Соңғы жазбаңызды ({fact}) қайтару керек пе? OK не CANCEL сканерлеңіз.",
    ),
    "Help is shown on the screen.": (
        "Справка на экране.",
        "Анықтама экранда.",
    ),
    "Nobody is signed on here. Scan your badge, then the card again.": (
        "Здесь никто не вошёл. Сканируйте пропуск, затем карту снова.",
        "Мұнда ешкім кірмеген. Рұқсатнаманы, содан кейін картаны қайта сканерлеңіз.",
    ),
    "Say why: scan a pause card with its reason.": (
        "Укажите почему: сканируйте карту паузы с причиной.",
        "Неге екенін айтыңыз: себебі бар кідіріс картасын сканерлеңіз.",
    ),
    "Reason {code} taken.": (
        "Причина принята: {code}.",
        "Себеп қабылданды: {code}.",
    ),
    "Tool {tool} noted.": (
        "Инструмент {tool} отмечен.",
        "Құрал {tool} белгіленді.",
    ),
    "Order {order_id} is in progress.": (
        "Заказ {order_id} в работе.",
        "Тапсырыс {order_id} жұмыста.",
    ),
    "Lot {lot_id} is being made already.": (
        "Партия {lot_id} уже в изготовлении.",
        "Партия {lot_id} жасалып жатыр.",
    ),
    "This is item {item_id}. Scan its lot or serial.": (
        "Это номенклатура {item_id}. Сканируйте её партию или номер изделия.",
        "Бұл номенклатура {item_id}. Партиясын не бұйым нөмірін сканерлеңіз.",
    ),
    "Badges and command cards are not taken from this reader. Scan it at the reader of the terminal.": (
        "Этот сканер не принимает пропуска и карты команд. Сканируйте сканером терминала.",
        "Бұл сканер рұқсатнама мен команда карталарын қабылдамайды. Терминал сканерімен сканерлеңіз.",
    ),
    "{code} says nothing by itself. Scan another label.": (
        "Код {code} сам по себе ничего не значит. Сканируйте другую этикетку.",
        "{code} коды өздігінен ештеңе білдірмейді. Басқа жапсырманы сканерлеңіз.",
    ),
    "{serial} is {item_id}; {made} is made here. Put it aside.": (
        "Изделие {serial}: это {item_id}, а здесь делают {made}. Отложите его.",
        "Бұйым {serial}: бұл {item_id}, мұнда жасалатыны {made}. Оны бөлек қойыңыз.",
    ),
    "The MES knows no tool {tool}. Take another one, or have it added.": (
        "Инструмента {tool} нет в MES. Возьмите другой или попросите внести его.",
        "Құрал {tool} MES-те жоқ. Басқасын алыңыз не енгізуді сұраңыз.",
    ),
    "Tool {tool} must not be used now. Take another one, or ask maintenance.": (
        "Инструмент {tool} сейчас использовать нельзя. Возьмите другой или спросите наладчика.",
        "Құрал {tool} қазір қолдануға болмайды. Басқасын алыңыз не баптаушыдан сұраңыз.",
    ),
    "The reader did not send the whole code. Scan it again.": (
        "Сканер передал код не целиком. Сканируйте ещё раз.",
        "Сканер кодты толық жібермеді. Қайта сканерлеңіз.",
    ),
    "The code has no end. Scan one label at a time; look whether the reader hangs.": (
        "У кода нет конца. Сканируйте по одной этикетке, проверьте, не завис ли сканер.",
        "Кодтың соңы жоқ. Бір-бірлеп сканерлеңіз, сканер тұрып қалмағанын тексеріңіз.",
    ),
    "Parts of the code were lost on the way. Scan it again.": (
        "Часть кода потеряна в пути. Сканируйте ещё раз.",
        "Кодтың бір бөлігі жолда жоғалды. Қайта сканерлеңіз.",
    ),
    "A badge did not come alone, or with Caps Lock on. Scan the badge once more, by itself.": (
        "Пропуск пришёл не один или при включённом Caps Lock. Сканируйте его ещё раз отдельно.",
        "Рұқсатнама жалғыз келмеді не Caps Lock қосулы. Оны жеке қайта сканерлеңіз.",
    ),
    "The reader sent it twice; it counts once.": (
        "Сканер передал код дважды, учтён один раз.",
        "Сканер кодты екі рет жіберді, бір рет есептелді.",
    ),
}
