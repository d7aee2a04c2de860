"""The words of a column's name, and lists of words by what they say about its values, in some widespread languages."""

import re
import unicodedata
from functools import lru_cache

from proto_ddf.generator.labels import split_words

MONEY = (
    r"price|prices|cost|costs|salary|wage|wages|fee|fees|revenue|budget|fare|rent|turnover|income|bonus|earnings|"
    r"donation|expense|expenses|preis|kosten|gehalt|lohn|umsatz|miete|prix|salaire|loyer|precio|salario|coste|costo|"
    r"prezzo|stipendio|preco"
)
"""Amounts of money in a column of any kind of number."""
SUMS = (
    r"amount|amt|total|subtotal|balance|payment|paid|tax|vat|gross|net|deposit|charge|fine|refund|credit|debit|spent|"
    r"sales|betrag|summe|erloes|saldo|montant|frais|importe|multa|importo|valor|offer|value|worth|profit|loss|premium"
)
"""Amounts of money in a column of numbers with decimals."""
CURRENCY = (
    r"eur|usd|gbp|chf|jpy|cny|cad|aud|sek|nok|dkk|pln|czk|inr|brl|mxn|euro|euros|dollar|dollars"
)
NO_MONEY = (
    r"rate|ratio|percent|percentage|pct|share|lat|latitude|lon|lng|longitude|quantity|qty|count|number|score|rating|"
    r"grade|mark|points|weight|height|width|length|depth|size|area|volume|distance|duration|hours|minutes|seconds|days|"
    r"weeks|months|years|age|temperature|temp|pressure|humidity|speed|voltage|power|energy|level|factor|index|gpa|"
    r"position|version|cents|id|no|nr|code"
)
UNIT = (
    r"mg|g|kg|t|lb|lbs|oz|ml|cl|dl|l|mm|cm|m|km|ft|inch|inches|mi|m2|m3|ha|sqft|sqm|s|ms|sec|secs|min|mins|h|hr|hrs|c|f|"
    r"w|kw|kwh|mwh|v|mv|ma|hz|mhz|ghz|bar|psi|pa|hpa|deg|ph|ppm|bpm|kcal|kj|mb|gb|tb|px|pct|percent"
)
"""The last word of a name, after the quantity that is measured."""
SHARE = (
    r"rate|ratio|share|discount|percent|percentage|pct|perc|commission|probability|margin|proportion|fraction|markup|"
    r"rabatt|anteil|quote|satz|remise|taux|part|reduction|descuento|tasa|porcentaje|sconto|quota|desconto"
)
LATITUDE = r"lat|latitude|breitengrad|latitud|latitudine"
LONGITUDE = r"lon|lng|long|longitude|laengengrad|langengrad|longitud|longitudine"
YEAR = r"year|yr|yyyy|\w*jahr|annee|ano|anno|vintage|season"
FOUNDED = r"\w+ed|since|built|begun|born|made|erbaut|gegruendet|gegrundet|depuis|desde|seit|dal"
"""What happened in a year: "founded", "built", "formed in"."""
EMAIL = r"e?mail|emails|courriel|correo"
PHONE = r"phone|telephone|mobile|cell|cellphone|fax|tel|telefon|telefone|telefono|handy|mobil|movil|portable"
URL = r"url|uri|website|homepage|link|web|webpage|webseite"
IMAGE = (
    r"image|img|photo|photos|picture|pic|avatar|logo|icon|thumbnail|thumb|cover|portrait|headshot|crest|poster|banner|"
    r"screenshot|bild|foto|imagen|portada|immagine|imagem"
)
FLAG_FIRST = r"is|has|had|can|was|are|does|did|allow|allows|should|needs|requires|ist|hat"
FLAG = (
    r"flag|flg|yn|bool|boolean|indicator|active|inactive|enabled|visible|hidden|public|private|available|valid|ok|done|"
    r"optional|mandatory|consent|opt|aktiv|actif|activo|attivo|ativo|\w+ed"
)
COUNTED = (
    r"qty|quantity|count|counter|number|num|no|nr|amount|total|level|position|pos|rank|order|sort|sequence|seq|priority|"
    r"version|stars|score|rating|size|index|step|stage|class|grade|floor|age|code|group|type|category|half|period|shift"
)
"""Whole numbers that may be 0 and 1 only for now."""


@lru_cache(maxsize=16_384)
def words_of(column: str) -> tuple[str, ...]:
    """The words in lower case and without accents: "HomePhone_2" -> home, phone, 2."""
    letters = unicodedata.normalize("NFKD", column)
    plain = "".join(each for each in letters if not unicodedata.combining(each))
    return tuple(word.lower() for word in split_words(plain))


def name_matches(column: str, words: str) -> bool:
    """Whether a word of the column's name matches `words`, a regular expression."""
    return any(re.fullmatch(words, word) for word in words_of(column))
