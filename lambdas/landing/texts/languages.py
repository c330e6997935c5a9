"""The languages of Amazon's marketplaces, the charsets that they had before UTF-8, and those of other texts."""

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
WESTERN = "cp1252"
CODECS = {"PL": ("cp1250", "iso8859-2"), "TR": ("cp1254",)}
# Which other languages' words are as usual in a text of this one.
BESIDE = {"en": ("es", "fr", "loans")}
# What a text may be instead, whatever its marketplace: each charset with the languages that have it.
WESTERN_LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pt", "sv", "da", "nb", "fi", "is", "ca")
CENTRAL_LANGUAGES = ("de", "pl", "cs", "sk", "hu", "ro", "sl", "sh")
BALTIC_LANGUAGES = ("lt", "lv")
RIVALS = {
    "cp1252": WESTERN_LANGUAGES,
    "iso8859-15": WESTERN_LANGUAGES,
    "cp1250": CENTRAL_LANGUAGES,
    "iso8859-2": CENTRAL_LANGUAGES,
    "cp1257": BALTIC_LANGUAGES,
    "iso8859-13": BALTIC_LANGUAGES,
    "cp1254": ("tr",),
}
# Of before Windows. Their letters are where others have signs, so that signs alone tell nothing of them.
OLD_RIVALS = {
    **dict.fromkeys(("cp437", "cp850", "mac_roman"), WESTERN_LANGUAGES),
    **dict.fromkeys(("cp852", "mac_latin2"), CENTRAL_LANGUAGES),
    **dict.fromkeys(("cp857", "mac_turkish"), ("tr",)),
}

LETTERS = "àáâãäåæçèéêëìíîïñòóôõöøùúûüœßąćęłńśźżğış"
LETTERS += LETTERS.upper() + "İ"
SIGNS = "„“”‘’–—…•€£™©®°²³×µ«»‹›·´½¼¾¿¡ªº§±†‰¢¥¬¶\xa0\xad"
