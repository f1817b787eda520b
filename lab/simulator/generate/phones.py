"""Phone numbers as people type them: one number in a dozen forms, switchboards shared by many,
fragments like "972"."""

from random import Random

from .chance import pick

# Numbers that say nothing about a person; a naive join on digits matches them with everybody.
FRAGMENTS = ("972", "+972", "1", "0", "+1", "000", "1234567", "n/a", "-", "972-")
_CODES = ("1", "1", "1", "972", "972", "44", "49")


def number(rng: Random) -> tuple[str, str]:
    """Choose a country code and national digits."""
    code, digits = pick(rng, _CODES), str(rng.randrange(10**6, 10**7))
    if code == "1":
        return code, f"{rng.randrange(201, 990)}555{digits[:4]}"
    return code, {"972": "5", "44": "77", "49": "151"}[code] + str(rng.randrange(10)) + digits


def written(rng: Random, parts: tuple[str, str]) -> str:
    """Write the same number in one of the forms that portals hold."""
    code, national = parts
    area, middle, rest = national[:3], national[3:6], national[6:]
    forms = (
        f"+{code}{national}",
        f"+{code} {area} {middle} {rest}",
        f"+{code} ({area}) {middle}-{rest}",
        f"00{code}{national}",
        f"{code}{national}",
        f"({area}) {middle}-{rest}",
        f"0{national}" if code != "1" else national,
        f"{area}-{middle}-{rest}",
        f" +{code}-{area}-{middle}{rest} ",
        f"+{code}.{area}.{middle}.{rest}",
        f"({area}) {middle} {rest} ext. {rng.randrange(1, 99)}",
    )
    return pick(rng, forms)


def e164(parts: tuple[str, str]) -> str:
    return "+" + "".join(parts)
