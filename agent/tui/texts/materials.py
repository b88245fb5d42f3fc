"""What is said of lots and other material: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

MATERIALS: Final[dict[str, tuple[str, str]]] = {
    "'{lot_id}' does not look like a lot of {item_id}. Scan its label.": (
        "Номер «{lot_id}» не похож на партию {item_id}. Сканируйте её этикетку.",
        "«{lot_id}» нөмірі партияға ұқсамайды, номенклатура {item_id}. Жапсырмасын сканерлеңіз.",
    ),
    "'{serial}' does not look like a unit of {item_id}. Scan its label.": (
        "Номер «{serial}» не похож на номер изделия {item_id}. Сканируйте его этикетку.",
        "«{serial}» нөмірі мына бұйымға ұқсамайды: {item_id}. Оның жапсырмасын сканерлеңіз.",
    ),
    "No item has the GTIN {gtin}. Put it aside, and have the GTIN added to its item.": (
        "Для GTIN {gtin} нет номенклатуры. Отложите товар и попросите внести GTIN.",
        "GTIN {gtin} үшін номенклатура жоқ. Оны бөлек қойып, GTIN енгізуді сұраңыз.",
    ),
    (
        "'{value}' may be '{short}' and more: the reader seems to lose separators. Type what the label "
        "says, and call maintenance."
    ): (
        (
            "Значение «{value}» может быть «{short}» с хвостом: сканер, видимо, теряет разделители. "
            "Введите, как на этикетке, и позовите наладчика."
        ),
        (
            "«{value}» мәні «{short}» пен артық жалғасы болуы мүмкін: сканер бөлгіштерді жоғалтатын "
            "сияқты. Жапсырмадағыдай теріп, баптаушыны шақырыңыз."
        ),
    ),
    "Lot {lot_id} unloaded.": (
        "Партия {lot_id} снята.",
        "Партия {lot_id} алынды.",
    ),
    "Lot {lot_id} loaded.": (
        "Партия {lot_id} загружена.",
        "Партия {lot_id} жүктелді.",
    ),
    "Lot {lot_id} is loaded here already.": (
        "Партия {lot_id} здесь уже загружена.",
        "Партия {lot_id} мұнда жүктелген.",
    ),
    "Lot {lot_id} of {known} is loaded here; this is {said} of the same number. Put it aside.": (
        "Здесь загружена партия {lot_id}, номенклатура {known}; у этой тот же номер, но {said}. Отложите её.",
        "Мұнда жүктелген партия {lot_id}, номенклатура {known}; мынаның нөмірі сол, бірақ {said}. Оны бөлек қойыңыз.",
    ),
    "Lot {lot_id} is not loaded here. Load it first.": (
        "Партия {lot_id} здесь не загружена. Сначала загрузите её.",
        "Партия {lot_id} мұнда жүктелмеген. Алдымен оны жүктеңіз.",
    ),
    "Lot {lot_id} is loaded here already; {qty} {uom} of this label are not added to it.": (
        "Партия {lot_id} здесь уже загружена; количество с этой этикетки, {qty} {uom}, к ней не прибавлено.",
        "Партия {lot_id} мұнда жүктелген; осы жапсырмадағы мөлшер, {qty} {uom}, оған қосылмады.",
    ),
    "Lot {lot_id} is loaded here already. Nothing to do.": (
        "Партия {lot_id} здесь уже загружена. Делать ничего не нужно.",
        "Партия {lot_id} мұнда жүктелген. Ештеңе істеудің керегі жоқ.",
    ),
    "{count} lots are loaded here. Unload one first.": (
        "Здесь уже загружено партий: {count}. Сначала снимите одну.",
        "Мұнда жүктелген партия саны: {count}. Алдымен біреуін алыңыз.",
    ),
    "'qty_left' is {left}; expected 0 or more.": (
        "Поле «qty_left»: {left}. Нужно 0 или больше.",
        "«qty_left» өрісі: {left}. 0 не одан көп керек.",
    ),
    "To load it all the same, say why: a reason is needed.": (
        "Чтобы всё же загрузить, укажите причину.",
        "Бәрібір жүктеу үшін себебін көрсетіңіз.",
    ),
    "No order is in progress. Start one, then load lot {lot_id}.": (
        "Нет заказа в работе. Начните заказ, затем загрузите партию {lot_id}.",
        "Жұмыста тапсырыс жоқ. Тапсырысты бастап, содан кейін жүктеңіз: партия {lot_id}.",
    ),
    "Nobody has signed on here. Sign on, then load lot {lot_id}.": (
        "Здесь никто не вошёл. Войдите, затем загрузите партию {lot_id}.",
        "Мұнда ешкім кірмеген. Кіріп, содан кейін жүктеңіз: партия {lot_id}.",
    ),
    "Lot {lot_id} cannot be checked: the MES has sent no lots. Ask a supervisor.": (
        "Партию {lot_id} не проверить: MES не прислала партий. Спросите мастера.",
        "Партия {lot_id} тексерілмейді: MES партияларды жібермеген. Шеберден сұраңыз.",
    ),
    "The MES knows no lot {lot_id}. Look at the label again, or ask the warehouse.": (
        "Партии {lot_id} нет в MES. Проверьте этикетку или спросите на складе.",
        "Партия {lot_id} MES-те жоқ. Жапсырманы тексеріңіз не қоймадан сұраңыз.",
    ),
    "Lot {lot_id} is {known} for the MES, the label says {said}. Put it aside.": (
        "Партия {lot_id}: в MES это {known}, на этикетке {said}. Отложите её.",
        "Партия {lot_id}: MES-те {known}, жапсырмада {said}. Оны бөлек қойыңыз.",
    ),
    "Lot {lot_id} is on hold: {reason}. Take another one, or ask quality.": (
        "Партия {lot_id} заблокирована: {reason}. Возьмите другую или спросите ОТК.",
        "Партия {lot_id} бұғатталған: {reason}. Басқасын алыңыз не сапа бақылауынан сұраңыз.",
    ),
    "By the accounts nothing is left of lot {lot_id}. Look at the label, or enter what is in it.": (
        "Партия {lot_id} по учёту пуста. Проверьте этикетку или введите остаток.",
        "Партия {lot_id} есеп бойынша бос. Жапсырманы тексеріңіз не қалдығын енгізіңіз.",
    ),
    "By the MES lot {lot_id} lies at {place}. Take it back there, or have it moved here.": (
        "Партия {lot_id} по данным MES лежит в другом месте: {place}. Верните её туда или оформите перемещение.",
        "Партия {lot_id} MES дерегі бойынша басқа жерде: {place}. Сонда қайтарыңыз не жылжытуды ресімдеңіз.",
    ),
    "Lot {older} of {known} is older. Use that one first.": (
        "Есть партия старше: {older}, номенклатура {known}. Сначала возьмите её.",
        "Ескірек партия бар: {older}, номенклатура {known}. Алдымен соны алыңыз.",
    ),
    "Lot {lot_id} was to be used by {date}. Take another one.": (
        "Партия {lot_id}: срок годности истёк {date}. Возьмите другую.",
        "Партия {lot_id}: жарамдылық мерзімі өткен, {date}. Басқасын алыңыз.",
    ),
    "The label of lot {lot_id} says use by {label}, the MES {mes}. Put it aside and ask quality.": (
        "Партия {lot_id}: на этикетке годна до {label}, в MES до {mes}. Отложите её и спросите ОТК.",
        "Партия {lot_id}: жапсырмада мерзімі {label}, MES-те {mes}. Бөлек қойып, сапа бақылауынан сұраңыз.",
    ),
    "{item_id} is used at operation {op_no}, not here. Take it there.": (
        "Компонент {item_id} нужен на операции {op_no}, не здесь. Отнесите его туда.",
        "Құрамдас {item_id} мұнда емес, мына операцияда керек: {op_no}. Оны сонда апарыңыз.",
    ),
    "{item_id} is not in version {version} of the bill of materials. Take what is needed here: {expected}.": (
        "Компонента {item_id} нет в спецификации, версия {version}. Возьмите нужное здесь: {expected}.",
        "Құрамдас {item_id} спецификацияда жоқ, нұсқасы {version}. Мұнда керегін алыңыз: {expected}.",
    ),
    (
        "{item_id} stands in for {component}, and is not approved for it. Take the component itself, or "
        "ask a supervisor."
    ): (
        "Замена {item_id} вместо {component} не разрешена. Возьмите сам компонент или спросите мастера.",
        "{component} орнына {item_id} алуға рұқсат жоқ. Құрамдастың өзін алыңыз не шеберден сұраңыз.",
    ),
    "{item_id} stands in for {component}. Say why: load it again with a reason.": (
        "Это замена: {item_id} вместо {component}. Загрузите ещё раз с указанием причины.",
        "Бұл алмастыру: {component} орнына {item_id}. Себебін көрсетіп, қайта жүктеңіз.",
    ),
    "Lot {lot_id} moved to {to_place}.": (
        "Партия {lot_id} перемещена, место {to_place}.",
        "Партия {lot_id} жылжытылды, орны {to_place}.",
    ),
    "Scan the lot first, then {place} where it goes to.": (
        "Сначала сканируйте партию, затем место {place}, куда она идёт.",
        "Алдымен партияны, содан кейін баратын орнын сканерлеңіз: {place}.",
    ),
    "Lot {lot_id} lies at {to_place} already. Nothing to do.": (
        "Партия {lot_id} уже здесь: место {to_place}. Делать ничего не нужно.",
        "Партия {lot_id} сол орында: {to_place}. Ештеңе істеудің керегі жоқ.",
    ),
    "Plate {lpn} is noted; the MES has not said what is on it. Scan the labels of its lots.": (
        "Паллета {lpn} отмечена, её состав MES ещё не прислала. Сканируйте этикетки её партий.",
        "Паллета {lpn} белгіленді, құрамын MES әлі жібермеген. Партияларының жапсырмаларын сканерлеңіз.",
    ),
    "{what} is counted in {known}, not in {said}. Enter it in {known}.": (
        "Для {what} единица учёта {known}, а не {said}. Введите в {known}.",
        "{what} үшін есеп бірлігі {known}, {said} емес. Осы бірлікпен енгізіңіз: {known}.",
    ),
    "Nobody said what {what} is counted in. Enter the quantity with its unit.": (
        "Для {what} единица учёта не задана. Введите количество с единицей.",
        "{what} үшін есеп бірлігі берілмеген. Мөлшерді бірлігімен енгізіңіз.",
    ),
}
