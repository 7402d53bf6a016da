"""Telephone numbers in the one form they have everywhere (M40)."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers


@lru_cache(maxsize=65_536)
def number_e164(raw: str, region: str) -> str:
    """The international form; what is no phone number (an extension, "anonymous") stays as it came."""
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return raw
    # "Possible locally" would take an extension of seven digits for a number without its area code.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return raw
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
