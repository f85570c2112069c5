"""What a council is asked about its problem.

Fields and word limits follow what worked elsewhere: the buyer's brief of the Digital Marketplace (why now, problem,
users, work already done), the gate of the GovTech Catalyst (a problem and not a solution, an owner, a senior backer),
and the public sector equality duty (Equality Act 2010, section 149).
"""

from showcase.models.questions import Audience, Kind, Question, Questionnaire, Section

PRIVATE_HEADINGS = (
    *("budget", "budgets", "our budget", "funding", "cost", "costs", "price", "prices", "spend", "money"),
    *("contract", "contracts", "current contract", "contract ends", "contract end date", "procurement"),
    *("risk", "risks", "risk register", "confidential", "not for publication", "internal", "internal notes", "notes"),
)
"""What stands under these in a pasted document is for the council alone until someone moves it."""

CHALLENGE_QUESTIONS = Questionnaire(
    version="2026-11",
    title_name="title",
    sections=(
        Section(
            "problem",
            "The problem",
            (
                Question(
                    "title",
                    "Title",
                    Kind.LINE,
                    "Start with “How might we” and name the outcome, not a product.",
                    words=20,
                    is_needed=True,
                    is_matched=True,
                    headings=("title", "challenge title", "challenge"),
                ),
                Question(
                    "service_areas",
                    "Service",
                    Kind.CHOICES,
                    "Choose up to three. Suppliers with a published profile in one of them are told by e-mail.",
                    vocabulary="service_areas",
                    is_needed=True,
                ),
                Question(
                    "problem",
                    "The problem",
                    Kind.PROSE,
                    "What goes wrong, for whom, how often, and what it costs. Leave out how it might be solved.",
                    words=200,
                    is_needed=True,
                    is_matched=True,
                    headings=("problem", "the problem", "problem statement", "problem to be solved", "issue"),
                ),
                Question(
                    "users",
                    "Who the users are and what they need to do",
                    Kind.PROSE,
                    "Residents, staff, partners. “A housing officer needs to know which homes are at risk.”",
                    words=200,
                    is_needed=True,
                    is_matched=True,
                    headings=("users", "user needs", "who the users are", "who are the users", "end users"),
                ),
                Question(
                    "why_now",
                    "Why now",
                    Kind.PROSE,
                    "What has changed, or what happens if nothing does.",
                    words=200,
                    is_matched=True,
                    headings=("why now", "background", "context", "why"),
                ),
                Question(
                    "tried",
                    "What has been tried",
                    Kind.PROSE,
                    "Work done so far and what you learned, including what failed.",
                    words=100,
                    is_matched=True,
                    headings=("what has been tried", "tried", "work already done", "work done so far", "previous work"),
                ),
                Question(
                    "measures",
                    "Measures of success",
                    Kind.PROSE,
                    "How you will know it worked: a figure today and the figure you want.",
                    words=100,
                    is_matched=True,
                    headings=(
                        "measures of success",
                        "measures",
                        "success",
                        "success measures",
                        "outcomes",
                        "what good looks like",
                    ),
                ),
            ),
        ),
        Section(
            "fit",
            "What it must work with",
            (
                Question(
                    "systems",
                    "Systems and data to work with",
                    Kind.PROSE,
                    "Systems that hold the data today, how they can be reached, and the state of the data.",
                    words=100,
                    is_matched=True,
                    headings=("systems", "systems and data", "data", "integration", "integrations"),
                ),
                Question(
                    "constraints",
                    "Constraints",
                    Kind.PROSE,
                    "Law, policy, people, places or timing that any answer must respect.",
                    words=100,
                    is_matched=True,
                    headings=("constraints", "limits", "dependencies"),
                ),
                Question(
                    "must_haves",
                    "Must-haves",
                    Kind.CHOICES,
                    "Choose only what would rule a solution out. Each is shown to suppliers.",
                    vocabulary="must_haves",
                ),
                Question(
                    "least_maturity", "Least mature solution you would consider", Kind.CHOICE, "", vocabulary="maturity"
                ),
            ),
        ),
        Section(
            "ownership",
            "Who owns it",
            (
                Question(
                    "owner",
                    "Who owns the problem",
                    Kind.LINE,
                    "Job title and team, not a personal name.",
                    words=20,
                    is_needed=True,
                    headings=("owner", "problem owner", "service owner"),
                ),
                Question(
                    "backer",
                    "Senior backer",
                    Kind.LINE,
                    "Job title of the director or cabinet member who backs this work.",
                    words=20,
                    audience=Audience.COUNCILS,
                    headings=("senior backer", "sponsor", "senior sponsor", "backer"),
                ),
                Question(
                    "shared_with",
                    "Other councils that may share it",
                    Kind.COUNCILS,
                    "One council on each line.",
                    audience=Audience.COUNCILS,
                ),
            ),
        ),
        Section(
            "timing",
            "Money, timing and contracts",
            (
                Question(
                    "timing",
                    "Timing",
                    Kind.PROSE,
                    "When you need something working, and any dates that cannot move.",
                    words=100,
                    headings=("timing", "timescale", "timescales", "when"),
                ),
                Question(
                    "budget",
                    "Budget band",
                    Kind.CHOICE,
                    "Optional. Suppliers do not see it, and it does not change what they see, unless you say so below.",
                    vocabulary="budget_bands",
                    audience=Audience.OWNER,
                ),
                Question(
                    "is_budget_shown", "Show the budget band to suppliers", Kind.YES_NO, "", audience=Audience.OWNER
                ),
                Question(
                    "contract_supplier",
                    "Supplier of the contract it may replace",
                    Kind.LINE,
                    "Seen only by your council and LGA staff.",
                    words=20,
                    audience=Audience.OWNER,
                    headings=("current supplier", "incumbent"),
                ),
                Question(
                    "contract_product",
                    "Product of the contract it may replace",
                    Kind.LINE,
                    "",
                    words=20,
                    audience=Audience.OWNER,
                    headings=("current product",),
                ),
                Question(
                    "contract_ends_on",
                    "When that contract ends",
                    Kind.DATE,
                    "For example, 31 3 2028.",
                    audience=Audience.OWNER,
                ),
                Question(
                    "notes",
                    "Notes for your council",
                    Kind.PROSE,
                    "Seen only by your council and LGA staff. Pasted text that fits no question stands here: move it "
                    "to where it belongs, or leave it.",
                    audience=Audience.OWNER,
                    blank_means="None",
                    headings=PRIVATE_HEADINGS,
                ),
            ),
        ),
        Section(
            "fairness",
            "Fairness and other options",
            (
                Question(
                    "worse_off",
                    "Who could be left worse off",
                    Kind.PROSE,
                    "People with a protected characteristic, on low income, offline, or for whom the data is thin.",
                    words=150,
                    headings=("who could be left worse off", "equality", "equality impact", "fairness"),
                ),
                Question(
                    "heard",
                    "How residents were or will be heard",
                    Kind.PROSE,
                    "Who you have asked, how, and what they said.",
                    words=150,
                    headings=("how residents were heard", "engagement", "consultation", "resident engagement"),
                ),
                Question(
                    "options",
                    "Building, reusing or buying",
                    Kind.PROSE,
                    "Whether you considered building it, reusing another council’s answer, or using no technology.",
                    words=150,
                    headings=("options", "options considered", "build reuse or buy", "alternatives"),
                ),
            ),
        ),
    ),
)
