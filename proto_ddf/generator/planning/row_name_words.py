"""Words of columns by which rows are called, and by which they are not, in some widespread languages.

Each is a regular expression for one word in lower case and without accents.
"""

FIRST_NAMES = frozenset(
    {"first", "firstname", "fname", "f", "given", "givenname", "fore", "forename", "forenames"}
    | {"vor", "vorname", "prenom", "prenoms", "nombre", "nombres", "nome", "voornaam", "fornavn"}
    | {"fornamn", "imie", "primernombre"}
)
LAST_NAMES = frozenset(
    {"last", "lastname", "lname", "l", "sur", "surname", "family", "familyname", "nach", "nom"}
    | {"nachname", "familienname", "zuname", "apellido", "apellidos", "cognome", "sobrenome"}
    | {"achternaam", "efternavn", "efternamn", "nazwisko", "apellidopaterno", "primerapellido"}
)
"""Without "name", in the order of either."""
NAMES_ALONE = (
    r"name|nm|nom|nombre|nome|naam|navn|namn|nimi|nazwa|bezeichnung|denominacion|denominazione"
)
NAMES = rf"{NAMES_ALONE}|\w+name|\w+naam"
TITLES = (
    r"title|titel|titulo|titre|titolo|headline|caption|subject|heading|label|topic|betreff|sujet|"
    r"asunto|wording|question|slogan"
)
DESCRIPTIONS = (
    r"description|descr|desc|text|txt|citation|designation|beschreibung|descripcion|descrizione|"
    r"descricao|omschrijving|libelle|summary|details?"
)
CODES = (
    r"code|cd|no|nr|num|number|ref|reference|sku|plate|registration|barcode|serial|isbn|issn|slug|"
    r"symbol|abbr|abbreviation|kuerzel|nummer|numero|codigo|matricula|immatriculation|kennzeichen|"
    r"matricule|referencia|handle|key"
)
PRIVATE = (
    r"e?mail|emails|courriel|correo|phone|telephone|mobile|cell|fax|tel|telefono?|handy|zip|zipcode|"
    r"postal|postcode|postalcode|plz|address|addr|adresse?|direccion|indirizzo|endereco|"
    r"password|hash|token|secret|salt"
)
"""Where somebody is reached, and secrets: no row is called by them, not even one of a table of addresses."""
NEVER = (
    r"street|str|strasse|rue|calle|city|town|ort|ville|ciudad|citta|cidade|job|jobtitle|position|"
    r"role|profession|occupation|status|state|statut|stato|estado|gender|sex|url|uri|website|link|"
    r"homepage|ip|iban|bic|ssn|vat|tax|card|account|notes?|comments?|"
    r"remarks?|type|category|kind|colou?r|currency|language|locale|timezone|path|file|filename|image|"
    r"photo|middle|middlename|salutation|prefix|suffix|house|housenumber|room"
)
"""What many rows share, or nobody calls a thing by, unless it is what the table is about: the title of a job."""
OTHERS = (
    r"ship|shipping|bill|billing|delivery|contact|receiver|recipient|sender|customer|client|owner|"
    r"borrower|driver|patient|guest|visitor|buyer|seller|author|editor|manager|supervisor|inspector|"
    r"operator|agent|employee|parent|mother|father|spouse|emergency|reporter|assignee|creator|created|"
    r"updated|modified|approved|doctor|physician|teacher|student|supplier|vendor|payee|payer|holder|"
    r"donor|sponsor|host|witness|applicant|from|to|previous|former|old|maiden"
)
"""Others than the row itself, whom it mentions."""
