"""On whose ground a text stands: where its story plays, and the units whose business it is."""

from collections.abc import Sequence

from monitor.text.counties import counties
from monitor.text.fields import Field
from monitor.text.found import Found
from monitor.text.gist import Site, sites
from monitor.text.places import COUNTY, Mention, PlaceRules, Sort
from monitor.text.scenes import Scene
from monitor.text.segment import Segmenter
from monitor.text.units import NOBODY_CONCERNED, Concerned, UnitRules
from monitor.text.whereabouts import Origin, Whereabouts, judge

# Misspelt names are looked for in this many characters, where no other name of ours stands.
MISSPELT_MAX = 2_000
ELSEWHERE_MAX = 8


class Ground:
    """The places and units of an office, put to the fields of an article (title first)."""

    def __init__(self, places: PlaceRules, units: UnitRules, segmenter: Segmenter) -> None:
        self._places = places
        self._units = units
        self._segmenter = segmenter

    def scenes(self, fields: Sequence[Field]) -> list[Scene]:
        """What the fields tell of places; misspelt names are looked for where none of ours is."""
        sure = any(
            one.sort is Sort.NAMED and self._places.home(one.place)
            for field in fields
            for one in field.places
        )
        scenes = []
        for field in fields:
            text = field.normalised.text
            if not sure:
                field.places += self._places.misspelt(text[:MISSPELT_MAX], field.places)
                field.places.sort(key=_start)
            others = counties(text, field.tokens, self._segmenter)
            scenes.append(
                Scene(
                    field.name,
                    text,
                    field.sentences,
                    self._places.signs(text, field.places, others),
                    self._places.above(field.places),
                    [start for _, (start, _) in field.matters],
                )
            )
        return scenes

    def where(
        self,
        fields: Sequence[Field],
        scenes: Sequence[Scene],
        origin: Origin,
        *,
        complains: bool,
    ) -> Whereabouts:
        """The verdict with its reasons; `complains` says that somebody asks or accuses."""
        verdict = judge(
            scenes,
            origin,
            complains=complains,
            far=self._places.far(origin.ip),
        )
        by_name = dict(zip((field.name for field in fields), fields, strict=True))
        reasons = [
            by_name[scene.field].found(sign.slug, sign.name, (sign.start, sign.end), verdict.why)
            for scene, sign in verdict.signs
        ]
        # A reason that rests on no word quotes none.
        return Whereabouts(
            verdict.verdict,
            tuple(reasons) or (Found("", origin.region, "", 0, 0, "", verdict.why),),
        )

    def named(self, fields: Sequence[Field], verdict: bool | None) -> tuple[Found, ...]:
        """The places of ours that the text means, by the verdict on where it plays."""
        known, quotes = self._places.places, self._places.quotes
        return tuple(
            found for field in fields for found in field.cite(known, quotes(field.places, verdict))
        )

    def sites(self, fields: Sequence[Field]) -> tuple[Site, ...]:
        """Where the story may play, whether or not the text means our county."""
        known = self._places.places
        return sites(
            (self._units.site(known[place]), field.normalised.text[max(0, start - 6) : start])
            for field in fields
            for start, _, place, _ in field.places
            if place >= 0 and self._places.home(place) and known[place].kind != COUNTY
        )

    def concerned(
        self,
        fields: Sequence[Field],
        places: Sequence[Found],
        matters: Sequence[Found],
        verdict: bool | None,
    ) -> Concerned:
        """The units concerned; another county's 教育局 is none of ours."""
        if verdict is False:
            return NOBODY_CONCERNED
        rules = self._units
        known = self._places.by_slug
        named = [
            field.found(
                rules.units[number].slug, rules.units[number].name, quote, rules.why_named(number)
            )
            for field in fields
            for number, quote in rules.named(field.hits)
        ]
        grounds = [(known[found.slug], found) for found in places]
        return rules.concerned(named, grounds, matters, [field.hits for field in fields])


def elsewhere(scenes: Sequence[Scene]) -> tuple[str, ...]:
    """Names of other counties and cities, at most 8."""
    names = (sign.name for scene in scenes for sign in scene.signs if sign.sort is None)
    return tuple(dict.fromkeys(names))[:ELSEWHERE_MAX]


def _start(mention: Mention) -> int:
    return mention.start
