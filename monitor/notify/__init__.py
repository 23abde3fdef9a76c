"""Telling people: a message becomes parts, a part goes through a channel, a receipt or a
failure with Chinese words comes back. Holds no rows, no clock and no settings of its own."""

from monitor.notify.backoff import given_up, next_try
from monitor.notify.bucket import Rate, Taken, take
from monitor.notify.channels import CHANNELS
from monitor.notify.explain import explain
from monitor.notify.mask import mask
from monitor.notify.message import DETAILS, KINDS, Channel, Detail, Item, Message, Part
from monitor.notify.outcome import DeliveryFailure, PermanentFailure, Receipt, TemporaryFailure
from monitor.notify.render import render
from monitor.notify.send import mistakes, rate, recipients, send

__all__ = [
    "CHANNELS",
    "DETAILS",
    "KINDS",
    "Channel",
    "DeliveryFailure",
    "Detail",
    "Item",
    "Message",
    "Part",
    "PermanentFailure",
    "Rate",
    "Receipt",
    "Taken",
    "TemporaryFailure",
    "explain",
    "given_up",
    "mask",
    "mistakes",
    "next_try",
    "rate",
    "recipients",
    "render",
    "send",
    "take",
]
