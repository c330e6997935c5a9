"""The languages of Amazon's marketplaces: their letters beyond ASCII, and the charsets that they had before UTF-8."""

# The letters beyond ASCII of each language, and those of the words that its sellers borrow most.
LETTERS = {
    "de": "äöüßé",
    "en": "éèëàáâäçñíïóöôü",
    "es": "áéíñóúü",
    "fr": "àâæçéèêëîïôœùûü",
    "it": "àèéìíîòóùú",
    "nl": "éëïóöüèêá",
    "pt": "ãáàâçéêíõóôúü",
    "sv": "åäöé",
    "pl": "ąćęłńóśźżé",
    "tr": "çğıöşüâîûİé",
}
WESTERN_LETTERS = "".join({letter for some in LETTERS.values() for letter in some + some.upper()})
SIGNS = "„“”‘’–—…•€£™©®°²³×µ«»‹›·´\xa0\xad"
LANGUAGES = {
    **dict.fromkeys(("AU", "IE", "IN", "SG", "UK", "US", "ZA"), ("en",)),
    **dict.fromkeys(("ES", "MX"), ("es",)),
    **{country: (country.lower(),) for country in ("DE", "FR", "IT", "NL", "PL", "TR")},
    "BE": ("nl", "fr", "de"),
    "BR": ("pt",),
    "CA": ("en", "fr"),
    "SE": ("sv",),
}
ARABIC, JAPANESE = ("AE", "SA", "EG"), ("JP",)
CODECS = {"PL": ("cp1250", "iso8859-2"), "TR": ("cp1254",)}
WESTERN = "cp1252"
