"""The pages of challenge statements: what every publication has, as `publications` makes it."""

from showcase.models import Challenge
from showcase.policies import Permission
from showcase.views.publication_parts import Noun
from showcase.views.publications import blueprint_for

NOUN = Noun(
    model=Challenge,
    name="challenge",
    one="challenge",
    many="challenges",
    browse=None,
    create=Permission.CHALLENGE_CREATE,
    intro="Problems that councils want solved, in their own words, before anything is bought.",
    title_hint="Start with “How might we” and name the outcome for people, not a product.",
)
bp = blueprint_for(NOUN)
