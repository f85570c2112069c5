"""What people of each role do in `bench load`, page by page, as one would on the site; and how often, by weight.

A doing finds its way by the links on the pages it reads, so it meets what a person would meet. Names are kinds of
pages: figures are kept under them.
"""

from collections.abc import Callable, Mapping

from bench.load_visitor import ID, Visitor

Doing = Callable[[Visitor], object]
WORDS = (
    "damp and mould in council homes",
    "missed bins",
    "potholes",
    "social care case notes",
    "planning applications",
    "easy read letters",
    "translation",
    "school transport",
    "fly-tipping",
    "parking permits",
    "fraud",
    "licensing",
    "assessments of children",
    "benefits calls",
    "energy use of buildings",
    "tree inspections",
)
MORE = " More was found out this week; a figure follows."
"""What a writer adds to an answer."""
MOST_ADDED = 4


def browse_challenges(one: Visitor) -> None:
    """Read the list, another page of it, and a challenge."""
    page = one.get("list of challenges", "/challenges")
    further = one.pick(page, r"/challenges\?page=\d+")
    if further:
        page = one.get("list of challenges, further page", further)
    challenge = one.pick(page, f"/challenges/{ID}")
    if challenge:
        page = one.get("a challenge", challenge)
    if one.dice.random() < 0.3 and f"{challenge}/questions" in page:
        one.get("questions on a challenge", f"{challenge}/questions")


def browse_solutions(one: Visitor) -> None:
    """Read the list, filtered or ordered or as it comes, and a profile."""
    query = one.dice.choice(
        ("", "?sort=title", "?sort=organisation", "?maturity=live", f"?page={one.dice.randint(2, 900)}")
    )
    name = "list of solutions" + (", ordered or filtered" if query and "page" not in query else "")
    solution = one.pick(one.get(name, f"/solutions{query}"), f"/solutions/{ID}")
    if solution:
        one.get("a solution", solution)


def search(one: Visitor) -> None:
    """Search for a few words and read one of the texts that are found."""
    words = one.dice.choice(WORDS).replace(" ", "+")
    found = one.pick(one.get("search", f"/search?q={words}"), f"/(?:challenges|solutions)/{ID}")
    if found:
        one.get("a challenge" if "/challenges/" in found else "a solution", found)


def look_up(one: Visitor) -> None:
    """Search within the list of solutions."""
    one.get("list of solutions, searched", f"/solutions?q={one.dice.choice(WORDS).replace(' ', '+')}")


def read_matches(one: Visitor) -> None:
    """Read the matches of an own challenge, decide about one, look for similar needs."""
    draft = one.pick(one.get("own challenges", "/challenges/yours"), f"/challenges/{ID}/draft")
    if not draft:
        return
    challenge = draft.removesuffix("/draft")
    page = one.get("matches of a challenge", f"{challenge}/matches")
    if one.dice.random() < 0.5:
        page = one.send("decide about a match", page, f"{challenge}/matches/{ID}/decide") or page
    if one.dice.random() < 0.5:
        one.get("matches of a challenge, further page", f"{challenge}/matches?page=2")
    if one.dice.random() < 0.3:
        one.get("similar challenges", f"{challenge}/similar")


def read_own_matches(one: Visitor) -> None:
    """Read which challenges an own profile may answer."""
    draft = one.pick(one.get("own solutions", "/solutions/yours"), f"/solutions/{ID}/draft")
    if draft:
        one.get("challenges for a solution", draft.removesuffix("draft") + "matches")


def write(one: Visitor) -> None:
    """Open an own text, add a sentence to an answer of one section, save."""
    noun = "challenges" if one.person.role == "council" else "solutions"
    draft = one.pick(one.get(f"own {noun}", f"/{noun}/yours"), f"/{noun}/{ID}/draft")
    if not draft:
        return
    edit = one.pick(one.get("draft", draft), draft.removesuffix("draft") + "edit/[a-z_-]+")
    if not edit:
        return
    page = one.get("edit a section", edit)
    texts = one.long_answers(page, edit)
    if not texts:
        return
    name, said = one.dice.choice(texts)
    more = said + MORE if said.count(MORE) < MOST_ADDED else said.replace(MORE, "")
    one.send("save a section", page, edit, **{name: more})


def read_needs(one: Visitor) -> None:
    """Read the needs that several councils share, and one of them."""
    need = one.pick(one.get("list of needs", "/needs"), f"/needs/{ID}")
    if need:
        one.get("a need", need)


def pledge(one: Visitor) -> None:
    """Read an interest list, look at the council's place on it, join or say another quantity."""
    listed = read_lists(one)
    if not listed:
        return
    place = one.get("own place on a list", f"{listed}/place")
    rungs = [rung for rung in ("interested", "watching") if f"{listed}/place/{rung}" in place]
    if not rungs:
        return
    page = one.get("take a rung", f"{listed}/place/{rungs[0]}")
    said = {"quantity": str(one.dice.randint(100, 4_000)), "need": "The same as the list describes."}
    said |= {"role": "Service manager", "authority": "service-lead", "reason": "A smaller start."}
    one.send("record a rung", page, f"{listed}/place/{rungs[0]}", **said)


def read_lists(one: Visitor) -> str:
    """Read interest lists and one of them, as a supplier does; return its address, blank when there is none."""
    listed = one.pick(one.get("interest lists", "/interest-lists"), f"/interest-lists/{ID}")
    if listed:
        one.get("an interest list", listed)
    return listed


def register(one: Visitor) -> None:
    """Register for a showcase; whoever is registered asks for the other hall."""
    event = one.pick(one.get("showcases", "/showcases"), f"/showcases/{ID}")
    if not event:
        return
    one.get("a showcase", event)
    page = one.get("register or ticket", f"{event}/register")
    hall = one.dice.choice(("in_person", "online"))
    if not one.send("register", page, f"{event}/register", hall=hall):
        one.send("change the hall", page, r"/tickets/[\w-]+/change")


def look_at_showcases(one: Visitor) -> None:
    """Read about a showcase without registering."""
    event = one.pick(one.get("showcases", "/showcases"), f"/showcases/{ID}")
    if event:
        one.get("a showcase", event)


def go_home(one: Visitor) -> None:
    """Read the start page."""
    one.get("start page", "/")


def review(one: Visitor) -> None:
    """Read what waits for review, and one of the texts."""
    waiting = one.get("review queue", "/staff/reviews")
    draft = one.pick(waiting, f"/(?:challenges|solutions)/{ID}/draft")
    if draft:
        one.get("draft", draft)


def oversee(one: Visitor) -> None:
    """Read a page that staff look after the platform with."""
    path = one.dice.choice(
        ("/staff", "/staff/people", "/staff/audit", "/staff/messages", "/staff/sessions", "/organisations")
    )
    one.get(f"staff: {path}", path)


def manage_list(one: Visitor) -> None:
    """Read what the councils of an interest list say."""
    listed = one.pick(one.get("interest lists", "/interest-lists"), f"/interest-lists/{ID}")
    if listed:
        one.get("manage a list", f"{listed}/manage")


def manage_event(one: Visitor) -> None:
    """Read who comes to a showcase and who may pitch."""
    event = one.pick(one.get("showcases", "/showcases"), f"/showcases/{ID}")
    if event:
        part = one.dice.choice(("manage", "manage/registrations", "manage/selection"))
        one.get(f"showcase, {part}", f"{event}/{part}")


DOINGS: Mapping[str, Mapping[Doing, int]] = {
    "council": {
        browse_challenges: 2,
        browse_solutions: 3,
        search: 3,
        look_up: 1,
        read_matches: 3,
        write: 3,
        read_needs: 1,
        pledge: 2,
        register: 2,
        go_home: 1,
    },
    "supplier": {
        browse_challenges: 4,
        search: 3,
        read_own_matches: 3,
        write: 3,
        read_lists: 1,
        register: 1,
        go_home: 1,
    },
    "staff": {review: 3, oversee: 3, manage_list: 1, manage_event: 1, search: 2, read_needs: 1, browse_solutions: 2},
    "public": {browse_challenges: 5, search: 3, look_at_showcases: 1, go_home: 2},
}
