"""One deal, with the custom sales properties of the portals that Spoke was built for."""

from random import Random

from ..derived import of_stage
from ..wire import iso
from .chance import often, pick
from .scene import DAY_MS, Scene
from .words import CANCELLATIONS, COMPANY_KINDS, COMPANY_WORDS

_PLANS = ("Starter", "Growth", "Scale", "Coaching", "Renewal", "Upgrade")
_YES = ("Yes", "Yes", "yes", "YES ", "y", "true", "No", "no", "N", "Maybe")
_PAYMENTS = ("Active", "Active", "Completed", "Paused", "Stopped", "Refunded")
_PRICES = (490, 990, 1_500, 2_400, 4_800, 7_500, 12_000, 28_000)
_INSTALLMENTS = (1, 1, 3, 6, 12, 12, 24)
_PRODUCTS = ("starter", "growth", "scale", "training")


def deal(rng: Random, scene: Scene, created_ms: int) -> dict[str, str]:
    pipeline, stage = pick(rng, scene.stages)
    probability = stage["metadata"]["probability"]
    values = {
        "pipeline": pipeline,
        "dealstage": stage["id"],
        **of_stage(stage["metadata"]),
        "deal_currency_code": "USD",
        "hs_object_source": "CRM_UI",
    }
    if rng.random() < 0.98:
        values["dealname"] = (
            f"{pick(rng, COMPANY_WORDS)} {pick(rng, COMPANY_KINDS)} - {pick(rng, _PLANS)}"
        )
    if rng.random() < 0.8:
        values["closedate"] = iso(created_ms + int(rng.random() ** 2 * 120 * DAY_MS))
    if rng.random() < 0.92:
        values["hubspot_owner_id"] = often(rng, scene.owner_ids)
    return values | money(rng, probability) | process(rng, probability)


def money(rng: Random, probability: str) -> dict[str, str]:
    """Choose the money. `amount` is one installment when the whole is known apart; it is written
    with and without decimals."""
    if rng.random() < 0.09:
        return {}
    whole = pick(rng, _PRICES) * (1 + int(rng.random() * 3))
    if rng.random() < 0.4:
        return {"amount": str(whole) if rng.random() < 0.7 else f"{whole}.50"}
    months = pick(rng, _INSTALLMENTS)
    part = str(round(whole / months, 2))
    values = {
        "amount": part,
        "deal_whole_amount": str(whole),
        "number_of_installments__months": str(months),
    }
    if probability == "1.0" or rng.random() < 0.2:
        values["upfront_payment"] = part
        values["payment_status"] = pick(rng, _PAYMENTS)
    return values


def process(rng: Random, probability: str) -> dict[str, str]:
    values = {}
    for name, share in (("qualified_status", 0.7), ("trial_status", 0.4)):
        if rng.random() < share:
            values[name] = pick(rng, _YES)
    if rng.random() < 0.65:
        values["offer_given"] = "true" if rng.random() < 0.7 else "false"
        values["offer_accepted"] = (
            "true" if values["offer_given"] == "true" and probability == "1.0" else "false"
        )
    if probability == "0.0" and rng.random() < 0.7:
        values["cancellation_reason"] = pick(rng, CANCELLATIONS)
    if rng.random() < 0.35:
        values["products_of_interest"] = ";".join(
            sorted({pick(rng, _PRODUCTS), pick(rng, _PRODUCTS)})
        )
    return values
