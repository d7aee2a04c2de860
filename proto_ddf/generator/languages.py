"""The language in which a source's tables and columns are called, by the words that data have in common."""

from collections.abc import Iterable
from typing import Literal

Language = Literal["en", "de", "fr", "es", "it", "pt", "nl"]

LEAST = 3
"""Number of known words from which a language other than English is believed."""

_WORDS: dict[Language, frozenset[str]] = {
    "en": frozenset(
        {"name", "first", "last", "title", "price", "amount", "date", "city", "address", "phone"}
        | {"street", "created", "updated", "status", "type", "number", "description", "notes"}
        | {
            "order",
            "customer",
            "by",
            "of",
            "at",
            "on",
            "is",
            "has",
            "count",
            "year",
            "zip",
            "state",
        }
        | {"country", "quantity", "birth", "start", "end", "time", "total", "unit", "active", "key"}
        | {"user", "group", "value", "comment", "postal", "parent", "level", "weight", "height"}
    ),
    "de": frozenset(
        {"nr", "nummer", "bezeichnung", "beschreibung", "bemerkung", "ort", "plz", "strasse"}
        | {"vorname", "nachname", "kunde", "kunden", "preis", "menge", "datum", "betrag", "anzahl"}
        | {"geburtsdatum", "geburtsjahr", "artikel", "rechnung", "bestellung", "lieferant"}
        | {"mitarbeiter", "telefon", "kuerzel", "gewicht", "groesse", "breite", "laenge", "hoehe"}
        | {"flaeche", "farbe", "von", "bis", "und", "straße", "kürzel", "größe", "länge", "fläche"}
    ),
    "fr": frozenset(
        {"nom", "prenom", "prénom", "adresse", "ville", "pays", "courriel", "montant", "prix"}
        | {"quantite", "quantité", "libelle", "libellé", "statut", "commande", "fournisseur"}
        | {"naissance", "debut", "début", "fin", "annee", "année", "mois", "jour", "commentaire"}
        | {"texte", "titre", "avis", "chambre", "sexe", "remise", "postal", "rue", "numero"}
    ),
    "es": frozenset(
        {"nombre", "apellido", "apellidos", "correo", "telefono", "teléfono", "direccion", "pais"}
        | {"dirección", "ciudad", "país", "precio", "cantidad", "fecha", "titulo", "título"}
        | {"descripcion", "descripción", "estado", "ano", "año", "activo", "cliente", "producto"}
        | {"pedido", "proveedor", "empleado", "nacimiento", "observaciones", "multa", "resumen"}
    ),
    "it": frozenset(
        {"nome", "cognome", "indirizzo", "citta", "città", "prezzo", "quantita", "quantità"}
        | {"descrizione", "telefono", "titolo", "ordine", "prodotto", "fornitore", "dipendente"}
        | {"anno", "numero", "stato", "nascita", "importo", "cliente", "data", "via"}
    ),
    "pt": frozenset(
        {"nome", "sobrenome", "endereco", "endereço", "cidade", "preco", "preço", "quantidade"}
        | {"descricao", "descrição", "telefone", "titulo", "título", "pedido", "produto", "valor"}
        | {"fornecedor", "funcionario", "funcionário", "ativo", "nascimento", "cliente", "data"}
    ),
    "nl": frozenset(
        {"naam", "voornaam", "achternaam", "adres", "straat", "plaats", "prijs", "aantal", "klant"}
        | {"omschrijving", "telefoon", "bestelling", "geboortedatum", "datum", "nummer", "bedrag"}
    ),
}
_GERMAN_ENDINGS = ("datum", "nummer", "preis", "bezeichnung", "strasse", "ung")


def language_of(words: Iterable[str]) -> Language:
    """The language of most of the words, which are in lower case; English in doubt."""
    counts = dict.fromkeys(_WORDS, 0)
    for word in words:
        for language, known in _WORDS.items():
            counts[language] += word in known
        counts["de"] += word not in _WORDS["de"] and word.endswith(_GERMAN_ENDINGS)
    found = max(counts, key=lambda language: counts[language])
    return found if counts[found] >= LEAST else "en"


def singular_of(word: str, language: Language) -> str:
    """The singular of a plural in -s, as Spanish, Portuguese and French have it; other words stay."""
    if language not in ("es", "pt", "fr") or len(word) < 4 or not word.endswith("s"):
        return word
    if word.endswith("is"):
        return word  # "avis", "pais"
    is_longer = language != "fr" and word.endswith(("ores", "iones", "ciones", "dades", "eles"))
    return word[:-2] if is_longer else word[:-1]
