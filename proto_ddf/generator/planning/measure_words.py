"""Words of columns that say what the numbers, dates and texts of a table are good for, in English, German, French and
Spanish.

Each is a regular expression for one word in lower case and without accents.
"""

NAMES_SOMETHING = (
    r"id|key|no|nr|num|number|numero|code|cd|zip|plz|postal|phone|year|yr|jahr|\w*jahr|annee|ano|"
    r"month|monat|week|weekday|season|minute|lat|latitude|lon|lng|long|longitude|\w*grad|x|y|rank|"
    r"rang|position|sort|order|ordering|sequence|seq|line|track|page|version|floor|room|row|shelf|"
    r"aisle|level|built|founded|formed|since|installed|odometer|elevation|elev|altitude|port|ip|"
    r"flag|class"
)
PAID = (
    r"total|subtotal|amount|amt|revenue|payment|paid|sales|turnover|spent|cost|costs|fee|fees|"
    r"fare|gross|net|donation|fine|refund|charge|premium|income|expense|expenses|profit|sum|"
    r"\w*betrag|\w*summe|\w*kosten|umsatz|erloe?s\w*|montant|importe|monto|multa|coste|costo|cout"
)
PRICE = (
    r"price|unit|per|each|rate|salary|wage|hourly|daily|nightly|limit|list|prix|precio|tarif|"
    r"tariff|\w*preis|gehalt|lohn|salaire|salario|sueldo"
)
QUANTITY = (
    r"quantity|qty|count|visitors|attendance|attendees|participants|downloads|views|visits|clicks|"
    r"plays|copies|units|distance|kwh|mwh|energy|consumption|usage|fuel|yield|harvest|catch|goals|"
    r"votes|hours|days|nights|guests|rain|rainfall|precipitation|sold|produced|delivered|shipped|"
    r"ertrag\w*|menge|anzahl|stunden|tage|cantidad|quantite|besucher|ventes|jours|heures"
)
RATING = r"score|rating|stars|grade|mark|marks|points|note|satisfaction"
AVERAGED = r"delay|value|wait|waiting|speed|pressure|humidity|satisfaction"
ATTRIBUTE = (
    r"duration|temp|temperature|temperatur|weight|gewicht|poids|peso|height|age|length|width|size|"
    r"area|strength|depth"
)
UNIT = (
    r"mm|cm|m|km|mi|ft|in|m2|sqm|sqft|ha|mg|g|kg|t|lb|lbs|oz|ml|cl|l|c|f|k|ms|kmh|mph|s|sec|min|h|"
    r"v|w|kw|a|hz|db|ppm|pct|percent|bar|hpa|kcal|kj"
)
SHARE = r"rate|ratio|share|percent|pct|discount|\w*anteil|remise|taux|quote"
MAIN_DATE = (
    r"date|at|on|ordered|created|placed|time|started|sold|booked|\w*datum|fecha|begin|start|"
    r"period|day|dt|when"
)
SIDE_DATE = (
    r"updated|modified|changed|deleted|expires|expiry|due|until|end|ended|ends|closed|closes|"
    r"valid|last|returned|received|depart|devolucion|calibrated|finished|completed|cancelled|to"
)
BIRTH = (
    r"birth|birthday|birthdate|born|dob|died|death|geburt\w*|geboren|naissance|nacimiento|"
    r"geburtsdatum"
)
NO_CATEGORY = (
    r"name|nm|first|last|surname|title|salutation|address|addr|street|zip|plz|postal|postcode|"
    r"postleitzahl|phone|email|courriel|correo|url|room|color|colour|timezone|tz|iban|ip|hash|"
    r"password|token|\w*name|nombre|nom|tail|model"
)
WEAK_CATEGORY = r"city|town|region|state|province|ville|ciudad|ort|language|currency|make|brand"
