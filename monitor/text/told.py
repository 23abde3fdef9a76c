"""The matters of an article: those that its words name, and what a call or a concern is about."""

from collections.abc import Sequence

from monitor.text.concern import Concern
from monitor.text.fields import Field
from monitor.text.found import Found
from monitor.text.matters import HEARD, MatterRules


def told(
    rules: MatterRules, fields: Sequence[Field], concern: Concern, call: Sequence[Found]
) -> tuple[Found, ...]:
    """The matters of an article.

    A call for rescue is of the rescue ones, unless the emergency (溺水, 火灾) is named. A concern
    that names nobody's business is of what it speaks about, else of the fallback ones, unless the
    article is idle (a drill, a denial, thanks).
    """
    met = [found for field in fields for found in field.cite(rules.matters, field.matters)]
    slugs = {found.slug for found in met}
    if call and slugs.isdisjoint(rules.emergencies):
        rescues = [matter for matter in rules.matters if matter.rescue]
        met += [quote._replace(slug=one.slug, name=one.name) for one in rescues for quote in call]
    elif concern.evidence and slugs <= rules.broad and not any(field.idle for field in fields):
        met += _about(rules, fields) or ([] if met else _fallback(rules, concern))
    return tuple(met)


def _about(rules: MatterRules, fields: Sequence[Field]) -> list[Found]:
    about = rules.about([field.hits for field in fields])
    if about is None:
        return []
    number, firsts = about
    matter = rules.matters[number]
    return [
        fields[field].found(matter.slug, matter.name, quote, HEARD)
        for field, quote in firsts.items()
    ]


def _fallback(rules: MatterRules, concern: Concern) -> list[Found]:
    return [
        Found(matter.slug, matter.name, word.field, word.start, word.end, word.text, HEARD)
        for matter in rules.matters
        if matter.fallback
        for word in concern.evidence
    ]
